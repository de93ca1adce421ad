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
from auditor.reporting.language import number, tr, whole
from auditor.reporting.reviews.size_chart import SizeChart, SizePoint

_APART = 0.012
"""Shift between the two marks of a model, as a share of the axis."""
_NEXT = 0.05
"""Shift between two models of the same size, as quantisations of one are."""


_FAR = 20
"""How many times the first training step the last one is, from which steps stand by magnitude."""


def draw_size_chart(chart: SizeChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        figure = figure_of(3.1)
        axes = add_axes(figure, left=0.085, right=0.985, below=0.40, above=0.34)
        sizes = _scaled(chart)
        low, high = min(sizes), max(sizes)
        margin = max(0.25 if _is_logarithmic(chart) else 0.5, 0.18 * (high - low))
        axes.set_xlim(low - margin, high + margin)
        _heights(axes, chart)
        width = high - low + 2 * margin
        places = _places(sizes, _NEXT * width)
        _series(axes, chart.points, places, "implicit", -_APART * width)
        _series(axes, chart.points, places, "explicit", _APART * width)
        for point, place in zip(chart.points, places, strict=True):
            _name(axes, point, place)
        _frame(axes, chart, sizes)
        return svg_of(figure)


def size_words(n_parameters: int) -> str:
    """As in `135 M` or `1.5 B`: parameters in millions or billions."""
    if n_parameters >= 10**9:
        return tr("{n}\u00a0B", n=number(f"{n_parameters / 10**9:.3g}"))
    return tr("{n}\u00a0M", n=number(f"{n_parameters / 10**6:.3g}"))


def _values(chart: SizeChart) -> list[int]:
    """What the axis shows of each model."""
    if chart.axis == "parameters":
        return [point.n_parameters for point in chart.points]
    return [point.step for point in chart.points if point.step is not None]


def _is_logarithmic(chart: SizeChart) -> bool:
    """Sizes always; steps where they begin after 0 and reach far."""
    if chart.axis == "parameters":
        return True
    values = _values(chart)
    return min(values) > 0 and max(values) >= _FAR * min(values)


def _scaled(chart: SizeChart) -> list[float]:
    """Where the axis has them."""
    scale = log10 if _is_logarithmic(chart) else float
    return [scale(value) for value in _values(chart)]


def _places(sizes: Sequence[float], apart: float) -> list[float]:
    """Where each model stands; those of one size side by side around it."""
    before = [sizes[:place].count(size) for place, size in enumerate(sizes)]
    return [
        size + (n - (sizes.count(size) - 1) / 2) * apart
        for size, n in zip(sizes, before, strict=True)
    ]


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


def _series(
    axes: Axes, points: Sequence[SizePoint], places: Sequence[float], which: str, shift: float
) -> None:
    is_implicit = which == "implicit"
    hue = IMPLICIT_HUE if is_implicit else EXPLICIT_HUE
    found = [
        (point.family, place + shift, dot)
        for point, place in zip(points, places, strict=True)
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


def _name(axes: Axes, point: SizePoint, place: float) -> None:
    tops = [dot.high for dot in (point.implicit, point.explicit) if dot is not None]
    axes.annotate(
        point.label,
        (place, max(tops, default=0.0)),
        xytext=(0, 5),
        textcoords="offset points",
        horizontalalignment="center",
        color=INK,
        fontsize=7,
    )


def _frame(axes: Axes, chart: SizeChart, places: Sequence[float]) -> None:
    shown: dict[float, str] = {}
    span = axes.get_xlim()[1] - axes.get_xlim()[0]
    words = size_words if chart.axis == "parameters" else whole
    for place, value in sorted(zip(places, _values(chart), strict=True)):
        if not shown or place - max(shown) > 0.08 * span:
            shown[place] = words(value)
    axes.set_xticks(list(shown), list(shown.values()))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel(_axis_words(chart), fontsize=7, labelpad=1)
    axes.yaxis.set_major_formatter(score_tick)
    axes.tick_params(axis="both", length=2.5, pad=2, labelsize=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    head(axes, 0.0, tr("Score, 0 none, + stereotype"), INK, lift=11.0)
    key_mark(axes, 0.45, "s", IMPLICIT_HUE, IMPLICIT_HUE, lift=11.0)
    head(axes, 0.465, tr("implicit"), IMPLICIT_TEXT, lift=11.0)
    key_mark(axes, 0.62, "o", EXPLICIT_HUE, "white", lift=11.0)
    head(axes, 0.635, tr("explicit"), EXPLICIT_TEXT, lift=11.0)


def _axis_words(chart: SizeChart) -> str:
    if chart.axis == "parameters":
        return tr("parameters, on a logarithmic axis")
    if _is_logarithmic(chart):
        return tr("training step, on a logarithmic axis")
    return tr("training step")
