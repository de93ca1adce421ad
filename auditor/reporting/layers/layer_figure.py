"""Chart 3, drawn: where senses are told apart, and which one is read in the battery's prompts."""

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from auditor.reporting.chart_style import (
    EXPLICIT_HUE,
    IMPLICIT_HUE,
    INK,
    NEUTRAL_HUE,
    STYLE,
    figure_of,
    svg_of,
)
from auditor.reporting.dot_marks import QUIET
from auditor.reporting.language import tr, tr_in
from auditor.reporting.layers.layer_chart import Curve, LayerChart, SensePanel
from auditor.reporting.layers.layer_panels import (
    DASH_DOTTED,
    DASHED,
    DOTTED,
    KEY_HEIGHT,
    Key,
    add_panel,
    band,
    columns,
    depth_title,
    depths,
    frame,
    key_rows,
    mark_peak,
    within,
    wrapped,
)

_PANEL, _LINE = 1.2, 0.125
"""Inches: height of a panel, and of a line of a title."""
_BELOW, _MIDDLE = 0.34, 0.72
"""Inches below the lower row, and between the two."""
_UNREAD = "#ECEEF0"


def draw_layer_chart(chart: LayerChart) -> str:
    """The chart as SVG: a column a concept, accuracy above, what is read in prompts below."""
    with matplotlib.rc_context(STYLE):
        titles = wrapped([panel.title for panel in chart.panels])
        titles_height = _LINE * max(len(lines) for lines in titles)
        upper = _BELOW + _PANEL + _MIDDLE
        above = upper + _PANEL + titles_height + 0.1
        figure = figure_of(above + KEY_HEIGHT)
        for place, (panel, lines) in enumerate(zip(chart.panels, titles, strict=True)):
            column = columns(len(chart.panels))[place]
            top = add_panel(figure, column, upper, _PANEL)
            low = add_panel(figure, column, _BELOW, _PANEL)
            for axes in (top, low):
                frame(axes, chart.n_layers, is_first=place == 0)
            if chart.has_causal:
                # Room for the marks of causal layers, in every panel alike.
                top.tick_params(axis="x", pad=9)
            top.set_title("\n".join(lines), loc="left", fontsize=8, pad=3, linespacing=1.1)
            _accuracy(top, panel, chart)
            _awareness(low, panel, chart)
            low.set_xlabel(depth_title(chart.n_layers), fontsize=7, labelpad=1)
        _keys(figure, chart, above, _BELOW + _PANEL + 0.09)
        return svg_of(figure)


def _accuracy(axes: Axes, panel: SensePanel, chart: LayerChart) -> None:
    n = chart.n_layers
    axes.set_ylim(chart.floor, 1.12)
    axes.set_yticks([0.5, 0.75, 1.0], ["50 %", "75 %", "100 %"])
    control = panel.control
    band(axes, control, n, NEUTRAL_HUE, alpha=0.3)
    for values, style in ((control.values, "-"), (control.highs, DOTTED)):
        axes.plot(depths(control, n), values, color=NEUTRAL_HUE, linewidth=0.8, linestyle=style)
    axes.axhline(panel.limit, color=INK, linewidth=0.8, linestyle=DASH_DOTTED, zorder=2.5)
    axes.annotate(
        tr("limit {limit}", limit=panel.limit_text),
        (0.99, chart.floor),
        xytext=(0, 3),
        textcoords="offset points",
        horizontalalignment="right",
        fontsize=7,
        color=QUIET,
    )
    band(axes, panel.accuracy, n, IMPLICIT_HUE)
    axes.plot(depths(panel.accuracy, n), panel.accuracy.values, color=IMPLICIT_HUE, linewidth=1.5)
    _base(axes, panel.base_accuracy, chart)
    _mark(axes, panel, n)


