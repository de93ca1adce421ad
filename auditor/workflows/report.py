"""Make the report of a run again, from its evidence alone."""

from dataclasses import replace
from pathlib import Path

from auditor.battery import POLICY_MEASURES
from auditor.core.policy import Policy
from auditor.core.runs import PolicyIdentity, RunRecord
from auditor.prompt_library import askers, load_policy
from auditor.store import RESPONSES, WITNESS, RunFolder, open_run_folder
from auditor.workflows.adapter_audit import base_evidence
from auditor.workflows.concluding import conclude
from auditor.workflows.presenting import (
    AS_STORED,
    PresentationRequest,
    presentation_of,
    read_request,
)
from auditor.workflows.proofs.proving import prove
from auditor.workflows.rendering import Conclusion
from auditor.workflows.reviews.baselines import read_neighbours
from auditor.workflows.reviews.review import ALONE, Beside
from auditor.workflows.run_files import POLICY, PRESENTATION, Finish
from auditor.workflows.stored_run import check_run, require_record


def rerender(
    path: Path,
    *,
    policy_path: Path | None = None,
    presentation: PresentationRequest = AS_STORED,
    beside: Beside = ALONE,
    wants_pdf: bool = True,
) -> Conclusion:
    """Recompute measures, findings and report of a finished run, without the model.

    The policy is the one that was declared before the run. What another one would have said goes
    into a folder of its own within the run's.
    """
    asked = read_request(presentation)
    # Before the folder is opened, which would make it where a name was misspelt.
    require_record(RunFolder(path))
    with open_run_folder(path) as folder:
        record, battery = check_run(folder)
        policy, identity = folder.read_json(POLICY, Policy), record.policy
        if policy_path is not None:
            policy, identity = load_policy(
                policy_path, known_measures=POLICY_MEASURES, known_contrasts=askers()
            )
        # Before anything is written: what is refused leaves the run as it was.
        neighbours = read_neighbours(beside, record, folder.path, policy)
        if identity != record.policy:
            record, folder = _judged_afterwards(folder, record, policy, identity)
        conclusion = conclude(
            folder,
            record,
            battery,
            policy,
            presentation=presentation_of(folder, asked, policy),
            beside=neighbours,
            wants_pdf=wants_pdf,
        )
        return prove(conclusion, "reported")


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
    for name in (PRESENTATION, WITNESS):
        # What is redacted stays redacted.
        if (folder.path / name).exists():
            inner.write_bytes(name, folder.content(name))
    inner.write_record(judged)
    inner.write_json(POLICY, policy)
    return judged, inner
