"""The numbers of the layers: what was told apart, read, used, and said in words. Pure."""

from collections.abc import Sequence

from auditor.core.layer_results import (
    BaseResult,
    ConceptResult,
    Curve,
    LayerResult,
)
from auditor.core.senses import AwarenessCondition
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Table
from auditor.reporting.language import mark, tr, tr_in
from auditor.reporting.layers.layer_cells import N_PAIRS, layer_table, name_cell, number, wrapped
from auditor.reporting.layers.layer_numbers import (
    at,
    best_readable,
    highest,
    layer_list,
    level_text,
    n_cell,
    points_cell,
    share_cell,
    shares_apart,
)
from auditor.reporting.layers.layer_sentences import senses_of
from auditor.reporting.rounding import NONE

N_WORDINGS = mark("n (wordings)")
UNREAD = mark("n/r")
"""Stands where no layer can be read."""
_CONDITIONS: tuple[tuple[AwarenessCondition, str], ...] = (
    ("ambiguous", mark("Implicit")),
    ("explicit", mark("Explicit")),
    ("stated-social", mark("Stated social")),
    ("stated-other", mark("Stated other")),
)


def probe_table(result: LayerResult, concepts: Sequence[ConceptResult]) -> Table:
    """Whether the senses are told apart: one row a concept."""
    level = level_text(concepts[0].probe.level) if concepts else NONE
    return layer_table(
        "t-layer-senses",
        tr("Senses told apart, with 95 % intervals"),
        (
            tr("Concept"),
            tr("Best layer"),
            tr("Accuracy there"),
            tr(N_PAIRS),
            tr("Limit"),
            tr("Words alone"),
            tr("Selectivity there"),
            tr("Layers above the limit"),
        ),
        [_probe_row(c) for c in concepts],
        footnote=tr(
            "Accuracy: of probes that saw neither the pair of sentences nor the word. Best: where "
            "the accuracy is highest, in brackets where that is not above the limit. Limit: from "
            "{relabellings} relabellings, in {level} of which the highest accuracy of all layers "
            "is below it. Words alone: which words the sentence has, no layer; same n. "
            "Selectivity: accuracy minus that of random labels learnt by heart, without an "
            "interval.",
            relabellings=rounding.count(result.n_shuffles),
            level=level,
        ),
    )


def awareness_table(concepts: Sequence[ConceptResult]) -> Table:
    """What the words are read as in the battery's prompts, at the best layer that can be read."""
    return layer_table(
        "t-layer-prompts",
        tr("Share of the battery’s own prompts read in the social sense, with 95 % intervals"),
        (
            tr("Concept"),
            tr("Layer"),
            *(tr(head) for _, head in _CONDITIONS),
            tr("Implicit − explicit"),
            tr(N_WORDINGS),
            tr("Layers that can be read"),
        ),
        [_awareness_row(c) for c in concepts],
        footnote=tr(
            "Layer: of those that can be read, the one whose probe is right most often. n: "
            "readings in implicit prompts. n/r: no layer can be read."
        ),
    )


def base_table(concepts: Sequence[ConceptResult]) -> Table:
    """The model beside its base, at the model's own best layers."""
    return layer_table(
        "t-layer-base",
        tr("Beside the base model, with 95 % intervals"),
        (
            tr("Concept"),
            tr("Share"),
            tr("Layer"),
            tr("Model"),
            tr_in("model", "Base"),
            tr("Difference"),
            tr("n (pairs, wordings)"),
        ),
        [row for c in concepts if c.base for row in _base_rows(c, c.base)],
        footnote=tr(
            "Differences are model minus base, paired, in percentage points; none where the models "
            "differ in depth. Layer: where the model’s accuracy is highest, and the best that can "
            "be read in its prompts; what the base model’s share means there rests on its own "
            "accuracy. n: of the model. n/r: no layer can be read."
        ),
    )


def _probe_row(concept: ConceptResult) -> tuple[Cell, ...]:
    probe = concept.probe
    best = highest(probe.accuracy)
    value, limit = shares_apart(best.value or 0.0 if best else 0.0, probe.limit)
    accuracy = share_cell(best)
    selectivity = at(probe.selectivity, best.layer if best else None)
    layer = str(best.layer) if best else NONE
    return (
        name_cell(concept),
        number(layer if probe.above else f"({layer})"),
        Cell(text=value if best else NONE, note=accuracy.note, kind="number"),
        n_cell(best),
        number(limit),
        share_cell(probe.words_alone),
        points_cell(selectivity),
        wrapped(layer_list(probe.above) if probe.above else tr_in("layers", "none")),
    )


def _awareness_row(concept: ConceptResult) -> tuple[Cell, ...]:
    layer = best_readable(concept)
    curves = {c.condition: c.points for c in concept.awareness.curves}
    points = {name: at(curves.get(name, ()), layer) for name, _ in _CONDITIONS}
    if layer is None:
        blanks = [Cell(text=tr(UNREAD), kind="number") for _ in range(len(_CONDITIONS) + 2)]
        implicit = next(iter(curves.get("ambiguous", ())), None)
        return (name_cell(concept), *blanks, n_cell(implicit), wrapped(tr_in("layers", "none")))
    return (
        name_cell(concept),
        number(str(layer)),
        *(share_cell(points[name]) for name, _ in _CONDITIONS),
        points_cell(at(concept.awareness.difference, layer)),
        n_cell(points["ambiguous"]),
        wrapped(layer_list(concept.awareness.readable)),
    )


def _base_rows(concept: ConceptResult, base: BaseResult) -> tuple[tuple[Cell, ...], ...]:
    """One of the accuracy, one of what is read in the implicit prompts."""
    best = highest(concept.probe.accuracy)
    own = next((c.points for c in concept.awareness.curves if c.condition == "ambiguous"), ())
    accuracy = (concept.probe.accuracy, base.accuracy, base.accuracy_difference)
    shares = (own, base.ambiguous, base.ambiguous_difference)
    read = tr("implicit prompts read as {sense}", sense=senses_of(concept)[0])
    return (
        _base_row(concept, tr("accuracy of the probe"), best.layer if best else None, accuracy),
        _base_row(concept, read, best_readable(concept), shares),
    )


def _base_row(
    concept: ConceptResult, what: str, layer: int | None, curves: tuple[Curve, Curve, Curve]
) -> tuple[Cell, ...]:
    own, base, difference = curves
    # Layers of models of other depths do not correspond.
    theirs = at(base, layer) if difference else None
    return (
        name_cell(concept),
        wrapped(what),
        number(tr(UNREAD) if layer is None else str(layer)),
        share_cell(at(own, layer)),
        share_cell(theirs),
        points_cell(at(difference, layer)),
        n_cell(at(own, layer)),
    )
