"""Every score before and after, and its paired change."""

from collections.abc import Iterator, Sequence
from operator import sub

from auditor.battery import INSTRUMENTS
from auditor.battery.conditions import in_condition
from auditor.battery.fix.effects import CHANGE, score_effect
from auditor.battery.fix.pooled import (
    OTHER_ROLES,
    POSITIVE,
    PRIMARY,
    Sample,
    combine,
    contrasts_in,
    is_pooled,
    paired,
    sample_of,
)
from auditor.core.fix_results import Slope
from auditor.core.instrument import Battery
from auditor.core.items import Contrast
from auditor.core.responses import Score


def measure_slopes(
    battery: Battery, before: Sequence[Score], after: Sequence[Score]
) -> tuple[Slope, ...]:
    """The pooled score of each instrument that has one, then the score of each contrast.

    Of log-likelihoods, on the plain questions that were asked both times; log-odds as
    tanh(ℓ/2), on [-1, 1]. An instrument that was asked only once has no slope.
    """
    plain = in_condition(battery, "question")
    asked = [name for name in INSTRUMENTS if any(one.instrument == name for one in plain.items)]
    pooled = (pooled_slope(plain, name, before, after) for name in asked)
    return (
        *(slope for slope in pooled if slope is not None),
        *(slope for name in asked for slope in contrast_slopes(plain, name, before, after)),
    )


def pooled_slope(
    battery: Battery, instrument: str, before: Sequence[Score], after: Sequence[Score]
) -> Slope | None:
    """Over the primary contrasts; None where each of several categories has not just one."""
    if not is_pooled(battery, instrument):
        return None
    primary = contrasts_in(battery, instrument, PRIMARY)
    samples = [sample_of(battery, instrument, scores, primary) for scores in (before, after)]
    return _slope(f"pooled/{instrument}", "", *samples)


def contrast_slopes(
    battery: Battery, instrument: str, before: Sequence[Score], after: Sequence[Score]
) -> Iterator[Slope]:
    """Of each contrast that has a score both times; controls too."""
    for contrast in contrasts_in(battery, instrument, (*OTHER_ROLES, "null-control", *POSITIVE)):
        samples = [sample_of(battery, instrument, scores, [contrast]) for scores in (before, after)]
        slope = _slope(_key(instrument, contrast), contrast.contrast_id, *samples)
        if slope is not None:
            yield slope


def _key(instrument: str, contrast: Contrast) -> str:
    return f"{instrument}.score[{contrast.contrast_id}]"


def _slope(key: str, contrast_id: str, before: Sample, after: Sample) -> Slope | None:
    first, second = paired(before, after)
    if not first.by_contrast:
        return None
    return Slope(
        key=key,
        contrast_id=contrast_id,
        unit="score",
        before=score_effect(first),
        after=score_effect(second),
        change=score_effect(combine(second, first, sub), within=CHANGE),
    )
