"""Charts as SVG text, the same bytes in every process.

Each figure is made at its printed size (170 mm wide) so that 8 pt text is 8 pt on paper; nothing is
cropped afterwards. Shape carries the meaning and colour helps: in greyscale the two hues are alike.
Only vector marks: one embedded bitmap makes the PDF fail PDF/A.
"""

from io import StringIO
from textwrap import fill
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.pages import AnswerBar, AnswerChart, AnswerPanel, Dot, GapChart, GapRow

EXPLICIT_HUE, IMPLICIT_HUE, NEUTRAL_HUE = "#0072B2", "#D55E00", "#767676"
COUNTER_HUE, NEITHER_HUE = "#9DB8CC", "#E4E4E4"
EXPLICIT_TEXT, IMPLICIT_TEXT = "#005A8C", "#A34700"
INK = "#1F2328"
_MARK_HUES = {
    "v-pass": "#1B6E53",
    "v-warn": "#8A5A00",
    "v-fail": "#B3261E",
    "v-open": "#444444",
    "v-none": "#444444",
}
_WIDTH = 6.69
"""Inches: 170 mm, the text width of an A4 page with 20 mm margins."""
_STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 8,
    "text.color": INK,
    "axes.edgecolor": "#9AA0A6",
    "axes.linewidth": 0.6,
    "axes.labelcolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "hatch.linewidth": 0.6,
    "svg.fonttype": "none",
    "svg.hashsalt": "auditor",
}
_SVG_FONTS = "'Audit Sans', 'DejaVu Sans', Verdana, sans-serif"


def draw_gap_chart(chart: GapChart) -> str:
    """Chart 1, as SVG: explicit (open circle) and implicit (filled square) on one axis."""
    with matplotlib.rc_context(_STYLE):
        row = 0.205 if chart.is_small else 0.30
        figure = _figure(0.62 + row * len(chart.rows))
        axes = _axes(figure, left=0.235, right=0.725, below=0.34, above=0.26)
        _frame(axes, chart)
        for place, one in enumerate(chart.rows):
            _gap_row(axes, place, one)
        _gap_heads(axes)
        return _svg(figure)


def draw_answer_chart(chart: AnswerChart) -> str:
    """Chart 2, as SVG: shares of all answers; the unusable in the middle, both ends on a base."""
    with matplotlib.rc_context(_STYLE):
        sizes = [0.42 + 0.215 * len(panel.bars) for panel in chart.panels]
        figure = _figure(sum(sizes) + 0.60)
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
        return _svg(figure)


def _figure(height: float) -> Figure:
    return Figure(figsize=(_WIDTH, height))


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
    if row.explicit and row.implicit:
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


def _estimate(
    axes: Axes, dot: Dot | None, height: float, hue: str, *, marker: str, face: str
) -> None:
    if dot is None:
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


def _gap_heads(axes: Axes) -> None:
    heads: tuple[tuple[float, str, str], ...] = (
        (1.055, "gap", INK),
        (1.21, "verdict", INK),
    )
    for across, text, hue in heads:
        _head(axes, across, text, hue)
    # The key stands where a reader starts: left, above the names of the rows.
    _key_mark(axes, -0.485, "s", IMPLICIT_HUE, IMPLICIT_HUE)
    _head(axes, -0.465, "implicit", IMPLICIT_TEXT)
    _key_mark(axes, -0.285, "o", EXPLICIT_HUE, "white")
    _head(axes, -0.265, "explicit", EXPLICIT_TEXT)


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


def _key_mark(axes: Axes, across: float, marker: str, hue: str, face: str) -> None:
    height = float(axes.bbox.height)
    axes.plot(
        [across],
        [1 + 8.3 / height],
        marker=marker,
        markersize=4.5,
        markerfacecolor=face,
        markeredgecolor=hue,
        markeredgewidth=1.1,
        linestyle="none",
        transform=axes.transAxes,
        clip_on=False,
    )


def _answer_key(figure: Figure) -> None:
    height = float(figure.get_figheight())
    axes = figure.add_axes((0.235, (height - 0.17) / height, 0.67, 0.11 / height))
    axes.set_axis_off()
    axes.set_xlim(0, 100)
    axes.set_ylim(0, 1)
    across = 0.0
    parts = (
        ("stereotyped", {"facecolor": IMPLICIT_HUE}, 20.0),
        ("neutral", {"facecolor": NEITHER_HUE}, 15.0),
        ("no usable answer", _HATCHED, 26.0),
        ("counter-stereotyped", {"facecolor": COUNTER_HUE}, 0.0),
    )
    for text, style, width in parts:
        axes.bar(across + 1.25, 1, width=2.5, align="center", **style)
        axes.text(across + 3.4, 0.5, text, fontsize=7, verticalalignment="center")
        across += width


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
        axes.set_xlabel("share of all answers", fontsize=7, labelpad=1)
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
    shares: tuple[tuple[float, dict[str, Any], str], ...] = (
        (bar.stereotype, {"facecolor": IMPLICIT_HUE}, "black"),
        (bar.neutral, {"facecolor": NEITHER_HUE}, INK),
        (bar.unusable, _HATCHED, INK),
        (bar.counter, {"facecolor": COUNTER_HUE}, INK),
    )
    start = 0.0
    for share, style, hue in shares:
        axes.barh(place, share, left=start, height=0.68, **style)
        if share >= 0.05:
            axes.text(
                start + share / 2,
                place,
                f"{100 * share:.0f} %",
                fontsize=7,
                color=hue,
                horizontalalignment="center",
                verticalalignment="center",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8}
                if "hatch" in style
                else None,
            )
        start += share
    axes.text(1.035, place, bar.n, verticalalignment="center", clip_on=False)


def _svg(figure: Figure) -> str:
    out = StringIO()
    figure.savefig(
        out,
        format="svg",
        metadata={"Date": None, "Creator": None, "Format": None, "Type": None},
    )
    text = out.getvalue()
    start = text.index("<svg")
    # Named so that the PDF takes the shipped font and a browser one of equal widths.
    return text[start:].replace("'DejaVu Sans'", _SVG_FONTS)
