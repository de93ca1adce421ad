"""The dial, drawn: strength of the adapter against what it changes, other arms beside it."""

from typing import NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.chart_style import (
    EXPLICIT_HUE,
    IMPLICIT_HUE,
    INK,
    NEUTRAL_HUE,
    STYLE,
    figure_of,
    svg_of,
)
from auditor.reporting.dot_marks import QUIET, score_tick
from auditor.reporting.fix.fix_chart import DialChart, DialDot, DialMark, DialPanel
from auditor.reporting.language import mark, number, tr
from auditor.reporting.layers.layer_panels import (
    DASHED,
    KEY_HEIGHT,
    WIDTH,
    Key,
    add_panel,
    key_rows,
)

_PANEL, _GAP, _BELOW = 0.92, 0.24, 0.36
"""Inches: height of a panel, between two, and below the last."""
_LEFT, _DIAL, _BETWEEN = 0.48, 2.75, 0.14
_LABEL = 9
"""Characters of an arm's name on one line."""


class _Mark(NamedTuple):
    text: str
    shape: str
    hue: str
    is_filled: bool


_MARKS: dict[DialMark, _Mark] = {
    "original": _Mark(mark("original"), "o", INK, False),
    "fixed": _Mark(mark("the fix"), "s", IMPLICIT_HUE, True),
    "scaled": _Mark(mark("at another strength"), "s", IMPLICIT_HUE, False),
    "prompted": _Mark(mark("by instruction"), "^", EXPLICIT_HUE, True),
    "erased": _Mark(mark("erasure"), "D", EXPLICIT_HUE, False),
    "control": _Mark(mark("control"), "X", NEUTRAL_HUE, True),
}
"""Shape tells the arms apart; colour helps."""


def draw_dial_chart(chart: DialChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        below = max(_BELOW, 0.1 + _lines(chart) * 0.115)
        height = below + len(chart.panels) * (_PANEL + _GAP)
        figure = figure_of(height + KEY_HEIGHT)
        for place, panel in enumerate(chart.panels):
            bottom = height - (place + 1) * (_PANEL + _GAP)
            _row(figure, chart, panel, place, bottom=bottom)
        kinds = {dot.mark for dot in (*chart.dial, *chart.others)}
        keys = [
            Key(tr(m.text), m.hue, "", marker=m.shape, face="" if m.is_filled else "white")
            for kind, m in _MARKS.items()
            if kind in kinds
        ]
        key_rows(figure, height, tr("With 95 % intervals; dotted: the original"), keys)
        return svg_of(figure)


def _lines(chart: DialChart) -> int:
    return max((len(_wrapped(label)) for label in chart.other_labels), default=1)


def _wrapped(label: str) -> list[str]:
    """Words on lines of their own where two do not fit."""
    lines: list[str] = []
    for word in label.split():
        if lines and len(lines[-1]) + len(word) < _LABEL:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines


def _row(figure: Figure, chart: DialChart, panel: DialPanel, place: int, *, bottom: float) -> None:
    is_last = place == len(chart.panels) - 1
    span = _span(chart, panel, place)
    axes = add_panel(figure, (_LEFT, _DIAL), bottom, _PANEL)
    _frame(axes, panel, span, is_first=True)
    top = max([1.5, *(dot.across for dot in chart.dial)])
    axes.set_xlim(-0.08, top + 0.08)
    axes.set_xticks(
        [0, 0.5, 1, 1.5], [number(tick) for tick in ("0", "0.5", "1", "1.5")] if is_last else []
    )
    if is_last:
        axes.set_xlabel(tr("strength of the adapter; 1 as trained"), fontsize=7, labelpad=1)
    axes.set_title(panel.title, loc="left", fontsize=8, pad=3)
    _dots(axes, chart.dial, place, is_joined=True)
    every = [axes]
    if chart.others:
        left = _LEFT + _DIAL + _BETWEEN
        beside = add_panel(figure, (left, WIDTH - left - 0.06), bottom, _PANEL)
        _frame(beside, panel, span, is_first=False)
        beside.set_xlim(-0.5, len(chart.others) - 0.5)
        labels = ["\n".join(_wrapped(label)) for label in chart.other_labels]
        beside.set_xticks(range(len(chart.others)), labels if is_last else [""] * len(labels))
        _dots(beside, chart.others, place, is_joined=False)
        every.append(beside)
    original = next((d.dots[place] for d in chart.dial if d.mark == "original"), None)
    for one in every:
        if original is not None:
            one.axhline(original.value, color=INK, linewidth=0.7, linestyle=(0, (1, 1.6)), zorder=1)


def _frame(axes: Axes, panel: DialPanel, span: tuple[float, float], *, is_first: bool) -> None:
    low, high = span
    room = 0.08 * (high - low)
    axes.set_ylim(low - room, high + room)
    axes.tick_params(axis="both", length=2.5, pad=2, labelsize=7)
    axes.tick_params(axis="y", labelleft=is_first)
    axes.axhline(0, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if panel.key == "bias":
        axes.yaxis.set_major_formatter(score_tick)
    elif panel.key == "unusable":
        axes.yaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    else:
        axes.yaxis.set_major_formatter(lambda value, _: number(f"{value:+.2f}").replace("-", "−"))
    if panel.limit is not None:
        axes.axhline(panel.limit, color=INK, linewidth=0.8, linestyle=DASHED, zorder=1)
        if is_first:
            axes.annotate(
                tr("limit +{limit}", limit=number(f"{panel.limit:g}")),
                (0, panel.limit),
                xycoords=("axes fraction", "data"),
                xytext=(2, 2),
                textcoords="offset points",
                color=QUIET,
                fontsize=7,
            )


def _span(chart: DialChart, panel: DialPanel, place: int) -> tuple[float, float]:
    """Of a quantity over all arms; what an interval reaches far beyond is cut."""
    dots = [d.dots[place] for d in (*chart.dial, *chart.others)]
    ends = [end for dot in dots if dot is not None for end in (dot.low, dot.high)]
    if panel.key == "bias":
        return min([-0.1, *ends]), max([0.3, *ends])
    if panel.key == "unusable":
        return 0.0, min(1.0, max([0.2, *ends]))
    return min([-0.01, *ends]), max([1.4 * (panel.limit or 0.05), *ends])


def _dots(axes: Axes, dots: tuple[DialDot, ...], place: int, *, is_joined: bool) -> None:
    found = [(dot, one) for dot in dots if (one := dot.dots[place]) is not None]
    if is_joined:
        axes.plot(
            [dot.across for dot, _ in found],
            [one.value for _, one in found],
            color=IMPLICIT_HUE,
            linewidth=1.0,
            zorder=2,
        )
    for dot, one in found:
        shown = _MARKS[dot.mark]
        axes.vlines([dot.across], [one.low], [one.high], color=shown.hue, linewidth=1.2, zorder=3)
        axes.plot(
            [dot.across],
            [one.value],
            marker=shown.shape,
            markersize=5,
            markerfacecolor=shown.hue if shown.is_filled else "white",
            markeredgecolor=shown.hue,
            markeredgewidth=1.1,
            linestyle="none",
            zorder=4,
        )
    for dot in dots:
        if dot.dots[place] is None:
            axes.text(
                dot.across,
                0.06,
                tr("not asked"),
                transform=axes.get_xaxis_transform(),
                color=QUIET,
                fontsize=7,
                rotation=90,
                horizontalalignment="center",
            )
