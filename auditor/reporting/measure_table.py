"""Tables of measures side by side: each number with its interval, its counts in the row. Pure."""

from collections.abc import Sequence

from auditor.core.measures import Measure
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cells import N_HEAD, answers_cell, unusable_cell, value_cell
from auditor.reporting.language import SPACE, language, tr

MeasureRow = tuple[Cell, Sequence[Measure | None]]
"""What a row is called, and its measures in the order of the columns."""
UNSIGNED = ("spread", "deviation", "rmse")
"""Kinds of differences that have no direction."""


def measure_table(
    table_id: str,
    caption: str,
    heads: Sequence[str],
    rows: Sequence[MeasureRow],
    *,
    footnote: str = "",
) -> Table:
    """A column for each measure, and n and the unusable share of the first one that was taken.

    `heads` begins with that of the row names. Rows of which nothing was taken are left out.
    """
    return Table(
        table_id=table_id,
        caption=caption,
        columns=(
            Column(text=heads[0]),
            *(
                Column(text=head, kind="number")
                for head in (*heads[1:], tr(N_HEAD), tr("Unusable"))
            ),
        ),
        rows=tuple(
            (name, *(number_cell(m) for m in found), *_counts(found))
            for name, found in rows
            if any(m is not None for m in found)
        ),
        footnote=footnote,
        is_dense=True,
        kind="t-measures",
    )


def number_cell(measure: Measure | None) -> Cell:
    """As `value_cell`; a dash alone where the measure was not taken."""
    if measure is None:
        return Cell(text=rounding.NONE, kind="number")
    cell = value_cell(measure)
    sign = ""
    if measure.unit == "difference" and any(word in measure.name for word in UNSIGNED):
        sign = "+"
    # A narrow column may break behind "bounds", and nowhere within an interval.
    apart = "," if language() == "en" else ";"
    note, more = (
        text.replace(sign, "").replace(f"{apart} ", f"{apart}{SPACE}")
        for text in (cell.note, cell.more)
    )
    return Cell(text=cell.text.removeprefix(sign), note=note, more=more, kind=cell.kind)


def _counts(found: Sequence[Measure | None]) -> tuple[Cell, Cell]:
    first = next((m for m in found if m is not None), None)
    if first is None:
        return Cell(text=rounding.NONE, kind="number"), Cell(text=rounding.NONE, kind="number")
    return answers_cell(first), unusable_cell(first)
