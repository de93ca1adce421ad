"""Panels over layers: frames with shared axes, bands, keys. What both charts of layers share."""

from collections.abc import Sequence
from textwrap import wrap
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.chart_style import INK
from auditor.reporting.dot_marks import QUIET
from auditor.reporting.language import tr
from auditor.reporting.layers.layer_chart import Curve

WIDTH = 6.69
"""Of the page, in inches."""
_LEFT, _BETWEEN, _WIDEST = 0.42, 0.16, 2.9
"""Inches: room for the axis on the left, between two panels, and the widest panel."""
_CHARACTER = 0.063
"""Inches that a letter of a title takes, on average."""
_TICKS = (1, 2, 5, 10, 20, 25, 50)
_PIECE, _SAMPLE = 0.053, 0.22
"""Inches that a letter of a key takes, on average, and its piece of line."""
LineStyle = str | tuple[int, tuple[float, ...]]
DASHED: LineStyle = (0, (4, 2))
DOTTED: LineStyle = (0, (1, 1.6))
DASH_DOTTED: LineStyle = (0, (6, 1.5, 1, 1.5))
KEY_HEIGHT = 0.3
"""Inches that the heading and the key of a row take."""


class Key(NamedTuple):
    """A mark and what it stands for."""

    text: str
    hue: str
    style: LineStyle = "-"
    """Empty for a mark without a line."""
    width: float = 1.4
    marker: str = ""
    face: str = ""
    is_band: bool = False


def columns(n: int) -> list[tuple[float, float]]:
    """Left edge and width of each panel, in inches."""
    width = min(_WIDEST, (WIDTH - _LEFT - 0.08 - _BETWEEN * (n - 1)) / n)
    return [(_LEFT + i * (width + _BETWEEN), width) for i in range(n)]


def wrapped(titles: Sequence[str]) -> list[list[str]]:
    """Titles on as many lines as their panel needs."""
    _, width = columns(len(titles))[0]
    return [wrap(title, max(10, int(width / _CHARACTER))) for title in titles]


def add_panel(figure: Figure, place: tuple[float, float], bottom: float, height: float) -> Axes:
    """Axes at a left edge and width, bottom and height in inches."""
    total = float(figure.get_figheight())
    left, width = place
    return figure.add_axes((left / WIDTH, bottom / total, width / WIDTH, height / total))


def frame(axes: Axes, n_layers: int, *, is_first: bool) -> None:
    """An axis of relative depth with the numbers of layers as ticks."""
    step = next((s for s in _TICKS if n_layers / s <= 4), n_layers)
    ticks = list(range(0, n_layers + 1, step))
    axes.set_xlim(-0.02, 1.02)
    axes.set_xticks([tick / n_layers for tick in ticks], [str(tick) for tick in ticks])
    axes.tick_params(axis="both", length=2.5, pad=2, labelsize=7)
    axes.tick_params(axis="y", labelleft=is_first)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)


def depth_title(n_layers: int) -> str:
    """What the axis of relative depth is called."""
    return tr("layer of {n}, by depth", n=n_layers)


def depths(curve: Curve, n_layers: int) -> list[float]:
    """Layers as shares of the depth."""
    return [layer / n_layers for layer in curve.layers]


def band(axes: Axes, curve: Curve, n_layers: int, hue: str, *, alpha: float = 0.18) -> None:
    """The 95 % interval around a curve."""
    axes.fill_between(
        depths(curve, n_layers),
        curve.lows,
        curve.highs,
        color=hue,
        alpha=alpha,
        linewidth=0,
        zorder=2,
    )


def within(curve: Curve, layers: Sequence[int]) -> list[Curve]:
    """The pieces of a curve over neighbouring layers among these."""
    pieces: list[list[int]] = []
    for place, layer in enumerate(curve.layers):
        if layer not in layers:
            continue
        if pieces and pieces[-1][-1] == place - 1:
            pieces[-1].append(place)
        else:
            pieces.append([place])
    return [
        Curve(
            layers=tuple(curve.layers[i] for i in piece),
            values=tuple(curve.values[i] for i in piece),
            lows=tuple(curve.lows[i] for i in piece),
            highs=tuple(curve.highs[i] for i in piece),
        )
        for piece in pieces
    ]


def mark_peak(axes: Axes, across: float, height: float, text: str) -> None:
    """▼ above a point, with its layer beside it."""
    axes.plot([across], [height], marker="v", markersize=4.5, color=INK, linestyle="none", zorder=6)
    is_right = across > 0.75
    axes.annotate(
        text,
        (across, height),
        xytext=(-4 if is_right else 4, -2.5),
        textcoords="offset points",
        horizontalalignment="right" if is_right else "left",
        fontsize=7,
    )


def key_rows(figure: Figure, bottom: float, heading: str, entries: Sequence[Key]) -> None:
    """What the panels below show, and under it what each mark stands for."""
    _write(figure, 0.04, bottom + 0.16, heading, size=8)
    left = 0.04
    for entry in entries:
        left = _key(figure, left, bottom, entry)


def _key(figure: Figure, left: float, bottom: float, entry: Key) -> float:
    """One mark with its meaning; where the next may begin, in inches."""
    total = float(figure.get_figheight())
    axes = figure.add_axes((left / WIDTH, bottom / total, _SAMPLE / WIDTH, 0.09 / total))
    axes.set_axis_off()
    axes.set_xlim(0, 1)
    axes.set_ylim(0, 1)
    if entry.is_band:
        axes.axhspan(0, 1, color=entry.hue, alpha=0.3, linewidth=0)
    ends = ([0, 1], [0.5, 0.5]) if entry.style else ([0.5], [0.5])
    axes.plot(
        *ends,
        color=entry.hue,
        linewidth=entry.width,
        linestyle=entry.style or "none",
        marker=entry.marker or None,
        markersize=3.6,
        markerfacecolor=entry.face or entry.hue,
        markeredgewidth=1.6 if entry.marker == "|" else 0.8,
        clip_on=False,
    )
    _write(figure, left + _SAMPLE + 0.09, bottom + 0.01, entry.text, size=7)
    return left + _SAMPLE + 0.09 + _PIECE * len(entry.text) + 0.13


def _write(figure: Figure, left: float, bottom: float, text: str, *, size: int) -> None:
    across, up = left / WIDTH, bottom / float(figure.get_figheight())
    figure.text(across, up, text, fontsize=size, color=INK if size > 7 else QUIET)
