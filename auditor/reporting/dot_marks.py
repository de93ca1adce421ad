"""Marks that the charts of estimates share: a value with its interval and bounds, texts beside."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.blocks import Dot, VerdictMark
from auditor.reporting.chart_style import INK, NEUTRAL_HUE
from auditor.reporting.language import number, tr

QUIET = "#5F6368"
_MARK_HUES = {
    "v-pass": "#1B6E53",
    "v-warn": "#8A5A00",
    "v-fail": "#B3261E",
    "v-open": "#444444",
    "v-none": "#444444",
}


def add_axes(figure: Figure, *, left: float, right: float, below: float, above: float) -> Axes:
    """Axes with margins in inches below and above, in shares of the width left and right."""
    height = float(figure.get_figheight())
    return figure.add_axes((left, below / height, right - left, (height - below - above) / height))


def frame_rows(axes: Axes, labels: Sequence[str]) -> None:
    """One row a label, from above, with a fine line between two."""
    axes.set_ylim(len(labels) - 0.5, -0.5)
    axes.set_yticks(range(len(labels)), labels)
    axes.tick_params(axis="y", length=0, pad=6)
    axes.tick_params(axis="x", length=2.5, pad=2, labelsize=7)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    for edge in range(1, len(labels)):
        axes.axhline(edge - 0.5, color="#E8EAED", linewidth=0.5, zorder=0.5)


def mark_limit(axes: Axes, limit: float) -> None:
    """The policy's limit as a band, named above its right edge."""
    axes.axvspan(-limit, limit, color="#EEF0F2", linewidth=0, zorder=0)
    axes.annotate(
        tr("limit ±{limit}", limit=number(f"{limit:.2f}")),
        (limit, 1),
        xycoords=("data", "axes fraction"),
        xytext=(2, 3),
        textcoords="offset points",
        color=QUIET,
        fontsize=7,
    )


def score_tick(value: float, _: float) -> str:
    """As in `+0.2` or `+0.25`, on an axis of scores; never rounded to another place."""
    if abs(value) < 1e-9:
        return "0"
    digits = next((n for n in (1, 2, 3) if abs(round(value, n) - value) < 1e-9), 4)
    return number(f"{value:+.{digits}f}").replace("-", "−")


def estimate(
    axes: Axes, dot: Dot | None, height: float, hue: str, *, marker: str, face: str
) -> None:
    """A value with its 95 % interval and, dotted, its bounds; crossed out where it is not read."""
    if dot is None:
        return
    if not dot.is_measurable:
        _crossed_out(axes, dot, height, marker)
        return
    if dot.bound_low < dot.bound_high:
        axes.plot(
            [dot.bound_low, dot.bound_high],
            [height, height],
            color=hue,
            linewidth=0.7,
            linestyle=(0, (1, 1.6)),
            zorder=3,
        )
    axes.plot(
        [dot.low, dot.high],
        [height, height],
        color=hue,
        linewidth=1.6,
        solid_capstyle="butt",
        zorder=3,
    )
    axes.plot(
        [dot.value],
        [height],
        marker=marker,
        markersize=5,
        markerfacecolor=face,
        markeredgecolor=hue,
        markeredgewidth=1.2,
        linestyle="none",
        zorder=4,
    )


def _crossed_out(axes: Axes, dot: Dot, height: float, marker: str) -> None:
    """A number that is no evidence: hollow, grey, crossed out, on a dashed line."""
    axes.plot(
        [dot.low, dot.high],
        [height, height],
        color=NEUTRAL_HUE,
        linewidth=0.9,
        linestyle=(0, (3, 2)),
        zorder=3,
    )
    for shape, size in ((marker, 5.5), ("x", 3.6)):
        axes.plot(
            [dot.value],
            [height],
            marker=shape,
            markersize=size,
            markerfacecolor="white",
            markeredgecolor=NEUTRAL_HUE,
            markeredgewidth=0.9,
            linestyle="none",
            zorder=4,
        )


def write_verdict(axes: Axes, place: float, across: tuple[float, float], mark: VerdictMark) -> None:
    """Sign and word of a verdict, each in a column of its own."""
    hue = _MARK_HUES.get(mark.css, INK)
    beside(axes, place, across[0], mark.sign, hue)
    beside(axes, place, across[1], mark.word, hue)


def beside(axes: Axes, place: float, across: float, text: str, hue: str) -> None:
    """Text in the columns right of the axes; one object a column, since SVG collapses spaces."""
    axes.text(
        1 + across,
        place,
        text,
        transform=axes.get_yaxis_transform(),
        color=hue,
        verticalalignment="center",
        clip_on=False,
    )


def head(axes: Axes, across: float, text: str, hue: str, *, lift: float = 0.0) -> None:
    """The head of a column, `lift` points higher above the axes than usual."""
    axes.annotate(
        text,
        (across, 1),
        xycoords="axes fraction",
        xytext=(0, 3 + lift),
        textcoords="offset points",
        color=hue,
        fontsize=7,
        annotation_clip=False,
    )


def key_mark(
    axes: Axes,
    across: float,
    marker: str,
    hue: str,
    face: str,
    *,
    size: float = 4.5,
    lift: float = 0.0,
) -> None:
    """A mark of the key, above the axes."""
    height = float(axes.bbox.height)
    axes.plot(
        [across],
        [1 + (8.3 + lift * axes.figure.dpi / 72) / height],
        marker=marker,
        markersize=size,
        markerfacecolor=face,
        markeredgecolor=hue,
        markeredgewidth=1.1,
        linestyle="none",
        transform=axes.transAxes,
        clip_on=False,
    )
