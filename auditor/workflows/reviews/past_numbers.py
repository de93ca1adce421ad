"""The numbers of a past run: computed anew, or as stored where it asked another battery."""

from collections.abc import Sequence
from dataclasses import replace

from auditor.battery.conditions import in_condition
from auditor.battery.reviewing.history import Remembered, as_stored, recomputed
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.core.history import LeftOut
from auditor.core.manifest import read_manifest
from auditor.core.policy import Policy
from auditor.core.review import BaselineFinding
from auditor.errors import RunUnreadable
from auditor.store import MANIFEST, RECORD, RESPONSES, RunFolder
from auditor.workflows.concluding import FindingsFile, MeasuresFile
from auditor.workflows.proofs.ledger_lines import witness_of
from auditor.workflows.reviews.past_runs import NoReview, PastRun, told_as
from auditor.workflows.run_files import BASELINE_FINDINGS, POLICY
from auditor.workflows.stored_run import score_run

MEASURES, FINDINGS = "measures.json", "findings.json"


def remember(past: PastRun) -> Remembered | LeftOut:
    """A run's numbers: computed anew, or as stored where it asked another battery."""
    try:
        found = _numbers(past)
        with told_as("damaged"):
            witness = witness_of(past.folder)
    except NoReview as error:
        told = str(error).replace(str(past.folder.path), past.name)
        return LeftOut(folder=past.name, kind=error.kind, told=told)
    return replace(found, past=replace(found.past, ledger=witness))


def _numbers(past: PastRun) -> Remembered:
    with told_as("damaged"):
        policy = past.folder.read_json(POLICY, Policy)
    gated = _baseline_findings(past.folder)
    if past.battery is None:
        return _stored(past, policy, gated)
    with told_as("damaged"):
        scored = score_run(past.folder, past.battery, policy)
    reviewed = ReviewedScores(
        run=past.run,
        record=past.record,
        battery=in_condition(past.battery, "question"),
        scores=scored.scores,
        measures=scored.measures,
        findings=scored.findings,
    )
    return recomputed(reviewed, policy, past.name, gated)


def _stored(past: PastRun, policy: Policy, gated: Sequence[BaselineFinding]) -> Remembered:
    """The numbers that a run was given out with, once its manifest vouches for them."""
    folder = past.folder
    with told_as("unproven"):
        _require_hashes(folder, (MEASURES, FINDINGS, RESPONSES, RECORD, POLICY))
    with told_as("altered"):
        folder.check_evidence((MEASURES, FINDINGS))
    with told_as("damaged"):
        measures = folder.read_json(MEASURES, MeasuresFile).measures
        findings = folder.read_json(FINDINGS, FindingsFile).findings
    return as_stored(
        past.run,
        past.record,
        policy,
        past.name,
        findings=findings,
        baseline_findings=gated,
        measures=measures,
    )


def _baseline_findings(folder: RunFolder) -> tuple[BaselineFinding, ...]:
    """What a run was found to have gained since its baseline, which may be gone by now."""
    with told_as("altered"):
        folder.check_evidence((BASELINE_FINDINGS,))
    if not (folder.path / BASELINE_FINDINGS).exists():
        return ()
    with told_as("damaged"):
        return folder.read_json(BASELINE_FINDINGS, tuple[BaselineFinding, ...])


def _require_hashes(folder: RunFolder, names: Sequence[str]) -> None:
    """Stored numbers that nothing can be computed from are worth what vouches for them."""
    text = ""
    if (folder.path / MANIFEST).exists():
        text = folder.content(MANIFEST).decode("utf-8", "replace")
    missing = [name for name in names if name not in read_manifest(text).hashes]
    if missing:
        raise RunUnreadable(
            f"{folder.path / MANIFEST} has no hash of {', '.join(missing)}, and the numbers of "
            "another battery cannot be computed again: restore it from a copy, or run `auditor "
            "report` with the version of auditor that made the run."
        )
