"""Make the report of a run again, from its evidence alone."""

from dataclasses import replace
from pathlib import Path

from auditor.battery import POLICY_MEASURES
from auditor.core.policy import Policy
from auditor.core.runs import PolicyIdentity, RunRecord
from auditor.errors import RunUnreadable
from auditor.prompt_library import askers, load_policy
from auditor.store import RESPONSES, RunFolder, open_run_folder
from auditor.workflows.adapter_audit import base_evidence
from auditor.workflows.asking import plan_battery
from auditor.workflows.concluding import POLICY, Conclusion, Finish, conclude, recorded_files
from auditor.workflows.questions import questions_of


def rerender(path: Path, *, policy_path: Path | None = None, wants_pdf: bool = True) -> Conclusion:
    """Recompute measures, findings and report of a finished run, without the model.

    The policy is the one that was declared before the run. What another one would have said goes
    into a folder of its own within the run's.
    """
    if not RunFolder(path).has_record():
        raise RunUnreadable(
            f"{path} is not a run folder: it has no run.json. Name a folder that `auditor run` "
            "has written."
        )
    with open_run_folder(path) as folder:
        folder.check_evidence(recorded_files(folder))
        record = folder.record()
        battery = questions_of(folder, record)
        if battery.sha256 != record.battery.sha256:
            raise RunUnreadable(
                f"{path} was made with battery {record.battery.version} "
                f"({record.battery.sha256[:12]}), and this auditor ships {battery.version} "
                f"({battery.sha256[:12]}): use the version of auditor named in its run.json."
            )
        settings = record.settings
        plan = plan_battery(battery, batch_size=settings.batch_size, seed=settings.seed)
        folder.check_complete(plan.whole(folder.responses()))
        if policy_path is None:
            policy = folder.read_json(POLICY, Policy)
            return conclude(folder, record, battery, policy, wants_pdf=wants_pdf)
        policy, identity = load_policy(
            policy_path,
            known_measures=POLICY_MEASURES,
            known_contrasts=askers(),
        )
        if identity != record.policy:
            record, folder = _judged_afterwards(folder, record, policy, identity)
        return conclude(folder, record, battery, policy, wants_pdf=wants_pdf)


def _judged_afterwards(
    folder: RunFolder, record: RunRecord, policy: Policy, identity: PolicyIdentity
) -> tuple[RunRecord, RunFolder]:
    """A folder of its own for what another policy would have said.

    Limits chosen when the numbers are known are worth less: the report says so, and the report of
    record stays as it is.
    """
    said = (
        f"Judged after the run by the policy {identity.name} {identity.version} (file sha256 "
        f"{identity.sha256[:12]}); the one declared before the run was {record.policy.name} "
        f"{record.policy.version} ({record.policy.sha256[:12]})."
    )
    judged = replace(record, policy=identity, warnings=(*record.warnings, said))
    inner = RunFolder(folder.path / f"policy-{identity.sha256[:12]}")
    for name in (RESPONSES, Finish.FILE, *base_evidence(folder)):
        inner.write_bytes(name, (folder.path / name).read_bytes())
    inner.write_record(judged)
    inner.write_json(POLICY, policy)
    return judged, inner
