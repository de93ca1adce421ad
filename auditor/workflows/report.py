"""Make the report of a run again, from its evidence alone."""

from pathlib import Path

from auditor.battery import POLICY_MEASURES
from auditor.errors import RunUnreadable
from auditor.prompt_library import load_battery, load_policy
from auditor.store import RunFolder, open_run_folder
from auditor.workflows.concluding import Conclusion, FindingsFile, conclude


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
        if policy_path is None:
            policy = folder.read_json("findings.json", FindingsFile).policy
        else:
            policy, _ = load_policy(
                policy_path,
                known_measures=POLICY_MEASURES,
                known_contrasts=[contrast.contrast_id for contrast in battery.contrasts],
            )
        return conclude(folder, record, battery, policy, wants_pdf=wants_pdf)
