"""Charts of estimates, drawn: one row a contrast or a group, one kind of mark a series."""

from textwrap import wrap
from typing import NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path
from matplotlib.ticker import NullLocator

from auditor.reporting.blocks import Dot
from auditor.reporting.chart_style import (
    EXPLICIT_HUE,
    EXPLICIT_TEXT,
    IMPLICIT_HUE,
    IMPLICIT_TEXT,
    INK,
    NEUTRAL_HUE,
    STYLE,
    figure_of,
    svg_of,
)
from auditor.reporting.decision_sentences import FOUR_FIFTHS
from auditor.reporting.dot_chart import DotChart, DotRow, SeriesKey
from auditor.reporting.dot_marks import (
    QUIET,
    add_axes,
    beside,
    estimate,
    frame_rows,
    head,
    key_mark,
    mark_limit,
    score_tick,
    write_verdict,
)
from auditor.reporting.language import number, tr

_LEFT, _RIGHT = 0.275, 0.715
_NARROW, _WIDE = 0.595, 14
"""Where axes end that leave room for an interval beside a verdict, and the characters that are
too many for the usual room."""
_LABEL_WIDTH = 29
"""Characters of a row's name on one line, at most."""
_LABEL_POINTS = 125.0
"""What there is left of the axes for a row's name."""
_LINE, _MARK_ROW = 0.135, 0.125
"""Inches that one line of a name, and one series of marks, takes."""
_AFTER_MARK = 0.07
"""Inches between a mark of the key and its name."""
_LIFT = 11.0
"""Points by which the key stands above the heads of the columns."""
_RATIOS = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 2.0, 4.0)


class _Mark(NamedTuple):
    shape: str
    hue: str
    is_filled: bool
    text_hue: str


_MARKS: dict[SeriesKey, _Mark] = {
    "likelihood": _Mark("s", IMPLICIT_HUE, True, IMPLICIT_TEXT),
    "written": _Mark("o", EXPLICIT_HUE, False, EXPLICIT_TEXT),
    "question": _Mark("s", IMPLICIT_HUE, True, IMPLICIT_TEXT),
    "instruction": _Mark("o", EXPLICIT_HUE, False, EXPLICIT_TEXT),
    "chain-of-thought": _Mark("D", EXPLICIT_HUE, True, EXPLICIT_TEXT),
    "neutral-instruction": _Mark("^", NEUTRAL_HUE, False, QUIET),
    "match-statistics": _Mark("v", INK, True, INK),
    "without-adapter": _Mark("o", NEUTRAL_HUE, False, QUIET),
    "with-adapter": _Mark("s", IMPLICIT_HUE, True, IMPLICIT_TEXT),
    "earlier": _Mark("o", NEUTRAL_HUE, False, QUIET),
    "later": _Mark("s", IMPLICIT_HUE, True, IMPLICIT_TEXT),
}
"""Shape tells the series apart; colour helps."""


