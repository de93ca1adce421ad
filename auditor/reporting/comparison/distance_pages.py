"""How far variants of one network lie apart, and why others have no distance. Pure."""

from collections.abc import Mapping, Sequence
from math import floor, log10

from auditor.core.comparison import PairDistance, Ungrounded
from auditor.core.fix_results import Effect
from auditor.reporting import naming, rounding
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.comparison.material import Material
from auditor.reporting.effect_numbers import effect_cell, effect_text, n_text
from auditor.reporting.language import SPACE, mark, tr
from auditor.reporting.pages import ReviewSection
from auditor.reporting.reviews.models_pages import letter

_MOST_DIGITS = 6
_MISSING: Mapping[Ungrounded, str] = {
    "tokens-unknown": mark(
        "Models {first} and {second}: one of the runs does not say which token ids its model read, "
        "so that nothing shows that both read the same. No distance is printed; a run made anew "
        "says it."
    ),
    "tokens-differ": mark(
        "Models {first} and {second} did not read the same token ids, although architecture, "
        "tokenizer and chat template are the same: what a template or a tokenizer changes would be "
        "taken for what the weights change. No distance is printed."
    ),
    "no-likelihoods": mark(
        "Models {first} and {second} read the same token ids, but no item has finite likelihoods "
        "in both runs. No distance is printed."
    ),
}
REASONS = (mark("no item has likelihoods in both runs"),)
"""Why a test has no distance, as the battery says it."""


def distance_section(material: Material) -> ReviewSection | None:
    """Pairs of one architecture, size, tokenizer and template; None where there are none."""
    related = [one for one in material.comparison.distances if one.missing_because != "other-model"]
    if not related:
        return None
    grounded = [one for one in related if one.missing_because is None]
    return ReviewSection(
        section_id="distance",
        title=tr("Variants of one network: how far apart their answers lie"),
        lead=(
            *((_how(),) if grounded else ()),
            *(
                tr(
                    _MISSING[one.missing_because],
                    first=letter(one.first),
                    second=letter(one.second),
                )
                for one in related
                if one.missing_because is not None
            ),
        ),
        tables=tuple(_table(material, one) for one in grounded),
        parts=(),
    )


def _how() -> str:
    return tr(
        "These models have the same architecture, size, tokenizer and chat template, as "
        "quantisations of one model and its fine-tuned variants have, and their runs name the same "
        "token ids for every question. KL is the mean Kullback–Leibler divergence of the second "
        "model’s shares of an item’s possible answers from the first’s, each order of the answers "
        "taken as an item of its own: 0 nats where they are the same. An item is flipped where "
        "another answer is the likeliest."
    )


def distance_sentences(material: Material) -> tuple[str, ...]:
    """Each pair over all items, for the summary."""
    return tuple(
        tr(
            "Models {first} and {second} read the same token ids. KL {divergence}; items flipped: "
            "{flips}; items: {n} (stimuli in brackets).",
            first=letter(one.first),
            second=letter(one.second),
            divergence=_divergence_words(one.distances[0].divergence),
            n=n_text(one.distances[0].flips),
            flips=effect_text(one.distances[0].flips, "rate"),
        )
        for one in material.comparison.distances
        if one.distances
    )


def _table(material: Material, pair: PairDistance) -> Table:
    first, second = letter(pair.first), letter(pair.second)
    models = [material.records[place].model for place in (pair.first, pair.second)]
    return Table(
        table_id=f"t-distance-{pair.first}-{pair.second}",
        caption=tr(
            "Model {second} ({other}) from model {first} ({reference})",
            first=first,
            second=second,
            reference=clean_line(f"{models[0].quantisation}, {models[0].backend}"),
            other=clean_line(f"{models[1].quantisation}, {models[1].backend}"),
        ),
        columns=(
            Column(text=tr("Test")),
            Column(text=tr("KL, mean"), kind="number"),
            Column(text=tr("Items flipped"), kind="number"),
            Column(text=tr("Items (stimuli)"), kind="number"),
        ),
        rows=tuple(_rows(pair)),
        is_dense=True,
    )


def _rows(pair: PairDistance) -> Sequence[tuple[Cell, ...]]:
    return [
        (
            Cell(text=naming.heading(one.instrument) if one.instrument else tr("All tests")),
            _divergence_cell(one.divergence),
            effect_cell(one.flips, "rate"),
            Cell(text=n_text(one.flips), kind="number"),
        )
        for one in pair.distances
    ]


def _divergence_cell(effect: Effect) -> Cell:
    if effect.value is None:
        return effect_cell(effect, "distance")
    value, span = _divergence(effect)
    return Cell(text=value, note=span, kind="number")


def _divergence_words(effect: Effect) -> str:
    if effect.value is None:
        return effect_text(effect, "distance")
    return " ".join(filter(None, _divergence(effect)))


def _divergence(effect: Effect) -> tuple[str, str]:
    """Value and interval with the digits that a small one needs, the unit behind them."""
    value, span = effect.value or 0.0, effect.interval
    digits = min(_MOST_DIGITS, max(2, 1 - floor(log10(value)))) if value > 0 else 2
    told, unit = rounding.plain(value, digits=digits), tr("nats")
    if span is None:
        return f"{told}{SPACE}{unit}", ""
    low, high = (rounding.plain(end, digits=digits) for end in (span.low, span.high))
    return told, f"{rounding.pair(low, high).replace(' ', SPACE)}{SPACE}{unit}"
