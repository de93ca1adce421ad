"""A criterion in two runs: the paired difference, and the word for it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.battery.fix.effects import CHANGE, effect_of
from auditor.battery.reviewing.pairing import PairedScores, paired_scores
from auditor.battery.reviewing.run_scores import ReviewedScores, what_differs
from auditor.core.fix_results import Effect
from auditor.core.judging import ALPHA
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.core.review import Change, Review, Word
from auditor.core.stats import Estimate, holm

SAME_SHARE = 0.5
"""Share of a criterion's limit within which the whole 90 % interval of a difference has to lie for
it to be called the same."""
MORE_UNUSABLE = 0.05
"""Rise of the share of unusable answers from which a score is called neither the same nor better
nor worse."""
FEWEST = 5
"""Stimuli from which a difference is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """One criterion before its word is known."""

    change: Change
    estimate: Estimate | None
    paired: PairedScores | None
    """Set exactly when there is an estimate."""


def review(first: ReviewedScores, second: ReviewedScores) -> Review:
    """Every criterion of either run's policy: what it was, what it is, and what that comes to.

    Differences are paired by stimulus; their p values are Holm-adjusted over all criteria that
    could be paired (Holm 1979).
    """
    told = [*second.findings, *_only_in(first.findings, second.findings)]
    pairs = [_pair(first, second, finding) for finding in told]
    tested = [index for index, one in enumerate(pairs) if one.estimate is not None]
    adjusted = holm([one.estimate.p_zero() for one in pairs if one.estimate is not None])
    p_values = dict(zip(tested, adjusted, strict=True))
    return Review(
        first=first.run,
        second=second.run,
        changes=tuple(_judged(one, p_values.get(index)) for index, one in enumerate(pairs)),
        what_differs=what_differs(first.record, second.record),
    )


def measure_effect(measure: Measure) -> Effect:
    """A measure with what it is never shown without."""
    return Effect(
        value=measure.value,
        undefined_because=measure.undefined_because,
        interval=measure.interval,
        bounds=measure.bounds,
        n=measure.n,
        n_unscored=measure.n_unscored,
        n_clusters=measure.n_clusters,
    )


def _only_in(some: Sequence[Finding], others: Sequence[Finding]) -> list[Finding]:
    known = {finding.criterion_id for finding in others}
    return [finding for finding in some if finding.criterion_id not in known]


def _pair(first: ReviewedScores, second: ReviewedScores, finding: Finding) -> _Pair:
    before, after = (run.measure(finding.measure_id) for run in (first, second))
    name = finding.measure_id.partition("[")[0]
    paired = paired_scores(first, second, name, finding.contrast_id)
    said = [run.finding(finding.criterion_id) for run in (first, second)]
    verdicts: list[Verdict | None] = [one.verdict if one else None for one in said]
    n_clusters = paired.n_clusters if paired else 0
    estimate = paired.difference() if paired and n_clusters >= FEWEST else None
    counts = [(one.n, one.n_unscored) for one in (before, after) if one is not None]
    change = Change(
        criterion_id=finding.criterion_id,
        measure_id=finding.measure_id,
        contrast_id=finding.contrast_id,
        unit=next((one.unit for one in (after, before) if one is not None), "score"),
        limit=finding.limit,
        before=measure_effect(before) if before else None,
        after=measure_effect(after) if after else None,
        difference=None
        if estimate is None
        else effect_of(
            estimate,
            n=min(n for n, _ in counts),
            n_clusters=n_clusters,
            n_unscored=max(n for _, n in counts),
            within=CHANGE,
        ),
        adjusted_p=None,
        verdict_before=verdicts[0],
        verdict_after=verdicts[1],
        word="not-compared",
    )
    return _Pair(change=change, estimate=estimate, paired=paired if estimate else None)


def _judged(pair: _Pair, adjusted_p: float | None) -> Change:
    return replace(pair.change, adjusted_p=adjusted_p, word=_word(pair, adjusted_p))


def _word(pair: _Pair, adjusted_p: float | None) -> Word:
    change, paired = pair.change, pair.paired
    if change.before is None and change.after is not None:
        return "new"
    if change.after is None and change.before is not None:
        return "gone"
    if paired is None or adjusted_p is None:
        return "not-compared"
    if _is_less_readable(change):
        # Unusable answers count 0: what fell silent would look like what became fair.
        return "undecided"
    margin = SAME_SHARE * change.limit
    spans = [one.interval(0.90) for one in paired.differences()]
    if all(-margin < span.low and span.high < margin for span in spans):
        return "same"
    if adjusted_p >= ALPHA:
        return "undecided"
    return _direction(change, paired)


def _direction(change: Change, paired: PairedScores) -> Word:
    """Of a difference that is shown: by size, and where the score changed sides, if shown too.

    By the sizes of the two means alone, what tips to the other side would be called better.
    """
    before, after = (one.value or 0.0 for one in (change.before, change.after) if one is not None)
    if before * after < 0:
        increase = paired.worsenings()[0].interval()
        if increase.low <= 0 <= increase.high:
            return "undecided"
    return "worse" if abs(after) > abs(before) else "better"


def _is_less_readable(change: Change) -> bool:
    """Whether notably more of the answers behind a score are unusable than before."""
    shares = [
        one.n_unscored / (one.n + one.n_unscored)
        for one in (change.before, change.after)
        if one is not None and one.n + one.n_unscored
    ]
    return len(shares) == 2 and shares[1] - shares[0] > MORE_UNUSABLE
