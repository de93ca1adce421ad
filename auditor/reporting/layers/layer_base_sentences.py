"""What differs between a model and its base, in sentences that the intervals carry. Pure."""

from collections.abc import Mapping

from auditor.core.layer_results import BaseResult, ConceptResult, CurvePoint
from auditor.reporting.language import mark, tr
from auditor.reporting.layers.layer_numbers import (
    at,
    best_readable,
    highest,
    layer_name,
    points_text,
    share_text,
    side,
)
from auditor.reporting.layers.layer_sentences import senses_of

_ACCURACY_BESIDE: Mapping[int, str] = {
    -1: mark("At {layer} the model’s accuracy is lower than that of the base model ({difference})"),
    1: mark("At {layer} the model’s accuracy is higher than that of the base model ({difference})"),
    0: mark(
        "At {layer} the model’s accuracy is not told from that of the base model ({difference})"
    ),
}
_SHARE_BESIDE: Mapping[int, str] = {
    -1: mark(
        "At {layer} the model’s share of implicit prompts read as {sense} is lower than that of "
        "the base model ({difference})"
    ),
    1: mark(
        "At {layer} the model’s share of implicit prompts read as {sense} is higher than that of "
        "the base model ({difference})"
    ),
    0: mark(
        "At {layer} the model’s share of implicit prompts read as {sense} is not told from that of "
        "the base model ({difference})"
    ),
}
"""By the side of the difference, model minus base; clauses that may go on."""


def base_sentences(concept: ConceptResult, base: BaseResult) -> list[str]:
    """What differs between the model and its base; differences have intervals of their own."""
    best = highest(base.accuracy)
    if best is None:
        return [tr("The base model has no accuracy.")]
    told = tr(
        "The base model’s probe is best at {layer}: {share}.",
        layer=layer_name(best.layer),
        share=share_text(best),
    )
    if not base.accuracy_difference:
        apart = tr("The models differ in depth, so that no layer is compared with another.")
        return [told, apart]
    own = highest(concept.probe.accuracy)
    readable = concept.awareness.readable
    shares = tuple(p for p in base.ambiguous_difference if p.layer in readable)
    sense = senses_of(concept)[0]
    compared = (
        _beside(_ACCURACY_BESIDE, sense, base.accuracy_difference, own.layer if own else None),
        _beside(_SHARE_BESIDE, sense, shares, best_readable(concept)),
    )
    return [told, *filter(None, compared)]


def _beside(
    words: Mapping[int, str], sense: str, points: tuple[CurvePoint, ...], layer: int | None
) -> str:
    """The clause for the side of the difference at a layer, and how it is at the others."""
    point = at(points, layer)
    if point is None:
        return ""
    told = tr(
        words[side(point)],
        layer=layer_name(point.layer),
        sense=sense,
        difference=points_text(point),
    )
    if len(points) < 2:
        return f"{told}."
    return tr(
        "{compared}; over {n} layers the interval is below zero at {below} and above it at {above} "
        "(not corrected for their number).",
        compared=told,
        n=len(points),
        below=sum(side(p) < 0 for p in points),
        above=sum(side(p) > 0 for p in points),
    )
