"""A stored run beside others: an earlier one as its baseline, other models on its questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor import __version__
from auditor.battery.conditions import in_condition
from auditor.battery.reviewing.changes import review
from auditor.battery.reviewing.models import models_result
from auditor.battery.reviewing.run_scores import ReviewedScores, obstacles
from auditor.core.instrument import Battery
from auditor.core.policy import Policy
from auditor.core.review import NOT_COMPARED, ModelsResult, Review, ReviewedRun, ReviewMissing
from auditor.core.runs import RunRecord
from auditor.errors import RunUnreadable
from auditor.store import RunFolder
from auditor.workflows.stored_run import Scored, check_run, score_run

_WORDS = {
    "battery": "the battery",
    "tier": "the tier",
    "instruments": "the instruments",
    "bbq": "the copy of BBQ",
    "chat-template": "the chat template",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What a run is compared with; folders of finished runs."""

    baseline: Path | None = None
    models: tuple[Path, ...] = ()


ALONE = Beside()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviews:
    """What came of the comparisons."""

    baseline: Review | ReviewMissing = NOT_COMPARED
    models: ModelsResult | ReviewMissing = NOT_COMPARED


def compare_run(
    record: RunRecord, battery: Battery, scored: Scored, policy: Policy, beside: Beside
) -> Reviews:
    """The run beside its baseline and other models; every one is judged by this run's policy.

    A baseline that cannot be compared is reported as such, with the reasons: the audit stands.

    Raises:
        RunUnreadable: A folder holds no finished run, was altered, or one of the other models was
            asked something else.
    """
    own = _reviewed(record, battery, scored)
    return Reviews(
        baseline=NOT_COMPARED
        if beside.baseline is None
        else _against(own, _read(beside.baseline, policy)),
        models=_models(own, [(path, _read(path, policy)) for path in beside.models]),
    )


def _against(own: ReviewedScores, earlier: ReviewedScores) -> Review | ReviewMissing:
    because = obstacles(earlier.record, own.record, is_baseline=True)
    if because:
        return ReviewMissing(kind="not-comparable", because=because, run=earlier.run)
    return review(earlier, own)


def _models(
    own: ReviewedScores, others: Sequence[tuple[Path, ReviewedScores]]
) -> ModelsResult | ReviewMissing:
    for path, other in others:
        because = obstacles(own.record, other.record, is_baseline=False)
        if because:
            raise RunUnreadable(
                f"{path} cannot stand beside this run: not the same are "
                f"{', '.join(_WORDS[code] for code in because)}. Audit that model with the same "
                "version of auditor and the same options."
            )
    return models_result([own, *(other for _, other in others)]) if others else NOT_COMPARED


def _read(path: Path, policy: Policy) -> ReviewedScores:
    """Another run, scored; read without its lock, since nothing is written."""
    folder = RunFolder(path)
    record, battery = check_run(folder)
    return _reviewed(record, battery, score_run(folder, battery, policy))


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
