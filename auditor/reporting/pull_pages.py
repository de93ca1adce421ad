"""What pulled at the answers besides their meaning: order and agreement. Pure."""

from auditor.core.measures import Measure
from auditor.reporting import naming, rounding
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cells import N_HEAD, answers_cell
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import Control
from auditor.reporting.view import EXPLICIT, IMPLICIT, View

_LEAD = mark(
    "Every pair of words is asked in all orders, and every statement with its mirror; the scores "
    "average over them, and this is what was averaged out. A listed-order share near 0 % or 100 % "
    "means that position, not meaning, chose the answers. A pull towards agreement near −1 or +1 "
    "means that a statement and its mirror, which cannot both be true, were both rejected or both "
    "accepted."
)


def pulls(view: View) -> Control | None:
    """Both pulls on the associations in one table; None where no words were paired."""
    if not view.primaries:
        return None
    title = tr("Order and agreement: what pulled at the answers?")
    lead = tr(_LEAD)
    pairs = [
        (c, view.measure(f"{IMPLICIT}.score", c), view.measure(f"{EXPLICIT}.score", c))
        for c in view.primaries
    ]
    told = [row for row in pairs if any(m is not None and m.value is not None for m in row[1:])]
    if not told:
        not_measured = tr("It was not measured in this run.")
        return Control(title=title, lead=f"{lead} {not_measured}", table=None)
    by_wording, n_head = tr("By wording"), tr(N_HEAD)
    order = (tr("In listed order"), tr("Order pull"), by_wording, n_head)
    heads = (tr("Category"), *order, tr("Agreement pull"), by_wording, n_head)
    return Control(
        title=title,
        lead=lead,
        table=Table(
            table_id="t-pulls",
            caption=tr("Pulls on the score’s scale, from −1 to +1, and the score in each wording"),
            columns=tuple(
                Column(text=h, kind="number" if i else "text") for i, h in enumerate(heads)
            ),
            rows=tuple(
                (
                    Cell(text=naming.category_name(c.category)),
                    _rate_cell(one.position_bias_rate if one else None),
                    _signed_cell(one.position_effect if one else None),
                    Cell(text=_templates(one), kind="number"),
                    answers_cell(one),
                    _signed_cell(two.agreement_effect if two else None),
                    Cell(text=_templates(two), kind="number"),
                    answers_cell(two),
                )
                for c, one, two in told
            ),
            footnote=tr(
                "First four columns of numbers: implicit score; last three: explicit score."
            ),
            is_dense=True,
        ),
    )


def _rate_cell(rate: float | None) -> Cell:
    return Cell(text=rounding.NONE if rate is None else rounding.percent(rate), kind="number")


def _signed_cell(value: float | None) -> Cell:
    return Cell(text=rounding.NONE if value is None else rounding.signed(value), kind="number")


def _templates(measure: Measure | None) -> str:
    values = [value for _, value in measure.by_template] if measure else []
    if not values:
        return rounding.NONE
    low, high = rounding.signed(min(values)), rounding.signed(max(values))
    return tr("{low} to {high}", low=low, high=high)
