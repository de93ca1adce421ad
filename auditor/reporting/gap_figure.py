"""Chart 1, drawn: explicit and implicit score of each row on one axis."""

from textwrap import fill

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.blocks import Dot, GapChart, GapRow
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

_MARK_HUES = {
    "v-pass": "#1B6E53",
    "v-warn": "#8A5A00",
    "v-fail": "#B3261E",
    "v-open": "#444444",
    "v-none": "#444444",
}


def draw_gap_chart(chart: GapChart) -> str:
    """Chart 1, as SVG: explicit (open circle) and implicit (filled square) on one axis."""
    with matplotlib.rc_context(STYLE):
        row = 0.205 if chart.is_small else 0.30
        figure = figure_of(0.62 + row * len(chart.rows))
        axes = _axes(figure, left=0.235, right=0.725, below=0.34, above=0.26)
        _frame(axes, chart)
        for place, one in enumerate(chart.rows):
            _gap_row(axes, place, one)
        _gap_heads(axes, chart)
        return svg_of(figure)


def _axes(figure: Figure, *, left: float, right: float, below: float, above: float) -> Axes:
    """Axes with margins in inches below and above, in shares of the width left and right."""
    height = float(figure.get_figheight())
    return figure.add_axes((left, below / height, right - left, (height - below - above) / height))


def _frame(axes: Axes, chart: GapChart) -> None:
    dots = [d for row in chart.rows for d in (row.explicit, row.implicit) if d is not None]
    low = min([-0.15, *(min(d.low, d.bound_low) for d in dots)])
    high = max([0.6, *(max(d.high, d.bound_high) for d in dots)])
    axes.set_xlim(low - 0.02, high + 0.02)
    axes.set_ylim(len(chart.rows) - 0.5, -0.5)
    if chart.limit is not None:
        axes.axvspan(-chart.limit, chart.limit, color="#EEF0F2", linewidth=0, zorder=0)
        axes.annotate(
            f"limit ±{chart.limit:.2f}",
            (chart.limit, 1),
            xycoords=("data", "axes fraction"),
            xytext=(2, 3),
            textcoords="offset points",
            color="#5F6368",
            fontsize=7,
        )
    axes.axvline(0, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
    axes.set_yticks(range(len(chart.rows)), [fill(r.label, 24) for r in chart.rows])
    axes.tick_params(axis="y", length=0, pad=6)
    axes.tick_params(axis="x", length=2.5, pad=2, labelsize=7)
    axes.xaxis.set_major_formatter(_score_tick)
    axes.set_xlabel("score: 0 none, + stereotype, − opposite", fontsize=7, labelpad=1)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    for edge in range(1, len(chart.rows)):
        axes.axhline(edge - 0.5, color="#E8EAED", linewidth=0.5, zorder=0.5)


def _score_tick(value: float, _: float) -> str:
    return f"{value:+.1f}".replace("-", "−") if abs(value) > 1e-9 else "0"


def _gap_row(axes: Axes, place: int, row: GapRow) -> None:
    if _is_read(row.explicit) and _is_read(row.implicit) and row.explicit and row.implicit:
        axes.plot(
            [row.explicit.value, row.implicit.value],
            [place + 0.16, place - 0.16],
            color="#C4C7CB",
            linewidth=2.2,
            solid_capstyle="round",
            zorder=2,
        )
    _estimate(axes, row.explicit, place + 0.16, EXPLICIT_HUE, marker="o", face="white")
    _estimate(axes, row.implicit, place - 0.16, IMPLICIT_HUE, marker="s", face=IMPLICIT_HUE)
    _beside(axes, place, 0.055, row.gap, INK)
    if row.mark is not None:
        hue = _MARK_HUES.get(row.mark.css, INK)
        _beside(axes, place, 0.21, row.mark.sign, hue)
        _beside(axes, place, 0.265, row.mark.word, hue)


def _is_read(dot: Dot | None) -> bool:
    return dot is not None and dot.is_measurable


def _estimate(
    axes: Axes, dot: Dot | None, height: float, hue: str, *, marker: str, face: str
) -> None:
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


def _beside(axes: Axes, place: float, across: float, text: str, hue: str) -> None:
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


def _has_unread(chart: GapChart) -> bool:
    dots = [dot for row in chart.rows for dot in (row.explicit, row.implicit)]
    return any(dot is not None and not dot.is_measurable for dot in dots)


def _gap_heads(axes: Axes, chart: GapChart) -> None:
    heads: tuple[tuple[float, str, str], ...] = (
        (1.055, "gap", INK),
        (1.21, chart.verdict_head, INK),
    )
    for across, text, hue in heads:
        _head(axes, across, text, hue)
    # The key stands where a reader starts: left, above the names of the rows.
    _key_mark(axes, -0.46, "s", IMPLICIT_HUE, IMPLICIT_HUE)
    _head(axes, -0.44, "implicit", IMPLICIT_TEXT)
    _key_mark(axes, -0.285, "o", EXPLICIT_HUE, "white")
    _head(axes, -0.265, "explicit", EXPLICIT_TEXT)
    if _has_unread(chart):
        for shape, size in (("o", 5.5), ("x", 3.0)):
            _key_mark(axes, -0.085, shape, NEUTRAL_HUE, "white", size=size)
        _head(axes, -0.065, "n/m: crossed out", "#5F6368")


def _head(axes: Axes, across: float, text: str, hue: str) -> None:
    axes.annotate(
        text,
        (across, 1),
        xycoords="axes fraction",
        xytext=(0, 3),
        textcoords="offset points",
        color=hue,
        fontsize=7,
        annotation_clip=False,
    )


def _key_mark(
    axes: Axes, across: float, marker: str, hue: str, face: str, *, size: float = 4.5
) -> None:
    height = float(axes.bbox.height)
    axes.plot(
        [across],
        [1 + 8.3 / height],
        marker=marker,
        markersize=size,
        markerfacecolor=face,
        markeredgecolor=hue,
        markeredgewidth=1.1,
        linestyle="none",
        transform=axes.transAxes,
        clip_on=False,
    )
