"""What the layers show about one concept, in sentences that the intervals carry. Pure.

Being told apart is not being used: the words for the one never stand for the other.
"""

from collections.abc import Mapping

from auditor.core.layer_results import ConceptResult, CurvePoint
from auditor.reporting import naming, rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import mark, tr
from auditor.reporting.layers.layer_numbers import (
    at,
    best_readable,
    highest,
    layer_list,
    layer_name,
    points_text,
    share_interval,
    share_text,
    shares_apart,
    side,
)

_NO_CLAIM = mark("That the model tells them apart is not shown, and neither is that it does not.")
_READ_AS: Mapping[int, str] = {
    -1: mark(
        "The words are read as {sense} less often in the battery’s implicit task than in its "
        "explicit one."
    ),
    1: mark(
        "The words are read as {sense} more often in the battery’s implicit task than in its "
        "explicit one."
    ),
    0: mark(
        "Whether the words are read as {sense} more or less often in the battery’s implicit task "
        "than in its explicit one is undecided."
    ),
}
"""By the side of the difference, implicit minus explicit."""


def category_of(concept: ConceptResult) -> str:
    """The category by name."""
    return naming.category_name(clean_line(concept.category))


def concept_title(concept: ConceptResult) -> str:
    """The category and what the words are taken for."""
    category = category_of(concept)
    label = clean_line(tr(concept.label))
    before, colon, rest = label.partition(": ")
    # A label may begin with its category, and may have a colon of its own.
    bare = rest if colon and before.lower() == category.lower() else label
    return f"{category}: {bare.replace(': ', ', ')}"


def words_of(concept: ConceptResult) -> str:
    """As in `“black” and “white”`."""
    quoted = [tr("“{word}”", word=clean_line(word)) for word in concept.words]
    if len(quoted) < 2:
        return quoted[0] if quoted else tr("the word")
    return tr("{words} and {last}", words=", ".join(quoted[:-1]), last=quoted[-1])


def senses_of(concept: ConceptResult) -> tuple[str, str]:
    """The social and the other sense, by name."""
    return clean_line(tr(concept.names[0])), clean_line(tr(concept.names[1]))


def plain_sentences(concept: ConceptResult) -> list[str]:
    """What was told apart and read, in words alone."""
    social, other = senses_of(concept)
    told = (
        tr("A probe tells {sense} from {other} by the model’s states.", sense=social, other=other)
        if concept.probe.above
        else tr(
            "A probe is not shown to tell {sense} from {other} by the model’s states.",
            sense=social,
            other=other,
        )
    )
    point = at(concept.awareness.difference, best_readable(concept))
    read = (
        tr("What the words are taken for in the battery’s own prompts cannot be read.")
        if point is None
        else tr(_READ_AS[side(point)], sense=social)
    )
    return [told, read]


def probe_sentences(concept: ConceptResult) -> list[str]:
    """Whether the senses are told apart, from which layer, and what words alone give."""
    best = highest(concept.probe.accuracy)
    if best is None:
        return [tr("No layer has an accuracy: nothing is said of these words.")]
    if not concept.probe.above:
        return [_nowhere(concept, best), _words_alone(concept, None)]
    peak = at(concept.probe.accuracy, concept.probe.peak) or best
    return [_somewhere(concept, peak), _words_alone(concept, peak)]


def awareness_sentences(concept: ConceptResult) -> list[str]:
    """What the word is taken for in the battery's own prompts, where that can be read."""
    layer = best_readable(concept)
    if layer is None and not concept.probe.above:
        return [tr("Cannot be read, since no layer tells the senses apart.")]
    if layer is None:
        return [
            tr(
                "Cannot be read: at no layer is the probe shown to follow prompts that state the "
                "sense."
            )
        ]
    return [_best_readable(concept, layer), _shares(concept, layer), _differences(concept)]