def draw_dot_chart(chart: DotChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        labels = [_lines(row.label) for row in chart.rows]
        lines = max((len(one) for one in labels), default=1)
        row = max(0.10 + _LINE * lines, 0.08 + _MARK_ROW * len(chart.series))
        figure = figure_of(0.80 + row * max(1, len(chart.rows)))
        right = _NARROW if _is_wide_beside(chart) else _RIGHT
        axes = add_axes(figure, left=_LEFT, right=right, below=0.36, above=0.42)
        frame_rows(axes, ["\n".join(one) for one in labels])
        _scale(axes, chart)
        for place, one in enumerate(chart.rows):
            _row(axes, place, one, chart)
        _heads(axes, chart)
        return svg_of(figure)


def _lines(label: str) -> list[str]:
    """A row's name on lines that are cut nowhere: wide letters take fewer of them."""
    font = FontProperties(family=STYLE["font.family"], size=STYLE["font.size"])
    for width in range(_LABEL_WIDTH, _LABEL_WIDTH // 2, -1):
        lines = wrap(label, width)
        sizes = [text_to_path.get_text_width_height_descent(one, font, False)[0] for one in lines]
        if max(sizes, default=0.0) <= _LABEL_POINTS:
            break
    return lines or [""]


def _is_wide_beside(chart: DotChart) -> bool:
    """Whether a number with its interval stands beside the rows, and a verdict too."""
    return bool(chart.verdict_head) and any(len(row.beside) > _WIDE for row in chart.rows)


def _verdict_column(chart: DotChart) -> float:
    """Where the verdicts stand, as a share of the axes' width right of them."""
    if not chart.beside_head:
        return 0.06
    return 0.66 if _is_wide_beside(chart) else 0.32


def _scale(axes: Axes, chart: DotChart) -> None:
    dots = [dot for row in chart.rows for dot in row.dots if dot is not None]
    axes.set_xlabel(chart.axis_label, fontsize=7, labelpad=1)
    if chart.scale == "ratio":
        _ratio_scale(axes, dots)
        return
    low = min([-0.25, *(min(d.low, d.bound_low) for d in dots)])
    high = max([0.5, *(max(d.high, d.bound_high) for d in dots)])
    axes.set_xlim(low - 0.02, high + 0.02)
    axes.xaxis.set_major_formatter(score_tick)
    axes.axvline(0, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
    if chart.limit is not None:
        mark_limit(axes, chart.limit)
    for side in (-1, 1) if chart.null_size else ():
        axes.axvline(
            side * (chart.null_size or 0.0),
            color=NEUTRAL_HUE,
            linewidth=0.8,
            linestyle=(0, (1, 2)),
            zorder=1,
        )
    _divide_controls(axes, chart)


def _ratio_scale(axes: Axes, dots: list[Dot]) -> None:
    """Logarithmic, so that 0.8 and 1.25 lie equally far from 1."""
    axes.set_xscale("log")
    low = min([0.45, *(min(d.low, d.bound_low) for d in dots)])
    high = max([1.4, *(max(d.high, d.bound_high) for d in dots)])
    axes.set_xlim(max(low, _RATIOS[0]) / 1.04, min(high, _RATIOS[-1]) * 1.04)
    inside = [r for r in _RATIOS if axes.get_xlim()[0] <= r <= axes.get_xlim()[1]]
    axes.set_xticks(inside, [number(f"{ratio:g}") for ratio in inside])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.axvline(1, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
    axes.axvline(FOUR_FIFTHS, color=INK, linewidth=0.8, linestyle=(0, (4, 2)), zorder=1)
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


def _divide_controls(axes: Axes, chart: DotChart) -> None:
    first = next((i for i, row in enumerate(chart.rows) if row.is_control), None)
    if first:
        axes.axhline(first - 0.5, color="#9AA0A6", linewidth=0.8, zorder=0.6)


def _row(axes: Axes, place: int, row: DotRow, chart: DotChart) -> None:
    step = 0.62 / max(1, len(row.dots))
    heights = [place + step * (i - (len(row.dots) - 1) / 2) for i in range(len(row.dots))]
    drawn = [(_clamped(dot, axes), height) for dot, height in zip(row.dots, heights, strict=True)]
    read = [(dot.value, height) for dot, height in drawn if dot is not None and dot.is_measurable]
    if chart.is_connected and len(read) > 1:
        axes.plot(
            [value for value, _ in read],
            [height for _, height in read],
            color="#C4C7CB",
            linewidth=1.2,
            zorder=2,
        )
    for series, (dot, height) in zip(chart.series, drawn, strict=True):
        mark = _MARKS[series.key]
        face = mark.hue if mark.is_filled else "white"
        estimate(axes, dot, height, mark.hue, marker=mark.shape, face=face)
    if row.beside:
        beside(axes, place, 0.045, row.beside, INK)
    if row.mark is not None:
        start = _verdict_column(chart)
        across = (start, start + (0.07 if _is_wide_beside(chart) else 0.055))
        write_verdict(axes, place, across, row.mark)


def _clamped(dot: Dot | None, axes: Axes) -> Dot | None:
    """A ratio of 0 or of hundreds stays at the edge; its number stands in the table."""
    if dot is None or axes.get_xscale() != "log":
        return dot
    low, high = axes.get_xlim()

    def inside(value: float) -> float:
        return min(max(value, low), high)

    return Dot(
        value=inside(dot.value),
        low=inside(dot.low),
        high=inside(dot.high),
        bound_low=inside(dot.bound_low),
        bound_high=inside(dot.bound_high),
        is_measurable=dot.is_measurable,
    )


def _heads(axes: Axes, chart: DotChart) -> None:
    if chart.beside_head:
        head(axes, 1.045, chart.beside_head, INK)
    if chart.verdict_head:
        head(axes, 1 + _verdict_column(chart), chart.verdict_head, INK)
    inches = float(axes.bbox.width) / axes.figure.dpi
    across = -_LEFT * 6.69 / inches + 0.02
    for series in chart.series:
        mark = _MARKS[series.key]
        face = mark.hue if mark.is_filled else "white"
        label = tr(series.label)
        key_mark(axes, across, mark.shape, mark.hue, face, lift=_LIFT)
        head(axes, across + _AFTER_MARK / inches, label, mark.text_hue, lift=_LIFT)
        across += (0.17 + 0.058 * len(label)) / inches
    if any(dot is not None and not dot.is_measurable for row in chart.rows for dot in row.dots):
        for shape, size in (("o", 5.5), ("x", 3.0)):
            key_mark(axes, across, shape, NEUTRAL_HUE, "white", size=size, lift=_LIFT)
        head(axes, across + _AFTER_MARK / inches, tr("n/m: crossed out"), QUIET, lift=_LIFT)
