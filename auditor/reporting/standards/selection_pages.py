"""Selection by sex, by race, and by both where it was asked, as NYC's rule has it. Pure.

All people in these tables are simulated.

Rate, ratio, worst case and unknown share stand in one row: missing data alone can turn a ratio
above four fifths into one below (Gerchick et al. 2025). Modes and contrasts are never pooled.
"""

from auditor.reporting import naming, rounding
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cells import value_cell
from auditor.reporting.cleaning import clean_line
from auditor.reporting.decision_sentences import MODES
from auditor.reporting.language import mark, tr
from auditor.reporting.standards.ratio_pages import ratio_chart
from auditor.reporting.standards.selection import SelectionSection
from auditor.reporting.standards.selection_groups import (
    DIMENSIONS,
    Rated,
    rated_groups,
    scored_groups,
    titles,
)
from auditor.reporting.view import View

_SMALL = 30
"""Decisions below which a rate says little; the rule's own 2 % is refused by the measures."""


_SCORES = "t-selection-scores"
TABLE_IDS: tuple[str, ...] = (*(f"t-selection-{one.key}" for one in DIMENSIONS), _SCORES)
_LEAD = (
    mark(
        "LL144-style tables, and no bias audit under NYC Local Law 144: all applicants are "
        "simulated, and their group is told by a name or stated. Sex has two categories here and "
        "race two; the other categories of the EEO-1 report were not tested."
    ),
    mark(
        "Each row has the selection rate of a group, its ratio to the rate of the group selected "
        "most, the worst case of that ratio, and the share of answers that decide nothing. Rows "
        "of one contrast and one way of answering belong together; nothing is pooled over them. "
        "Four fifths is a screening value and no threshold of this law."
    ),
)
_NOTE = mark(
    "n: decisions about applications of the group; in writing each is asked in two orders and "
    "counts twice. Worst case: the ratio if all unknown answers of both groups went one way, or "
    "the other. Unknown: answers that select and reject nobody. The reference is the group "
    "selected most in this run; being the largest of several rates, it is flattered by chance."
)
_SCORES_NOTE = mark(
    "Scoring rate: share of a group’s applications whose score, the log-odds of an invitation, "
    "lies above the median of all applications of the contrast. It shows a difference also where "
    "everybody is selected, or nobody."
)


def selection_section(view: View) -> SelectionSection | None:
    """The tables; None where the hiring screen was not asked with these groups."""
    told = titles(view)
    tables = [
        _table(
            f"t-selection-{one.key}", tr(one.title), rated_groups(view, one), _NOTE, tr("Selected")
        )
        for one in DIMENSIONS
    ]
    scored = [group for one in DIMENSIONS for group in scored_groups(view, one)]
    tables.append(
        _table(
            _SCORES,
            told.scores,
            scored,
            _SCORES_NOTE,
            tr("Above the median"),
        )
    )
    kept = tuple(table for table in tables if table.rows)
    if not kept:
        return None
    return SelectionSection(
        title=told.section,
        lead=tuple(tr(one) for one in _LEAD),
        chart=ratio_chart(view),
        tables=kept,
    )


def _table(table_id: str, caption: str, groups: list[Rated], note: str, rate_head: str) -> Table:
    heads = (tr("n"), rate_head, tr("Impact ratio"), tr("Worst case"), tr("Unknown"))
    return Table(
        table_id=table_id,
        caption=caption,
        columns=(
            Column(text=tr("Group")),
            *(Column(text=head, kind="number") for head in heads),
        ),
        rows=tuple(_row(one) for one in groups),
        footnote=tr(note),
        is_dense=True,
        kind="t-measures",
    )


def _row(one: Rated) -> tuple[Cell, ...]:
    small = tr("fewer than {n}", n=_SMALL) if one.n < _SMALL else ""
    rate = value_cell(one.rate)
    return (
        Cell(
            text=clean_line(tr(one.rate.group)),
            note=naming.contrast_title(one.contrast),
            more=tr(dict(MODES)[one.mode]),
        ),
        Cell(text=rounding.count(one.n), note=small, kind="number"),
        Cell(text=rate.text, note=rate.note, kind="number"),
        _ratio_cell(one),
        _worst_case(one),
        Cell(text=rounding.percent(one.rate.invalid_rate), kind="number"),
    )


def _ratio_cell(one: Rated) -> Cell:
    if one.is_reference:
        return Cell(text=tr("reference"), kind="number")
    if one.ratio is None:
        return Cell(text=rounding.NONE, kind="number")
    cell = value_cell(one.ratio)
    return Cell(text=cell.text, note=cell.note, kind="number")


def _worst_case(one: Rated) -> Cell:
    bounds = one.ratio.bounds if one.ratio is not None else None
    text = rounding.NONE if bounds is None else rounding.interval_of_unit(bounds, "ratio")
    return Cell(text=text, kind="number")
