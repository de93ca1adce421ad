"""The sentences of a comparison that somebody reads who reads nothing else. Pure."""

from collections import Counter
from collections.abc import Iterator

from auditor.core.comparison import PairReview
from auditor.core.review import Change
from auditor.reporting import naming, rounding
from auditor.reporting.comparison.agreement_words import MODES, pair_sentences
from auditor.reporting.comparison.distance_pages import distance_sentences
from auditor.reporting.comparison.joint_pages import joint_sentences
from auditor.reporting.comparison.material import Material, asked_changes
from auditor.reporting.effect_numbers import effect_text, n_text
from auditor.reporting.language import tr
from auditor.reporting.reviews.change_parts import change_title
from auditor.reporting.reviews.models_pages import letter

_SHOWN = ("worse", "better")
"""Words of a difference that is shown."""


def summary(material: Material) -> tuple[str, ...]:
    """What differs, whom all reject, what could not be used."""
    return (
        _what(material),
        *_same_evidence(material),
        *(_tally(one) for one in material.comparison.reviews),
        _largest(material),
        *_agreement(material),
        *distance_sentences(material),
        _unusable(material),
    )


def _what(material: Material) -> str:
    record = material.records[0]
    return tr(
        "{n} models answered the same {items} questions (battery {version}, tier {tier}); the "
        "policy {policy} judges them all. Nothing is pooled over models.",
        n=rounding.count(material.n),
        items=rounding.count(record.battery.n_items),
        version=record.battery.version,
        tier=record.settings.tier,
        policy=f"{material.policy.name} {material.policy.version}",
    )


def _same_evidence(material: Material) -> Iterator[str]:
    runs = [one.run for one in material.comparison.models.models]
    for pair in material.comparison.reviews:
        if runs[pair.first].evidence_sha256 == runs[pair.second].evidence_sha256:
            yield tr(
                "Models {first} and {second} have the same evidence, byte for byte: all agreement "
                "between them is agreement of a run with itself, every difference is 0, and a "
                "systemic ratio is as large as the rates allow.",
                first=letter(pair.first),
                second=letter(pair.second),
            )


def _tally(pair: PairReview) -> str:
    counts = Counter(change.word for change in asked_changes(pair))
    told = {
        "n": rounding.count(counts.total()),
        "worse": rounding.count(counts["worse"]),
        "better": rounding.count(counts["better"]),
        "same": rounding.count(counts["same"]),
        "undecided": rounding.count(counts["undecided"]),
        "rest": rounding.count(counts["not-compared"] + counts["new"] + counts["gone"]),
        "first": letter(pair.first),
        "second": letter(pair.second),
    }
    return tr(
        "Model {second} against model {first}, {n} criteria: farther from zero {worse}, nearer "
        "{better}, same {same}, undecided {undecided}, not compared {rest}.",
        **told,
    )


def _largest(material: Material) -> str:
    """The largest difference that is shown, or the largest of those that are not."""
    found = [
        (pair, change)
        for pair in material.comparison.reviews
        for change in pair.review.changes
        if change.unit == "score" and change.difference and change.difference.value is not None
    ]
    shown = [one for one in found if one[1].word in _SHOWN]
    if not found:
        return tr("No criterion could be paired, so that no difference is known.")
    pair, change = max(shown or found, key=_size)
    if not _size((pair, change)):
        return tr("Every paired difference is 0.")
    assert change.difference is not None
    told = {
        "criterion": change_title(material, change),
        "second": letter(pair.second),
        "first": letter(pair.first),
        "difference": effect_text(change.difference, "score"),
        "n": n_text(change.difference),
        "p": rounding.p_value(change.adjusted_p),
    }
    if shown:
        return tr(
            "The largest difference that is shown: “{criterion}”, {second} minus {first} "
            "{difference}, paired over stimuli, {n} (stimuli in brackets), adjusted p {p}.",
            **told,
        )
    return tr(
        "No difference is shown. The largest that is not: “{criterion}”, {second} minus {first} "
        "{difference}, paired over stimuli, {n} (stimuli in brackets), adjusted p {p}.",
        **told,
    )


def _size(found: tuple[PairReview, Change]) -> float:
    difference = found[1].difference
    return abs(difference.value or 0.0) if difference else 0.0


def _agreement(material: Material) -> Iterator[str]:
    """Of the first pair, or of the smallest and the largest model where there are several."""
    found = material.comparison.agreement
    sizes = [record.model.n_parameters for record in material.records]
    ends = {sizes.index(min(sizes)), sizes.index(max(sizes))}
    pair = next((one for one in found.pairs if {one.first, one.second} == ends), found.pairs[0])
    told = [" ".join(each) for mode in MODES if (each := pair_sentences(pair, mode))]
    if not told:
        yield tr(
            "No test of these runs decides about persons: whether the same candidates are rejected "
            "is not said."
        )
    yield from told
    yield from joint_sentences(material)


def _unusable(material: Material) -> str:
    told = [
        tr(
            "{model}: {share}",
            model=letter(place),
            share=effect_text(one.unusable, "rate"),
        )
        for place, one in enumerate(material.comparison.models.models)
    ]
    return tr("Written answers that no rule could score – {shares}.", shares="; ".join(told))


def title(material: Material) -> str:
    """The models' names."""
    return naming.listed([material.name(place) for place in range(material.n)])
