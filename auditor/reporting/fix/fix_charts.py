"""From what came of a fix to the numbers of its charts. Pure."""

from collections.abc import Iterator, Sequence
from math import ceil, floor

from auditor.core.fix_results import (
    FixResult,
    Slope,
)
from auditor.reporting import rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.effect_numbers import (
    CHANGE_OF,
    effect_dot,
    effect_text,
    span_text,
    value_text,
)
from auditor.reporting.fix.fix_chart import (
    SlopeChart,
    SlopeEnds,
    SlopePanel,
)
from auditor.reporting.fix.fix_lookup import primaries, slope_of
from auditor.reporting.fix.fix_names import POOLED, FixNames
from auditor.reporting.fix.fix_sentences import moved
from auditor.reporting.language import mark, tr
from auditor.reporting.view import EXPLICIT, IMPLICIT

PANELS = 10
"""Panels of slopes that one chart holds, in two rows."""
_SPAN = (-0.25, 0.5)
_ACCEPTED = {
    "nearer": mark("Pooled implicit score nearer to zero: {change}"),
    "farther": mark("Pooled implicit score farther from zero: {change}"),
    "turned": mark("Pooled implicit score turned round: {change}"),
    "undecided": mark("Pooled implicit score not shown to be nearer to zero: {change}"),
}
_WITHHELD = {
    "nearer": mark("Withheld fix, pooled implicit score nearer to zero: {change}"),
    "farther": mark("Withheld fix, pooled implicit score farther from zero: {change}"),
    "turned": mark("Withheld fix, pooled implicit score turned round: {change}"),
    "undecided": mark(
        "Withheld fix, pooled implicit score not shown to be nearer to zero: {change}"
    ),
}


def slope_charts(told: FixResult, names: FixNames) -> tuple[SlopeChart, ...]:
    """Chart 5, on as many figures as it takes; all have the same axis. The pooled come first."""
    shown = panel_keys(told, names)
    slopes = [s for _, pair in shown for s in pair if s is not None]
    if not slopes:
        return ()
    span = _score_span(slopes)
    return tuple(
        SlopeChart(
            title=_slope_title(told),
            alt=_slope_alt(some),
            span=span,
            panels=tuple(
                SlopePanel(title=title, implicit=_ends(pair[0]), explicit=_ends(pair[1]))
                for title, pair in some
            ),
        )
        for some in _grouped(shown)
    )


Pair = tuple[Slope | None, Slope | None]
"""Implicit and explicit."""


def panel_keys(told: FixResult, names: FixNames) -> list[tuple[str, Pair]]:
    """What is drawn: the pooled scores, then the contrasts that they are pooled over."""
    pooled = (slope_of(told, f"{POOLED}{IMPLICIT}"), slope_of(told, f"{POOLED}{EXPLICIT}"))
    contrasts = [
        (
            names.contrast(contrast_id).partition(":")[0],
            (
                slope_of(told, f"{IMPLICIT}.score[{contrast_id}]"),
                slope_of(told, f"{EXPLICIT}.score[{contrast_id}]"),
            ),
        )
        for contrast_id in primaries(told, names)
    ]
    return [one for one in ((tr("Pooled"), pooled), *contrasts) if any(one[1])]


def _ends(slope: Slope | None) -> SlopeEnds | None:
    if slope is None:
        return None
    before, after = effect_dot(slope.before), effect_dot(slope.after)
    if before is None or after is None:
        return None
    unit = CHANGE_OF[slope.unit]
    change = slope.change
    told = (
        rounding.NONE
        if change.value is None
        else f"{value_text(change.value, unit)} {span_text(change.interval, unit)}"
    )
    return SlopeEnds(before=before, after=after, change=told)


def _grouped(shown: Sequence[tuple[str, Pair]]) -> Iterator[list[tuple[str, Pair]]]:
    """Evenly over as few figures as can hold them."""
    each = ceil(len(shown) / ceil(len(shown) / PANELS))
    for start in range(0, len(shown), each):
        yield list(shown[start : start + each])


def _score_span(slopes: Sequence[Slope]) -> tuple[float, float]:
    dots = [d for s in slopes for e in (s.before, s.after) if (d := effect_dot(e)) is not None]
    low = min([_SPAN[0], *(d.low for d in dots)])
    high = max([_SPAN[1], *(d.high for d in dots)])
    return floor(10 * low) / 10, ceil(10 * high) / 10


def _slope_title(told: FixResult) -> str:
    own = slope_of(told, f"{POOLED}{IMPLICIT}")
    if own is None:
        return tr("Scores before and after")
    told_change = effect_text(own.change, CHANGE_OF[own.unit])
    titles = _ACCEPTED if told.decision.is_accepted else _WITHHELD
    return tr(titles[moved(own)], change=told_change)


def _slope_alt(some: Sequence[tuple[str, Pair]]) -> str:
    parts = [
        tr(
            "{title}: {before} to {after}.",
            title=title,
            before=effect_text(pair[0].before, "score"),
            after=effect_text(pair[0].after, "score"),
        )
        for title, pair in some
        if pair[0] is not None
    ]
    return chart_alt(tr("Scores before and after the fix; implicit:"), parts)
