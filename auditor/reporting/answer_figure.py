"""Chart 2, drawn: what the written answers were."""

from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.blocks import AnswerBar, AnswerChart, AnswerPanel
from auditor.reporting.chart_style import (
    COUNTER_HUE,
    IMPLICIT_HUE,
    INK,
    NEITHER_HUE,
    NEUTRAL_HUE,
    STYLE,
    figure_of,
    svg_of,
)
from auditor.reporting.language import tr


def draw_answer_chart(chart: AnswerChart) -> str:
    """Chart 2, as SVG: shares of all answers; the unusable in the middle, both ends on a base."""
    with matplotlib.rc_context(STYLE):
        sizes = [0.42 + 0.215 * len(panel.bars) for panel in chart.panels]
        figure = figure_of(sum(sizes) + 0.60)
        top = float(figure.get_figheight()) - 0.22
        _answer_key(figure)
        for panel, size in zip(chart.panels, sizes, strict=True):
            height = 0.215 * len(panel.bars)
            axes = figure.add_axes(
                (
                    0.235,
                    (top - 0.24 - height) / figure.get_figheight(),
                    0.67,
                    height / figure.get_figheight(),
                )
            )
            _answer_panel(axes, panel, is_last=panel is chart.panels[-1])
            top -= size
        return svg_of(figure)


def _answer_key(figure: Figure) -> None:
    height = float(figure.get_figheight())
    axes = figure.add_axes((0.235, (height - 0.17) / height, 0.67, 0.11 / height))
    axes.set_axis_off()
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1)
    across = 0.0
    parts = (
        (tr("stereotyped"), {"facecolor": IMPLICIT_HUE}, 20.0),
        (tr("neutral"), {"facecolor": NEITHER_HUE}, 15.0),
        (tr("no usable answer"), _HATCHED, 26.0),
        (tr("counter-stereotyped"), {"facecolor": COUNTER_HUE}, 0.0),
    )
    for text, style, width in parts:
        axes.bar(across + 1.25, 1, width=2.5, align="center", **style)
        axes.text(across + 3.4, 0.5, text, fontsize=7, verticalalignment="center")
        across += max(width, 5.5 + 1.27 * len(text))


LABELLED = 0.05
"""The smallest share that is labelled."""
_LEVEL: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": NEUTRAL_HUE,
    "linewidth": 0.8,
    "linestyle": (0, (3, 2)),
}
_HATCHED: dict[str, Any] = {
    "facecolor": "white",
    "edgecolor": "#8A8A8A",
    "hatch": "////",
    "linewidth": 0.4,
}


def _answer_panel(axes: Axes, panel: AnswerPanel, *, is_last: bool) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(len(panel.bars) - 0.5, -0.5)
    axes.set_title(panel.title, loc="left", fontsize=8, fontweight="bold", pad=3)
    axes.set_yticks(range(len(panel.bars)), [bar.label for bar in panel.bars])
    axes.tick_params(axis="y", length=0, pad=6)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.tick_params(axis="x", length=2.5, pad=2, labelsize=7, labelbottom=is_last)
    axes.xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f} %")
    if is_last:
        axes.set_xlabel(tr("share of all answers"), fontsize=7, labelpad=1)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.annotate(
        "n",
        (1.035, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        fontsize=7,
        annotation_clip=False,
    )
    for place, bar in enumerate(panel.bars):
        _answer_bar(axes, place, bar)


def _answer_bar(axes: Axes, place: int, bar: AnswerBar) -> None:
    for start, share, style, hue, label in _segments(bar):
        axes.barh(place, share, left=start, height=0.68, **style)
        if share >= LABELLED:
            axes.text(
                start + share / 2,
                place,
                label,
                fontsize=7,
                color=hue,
                horizontalalignment="center",
                verticalalignment="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8}
                if "hatch" in style
                else None,
            )
    axes.text(1.035, place, bar.n, verticalalignment="center", clip_on=False)


def _segments(bar: AnswerBar) -> list[tuple[float, float, dict[str, Any], str, str]]:
    """Start, share, style, colour and label of each segment, from left to right."""
    shares: tuple[tuple[float, dict[str, Any], str], ...] = (
        (bar.stereotype, {"facecolor": IMPLICIT_HUE}, "black"),
        (bar.neutral, {"facecolor": NEITHER_HUE}, INK),
        (bar.unusable, _HATCHED, INK),
        (bar.counter, {"facecolor": COUNTER_HUE}, INK),
    )
    if bar.ruled_by:
        sided = bar.stereotype + bar.counter
        shares = (
            (sided, _LEVEL, INK),
            (bar.neutral, {"facecolor": NEITHER_HUE}, INK),
            (bar.unusable, _HATCHED, INK),
        )
    segments, start = [], 0.0
    for share, style, hue in shares:
        label = f"{100 * share:.0f} %"
        if style is _LEVEL:
            label = f"{label} {tr(bar.ruled_by)}" if share >= 0.4 else f"{label} ="
        segments.append((start, share, style, hue, label))
        start += share
    return segments
