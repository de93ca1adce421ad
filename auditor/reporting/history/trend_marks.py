"""What stands in a panel of a trend: limit, lines, estimates with their intervals."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from matplotlib.axes import Axes

from auditor.reporting.blocks import Dot
from auditor.reporting.chart_style import (
    EXPLICIT_HUE,
    EXPLICIT_TEXT,
    IMPLICIT_HUE,
    IMPLICIT_TEXT,
    NEUTRAL_HUE,
)
from auditor.reporting.history.trend_chart import TrendChart, TrendKey, TrendPanel, TrendSeries

MARGIN = 0.07
"""Of the axis of time, left and right of the reviews."""


class Mark(NamedTuple):
    shape: str
    hue: str
    is_filled: bool
    text_hue: str


MARKS: dict[TrendKey, Mark] = {
    "implicit": Mark("s", IMPLICIT_HUE, True, IMPLICIT_TEXT),
    "explicit": Mark("o", EXPLICIT_HUE, False, EXPLICIT_TEXT),
    "likelihood": Mark("s", IMPLICIT_HUE, True, IMPLICIT_TEXT),
    "written": Mark("o", EXPLICIT_HUE, False, EXPLICIT_TEXT),
}
PALE = {IMPLICIT_HUE: "#EBB58F", EXPLICIT_HUE: "#8FBDDB"}
"""The hues of what is as stored."""


def draw_panel(axes: Axes, chart: TrendChart, panel: TrendPanel, size: float) -> None:
    _limit_band(axes, chart.places, panel.limits)
    axes.axhline(0, color=NEUTRAL_HUE, linewidth=0.7, zorder=1)
    # Half a mark apart: the intervals of two series would hide each other.
    points = float(axes.bbox.width) * 72 / axes.figure.dpi / (1 + 2 * MARGIN)
    apart = 0.55 * size / points
    middle = (len(panel.series) - 1) / 2
    for place, one in enumerate(panel.series):
        _series(axes, chart, one, (place - middle) * 2 * apart, size)


def _limit_band(axes: Axes, places: Sequence[float], limits: Sequence[float | None]) -> None:
    """The policy's limit: where a policy changed it, the band changes half way between reviews."""
    edges = [
        -MARGIN,
        *((a + b) / 2 for a, b in pairwise(places)),
        1 + MARGIN,
    ]
    start = 0
    for place, limit in enumerate(limits):
        if place + 1 < len(limits) and limits[place + 1] == limit:
            continue
        if limit is not None:
            axes.fill_between(
                [edges[start], edges[place + 1]],
                [-limit, -limit],
                [limit, limit],
                color="#EEF0F2",
                linewidth=0,
                zorder=0,
            )
        start = place + 1


def _series(axes: Axes, chart: TrendChart, series: TrendSeries, shift: float, size: float) -> None:
    mark = MARKS[series.key]
    _lines(axes, chart, series, shift, mark.hue)
    for place, dot in enumerate(series.dots):
        if dot is not None:
            at = chart.places[place] + shift
            _dot(axes, at, dot, mark, size, is_stored=chart.is_stored[place])


def _lines(axes: Axes, chart: TrendChart, series: TrendSeries, shift: float, hue: str) -> None:
    """From review to review, where that means something."""
    pairs = pairwise(series.dots)
    for place, (before, after) in enumerate(pairs):
        if not chart.is_joined[place] or not _is_read(before) or not _is_read(after):
            continue
        assert before is not None
        assert after is not None
        is_stored = chart.is_stored[place] and chart.is_stored[place + 1]
        axes.plot(
            [chart.places[place] + shift, chart.places[place + 1] + shift],
            [before.value, after.value],
            color=PALE[hue] if is_stored else hue,
            linewidth=0.9,
            zorder=2,
        )


def _is_read(dot: Dot | None) -> bool:
    return dot is not None and dot.is_measurable


def _dot(axes: Axes, at: float, dot: Dot, mark: Mark, size: float, *, is_stored: bool) -> None:
    hue = PALE[mark.hue] if is_stored else mark.hue
    hue = hue if dot.is_measurable else NEUTRAL_HUE
    if dot.bound_low < dot.bound_high and dot.is_measurable:
        axes.plot(
            [at, at],
            [dot.bound_low, dot.bound_high],
            color=hue,
            linewidth=0.6,
            linestyle=(0, (1, 1.6)),
            zorder=3,
        )
    axes.plot(
        [at, at],
        [dot.low, dot.high],
        color=hue,
        linewidth=min(1.5, 0.32 * size) if dot.is_measurable else 0.7,
        linestyle="-" if dot.is_measurable and not is_stored else (0, (2.2, 1.4)),
        solid_capstyle="butt",
        zorder=3,
    )
    is_filled = mark.is_filled and dot.is_measurable
    shapes = [(mark.shape, size)] + ([] if dot.is_measurable else [("x", 0.65 * size)])
    for shape, across in shapes:
        axes.plot(
            [at],
            [dot.value],
            marker=shape,
            markersize=across,
            markerfacecolor=hue if is_filled else "white",
            markeredgecolor=hue,
            markeredgewidth=min(1.1, 0.26 * size),
            linestyle="none",
            zorder=4,
        )
