"""Chart 4 drawn: impact ratios in blocks, on a logarithmic axis.

Shape tells on which side of four fifths a ratio lies. A diamond is filled only where the whole
interval lies below: a point whose interval crosses the line decides nothing.
"""

from math import sqrt

import matplotlib
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from auditor.reporting.chart_style import EXPLICIT_HUE, INK, NEUTRAL_HUE, STYLE, figure_of, svg_of
from auditor.reporting.decision_sentences import FOUR_FIFTHS
from auditor.reporting.dot_marks import QUIET, add_axes, beside, head
from auditor.reporting.language import number, tr
from auditor.reporting.standards.selection import RatioChart, RatioRow

_LEFT, _RIGHT = 0.2, 0.66
_LOW, _HIGH = 0.4, 1.6
_TICKS = (0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.6)
_BELOW_HUE = "#B3261E"
_ROW = 0.2
"""Inches of one row."""
_SIZES = (4.0, 8.0)
"""Points across of the smallest and the largest group's mark."""


def draw_ratio_chart(chart: RatioChart) -> str:
    """The chart as SVG."""
    n_rows = sum(1 + len(block.rows) for block in chart.blocks)
    most = max((row.n for block in chart.blocks for row in block.rows), default=1)
    with matplotlib.rc_context(STYLE):
        figure = figure_of(0.62 + _ROW * n_rows)
        axes = add_axes(figure, left=_LEFT, right=_RIGHT, below=0.38, above=0.24)
        axes.set_ylim(n_rows - 0.5, -0.5)
        _scale(axes)
        labels, place = [], 0
        for block in chart.blocks:
            _block_title(axes, place, block.title)
            for row in block.rows:
                place += 1
                labels.append((place, row.label))
                _row(axes, place, row, most)
            place += 1
        axes.set_yticks([one for one, _ in labels], [text for _, text in labels])
        _heads(axes)
        return svg_of(figure)


def _scale(axes: Axes) -> None:
    """Logarithmic, so that 0.8 and 1.25 lie equally far from 1."""
    axes.set_xscale("log")
    axes.set_xlim(_LOW, _HIGH)
    axes.set_xticks(_TICKS, [number(f"{tick:g}") for tick in _TICKS])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(tr("impact ratio (log scale): 1 equal selection rates"), fontsize=7, labelpad=1)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.tick_params(axis="x", length=2.5, pad=2, labelsize=7)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.axvspan(FOUR_FIFTHS, 1.25, color="#EEF0F2", linewidth=0, zorder=0)
    axes.axvline(1, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
    axes.axvline(FOUR_FIFTHS, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)


def _block_title(axes: Axes, place: int, title: str) -> None:
    if place:
        axes.axhline(place - 0.5, color="#9AA0A6", linewidth=0.6, zorder=0.6, clip_on=False)
    axes.text(
        -_LEFT / (_RIGHT - _LEFT) + 0.02,
        place,
        title,
        transform=axes.get_yaxis_transform(),
        color=INK,
        fontweight="bold",
        verticalalignment="center",
        clip_on=False,
    )


def _row(axes: Axes, place: int, row: RatioRow, most: int) -> None:
    size = _SIZES[0] + (_SIZES[1] - _SIZES[0]) * sqrt(row.n / most if most else 0.0)
    if row.is_reference:
        _point(axes, 1.0, place, "|", INK, INK, size + 2)
    elif row.dot is not None:
        ends = (row.dot.low, row.dot.high)
        bounds = (row.dot.bound_low, row.dot.bound_high)
        is_below = row.dot.value < FOUR_FIFTHS
        hue = _BELOW_HUE if is_below else EXPLICIT_HUE
        _span(axes, bounds, place, hue, 0.7, (0, (1, 1.6)))
        _span(axes, ends, place, hue, 1.6, "solid")
        face = hue if not is_below or row.dot.high < FOUR_FIFTHS else "white"
        _point(axes, _inside(row.dot.value), place, "D" if is_below else "o", hue, face, size)
    for across, text in ((0.03, row.beside), (0.4, row.n_text), (0.55, row.unknown)):
        beside(axes, place, across, text, INK)


def _span(
    axes: Axes,
    ends: tuple[float, float],
    place: int,
    hue: str,
    width: float,
    style: str | tuple[int, tuple[float, float]],
) -> None:
    low, high = (_inside(end) for end in ends)
    if low < high:
        axes.plot(
            [low, high],
            [place, place],
            color=hue,
            linewidth=width,
            linestyle=style,
            solid_capstyle="butt",
            zorder=3,
        )


def _point(
    axes: Axes, value: float, place: int, shape: str, hue: str, face: str, size: float
) -> None:
    axes.plot(
        [value],
        [place],
        marker=shape,
        markersize=size,
        markerfacecolor=face,
        markeredgecolor=hue,
        markeredgewidth=1.2,
        linestyle="none",
        zorder=4,
        clip_on=False,
    )


def _inside(value: float) -> float:
    """A ratio beyond the axis stays at its edge; its number stands beside it."""
    return min(max(value, _LOW), _HIGH)


def _heads(axes: Axes) -> None:
    for across, text in ((1.03, tr("ratio")), (1.4, tr("n")), (1.55, tr("unknown"))):
        head(axes, across, text, INK)
    axes.annotate(
        tr("four-fifths screening"),
        (FOUR_FIFTHS, 1),
        xycoords=("data", "axes fraction"),
        xytext=(-2, 3),
        textcoords="offset points",
        horizontalalignment="right",
        color=QUIET,
        fontsize=7,
    )
