"""Chart 9, drawn: scores against the number of parameters, on a logarithmic axis."""

from collections.abc import Sequence
from math import log10

import matplotlib
from matplotlib.axes import Axes
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
from auditor.reporting.dot_marks import add_axes, head, key_mark, score_tick
from auditor.reporting.language import number, tr
from auditor.reporting.reviews.size_chart import SizeChart, SizePoint

_APART = 0.012
"""Shift between the two marks of a model, as a share of the axis."""


def draw_size_chart(chart: SizeChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        figure = figure_of(3.1)
        axes = add_axes(figure, left=0.085, right=0.985, below=0.40, above=0.34)
        sizes = [log10(point.n_parameters) for point in chart.points]
        low, high = min(sizes), max(sizes)
        margin = max(0.25, 0.18 * (high - low))
        axes.set_xlim(low - margin, high + margin)
        _heights(axes, chart)
        step = _APART * (high - low + 2 * margin)
        _series(axes, chart.points, "implicit", -step)
        _series(axes, chart.points, "explicit", step)
        for point in chart.points:
            _name(axes, point)
        _frame(axes, sizes)
        return svg_of(figure)


def size_words(n_parameters: int) -> str:
    """As in `135 M` or `1.5 B`: parameters in millions or billions."""
    if n_parameters >= 10**9:
        return tr("{n}\u00a0B", n=number(f"{n_parameters / 10**9:.3g}"))
    return tr("{n}\u00a0M", n=number(f"{n_parameters / 10**6:.3g}"))


def _dots(chart: SizeChart) -> list[Dot]:
    both = [dot for point in chart.points for dot in (point.implicit, point.explicit)]
    return [dot for dot in both if dot is not None]


def _heights(axes: Axes, chart: SizeChart) -> None:
    dots = _dots(chart)
    low = min([-0.15, *(dot.low for dot in dots)])
    high = max([0.4, *(dot.high for dot in dots)])
    # Room for the names above the highest interval.
    axes.set_ylim(low - 0.03, high + 0.16 * (high - low))
    axes.axhline(0, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)


def _series(axes: Axes, points: Sequence[SizePoint], which: str, shift: float) -> None:
    is_implicit = which == "implicit"
    hue = IMPLICIT_HUE if is_implicit else EXPLICIT_HUE
    found = [
        (point.family, log10(point.n_parameters) + shift, dot)
        for point in points
        if (dot := point.implicit if is_implicit else point.explicit) is not None
    ]
    for family in dict.fromkeys(name for name, _, _ in found):
        line = [(at, dot.value) for name, at, dot in found if name == family]
        axes.plot(*zip(*line, strict=True), color=hue, linewidth=0.9, zorder=2)
    for _, at, dot in found:
        axes.vlines([at], [dot.low], [dot.high], color=hue, linewidth=1.6, zorder=3)
        axes.plot(
            [at],
            [dot.value],
            marker="s" if is_implicit else "o",
            markersize=5,
            markerfacecolor=hue if is_implicit else "white",
            markeredgecolor=hue,
            markeredgewidth=1.2,
            linestyle="none",
            zorder=4,
        )


def _name(axes: Axes, point: SizePoint) -> None:
    tops = [dot.high for dot in (point.implicit, point.explicit) if dot is not None]
    axes.annotate(
        point.label,
        (log10(point.n_parameters), max(tops, default=0.0)),
        xytext=(0, 5),
        textcoords="offset points",
        horizontalalignment="center",
        color=INK,
        fontsize=7,
    )


def _frame(axes: Axes, sizes: Sequence[float]) -> None:
    shown: list[float] = []
    span = axes.get_xlim()[1] - axes.get_xlim()[0]
    for size in sorted(set(sizes)):
        if not shown or size - shown[-1] > 0.08 * span:
            shown.append(size)
    axes.set_xticks(shown, [size_words(round(10**size)) for size in shown])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(tr("parameters, on a logarithmic axis"), fontsize=7, labelpad=1)
    axes.yaxis.set_major_formatter(score_tick)
    axes.tick_params(axis="both", length=2.5, pad=2, labelsize=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    head(axes, 0.0, tr("Score, 0 none, + stereotype"), INK, lift=11.0)
    key_mark(axes, 0.45, "s", IMPLICIT_HUE, IMPLICIT_HUE, lift=11.0)
    head(axes, 0.465, tr("implicit"), IMPLICIT_TEXT, lift=11.0)
    key_mark(axes, 0.62, "o", EXPLICIT_HUE, "white", lift=11.0)
    head(axes, 0.635, tr("explicit"), EXPLICIT_TEXT, lift=11.0)
