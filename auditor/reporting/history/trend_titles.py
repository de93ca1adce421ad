"""What stands above a panel of a trend."""

from collections.abc import Sequence
from textwrap import wrap

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

from auditor.reporting.chart_style import INK, STYLE
from auditor.reporting.dot_marks import QUIET
from auditor.reporting.history.trend_chart import TrendPanel

LINE = 0.125
"""Inches of a line."""
_SIZE = 7.2


def title_lines(panel: TrendPanel, width: float) -> list[str]:
    """What stands above a panel, on lines that it has the room for."""
    font = FontProperties(family=STYLE["font.family"], size=_SIZE)

    def is_short(line: str) -> bool:
        return text_to_path.get_text_width_height_descent(line, font, False)[0] <= 72 * width

    lines: list[str] = []
    for part in filter(None, (panel.above, panel.title)):
        narrower = (wrap(part, letters) for letters in range(90, 20, -2))
        lines += next((told for told in narrower if all(map(is_short, told))), [part])
    return lines


def write_title(axes: Axes, lines: Sequence[str], panel: TrendPanel) -> None:
    """From the axes upwards; the name of a test is quieter than what it asks about."""
    n_above = len(lines) if panel.above else 0
    for place, line in enumerate(reversed(lines)):
        is_above = bool(n_above) and place == len(lines) - 1
        axes.annotate(
            line,
            (0, 1),
            xycoords="axes fraction",
            xytext=(0, 3 + place * 72 * LINE),
            textcoords="offset points",
            fontsize=_SIZE,
            color=QUIET if is_above else INK,
        )
