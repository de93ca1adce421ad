"""Whether the models reject the same candidates: cells first, coefficients beside them. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from auditor.core.agreement import Agreement, JointRejections, PairAgreement
from auditor.core.items import Mode
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.comparison.agreement_bars import agreement_chart
from auditor.reporting.comparison.agreement_words import (
    EXACT_CELLS,
    MODES,
    pair_sentences,
    slice_name,
    slice_note,
)
from auditor.reporting.comparison.joint_pages import joint_table, ratio_cell
from auditor.reporting.comparison.material import Material
from auditor.reporting.effect_numbers import effect_cell
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import Part, ReviewSection
from auditor.reporting.reviews.models_pages import letter

_HOW = (
    mark(
        "A candidate is one application as a member of one group would send it. By likelihood a "
        "model decides once about each, by the sign of its mean log-odds over both orders of the "
        "answers; in text once for each order. A candidate about whom one of the two decided "
        "nothing is left out of the cells, and counted. Controls compare no groups of people and "
        "are left out."
    ),
    mark(
        "Coefficients of agreement follow from the rates as well as from the models: where one of "
        "the two rejects nearly everybody or nearly nobody, kappa collapses towards 0 whatever the "
        "models share, and the share agreed is high whatever they do not. So the four cells stand "
        "beside every coefficient. The systemic ratio is P(both reject) over the product of both "
        "rates: 1 if they decide independently, more if the same candidates are shut out by both. "
        "Over several tests it is formed from what is expected in each test, each context and, in "
        "text, each order of the answers: tests that reject at different rates, and models that "
        "follow the order, make agreement without a look at the candidates. What is said of a pair "
        "rests on that row alone."
    ),
)
Counted = TypeVar("Counted", Agreement, JointRejections)


def agreement_section(material: Material) -> ReviewSection:
    """Every pair of models, in each mode; of three models or more, all of them together too."""
    found = material.comparison.agreement
    parts = [
        _pair_part(material, pair, mode)
        for pair in found.pairs
        for mode in MODES
        if any(one.about.mode == mode for one in pair.tables)
    ]
    joint = [
        one
        for mode in MODES
        for one in _by_test([each for each in found.joint if each.about.mode == mode])
    ]
    lead = tuple(tr(text) for text in _HOW)
    if not parts:
        lead = (tr("No test of these runs decides about persons: nothing is said here."),)
    return ReviewSection(
        section_id="agreement",
        title=tr("Are the same candidates rejected?"),
        lead=lead,
        tables=(joint_table(material, joint),) if joint else (),
        parts=tuple(parts),
    )


def _pair_part(material: Material, pair: PairAgreement, mode: Mode) -> Part:
    tables = _by_test([one for one in pair.tables if one.about.mode == mode])
    names = (letter(pair.first), letter(pair.second))
    return Part(
        title=tr(
            "Models {first} and {second}, {mode}",
            first=names[0],
            second=names[1],
            mode=tr(MODES[mode]),
        ),
        lead=" ".join(pair_sentences(pair, mode)),
        chart=agreement_chart(material, tables, names),
        tables=(_table(material, pair, _listed(material, tables), names),),
    )


def _listed(material: Material, tables: Sequence[Agreement]) -> list[Agreement]:
    """Those that a table has room for: of several pairs, the groups are in the chart alone."""
    return [one for one in tables if material.n == 2 or one.about.kind != "group"]


def _by_test(tables: Sequence[Counted]) -> list[Counted]:
    """All tests together, then each with its contexts, sides and groups."""
    order = list(dict.fromkeys(one.about.instrument for one in tables))
    return sorted(tables, key=lambda one: order.index(one.about.instrument))


def _table(
    material: Material,
    pair: PairAgreement,
    tables: Sequence[Agreement],
    names: tuple[str, str],
) -> Table:
    first, second = names
    return Table(
        table_id=f"t-agreement-{pair.first}-{pair.second}-{tables[0].about.mode}",
        caption=tr(
            "Rejected by models {first} and {second}, {mode}: cells, then coefficients",
            first=first,
            second=second,
            mode=tr(MODES[tables[0].about.mode]),
        ),
        columns=(
            Column(text=tr("Candidates")),
            *(
                Column(text=text, kind="number")
                for text in (
                    tr("Both"),
                    tr("{model} alone", model=first),
                    tr("{model} alone", model=second),
                    tr("Neither"),
                    tr("Agreed"),
                    tr("Kappa"),
                    tr("On the rejected"),
                    tr("Systemic ratio"),
                    "p",
                )
            ),
        ),
        rows=tuple(_row(material, one) for one in tables),
        footnote=f"{_footnote(first, second)} {tr(EXACT_CELLS)}",
        is_dense=True,
        kind="t-agreement",
    )


def _footnote(first: str, second: str) -> str:
    return tr(
        "On the rejected: positive agreement, 2·both/(rejected by {first} + rejected by {second}); "
        "below it Jaccard’s index, both/(rejected by either). In brackets 95 % intervals with the "
        "application as the unit; – where it cannot be computed. p: McNemar’s exact p of equal "
        "rejection rates, which takes candidates as independent; copies of one application are "
        "not.",
        first=first,
        second=second,
    )


def _row(material: Material, one: Agreement) -> tuple[Cell, ...]:
    cells = one.cells
    return (
        Cell(
            text=slice_name(one.about),
            note=slice_note(material, one.about),
            more=_left_out(one),
        ),
        *(
            Cell(text=rounding.count(n), kind="number")
            for n in (cells.both, cells.only_first, cells.only_second, cells.neither)
        ),
        effect_cell(one.agreed, "rate"),
        effect_cell(one.kappa, "score"),
        _rejected_cell(one),
        ratio_cell(one.systemic_ratio),
        Cell(text=rounding.p_value(one.mcnemar_p), kind="number"),
    )


def _left_out(one: Agreement) -> str:
    """Who is in no cell."""
    if not one.left_out.n:
        return ""
    return tr("left out: {n}", n=rounding.count(one.left_out.n))


def _rejected_cell(one: Agreement) -> Cell:
    told = effect_cell(one.positive_agreement, "rate")
    if one.jaccard.value is None:
        return told
    return replace(told, more=tr("Jaccard {value}", value=rounding.percent(one.jaccard.value)))
