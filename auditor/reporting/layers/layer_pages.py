"""Inside the model: what its layers show, what they do not, or why they were not read. Pure."""

from collections.abc import Sequence

from auditor.core.layer_results import ConceptResult, LayerResult, LayersMissing
from auditor.reporting import rounding
from auditor.reporting.blocks import Fact, ReadingText
from auditor.reporting.cleaning import clean, clean_line
from auditor.reporting.language import mark, tr, tr_n
from auditor.reporting.layers.layer_base_sentences import base_sentences
from auditor.reporting.layers.layer_charts import patch_charts, sense_charts
from auditor.reporting.layers.layer_notes import TITLE, base_missing, because_sentence, dequantised
from auditor.reporting.layers.layer_numbers import joined, layer_name
from auditor.reporting.layers.layer_section import LayerFinding, LayerPart, LayerSection
from auditor.reporting.layers.layer_sentences import (
    awareness_sentences,
    category_of,
    concept_title,
    plain_sentences,
    probe_sentences,
)
from auditor.reporting.layers.layer_tables import awareness_table, base_table, probe_table
from auditor.reporting.layers.layer_use_sentences import plain_use, use_facts
from auditor.reporting.layers.layer_use_tables import ablation_table, patching_table, reading_table
from auditor.reporting.view import View

QUOTED = 240
"""Characters of a reading that are printed."""
_STORED = "layer-evidence.json"

_LEAD = mark(
    "Some words name people and something else as well. For each such word, a probe at every "
    "layer learns from sentences of ours which of the two is meant, and is tried on sentences and "
    "words that it has not seen. Then the probe is put to the battery’s own prompts, at the layers "
    "where it can tell prompts that state the sense apart: these can be read. Nothing here is a "
    "finding of bias, and no verdict rests on it."
)
_NOT_SHOWN = (
    mark(
        "That a sense can be told from a layer does not show that the model uses it there. Only "
        "patching and ablation speak of use, and ablation of the tested words’ own positions alone."
    ),
    mark(
        "The probe may read what the sentence is about rather than the word’s sense; how far words "
        "alone go stands beside it."
    ),
    mark("The best of many layers looks a little better than it is: it was chosen for its number."),
    mark("A probe is linear. What it does not find may be there in another form."),
    mark(
        "Implicit and explicit prompts differ in more than the task, as in wording and length; "
        "part of a difference between them may come from that."
    ),
    mark(
        "The sentences are this battery’s own, few, and in English. Other sentences, and other "
        "words for the same people, may give other curves."
    ),
    mark(
        "Everything was read in the model’s chat form, one message long. Within other text the "
        "layers may differ."
    ),
)


def layers(view: View) -> LayerSection | None:
    """The section; None where nobody asked for it."""
    told = view.result.layers
    if isinstance(told, LayersMissing):
        return _missing(told) if told.kind == "not-possible" else None
    return section(told, _ordered(view, told.concepts), dequantised(view, told))


def section(
    told: LayerResult, concepts: Sequence[ConceptResult], notes: Sequence[str]
) -> LayerSection:
    """The section on what was read, its concepts in this order, with notes on the weights."""
    return LayerSection(
        title=tr(TITLE),
        lead=(tr(_LEAD), joined([_of_model(told), *base_missing(told)])),
        findings=tuple(_finding(c) for c in concepts),
        parts=tuple(
            part
            for part in (_senses(told, concepts), _use(told, concepts), _words(concepts))
            if part.tables
        )
        + _base(told, concepts),
        not_shown=(*map(tr, _NOT_SHOWN), *notes),
    )


def _missing(told: LayersMissing) -> LayerSection:
    not_read = tr("The layers of this model could not be read.")
    return LayerSection(
        title=tr(TITLE),
        lead=(joined([not_read, because_sentence(told.because)]),),
        findings=(),
        parts=(),
        not_shown=(),
    )


def _ordered(view: View, concepts: Sequence[ConceptResult]) -> list[ConceptResult]:
    """In the report's order of categories, which no page changes."""
    order = list(view.categories)

    def place(concept: ConceptResult) -> int:
        return order.index(concept.category) if concept.category in order else len(order)

    return sorted(concepts, key=place)