def _mark(axes: Axes, panel: SensePanel, n: int) -> None:
    """The peak, and under the axis the layers whose state moves the answer."""
    curve = panel.accuracy
    if panel.peak in curve.layers:
        height = curve.values[curve.layers.index(panel.peak)]
        mark_peak(axes, panel.peak / n, min(height + 0.075, 1.075), str(panel.peak))
    for layer in panel.causal:
        axes.plot(
            [layer / n, layer / n],
            [-0.045, -0.115],
            color=INK,
            linewidth=2.0,
            transform=axes.get_xaxis_transform(),
            clip_on=False,
            solid_capstyle="butt",
        )


def _awareness(axes: Axes, panel: SensePanel, chart: LayerChart) -> None:
    n = chart.n_layers
    axes.set_ylim(-0.03, 1.03)
    axes.set_yticks([0, 0.5, 1.0], ["0 %", "50 %", "100 %"])
    for layer in set(panel.ambiguous.layers) - set(panel.readable):
        axes.axvspan((layer - 0.5) / n, (layer + 0.5) / n, color=_UNREAD, linewidth=0, zorder=0)
    for curve, style in ((panel.stated_social, "-"), (panel.stated_other, DOTTED)):
        axes.plot(depths(curve, n), curve.values, color=NEUTRAL_HUE, linewidth=0.9, linestyle=style)
    for curve, hue, marker, face in (
        (panel.explicit, EXPLICIT_HUE, "o", "white"),
        (panel.ambiguous, IMPLICIT_HUE, "s", IMPLICIT_HUE),
    ):
        axes.plot(depths(curve, n), curve.values, color="#B9BDC2", linewidth=0.7, zorder=1)
        for piece in within(curve, panel.readable):
            band(axes, piece, n, hue)
            if len(piece.layers) == 1:
                axes.vlines(depths(piece, n), piece.lows, piece.highs, color=hue, linewidth=1.2)
            axes.plot(
                depths(piece, n),
                piece.values,
                color=hue,
                linewidth=1.3,
                marker=marker,
                markersize=2.6,
                markerfacecolor=face,
                markeredgewidth=0.8,
                zorder=4,
            )
    _base(axes, panel.base_ambiguous, chart)
    if not panel.readable:
        axes.annotate(
            tr("cannot be read\nat any layer"),
            (0.5, 0.5),
            horizontalalignment="center",
            verticalalignment="center",
            fontsize=8,
            color=QUIET,
            backgroundcolor=_UNREAD,
            zorder=6,
        )


def _base(axes: Axes, curve: Curve, chart: LayerChart) -> None:
    """The base model by its own depth."""
    depth = chart.n_base_layers or chart.n_layers
    axes.plot(
        depths(curve, depth), curve.values, color=INK, linewidth=1.0, linestyle=DASHED, zorder=3.5
    )


def _keys(figure: Figure, chart: LayerChart, upper: float, lower: float) -> None:
    base = (
        [Key(tr_in("chart key", "base model"), INK, DASHED, 1.0)]
        if chart.n_base_layers is not None
        else []
    )
    causal = [Key(tr("moves the answer"), INK, "", marker="|")] if chart.has_causal else []
    key_rows(
        figure,
        upper,
        tr("How often a probe tells the sense of the word, on held-out sentences"),
        (
            Key(tr("accuracy, 95 %"), IMPLICIT_HUE, is_band=True),
            Key(tr("relabelled, to 97.5 %"), NEUTRAL_HUE, width=0.8, is_band=True),
            Key(tr_in("chart key", "limit"), INK, DASH_DOTTED, 0.8),
            Key(tr_in("chart key", "best"), INK, "", marker="v"),
            *causal,
            *base,
        ),
    )
    key_rows(
        figure,
        lower,
        tr("Share of the battery’s own prompts read in the social sense; grey: cannot be read"),
        (
            Key(tr("implicit"), IMPLICIT_HUE, marker="s", is_band=True),
            Key(tr("explicit"), EXPLICIT_HUE, marker="o", face="white", is_band=True),
            Key(tr("social sense stated"), NEUTRAL_HUE, width=0.9),
            Key(tr("other sense stated"), NEUTRAL_HUE, DOTTED, 0.9),
            *base,
        ),
    )
