"""Chart 8, drawn: what else changed, each as a share of what the gate allows."""

from dataclasses import replace
from textwrap import fill

import matplotlib
from matplotlib.axes import Axes

from auditor.reporting.blocks import Dot
from auditor.reporting.chart_style import INK, NEUTRAL_HUE, STYLE, figure_of, svg_of
from auditor.reporting.dot_marks import (
    QUIET,
    add_axes,
    beside,
    estimate,
    frame_rows,
    head,
    write_verdict,
)
from auditor.reporting.fix.fix_chart import SideChart, SideRow
from auditor.reporting.language import tr

_LEFT, _RIGHT = 0.185, 0.54
_EDGES = (-1.5, 3.0)
"""Of the axis; what lies beyond stays at the edge, with its number beside it."""
_LABEL = 18
"""Characters of a criterion's name on one line."""


def draw_side_chart(chart: SideChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        labels = [fill(row.label, _LABEL) for row in chart.rows]
        height = 0.3 if any("\n" in label for label in labels) else 0.225
        figure = figure_of(0.72 + height * max(1, len(chart.rows)))
        axes = add_axes(figure, left=_LEFT, right=_RIGHT, below=0.36, above=0.30)
        frame_rows(axes, labels)
        axes.set_xlim(_EDGES[0] - 0.1, _EDGES[1] + 0.1)
        axes.set_xticks([-1, 0, 1, 2, 3], ["−1", "0", tr("limit"), "2 ×", "3 ×"])
        axes.set_xlabel(tr("for the worse, as a share of the limit"), fontsize=7, labelpad=1)
        axes.axvspan(_EDGES[0] - 0.1, 1, color="#EEF0F2", linewidth=0, zorder=0)
        axes.axvline(0, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
        axes.axvline(1, color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=1)
        for place, row in enumerate(chart.rows):
            _row(axes, place, row)
        head(axes, 1.05, tr("found [95 %]"), INK)
        head(axes, 1.95, tr("ruling"), INK)
        head(axes, 0.0, tr("better"), QUIET)
        axes.annotate(
            tr("worse"),
            (1, 1),
            xycoords="axes fraction",
            xytext=(0, 3),
            textcoords="offset points",
            horizontalalignment="right",
            color=QUIET,
            fontsize=7,
        )
        return svg_of(figure)


def _row(axes: Axes, place: int, row: SideRow) -> None:
    if row.dot is None:
        axes.text(0.05, place, tr("no scale"), color=QUIET, fontsize=7, verticalalignment="center")
    else:
        estimate(axes, _inside(row.dot), place, INK, marker="o", face=INK)
        _point_beyond(axes, place, row.dot)
    beside(axes, place, 0.05, row.beside, INK)
    write_verdict(axes, place, (0.90, 0.95), row.mark)


def _inside(dot: Dot) -> Dot:
    def within(value: float) -> float:
        return min(max(value, _EDGES[0]), _EDGES[1])

    return replace(
        dot,
        value=within(dot.value),
        low=within(dot.low),
        high=within(dot.high),
        bound_low=within(dot.bound_low),
        bound_high=within(dot.bound_high),
    )


def _point_beyond(axes: Axes, place: int, dot: Dot) -> None:
    """An arrow where an interval goes on beyond the axis."""
    for is_out, at, marker in (
        (dot.high > _EDGES[1], _EDGES[1] + 0.05, ">"),
        (dot.low < _EDGES[0], _EDGES[0] - 0.05, "<"),
    ):
        if is_out:
            axes.plot([at], [place], marker=marker, markersize=4, color=INK, clip_on=False)
