"""What the layers show about one concept, in sentences that the intervals carry. Pure.

Being told apart is not being used: the words for the one never stand for the other.
"""

from auditor.core.layer_results import BaseResult, ConceptResult, CurvePoint
from auditor.reporting import naming, rounding
from auditor.reporting.cleaning import clean_line
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

_NO_CLAIM = "That the model tells them apart is not shown, and neither is that it does not."


def concept_title(concept: ConceptResult) -> str:
    """The category and what the words are taken for."""
    category = naming.category_name(clean_line(concept.category))
    label = clean_line(concept.label)
    before, colon, rest = label.partition(": ")
    # A label may begin with its category, and may have a colon of its own.
    bare = rest if colon and before.lower() == category.lower() else label
    return f"{category}: {bare.replace(': ', ', ')}"


def words_of(concept: ConceptResult) -> str:
    """As in `“black” and “white”`."""
    quoted = [f"“{clean_line(word)}”" for word in concept.words]
    if len(quoted) < 2:
        return quoted[0] if quoted else "the word"
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def senses_of(concept: ConceptResult) -> tuple[str, str]:
    """The social and the other sense, by name."""
    return clean_line(concept.names[0]), clean_line(concept.names[1])


def plain_sentences(concept: ConceptResult) -> list[str]:
    """What was told apart and read, in words alone."""
    social, other = senses_of(concept)
    tells = "tells" if concept.probe.above else "is not shown to tell"
    layer = best_readable(concept)
    point = at(concept.awareness.difference, layer)
    if point is None:
        read = "What the words are taken for in the battery’s own prompts cannot be read."
    else:
        task = "in the battery’s implicit task than in its explicit one"
        words = {
            -1: f"The words are read as {social} less often {task}.",
            1: f"The words are read as {social} more often {task}.",
            0: f"Whether the words are read as {social} more or less often {task} is undecided.",
        }
        read = words[side(point)]
    return [f"A probe {tells} {social} from {other} by the model’s states.", read]


def probe_sentences(concept: ConceptResult) -> list[str]:
    """Whether the senses are told apart, from which layer, and what words alone give."""
    best = highest(concept.probe.accuracy)
    if best is None:
        return ["No layer has an accuracy: nothing is said of these words."]
    if not concept.probe.above:
        return [_nowhere(concept, best), _words_alone(concept, None)]
    peak = at(concept.probe.accuracy, concept.probe.peak) or best
    return [_somewhere(concept, peak), _words_alone(concept, peak)]


def awareness_sentences(concept: ConceptResult) -> list[str]:
    """What the word is taken for in the battery's own prompts, where that can be read."""
    layer = best_readable(concept)
    if layer is None and not concept.probe.above:
        return ["Cannot be read, since no layer tells the senses apart."]
    if layer is None:
        return [
            "Cannot be read: at no layer is the probe shown to follow prompts that state the sense."
        ]
    return [_shares(concept, layer), _differences(concept)]


def base_sentences(concept: ConceptResult, base: BaseResult) -> list[str]:
    """What differs between the model and its base; differences have intervals of their own."""
    best = highest(base.accuracy)
    if best is None:
        return ["The base model has no accuracy."]
    told = [f"The base model’s probe is best at {layer_name(best.layer)}: {share_text(best)}."]
    if not base.accuracy_difference:
        return [*told, "The models differ in depth, so that no layer is compared with another."]
    own = highest(concept.probe.accuracy)
    told.append(_beside("accuracy", base.accuracy_difference, own.layer if own else None))
    readable = concept.awareness.readable
    points = tuple(p for p in base.ambiguous_difference if p.layer in readable)
    what = f"share of implicit prompts read as {senses_of(concept)[0]}"
    told.append(_beside(what, points, best_readable(concept)))
    return [one for one in told if one]


def _somewhere(concept: ConceptResult, peak: CurvePoint) -> str:
    probe = concept.probe
    value, limit = shares_apart(peak.value or 0.0, probe.limit)
    return (
        f"At {len(probe.above)} of {len(probe.accuracy)} layers ({layer_list(probe.above)}), best "
        f"at {layer_name(peak.layer)}: a probe is right about {words_of(concept)} in {value} "
        f"{share_interval(peak)} of {_readings(peak)}, above the limit of {limit} that relabelled "
        "sentences set."
    )


def _nowhere(concept: ConceptResult, best: CurvePoint) -> str:
    value, limit = shares_apart(best.value or 0.0, concept.probe.limit)
    if concept.probe.limit >= 1:
        return (
            f"Not tested: there were too few relabellings to set a limit. The highest accuracy for "
            f"{words_of(concept)} is {value} {share_interval(best)} of {_readings(best)} at "
            f"{layer_name(best.layer)}. {_NO_CLAIM}"
        )
    return (
        f"Nowhere above the control band, at none of {len(concept.probe.accuracy)} layers: the "
        f"highest accuracy for {words_of(concept)}, {value} {share_interval(best)} of "
        f"{_readings(best)} at {layer_name(best.layer)}, does not exceed the limit of {limit} that "
        f"relabelled sentences set. {_NO_CLAIM}"
    )


def _readings(point: CurvePoint) -> str:
    return f"{rounding.count(point.n)} held-out readings"


def _words_alone(concept: ConceptResult, peak: CurvePoint | None) -> str:
    alone = concept.probe.words_alone
    if alone.value is None:
        return ""
    told = f"The sentence’s words alone, without the model, give {share_text(alone)}"
    if peak is None:
        return f"{told}."
    if alone.high is not None and peak.low is not None and alone.high < peak.low:
        return f"{told}, less than that layer."
    return f"{told}: not shown to be less, so the topic may be all that is read there."


def _shares(concept: ConceptResult, layer: int) -> str:
    shares = {c.condition: share_text(at(c.points, layer)) for c in concept.awareness.curves}
    readable = concept.awareness.readable
    where = (
        f"Of the readable layers ({layer_list(readable)}), {layer_name(layer)} is best"
        if len(readable) > 1
        else f"Only {layer_name(layer)} is readable"
    )
    point = at(concept.awareness.difference, layer)
    compared = f": a difference of {points_text(point)}" if point else ""
    return (
        f"{where}. There the words are read as {senses_of(concept)[0]} in "
        f"{shares.get('ambiguous', rounding.NONE)} of the implicit prompts and in "
        f"{shares.get('explicit', rounding.NONE)} of the explicit ones{compared}."
    )


def _differences(concept: ConceptResult) -> str:
    readable = set(concept.awareness.readable)
    sides = [side(p) for p in concept.awareness.difference if p.layer in readable]
    if len(sides) < 2:
        return ""
    return (
        f"The interval of the difference is below zero at {sides.count(-1)} and above it at "
        f"{sides.count(1)} of these {len(sides)} layers (not corrected for their number)."
    )


def _beside(what: str, points: tuple[CurvePoint, ...], layer: int | None) -> str:
    point = at(points, layer)
    if point is None:
        return ""
    words = {-1: "is lower than", 1: "is higher than", 0: "is not told from"}
    told = (
        f"At {layer_name(point.layer)} the model’s {what} {words[side(point)]} that of the base "
        f"model ({points_text(point)})"
    )
    if len(points) < 2:
        return f"{told}."
    return (
        f"{told}; over {len(points)} layers the interval is below zero at "
        f"{sum(side(p) < 0 for p in points)} and above it at {sum(side(p) > 0 for p in points)} "
        "(not corrected for their number)."
    )
