"""A stored run beside others: an earlier one as its baseline, other models on its questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor import __version__
from auditor.battery.conditions import in_condition
from auditor.battery.reviewing.baseline_gate import (
    NO_BASELINE,
    NO_EARLIER_RUN,
    NOT_COMPARABLE,
    judge_increases,
    unjudged,
)
from auditor.battery.reviewing.changes import review
from auditor.battery.reviewing.models import models_result
from auditor.battery.reviewing.run_scores import ReviewedScores, obstacles
from auditor.core.instrument import Battery
from auditor.core.policy import Policy
from auditor.core.review import (
    NOT_COMPARED,
    BaselineFinding,
    ModelsResult,
    Review,
    ReviewedRun,
    ReviewMissing,
)
from auditor.core.runs import RunRecord
from auditor.errors import RunUnreadable
from auditor.store import RunFolder
from auditor.workflows.stored_run import Scored, check_run, score_run

WORDS = {
    "battery": "the battery",
    "tier": "the tier",
    "instruments": "the instruments",
    "bbq": "the copy of BBQ",
    "template-date": "the date that chat templates are given",
    "chat-template": "the chat template",
}
"""Codes of `obstacles`, for a message."""
_MISSING = {
    "not-asked": NO_BASELINE,
    "not-comparable": NOT_COMPARABLE,
    "no-earlier-run": NO_EARLIER_RUN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LatestIn:
    """The latest run of the same model below a folder, whichever that is."""

    folder: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a run is compared with; folders of finished runs."""

    baseline: Path | LatestIn | None = None
    models: tuple[Path, ...] = ()


ALONE = Beside()


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbours:
    """The same, read and judged by the policy of the run that they stand beside."""

    baseline: ReviewedScores | ReviewMissing = NOT_COMPARED
    models: tuple[ReviewedScores, ...] = ()


NONE = Neighbours()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """What came of the comparisons."""

    baseline: Review | ReviewMissing = NOT_COMPARED
    baseline_findings: tuple[BaselineFinding, ...] = ()
    models: ModelsResult | ReviewMissing = NOT_COMPARED


def compare_run(
    record: RunRecord, battery: Battery, scored: Scored, policy: Policy, beside: Neighbours
) -> Reviews:
    """The run beside its baseline and other models.

    A baseline that turns out not to be comparable is reported as such, with the reasons: an audit
    that took hours is not lost for it, and what the policy asks of an increase does not pass.
    """
    own = _reviewed(record, battery, scored)
    found = _against(own, beside.baseline)
    if isinstance(found, ReviewMissing) or isinstance(beside.baseline, ReviewMissing):
        missing = found if isinstance(found, ReviewMissing) else NOT_COMPARED
        judged = unjudged(policy, _MISSING[missing.kind], own.measure)
    else:
        judged = judge_increases(beside.baseline, own, policy)
    return Reviews(
        baseline=found,
        baseline_findings=judged,
        models=models_result([own, *beside.models]) if beside.models else NOT_COMPARED,
    )


def read_models(
    paths: Sequence[Path], record: RunRecord, policy: Policy
) -> tuple[ReviewedScores, ...]:
    """Other models on the same questions.

    Raises:
        RunUnreadable: A folder holds no finished run, was altered, or was asked something else.
    """
    found: list[ReviewedScores] = []
    for path in paths:
        other = read_run(path, policy)
        because = obstacles(record, other.record, is_baseline=False)
        if because:
            raise RunUnreadable(
                f"{path} cannot stand beside this run: not the same are "
                f"{', '.join(WORDS[code] for code in because)}. Audit that model with the same "
                "version of auditor and the same options."
            )
        found.append(other)
    return tuple(found)


def read_run(path: Path, policy: Policy) -> ReviewedScores:
    """Another run, scored; read without its lock, since nothing is written."""
    folder = RunFolder(path)
    record, battery = check_run(folder)
    return _reviewed(record, battery, score_run(folder, battery, policy))


def _against(
    own: ReviewedScores, earlier: ReviewedScores | ReviewMissing
) -> Review | ReviewMissing:
    if isinstance(earlier, ReviewMissing):
        return earlier
    because = obstacles(earlier.record, own.record, is_baseline=True)
    if because:
        return ReviewMissing(kind="not-comparable", because=because, run=earlier.run)
    return review(earlier, own)


def _reviewed(record: RunRecord, battery: Battery, scored: Scored) -> ReviewedScores:
    return ReviewedScores(
        run=ReviewedRun(
            run_id=record.run_id,
            created=record.created,
            model=record.model,
            tool_version=dict(record.versions).get("auditor", __version__),
            evidence_sha256=scored.responses_sha256,
        ),
        record=record,
        battery=in_condition(battery, "question"),
        scores=scored.scores,
        measures=scored.measures,
        findings=scored.findings,
    )
