"""Tables of layers: their frame, and the cells that they share. Pure."""

from collections.abc import Sequence

from auditor.core.layer_results import ConceptResult
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import mark
from auditor.reporting.layers.layer_sentences import category_of

N_PAIRS = mark("n (pairs)")


def layer_table(
    table_id: str,
    caption: str,
    heads: Sequence[str],
    rows: Sequence[tuple[Cell, ...]],
    *,
    footnote: str,
) -> Table:
    return Table(
        table_id=table_id,
        caption=caption,
        columns=tuple(
            Column(text=h, kind=rows[0][i].kind if rows else "text") for i, h in enumerate(heads)
        ),
        rows=tuple(rows),
        footnote=footnote,
        is_dense=True,
        kind="t-layers",
    )


def name_cell(concept: ConceptResult) -> Cell:
    return Cell(
        text=category_of(concept), note=", ".join(clean_line(word) for word in concept.words)
    )


def number(text: str) -> Cell:
    return Cell(text=text, kind="number")


def wrapped(text: str) -> Cell:
    """A list of layers, which may break between two of them."""
    return Cell(text=text)
