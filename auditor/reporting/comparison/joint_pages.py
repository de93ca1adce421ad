"""Whom three models or more reject, all of them together. Pure."""

from collections.abc import Sequence

from auditor.core.agreement import JointRejections
from auditor.core.fix_results import Effect
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.comparison.agreement_words import (
    EXACT_CELLS,
    MODES,
    joint_sentence,
    ratio_span,
    slice_name,
    slice_note,
)
from auditor.reporting.comparison.material import Material
from auditor.reporting.effect_numbers import effect_cell
from auditor.reporting.language import tr
from auditor.reporting.reviews.models_pages import letter


def joint_table(material: Material, joint: Sequence[JointRejections]) -> Table:
    """By test, context, order, side and group."""
    places = range(material.n)
    return Table(
        table_id="t-joint-rejections",
        caption=tr("Rejected by all {n} models, by some, by none", n=rounding.count(material.n)),
        columns=(
            Column(text=tr("Candidates")),
            *(
                Column(text=text, kind="number")
                for text in (
                    tr("All"),
                    tr("Some"),
                    tr("None"),
                    *(tr("by {model}", model=letter(place)) for place in places),
                    tr("Systemic ratio"),
                )
            ),
        ),
        rows=tuple(_joint_row(material, one) for one in joint),
        footnote=" ".join(
            (
                tr(
                    "Of the candidates that every model decided about. by A and so on: rejected by "
                    "that model. The systemic ratio is P(all reject) over the product of the "
                    "models’ rates."
                ),
                tr(EXACT_CELLS),
            )
        ),
        is_dense=True,
        kind="t-joint",
    )


def _joint_row(material: Material, one: JointRejections) -> tuple[Cell, ...]:
    note = slice_note(material, one.about)
    return (
        Cell(
            text=tr(
                "{candidates}, {mode}",
                candidates=slice_name(one.about),
                mode=tr(MODES[one.about.mode]),
            ),
            note=note,
            more=tr("left out: {n}", n=rounding.count(one.left_out)) if one.left_out else "",
        ),
        *(
            Cell(text=rounding.count(n), kind="number")
            for n in (one.all, one.some, one.none, *one.rejected)
        ),
        ratio_cell(one.systemic_ratio),
    )


def ratio_cell(effect: Effect) -> Cell:
    """A systemic ratio above its interval."""
    if effect.value is None:
        return effect_cell(effect, "score")
    span = effect.interval
    return Cell(
        text=rounding.ratio(effect.value),
        note=tr("no interval") if span is None else ratio_span(span),
        kind="number",
    )


def joint_sentences(material: Material) -> tuple[str, ...]:
    """Three models or more over all tests, in each mode."""
    return tuple(
        joint_sentence(one, material.n)
        for one in material.comparison.agreement.joint
        if one.about.kind == "all"
    )