def _somewhere(concept: ConceptResult, peak: CurvePoint) -> str:
    probe = concept.probe
    value, limit = shares_apart(peak.value or 0.0, probe.limit)
    return tr(
        "At {n} of {n_layers} layers ({layers}), best at {layer}: a probe is right about {words} "
        "in {share} {interval} of {readings} held-out readings, above the limit of {limit} that "
        "relabelled sentences set.",
        n=len(probe.above),
        n_layers=len(probe.accuracy),
        layers=layer_list(probe.above),
        limit=limit,
        **_accuracy(concept, peak, value),
    )


def _nowhere(concept: ConceptResult, best: CurvePoint) -> str:
    value, limit = shares_apart(best.value or 0.0, concept.probe.limit)
    if concept.probe.limit >= 1:
        told = tr(
            "Not tested: there were too few relabellings to set a limit. The highest accuracy for "
            "{words} is {share} {interval} of {readings} held-out readings at {layer}.",
            **_accuracy(concept, best, value),
        )
    else:
        told = tr(
            "Nowhere above the control band, at none of {n_layers} layers: the highest accuracy "
            "for {words}, {share} {interval} of {readings} held-out readings at {layer}, does not "
            "exceed the limit of {limit} that relabelled sentences set.",
            n_layers=len(concept.probe.accuracy),
            limit=limit,
            **_accuracy(concept, best, value),
        )
    return f"{told} {tr(_NO_CLAIM)}"


def _accuracy(concept: ConceptResult, point: CurvePoint, share: str) -> dict[str, str]:
    """The places of a sentence about an accuracy."""
    return {
        "layer": layer_name(point.layer),
        "words": words_of(concept),
        "share": share,
        "interval": share_interval(point),
        "readings": rounding.count(point.n),
    }


def _words_alone(concept: ConceptResult, peak: CurvePoint | None) -> str:
    alone = concept.probe.words_alone
    if alone.value is None:
        return ""
    share = share_text(alone)
    if peak is None:
        return tr("The sentence’s words alone, without the model, give {share}.", share=share)
    if alone.high is not None and peak.low is not None and alone.high < peak.low:
        return tr(
            "The sentence’s words alone, without the model, give {share}, less than that layer.",
            share=share,
        )
    return tr(
        "The sentence’s words alone, without the model, give {share}: not shown to be less, so the "
        "topic may be all that is read there.",
        share=share,
    )


def _best_readable(concept: ConceptResult, layer: int) -> str:
    readable = concept.awareness.readable
    if len(readable) < 2:
        return tr("Only {layer} is readable.", layer=layer_name(layer))
    return tr(
        "Of the readable layers ({layers}), {layer} is best.",
        layers=layer_list(readable),
        layer=layer_name(layer),
    )


def _shares(concept: ConceptResult, layer: int) -> str:
    shares = {c.condition: share_text(at(c.points, layer)) for c in concept.awareness.curves}
    values = {
        "sense": senses_of(concept)[0],
        "implicit": shares.get("ambiguous", rounding.NONE),
        "explicit": shares.get("explicit", rounding.NONE),
    }
    point = at(concept.awareness.difference, layer)
    if point is None:
        return tr(
            "There the words are read as {sense} in {implicit} of the implicit prompts and in "
            "{explicit} of the explicit ones.",
            **values,
        )
    return tr(
        "There the words are read as {sense} in {implicit} of the implicit prompts and in "
        "{explicit} of the explicit ones: a difference of {difference}.",
        difference=points_text(point),
        **values,
    )


def _differences(concept: ConceptResult) -> str:
    readable = set(concept.awareness.readable)
    sides = [side(p) for p in concept.awareness.difference if p.layer in readable]
    if len(sides) < 2:
        return ""
    return tr(
        "The interval of the difference is below zero at {below} and above it at {above} of these "
        "{n} layers (not corrected for their number).",
        below=sides.count(-1),
        above=sides.count(1),
        n=len(sides),
    )
