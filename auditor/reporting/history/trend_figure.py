"""Scores over a model's reviews, drawn: small multiples whose axes are shared.

A line leads from one review to the next only where both were asked the same and scored alike. A
number that cannot be read is hollow, grey and crossed out, as in every chart.
"""

from itertools import pairwise

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from auditor.reporting.chart_style import (
    IMPLICIT_HUE,
    NEUTRAL_HUE,
    STYLE,
    figure_of,
    svg_of,
)
from auditor.reporting.dot_marks import QUIET, score_tick
from auditor.reporting.history.trend_axis import spaced
from auditor.reporting.history.trend_chart import WIDE_FROM, TrendChart
from auditor.reporting.history.trend_marks import MARGIN, MARKS, PALE, draw_panel
from auditor.reporting.history.trend_titles import LINE, title_lines, write_title
from auditor.reporting.language import tr

_WIDTH, _LEFT, _RIGHT, _BETWEEN = 6.69, 0.46, 0.10, 0.36
_ABOVE, _BELOW = 0.42, 0.50
"""Inches: the figure's margins."""
_PAD = 0.10
"""Inches around the title of a panel."""
_TALL, _LOW = 1.02, 0.90
"""Inches of a panel's height, beside another one and alone."""


def draw_trend_chart(chart: TrendChart) -> str:
    """The chart as SVG."""
    with matplotlib.rc_context(STYLE):
        columns = 1 if len(chart.places) >= WIDE_FROM or len(chart.panels) == 1 else 2
        rows = -(-len(chart.panels) // columns)
        titles = [title_lines(panel, _panel_width(columns)) for panel in chart.panels]
        title = _PAD + LINE * max(map(len, titles))
        height = _LOW if columns == 1 else _TALL
        figure = figure_of(_ABOVE + _BELOW + rows * (height + title))
        low, high = _heights(chart)
        for place, panel in enumerate(chart.panels):
            row, column = divmod(place, columns)
            axes = _axes(figure, (row, column), columns, height, title)
            write_title(axes, titles[place], panel)
            axes.set_xlim(-MARGIN, 1 + MARGIN)
            axes.set_ylim(low, high)
            draw_panel(axes, chart, panel, mark_size(chart, columns))
            # The lowest panel of its column tells the time.
            is_lowest = place + columns >= len(chart.panels)
            _frame(axes, chart, columns, is_left=column == 0, is_lowest=is_lowest)
            _changes(axes, chart)
            if row == 0:
                _letters(axes, chart, columns, lift=72 * title - 2)
        _key(figure, chart)
        return svg_of(figure)


def mark_size(chart: TrendChart, columns: int) -> float:
    """Points across, so that neighbours stay apart."""
    points = 72 * (_WIDTH - _LEFT - _RIGHT) / columns / (1 + 2 * MARGIN)
    gaps = [after - before for before, after in pairwise(chart.places)]
    return max(1.8, min(4.6, 0.42 * points * min(gaps, default=1.0)))


def _heights(chart: TrendChart) -> tuple[float, float]:
    dots = [dot for panel in chart.panels for one in panel.series for dot in one.dots if dot]
    # What is not read may reach from end to end, and would press flat what is.
    read = [dot for dot in dots if dot.is_measurable]
    low = min([-0.15, *(dot.value for dot in dots), *(min(d.low, d.bound_low) for d in read)])
    high = max([0.25, *(dot.value for dot in dots), *(max(d.high, d.bound_high) for d in read)])
    return low - 0.03, high + 0.03


def _panel_width(columns: int) -> float:
    """Inches."""
    return (_WIDTH - _LEFT - _RIGHT - (columns - 1) * _BETWEEN) / columns


def _axes(figure: Figure, at: tuple[int, int], columns: int, height: float, title: float) -> Axes:
    whole = float(figure.get_figheight())
    width = _panel_width(columns)
    left = _LEFT + at[1] * (width + _BETWEEN)
    bottom = whole - _ABOVE - (at[0] + 1) * (height + title)
    return figure.add_axes((left / _WIDTH, bottom / whole, width / _WIDTH, height / whole))


def _frame(axes: Axes, chart: TrendChart, columns: int, *, is_left: bool, is_lowest: bool) -> None:
    shown = spaced(chart.places, 0.06 if columns == 1 else 0.125)
    axes.set_xticks(
        [chart.places[place] for place in shown],
        [chart.labels[place] if is_lowest else "" for place in shown],
    )
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, steps=[1, 2, 5, 10]))
    axes.yaxis.set_major_formatter(score_tick if is_left else "")
    axes.tick_params(axis="both", length=2.0, pad=2, labelsize=7)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    if is_lowest and is_left:
        axes.set_xlabel(chart.axis_label, fontsize=7, labelpad=2, loc="left")


