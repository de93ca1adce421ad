"""Make the report of a run again, from its evidence alone."""

from dataclasses import replace
from pathlib import Path

from auditor.battery import POLICY_MEASURES
from auditor.core.policy import Policy
from auditor.core.runs import PolicyIdentity, RunRecord
from auditor.errors import RunUnreadable
from auditor.prompt_library import contrast_ids, load_battery, load_policy
from auditor.store import RunFolder, open_run_folder
from auditor.workflows.concluding import POLICY, Conclusion, conclude


def rerender(path: Path, *, policy_path: Path | None = None, wants_pdf: bool = True) -> Conclusion:
    """Recompute measures, findings and report of a finished run, without the model.

    The policy is the one that the run was judged by, unless another is named.
    """
    if not RunFolder(path).has_record():
        raise RunUnreadable(
            f"{path} is not a run folder: it has no run.json. Name a folder that `auditor run` "
            "has written."
        )
    with open_run_folder(path) as folder:
        record = folder.record()
        battery = load_battery(record.settings.tier, instruments=record.settings.instruments)
        if battery.sha256 != record.battery.sha256:
            raise RunUnreadable(
                f"{path} was made with battery {record.battery.version} "
                f"({record.battery.sha256[:12]}), and this auditor ships {battery.version} "
                f"({battery.sha256[:12]}): use the version of auditor named in its run.json."
            )
        policy = folder.read_json(POLICY, Policy)
        if policy_path is not None:
            policy, identity = load_policy(
                policy_path,
                known_measures=POLICY_MEASURES,
                known_contrasts=contrast_ids(),
            )
            record = _judged_afterwards(record, identity)
        return conclude(folder, record, battery, policy, wants_pdf=wants_pdf)


def _judged_afterwards(record: RunRecord, identity: PolicyIdentity) -> RunRecord:
    """Limits chosen when the numbers are known are worth less; the report must say so."""
    if identity == record.policy:
        return record
    said = (
        f"Judged by the policy {identity.name} {identity.version} after the run; the one declared "
        f"before it was {record.policy.name} {record.policy.version} "
        f"({record.policy.sha256[:12]})."
    )
    return replace(record, policy=identity, warnings=(*record.warnings, said))
