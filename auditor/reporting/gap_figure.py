"""Chart 1, drawn: explicit and implicit score of each row on one axis."""

from textwrap import fill

import matplotlib
from matplotlib.axes import Axes

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
from auditor.reporting.dot_marks import (
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
from auditor.reporting.language import tr


def draw_gap_chart(chart: GapChart) -> str:
    """Chart 1, as SVG: explicit (open circle) and implicit (filled square) on one axis."""
    with matplotlib.rc_context(STYLE):
        row = 0.205 if chart.is_small else 0.30
        figure = figure_of(0.62 + row * len(chart.rows))
        axes = add_axes(figure, left=0.235, right=0.725, below=0.34, above=0.26)
        _frame(axes, chart)
        for place, one in enumerate(chart.rows):
            _gap_row(axes, place, one)
        _gap_heads(axes, chart)
        return svg_of(figure)


def _frame(axes: Axes, chart: GapChart) -> None:
    dots = [d for row in chart.rows for d in (row.explicit, row.implicit) if d is not None]
    low = min([-0.15, *(min(d.low, d.bound_low) for d in dots)])
    high = max([0.6, *(max(d.high, d.bound_high) for d in dots)])
    axes.set_xlim(low - 0.02, high + 0.02)
    if chart.limit is not None:
        mark_limit(axes, chart.limit)
    axes.axvline(0, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
    frame_rows(axes, [fill(r.label, 24) for r in chart.rows])
    axes.xaxis.set_major_formatter(score_tick)
    axes.set_xlabel(tr("score: 0 none, + stereotype, − opposite"), fontsize=7, labelpad=1)


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
    estimate(axes, row.explicit, place + 0.16, EXPLICIT_HUE, marker="o", face="white")
    estimate(axes, row.implicit, place - 0.16, IMPLICIT_HUE, marker="s", face=IMPLICIT_HUE)
    beside(axes, place, 0.055, row.gap, INK)
    if row.mark is not None:
        write_verdict(axes, place, (0.21, 0.265), row.mark)


def _is_read(dot: Dot | None) -> bool:
    return dot is not None and dot.is_measurable


def _has_unread(chart: GapChart) -> bool:
    dots = [dot for row in chart.rows for dot in (row.explicit, row.implicit)]
    return any(dot is not None and not dot.is_measurable for dot in dots)


def _gap_heads(axes: Axes, chart: GapChart) -> None:
    heads: tuple[tuple[float, str, str], ...] = (
        (1.055, tr("gap"), INK),
        (1.21, chart.verdict_head, INK),
    )
    for across, text, hue in heads:
        head(axes, across, text, hue)
    # The key stands where a reader starts: left, above the names of the rows.
    key_mark(axes, -0.46, "s", IMPLICIT_HUE, IMPLICIT_HUE)
    head(axes, -0.44, tr("implicit"), IMPLICIT_TEXT)
    key_mark(axes, -0.285, "o", EXPLICIT_HUE, "white")
    head(axes, -0.265, tr("explicit"), EXPLICIT_TEXT)
    if _has_unread(chart):
        for shape, size in (("o", 5.5), ("x", 3.0)):
            key_mark(axes, -0.085, shape, NEUTRAL_HUE, "white", size=size)
        head(axes, -0.065, tr("n/m: crossed out"), "#5F6368")