def _of_model(result: LayerResult) -> str:
    return tr_n(
        "{where}: layer 0, the token embeddings, and the state after each of {blocks} blocks, over "
        "{sentences} sentences on {n} concept.",
        "{where}: layer 0, the token embeddings, and the state after each of {blocks} blocks, over "
        "{sentences} sentences on {n} concepts.",
        len(result.concepts),
        where=_where(result),
        blocks=rounding.count(result.source.n_layers),
        sentences=rounding.count(sum(c.n_sentences for c in result.concepts)),
    )


def _where(result: LayerResult) -> str:
    model, is_dequantised = clean_line(result.source.model), result.source.is_dequantised
    if result.base is None:
        return (
            tr("Read in {model}, from a GGUF file opened dequantised", model=model)
            if is_dequantised
            else tr("Read in {model}", model=model)
        )
    base = clean_line(result.base.model)
    return (
        tr(
            "Read in {model}, from a GGUF file opened dequantised and in its base model {base}",
            model=model,
            base=base,
        )
        if is_dequantised
        else tr("Read in {model} and in its base model {base}", model=model, base=base)
    )


def _finding(concept: ConceptResult) -> LayerFinding:
    return LayerFinding(
        title=concept_title(concept),
        lead=joined([*plain_sentences(concept), *plain_use(concept)]),
        lines=(
            Fact(label=tr("Told apart"), text=joined(probe_sentences(concept))),
            Fact(label=tr("In prompts"), text=joined(awareness_sentences(concept))),
            *use_facts(concept),
        ),
    )


def _senses(result: LayerResult, concepts: Sequence[ConceptResult]) -> LayerPart:
    return LayerPart(
        title=tr("Can the senses be told apart, and which one is read?"),
        lead="",
        charts=sense_charts(result, concepts),
        tables=(probe_table(result, concepts), awareness_table(concepts)) if concepts else (),
    )


def _use(result: LayerResult, concepts: Sequence[ConceptResult]) -> LayerPart:
    charts = patch_charts(result, concepts)
    tables = tuple(t for t in (patching_table(concepts), ablation_table(concepts)) if t.rows)
    return LayerPart(
        title=tr("Does the model use it?"),
        lead=tr(
            "Patching puts the word’s state from one sentence into a question about what the word "
            "means: an answer that follows the state uses it. Ablation takes the probe’s direction "
            "out at the tested words and asks the word association again."
        )
        if tables
        else "",
        charts=charts,
        tables=tables,
    )


def _words(concepts: Sequence[ConceptResult]) -> LayerPart:
    table = reading_table(concepts)
    return LayerPart(
        title=tr("What the model says of its own states"),
        lead=tr(
            "A state is put where a word should stand, and the model is asked what it means. A "
            "layer is believed only if at least half of the known answers come back and at least "
            "half of the readings say something. Layer 0 is the bare word, without context."
        )
        if table.rows
        else "",
        charts=(),
        tables=(table,) if table.rows else (),
        readings=tuple(r for c in concepts for r in _quoted(c)),
    )


def _quoted(concept: ConceptResult) -> list[ReadingText]:
    """One reading of each believed layer."""
    if concept.readings is None:
        return []
    first: dict[int, ReadingText] = {}
    for layer, mention, text in concept.readings.examples:
        if layer in concept.readings.believed and layer not in first:
            first[layer] = ReadingText(
                state=f"{layer_name(layer)}, {clean_line(mention)}",
                answer=clean(text, QUOTED, stored=_STORED),
            )
    return [first[layer] for layer in sorted(first)]


def _base(result: LayerResult, concepts: Sequence[ConceptResult]) -> tuple[LayerPart, ...]:
    compared = [c for c in concepts if c.base]
    if result.base is None or not compared:
        return ()
    return (
        LayerPart(
            title=tr("Beside the base model, {base}", base=clean_line(result.base.model)),
            lead="",
            findings=tuple(
                Fact(
                    label=category_of(c),
                    text=joined(base_sentences(c, c.base)),
                )
                for c in compared
                if c.base
            ),
            charts=(),
            tables=(base_table(compared),),
        ),
    )
