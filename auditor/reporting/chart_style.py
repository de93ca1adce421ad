"""How every chart looks, and how it becomes SVG text: the same bytes in every process.

Each figure is made at its printed size (170 mm wide) so that 8 pt text is 8 pt on paper; nothing is
cropped afterwards. Shape carries the meaning and colour helps: in greyscale the two hues are alike.
Only vector marks: one embedded bitmap makes the PDF fail PDF/A.
"""

from io import StringIO
from typing import Any

from matplotlib.figure import Figure

EXPLICIT_HUE, IMPLICIT_HUE, NEUTRAL_HUE = "#0072B2", "#D55E00", "#767676"
COUNTER_HUE, NEITHER_HUE = "#9DB8CC", "#E4E4E4"
EXPLICIT_TEXT, IMPLICIT_TEXT = "#005A8C", "#A34700"
INK = "#1F2328"
_WIDTH = 6.69
"""Inches: 170 mm, the text width of an A4 page with 20 mm margins."""

STYLE: Any = {
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


def figure_of(height: float) -> Figure:
    return Figure(figsize=(_WIDTH, height))


def svg_of(figure: Figure) -> str:
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
