"""Chart 5, drawn: scores before and after, one panel a contrast, the pooled scores first."""

from textwrap import wrap
from typing import NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.chart_style import (
    EXPLICIT_HUE,
    EXPLICIT_TEXT,
    IMPLICIT_HUE,
    IMPLICIT_TEXT,
    NEUTRAL_HUE,
    STYLE,
    figure_of,
    svg_of,
)
from auditor.reporting.dot_marks import QUIET, score_tick
from auditor.reporting.fix.fix_chart import SlopeChart, SlopeEnds, SlopePanel
from auditor.reporting.language import mark, tr
from auditor.reporting.layers.layer_panels import KEY_HEIGHT, WIDTH, Key, add_panel, key_rows

_COLUMNS, _WIDE_COLUMNS = 5, 4
_FITS = 23
"""Characters of a change that fit under a panel of the narrower columns."""
_PANEL, _BELOW, _LINE = 1.0, 0.47, 0.13
"""Inches: height of a panel, what stands below it, and a line of a title."""
_LEFT, _GAP = 0.40, 0.13
_TITLE = 17
"""Characters of a title on one line."""


class _Mark(NamedTuple):
    shape: str
    hue: str
    text_hue: str
    shift: float
    """So that the two do not hide each other."""
    name: str


_IMPLICIT = _Mark("s", IMPLICIT_HUE, IMPLICIT_TEXT, -0.045, mark("implicit"))
_EXPLICIT = _Mark("o", EXPLICIT_HUE, EXPLICIT_TEXT, 0.045, mark("explicit"))


def draw_slope_chart(chart: SlopeChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        rows = [
            chart.panels[start : start + _columns(chart)]
            for start in range(0, len(chart.panels), _columns(chart))
        ]
        heights = [_row_height(row) for row in rows]
        figure = figure_of(sum(heights) + KEY_HEIGHT + 0.06)
        top = sum(heights)
        for row, height in zip(rows, heights, strict=True):
            for place, panel in enumerate(row):
                _place(figure, chart, panel, place, bottom=top - height)
            top -= height
        keys = (
            Key(tr(_IMPLICIT.name), IMPLICIT_HUE, "-", 1.4, "s"),
            Key(tr(_EXPLICIT.name), EXPLICIT_HUE, "-", 0.9, "o"),
            Key(tr("before: open"), QUIET, "", marker="D", face="white"),
            Key(tr("after: filled"), QUIET, "", marker="D"),
        )
        heading = tr(
            "Score, 0 none, + stereotype; under each panel the paired changes, as in the key"
        )
        key_rows(figure, sum(heights) + 0.04, heading, keys)
        return svg_of(figure)


def _columns(chart: SlopeChart) -> int:
    """Fewer where an interval needs more digits to stay on its side of zero."""
    ends = [one for panel in chart.panels for one in (panel.implicit, panel.explicit) if one]
    return _WIDE_COLUMNS if any(len(one.change) > _FITS for one in ends) else _COLUMNS


def _row_height(row: tuple[SlopePanel, ...]) -> float:
    return _BELOW + _PANEL + 0.06 + _LINE * max(len(_titled(panel)) for panel in row)


def _titled(panel: SlopePanel) -> list[str]:
    return wrap(panel.title, _TITLE) or [""]


def _place(
    figure: Figure, chart: SlopeChart, panel: SlopePanel, place: int, *, bottom: float
) -> None:
    columns = _columns(chart)
    width = (WIDTH - _LEFT - 0.06 - _GAP * (columns - 1)) / columns
    axes = add_panel(figure, (_LEFT + place * (width + _GAP), width), bottom + _BELOW, _PANEL)
    low, high = chart.span
    axes.set_ylim(low - 0.03, high + 0.03)
    axes.set_xlim(-0.3, 1.3)
    axes.set_xticks([0, 1], [tr("before"), tr("after")])
    axes.set_title("\n".join(_titled(panel)), loc="left", fontsize=8, pad=3, linespacing=1.1)
    axes.yaxis.set_major_formatter(score_tick)
    axes.tick_params(axis="both", length=2.5, pad=2, labelsize=7)
    axes.tick_params(axis="y", labelleft=place == 0)
    axes.axhline(0, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    found = ((_IMPLICIT, panel.implicit), (_EXPLICIT, panel.explicit))
    for line, (kind, ends) in enumerate(found):
        if ends is not None:
            _slope(axes, kind, ends, line)


def _slope(axes: Axes, kind: _Mark, ends: SlopeEnds, line: int) -> None:
    across = [kind.shift, 1 + kind.shift]
    width = 1.4 if kind is _IMPLICIT else 0.9
    axes.plot(
        across, [ends.before.value, ends.after.value], color=kind.hue, linewidth=width, zorder=3
    )
    for at, dot, face in ((across[0], ends.before, "white"), (across[1], ends.after, kind.hue)):
        axes.vlines([at], [dot.low], [dot.high], color=kind.hue, linewidth=width, zorder=3)
        axes.plot(
            [at],
            [dot.value],
            marker=kind.shape,
            markersize=4.5,
            markerfacecolor=face,
            markeredgecolor=kind.hue,
            markeredgewidth=1.1,
            linestyle="none",
            zorder=4,
        )
    axes.annotate(
        ends.change,
        (-0.02, 0),
        xycoords="axes fraction",
        xytext=(0, -21 - 9 * line),
        textcoords="offset points",
        color=kind.text_hue,
        fontsize=7,
        annotation_clip=False,
    )
