"""What training did, drawn: one panel a quantity, step by step."""

import matplotlib
from matplotlib.axes import Axes

from auditor.reporting.chart_style import IMPLICIT_HUE, INK, NEUTRAL_HUE, STYLE, figure_of, svg_of
from auditor.reporting.dot_marks import QUIET
from auditor.reporting.fix.fix_chart import TrainingChart, TrainingKey, TrainingPanel
from auditor.reporting.language import mark, number, tr
from auditor.reporting.layers.layer_panels import (
    DASHED,
    DOTTED,
    KEY_HEIGHT,
    WIDTH,
    Key,
    add_panel,
    key_rows,
)

_PANEL, _BELOW, _TITLE = 1.0, 0.34, 0.36
"""Inches: height of a panel, and what stands below and above it."""
_LEFT, _GAP = 0.42, 0.44
_KEYS: dict[TrainingKey, Key] = {
    "fix": Key(mark("the fix"), IMPLICIT_HUE, "-", 1.5),
    "seed": Key(mark("another seed"), NEUTRAL_HUE, "-", 0.8),
    "control": Key(mark("a control"), NEUTRAL_HUE, DASHED, 0.9),
}
"""The line tells them apart; colour helps."""


def draw_training_chart(chart: TrainingChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        above = _BELOW + _PANEL + _TITLE
        figure = figure_of(above + KEY_HEIGHT)
        n = len(chart.panels)
        width = (WIDTH - _LEFT - 0.08 - _GAP * (n - 1)) / n
        for place, panel in enumerate(chart.panels):
            axes = add_panel(figure, (_LEFT + place * (width + _GAP), width), _BELOW, _PANEL)
            _panel(axes, panel, chart)
        shown = {line.key for panel in chart.panels for line in panel.lines}
        keys = [one._replace(text=tr(one.text)) for key, one in _KEYS.items() if key in shown]
        kept = Key(tr("step that was kept"), INK, "", marker="v")
        heading = tr("By step of training; the stopping set counted from its value at step 0")
        key_rows(figure, above, heading, (*keys, kept))
        return svg_of(figure)


def _panel(axes: Axes, panel: TrainingPanel, chart: TrainingChart) -> None:
    axes.set_title(panel.title, loc="left", fontsize=8, pad=9)
    axes.set_xlabel(tr("step"), fontsize=7, labelpad=1)
    axes.set_xlim(-0.02 * chart.n_steps, 1.02 * max(1, chart.n_steps))
    axes.tick_params(axis="both", length=2.5, pad=2, labelsize=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for line in panel.lines:
        key = _KEYS[line.key]
        axes.plot(
            line.steps,
            line.values,
            color=key.hue,
            linewidth=key.width,
            linestyle=key.style,
            zorder=4 if line.key == "fix" else 3,
        )
    _scale(axes, panel)
    axes.axvline(chart.kept_step, color=INK, linewidth=0.6, linestyle=DOTTED, zorder=2)
    axes.plot(
        [chart.kept_step],
        [1.045],
        marker="v",
        markersize=4.5,
        color=INK,
        linestyle="none",
        transform=axes.get_xaxis_transform(),
        clip_on=False,
    )


def _scale(axes: Axes, panel: TrainingPanel) -> None:
    values = [value for line in panel.lines for value in line.values]
    if panel.limit is None:
        axes.set_ylim(min([0.0, *values]), 1.06 * max([1e-3, *values]))
    else:
        low, high = min([0.0, *values]), max([1.25 * panel.limit, *values])
        axes.set_ylim(low - 0.06 * (high - low), high)
        axes.axhline(0, color=NEUTRAL_HUE, linewidth=0.6, zorder=1)
        axes.axhline(panel.limit, color=INK, linewidth=0.8, linestyle=DASHED, zorder=1)
        axes.annotate(
            tr("stops at +{limit}", limit=number(f"{panel.limit:g}")),
            (0, panel.limit),
            xycoords=("axes fraction", "data"),
            xytext=(2, 2),
            textcoords="offset points",
            color=QUIET,
            fontsize=7,
        )
    axes.yaxis.set_major_formatter(_tick)


def _tick(value: float, _: float) -> str:
    return number(f"{value:g}").replace("-", "−") if abs(value) > 1e-9 else "0"
