"""A run as a point of a model's history, and the step from one point to the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.battery.association import mirrored_statements, word_association
from auditor.battery.fix.effects import CHANGE, score_effect, undefined
from auditor.battery.fix.pooled import PRIMARY, Sample, combine, contrasts_in, sample_of
from auditor.battery.reviewing.changes import measure_effect, review
from auditor.battery.reviewing.models import NOT_ASKED, unusable_share
from auditor.battery.reviewing.run_scores import ReviewedScores, obstacles, what_differs
from auditor.core.fix_results import Effect
from auditor.core.history import Origin, PastReview, PastValue, PooledChange, Step
from auditor.core.judging import exceeds_policy, judge
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Policy
from auditor.core.review import BaselineFinding, ReviewedRun
from auditor.core.runs import RunRecord

POOLED = (word_association.name, mirrored_statements.name)
AS_STORED = "as-stored"
"""Code of a pair of which one cannot be computed again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A review with what others are compared with."""

    past: PastReview
    record: RunRecord
    policy: Policy
    scored: ReviewedScores | None
    """None where only its stored numbers are known."""


def recomputed(
    scored: ReviewedScores,
    policy: Policy,
    folder: str,
    baseline_findings: Sequence[BaselineFinding] = (),
) -> Remembered:
    """A run whose answers this version has scored."""
    pooled = ((name, _sample(scored, name)) for name in POOLED)
    past = _past(
        scored.run,
        scored.record,
        folder,
        "recomputed",
        findings=scored.findings,
        baseline_findings=baseline_findings,
        measures=scored.measures,
        unusable=unusable_share(scored),
    )
    return Remembered(
        past=replace(
            past,
            pooled=tuple(
                (name, score_effect(found)) for name, found in pooled if found is not None
            ),
        ),
        record=scored.record,
        policy=policy,
        scored=scored,
    )


def as_stored(
    run: ReviewedRun,
    record: RunRecord,
    policy: Policy,
    folder: str,
    *,
    findings: Sequence[Finding],
    baseline_findings: Sequence[BaselineFinding] = (),
    measures: Sequence[Measure],
) -> Remembered:
    """A run of another battery, with the numbers that it was given out with."""
    past = _past(
        run,
        record,
        folder,
        "as-stored",
        findings=findings,
        baseline_findings=baseline_findings,
        measures=measures,
        unusable=_stored_unusable(measures),
    )
    return Remembered(past=past, record=record, policy=policy, scored=None)


def step(first: Remembered, second: Remembered, places: tuple[int, int]) -> Step:
    """What changed from one review to another, as `--baseline` would have said it.

    The first is judged by the second one's policy, so that a change of limits is no change of the
    model.
    """
    because = not_compared_because(first, second)
    told = Step(
        first=places[0],
        second=places[1],
        what_differs=differing(first.record, second.record),
        because=because,
        is_joined=not because or _is_stored_alike(first, second),
    )
    if first.scored is None or second.scored is None or because:
        return told
    judged = replace(first.scored, findings=judge(first.scored.measures, second.policy))
    return replace(
        told,
        changes=review(judged, second.scored).changes,
        pooled=_pooled_changes(first.scored, second.scored),
    )


def differing(first: RunRecord, second: RunRecord) -> tuple[str, ...]:
    """All that is not the same in two runs, as codes: first what keeps them from being compared."""
    one, other = first.model, second.model
    is_same_size = (one.architecture, one.n_parameters) == (
        other.architecture,
        other.n_parameters,
    )
    codes = (
        *obstacles(first, second, is_baseline=True),
        *([] if is_same_size else ["size"]),
        *what_differs(first, second),
    )
    return tuple(dict.fromkeys(codes))


def not_compared_because(first: Remembered, second: Remembered) -> tuple[str, ...]:
    """Why two reviews are not compared, as codes; empty where they are."""
    because = obstacles(first.record, second.record, is_baseline=True)
    is_scored = first.scored is not None and second.scored is not None
    return because if because or is_scored else (AS_STORED,)


def _is_stored_alike(first: Remembered, second: Remembered) -> bool:
    """Whether both have stored numbers on the same questions, by the same version of auditor."""
    return (
        first.scored is None
        and second.scored is None
        and not obstacles(first.record, second.record, is_baseline=True)
        and first.past.run.tool_version == second.past.run.tool_version
    )


def _past(
    run: ReviewedRun,
    record: RunRecord,
    folder: str,
    origin: Origin,
    *,
    findings: Sequence[Finding],
    baseline_findings: Sequence[BaselineFinding],
    measures: Sequence[Measure],
    unusable: Effect,
) -> PastReview:
    taken = {measure.measure_id: measure for measure in measures}
    judged = dict.fromkeys(finding.measure_id for finding in findings)
    return PastReview(
        run=run,
        folder=folder,
        origin=origin,
        settings=record.settings,
        battery=record.battery,
        policy=record.policy,
        findings=tuple(findings),
        baseline_findings=tuple(baseline_findings),
        values=tuple(
            PastValue(
                measure_id=measure_id,
                unit=taken[measure_id].unit,
                effect=measure_effect(taken[measure_id]),
            )
            for measure_id in judged
            if measure_id in taken
        ),
        pooled=(),
        unusable=unusable,
        exit_code=int(exceeds_policy([*findings, *baseline_findings])),
    )


def _sample(scored: ReviewedScores, instrument: str) -> Sample | None:
    """An instrument's scores on the main contrast of each category; None where it was not run."""
    contrasts = contrasts_in(scored.battery, instrument, PRIMARY)
    return sample_of(scored.battery, instrument, scored.scores, contrasts) if contrasts else None


def _pooled_changes(first: ReviewedScores, second: ReviewedScores) -> tuple[PooledChange, ...]:
    found: list[PooledChange] = []
    for name in POOLED:
        before, after = (_sample(run, name) for run in (first, second))
        if before is not None and after is not None:
            moved = combine(after, before, lambda new, old: new - old)
            found.append(
                PooledChange(
                    instrument=name,
                    before=score_effect(before),
                    after=score_effect(after),
                    difference=score_effect(moved, within=CHANGE),
                )
            )
    return tuple(found)


def _stored_unusable(measures: Sequence[Measure]) -> Effect:
    """The share over all plain written answers; without its answers, no interval can be formed."""
    rates = [one for one in measures if one.name.endswith(".invalid-rate") and not one.group]
    n_unusable = sum(one.n_unscored for one in rates)
    n = n_unusable + sum(one.n for one in rates)
    if not n:
        return undefined(NOT_ASKED)
    return Effect(value=n_unusable / n, n=n, n_clusters=sum(one.n_clusters for one in rates))
