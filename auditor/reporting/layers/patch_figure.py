"""How far a state that is put in moves the answer, drawn: one column a concept."""

import matplotlib
from matplotlib.axes import Axes

from auditor.reporting.chart_style import IMPLICIT_HUE, INK, NEUTRAL_HUE, STYLE, figure_of, svg_of
from auditor.reporting.language import mark, number, tr, tr_in
from auditor.reporting.layers.layer_chart import PatchChart, PatchKey, PatchPanel
from auditor.reporting.layers.layer_panels import (
    DASHED,
    DOTTED,
    KEY_HEIGHT,
    Key,
    add_panel,
    columns,
    depth_title,
    depths,
    frame,
    key_rows,
    mark_peak,
    wrapped,
)

_PANEL, _LINE, _BELOW = 1.25, 0.125, 0.34
"""Inches: height of a panel, of a line of a title, and below the panel."""
_KEYS: dict[PatchKey, Key] = {
    "identifier": Key(mark("own state, 95 % interval"), IMPLICIT_HUE, "-", 1.4, "s"),
    "unrelated": Key(mark("an unrelated word’s"), NEUTRAL_HUE, DASHED, 0.9, "^", "white"),
    "random": Key(mark("a random direction"), NEUTRAL_HUE, DOTTED, 0.9, "o", "white"),
    "wrong-layer": Key(mark("another layer’s"), INK, DOTTED, 0.9, "x"),
}
"""Shape and line tell them apart; colour helps."""


def draw_patch_chart(chart: PatchChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        titles = wrapped([panel.title for panel in chart.panels])
        above = _BELOW + _PANEL + _LINE * max(len(lines) for lines in titles) + 0.1
        figure = figure_of(above + KEY_HEIGHT)
        for place, (panel, lines) in enumerate(zip(chart.panels, titles, strict=True)):
            axes = add_panel(figure, columns(len(chart.panels))[place], _BELOW, _PANEL)
            frame(axes, chart.n_layers, is_first=place == 0)
            axes.set_title("\n".join(lines), loc="left", fontsize=8, pad=3, linespacing=1.1)
            axes.set_xlabel(depth_title(chart.n_layers), fontsize=7, labelpad=1)
            _panel(axes, panel, chart)
        shown = {kind for panel in chart.panels for kind, _ in panel.curves}
        keys = [one._replace(text=tr(one.text)) for kind, one in _KEYS.items() if kind in shown]
        heading = tr(
            "Change of the answer, in log-odds towards the social sense, when a state is put in"
        )
        marks = (
            [Key(tr_in("chart key", "best"), INK, "", marker="v")]
            if any(p.above for p in chart.panels)
            else []
        )
        key_rows(figure, above, heading, (*keys, *marks))
        return svg_of(figure)


def _panel(axes: Axes, panel: PatchPanel, chart: PatchChart) -> None:
    low, high = chart.span
    room = 0.16 * (high - low)
    axes.set_ylim(low - room / 4, high + room)
    axes.yaxis.set_major_formatter(_tick)
    axes.axhline(0, color=NEUTRAL_HUE, linewidth=0.8, zorder=1)
    for kind, curve in panel.curves:
        style = _KEYS[kind]
        across = depths(curve, chart.n_layers)
        if kind == "identifier":
            axes.vlines(across, curve.lows, curve.highs, color=style.hue, linewidth=1.2, zorder=3)
        axes.plot(
            across,
            curve.values,
            color=style.hue,
            linewidth=style.width,
            linestyle=style.style,
            marker=style.marker,
            markersize=3.4,
            markerfacecolor=style.face or style.hue,
            markeredgewidth=0.8,
            zorder=4 if kind == "identifier" else 3,
        )
        if kind == "identifier" and panel.above and panel.peak in curve.layers:
            height = curve.highs[curve.layers.index(panel.peak)]
            mark_peak(axes, panel.peak / chart.n_layers, height + room / 2, str(panel.peak))


def _tick(value: float, _: float) -> str:
    return number(f"{value:+g}".replace("-", "−")) if abs(value) > 1e-9 else "0"