def _changes(axes: Axes, chart: TrendChart) -> None:
    """A thin line where something changed, solid where the scores can no longer be compared."""
    for place, letter in enumerate(chart.letters):
        if letter:
            axes.axvline(
                _between(chart, place),
                color="#9AA0A6",
                linewidth=0.6 if chart.is_joined[place] else 1.2,
                linestyle=(0, (3, 2)) if chart.is_joined[place] else "-",
                zorder=0.6,
            )


def _between(chart: TrendChart, place: int) -> float:
    return (chart.places[place] + chart.places[place + 1]) / 2


def _letters(axes: Axes, chart: TrendChart, columns: int, *, lift: float) -> None:
    """What the table calls the changes; where they crowd, those that there is room for."""
    changed = [place for place, letter in enumerate(chart.letters) if letter]
    at = [_between(chart, place) for place in changed]
    for index in spaced(at, 0.022 if columns == 1 else 0.045):
        axes.annotate(
            chart.letters[changed[index]],
            (at[index], 1),
            xycoords=("data", "axes fraction"),
            xytext=(0, lift),
            textcoords="offset points",
            horizontalalignment="center",
            fontsize=7,
            color=QUIET,
            annotation_clip=False,
        )


def _key(figure: Figure, chart: TrendChart) -> None:
    """What the marks are, above everything."""
    height = float(figure.get_figheight())
    level = 1 - 0.10 / height
    at = _LEFT
    for name, text, hue in _key_marks(chart):
        for shape, face, edge, size in name:
            figure.add_artist(_key_mark(at / _WIDTH, level, shape, face, edge, size))
        told = figure.text(
            (at + 0.09) / _WIDTH, level, text, fontsize=7, color=hue, verticalalignment="center"
        )
        at += 0.30 + float(told.get_window_extent().width) / figure.dpi


def _key_mark(at: float, level: float, shape: str, face: str, edge: str, size: float) -> Line2D:
    return Line2D(
        [at],
        [level],
        marker=shape,
        markersize=size,
        markerfacecolor=face,
        markeredgecolor=edge,
        markeredgewidth=1.0,
        linestyle="none",
    )


_Shape = tuple[str, str, str, float]


def _key_marks(chart: TrendChart) -> list[tuple[tuple[_Shape, ...], str, str]]:
    """The shapes of each entry, its words and their colour."""
    told: list[tuple[tuple[_Shape, ...], str, str]] = []
    for key, text in chart.series:
        mark = MARKS[key]
        face = mark.hue if mark.is_filled else "white"
        told.append((((mark.shape, face, mark.hue, 4.5),), text, mark.text_hue))
    if any(chart.is_stored):
        pale = PALE[IMPLICIT_HUE]
        told.append((((("s", pale, pale, 4.5)),), tr("pale: as stored"), QUIET))
    dots = [dot for panel in chart.panels for one in panel.series for dot in one.dots]
    if any(dot is not None and not dot.is_measurable for dot in dots):
        crossed = (("s", "white", NEUTRAL_HUE, 5.0), ("x", NEUTRAL_HUE, NEUTRAL_HUE, 3.2))
        told.append((crossed, tr("n/m: crossed out"), QUIET))
    return told
