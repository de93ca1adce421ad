"""Whom two models reject, drawn: one bar of all candidates a row, each cell with its own pattern.

Solid is agreement, hatched is not: told apart without colour, and by the numbers in the bars.
"""

from textwrap import fill
from typing import Any, NamedTuple

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.chart_style import INK, STYLE, figure_of, svg_of
from auditor.reporting.comparison.agreement_chart import (
    AgreementBar,
    AgreementChart,
    AgreementPanel,
)
from auditor.reporting.dot_marks import QUIET
from auditor.reporting.language import number, tr

_LEFT, _WIDTH = 0.285, 0.595
"""Of the bars, as shares of the figure's width."""
_ROW, _TWO_LINES, _HEAD = 0.205, 0.30, 0.34
"""Inches: a row, a row whose label has two lines, the head of a panel."""
_ABOVE, _BELOW = 0.30, 0.36
_LABEL = 33
"""Characters of a line of a label."""
_LABELLED = 0.05
"""The smallest share of a bar that is labelled."""


class _Segment(NamedTuple):
    face: str
    text: str
    hatch: str = ""


_CELLS = {
    "both": _Segment("#2F4858", "white"),
    "only_first": _Segment("#F3C9A5", INK, "////"),
    "only_second": _Segment("#B9D6EA", INK, "\\\\\\\\"),
    "neither": _Segment("#E4E4E4", INK),
}


def draw_agreement_chart(chart: AgreementChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        heights = [_height(panel) for panel in chart.panels]
        whole = sum(heights) + _HEAD * len(heights) + _ABOVE + _BELOW
        figure = figure_of(whole)
        _key(figure, chart.names, whole)
        top = whole - _ABOVE
        for panel, height in zip(chart.panels, heights, strict=True):
            top -= _HEAD + height
            axes = figure.add_axes((_LEFT, top / whole, _WIDTH, height / whole))
            _panel(axes, panel, is_last=panel is chart.panels[-1])
        return svg_of(figure)


def _rows(panel: AgreementPanel) -> list[float]:
    return [_TWO_LINES if "\n" in _label(bar) else _ROW for bar in panel.bars]


def _height(panel: AgreementPanel) -> float:
    return sum(_rows(panel))


def _label(bar: AgreementBar) -> str:
    return fill(bar.label, _LABEL, max_lines=2, placeholder="…")


def _key(figure: Figure, names: tuple[str, str], whole: float) -> None:
    axes = figure.add_axes((0.0, (whole - 0.19) / whole, 1.0, 0.12 / whole))
    axes.set_axis_off()
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1)
    first, second = names
    across = 1.0
    for cell, text in (
        ("both", tr("rejected by both")),
        ("only_first", tr("by {model} alone", model=first)),
        ("only_second", tr("by {model} alone", model=second)),
        ("neither", tr("by neither")),
    ):
        axes.barh(0.5, 2.4, left=across, height=1.0, **_style(_CELLS[cell]))
        axes.text(across + 3.2, 0.5, text, fontsize=7, verticalalignment="center")
        across += 6.0 + 0.95 * len(text)


def _style(segment: _Segment) -> dict[str, Any]:
    style: dict[str, Any] = {"facecolor": segment.face, "edgecolor": "#5F6368", "linewidth": 0.4}
    return style | ({"hatch": segment.hatch} if segment.hatch else {})


def _panel(axes: Axes, panel: AgreementPanel, *, is_last: bool) -> None:
    axes.set_xlim(0, 1)
    axes.set_ylim(_height(panel), 0)
    axes.set_title(panel.title, loc="left", fontsize=8, fontweight="bold", pad=3, x=-0.47)
    places, top = [], 0.0
    for height in _rows(panel):
        places.append(top + height / 2)
        top += height
    axes.set_yticks(places, [_label(bar) for bar in panel.bars], fontsize=7)
    axes.tick_params(axis="y", length=0, pad=5)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1])
    axes.tick_params(axis="x", length=2.5, pad=2, labelsize=7, labelbottom=is_last)
    axes.xaxis.set_major_formatter(lambda value, _: number(f"{100 * value:.0f} %"))
    if is_last:
        axes.set_xlabel(
            tr("share of the candidates that both decided about"), fontsize=7, labelpad=1
        )
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    for across, text in ((1.03, "n"), (1.10, tr("left out"))):
        axes.annotate(
            text,
            (across, 1),
            xycoords="axes fraction",
            xytext=(0, 3),
            textcoords="offset points",
            fontsize=7,
            color=QUIET,
            annotation_clip=False,
        )
    for place, bar in zip(places, panel.bars, strict=True):
        _bar(axes, place, bar)


def _bar(axes: Axes, place: float, bar: AgreementBar) -> None:
    start = 0.0
    for cell, segment in _CELLS.items():
        count = int(getattr(bar, cell))
        share = count / bar.n if bar.n else 0.0
        if not count:
            continue
        axes.barh(place, share, left=start, height=0.62 * _ROW, **_style(segment))
        if share >= _LABELLED:
            axes.text(
                start + share / 2,
                place,
                str(count),
                fontsize=7,
                color=segment.text,
                horizontalalignment="center",
                verticalalignment="center",
                bbox={"facecolor": segment.face, "edgecolor": "none", "pad": 1.2}
                if segment.hatch
                else None,
            )
        start += share
    for across, text in ((1.03, str(bar.n)), (1.10, str(bar.left_out))):
        axes.text(
            across,
            place,
            text,
            transform=axes.get_yaxis_transform(),
            fontsize=7,
            verticalalignment="center",
            clip_on=False,
        )
