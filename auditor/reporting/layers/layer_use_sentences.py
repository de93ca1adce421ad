"""Whether what can be read in the layers is used, and what the model says of it. Pure."""

from collections.abc import Mapping

from auditor.core.layer_results import (
    AblationResult,
    ConceptResult,
    PatchingResult,
    ReadingResult,
)
from auditor.reporting import rounding
from auditor.reporting.blocks import Fact
from auditor.reporting.language import mark, tr
from auditor.reporting.layers.layer_numbers import (
    at,
    effect,
    effect_text,
    joined,
    layer_list,
    layer_name,
    side,
    valued,
)
from auditor.reporting.layers.layer_sentences import senses_of

SIGNIFICANT = 0.05
BROKEN = -1.0
"""Change of log-likelihood below which the answers have become e times less likely."""
_CONTROLS = ("unrelated", "random")
"""Those that an effect is judged by; another layer's state may carry the sense itself."""
_PATCHED: Mapping[tuple[bool, bool], str] = {
    (True, True): mark(
        "A state from a sentence about {sense}, instead of {other}, moves the answer towards "
        "{sense}, shown at {shown} of {n} layers ({layers}; of these most at {layer}: {effect} in "
        "log-odds; an unrelated word or random: {control} at most)."
    ),
    (True, False): mark(
        "A state from a sentence about {sense}, instead of {other}, moves the answer towards "
        "{sense}, shown at {shown} of {n} layers ({layers}; of these most at {layer}: {effect} in "
        "log-odds)."
    ),
    (False, True): mark(
        "That the state is used is not shown: at none of {n} layers does one from a sentence about "
        "{sense}, instead of {other}, move the answer beyond zero and every control (most at "
        "{layer}: {effect} in log-odds; an unrelated word or random: {control} at most)."
    ),
    (False, False): mark(
        "That the state is used is not shown: at none of {n} layers does one from a sentence about "
        "{sense}, instead of {other}, move the answer beyond zero and every control (most at "
        "{layer}: {effect} in log-odds)."
    ),
}
"""By whether an effect is shown, and whether a control stands beside it."""
_ABLATED = mark(
    "Without the probe’s direction, from {layer} on, the score goes from {before} to {after}, by "
    "{change}."
)
_ABLATED_BEYOND = mark(
    "Without the probe’s direction, from {layer} on, the score goes from {before} to {after}, by "
    "{change}, more than random directions do: {n} random directions change it by {low} to {high} "
    "({p})."
)
_NOT_BEYOND = mark(
    "That this direction matters is not shown: {n} random directions change it by {low} to {high} "
    "({p})."
)


def plain_use(concept: ConceptResult) -> list[str]:
    """Whether it is used, in words alone."""
    told = []
    if concept.patching is None and concept.ablation is None:
        return [tr("Whether the model uses this was not tested in this tier.")]
    if concept.patching is not None:
        told.append(
            tr("The word’s state moves what the model says that the word means.")
            if concept.patching.above
            else tr(
                "The word’s state is not shown to move what the model says that the word means."
            )
        )
    if concept.ablation is not None:
        told.append(_rests(concept.ablation))
    return told


def _rests(ablation: AblationResult) -> str:
    """Whether the score rests on the direction; where no p could have shown it, that is said."""
    if is_beyond_random(ablation):
        return tr("The association score rests on what the probe reads.")
    if smallest_p(len(ablation.random_differences)) > SIGNIFICANT:
        return tr(
            "Whether the association score rests on what the probe reads was tested too weakly to "
            "tell."
        )
    return tr("That the association score rests on what the probe reads is not shown.")


def use_facts(concept: ConceptResult) -> list[Fact]:
    """Patching, ablation and readings of a concept, as far as they were done."""
    told = []
    if concept.patching is not None:
        told.append(Fact(label=tr("Patching"), text=_patching(concept, concept.patching)))
    if concept.ablation is not None:
        told.append(Fact(label=tr("Ablation"), text=_ablation(concept.ablation)))
    if concept.readings is not None:
        told.append(Fact(label=tr("In words"), text=_readings(concept.readings)))
    return told


def largest_control(patching: PatchingResult, layer: int | None) -> tuple[str, float] | None:
    """Which control moves the answer most at a layer, and how far; None for no control."""
    found = [
        (curve.kind, point.value)
        for curve in patching.curves
        if curve.kind in _CONTROLS and (point := at(curve.points, layer)) is not None
    ]
    known = [(kind, value) for kind, value in found if value is not None]
    return max(known, key=lambda one: abs(one[1]), default=None)


def patched_layers(patching: PatchingResult) -> tuple[int, ...]:
    """The layers into which the identifier's state was put."""
    return tuple(
        p.layer for curve in patching.curves if curve.kind == "identifier" for p in curve.points
    )


def best_patched(patching: PatchingResult) -> int | None:
    """The layer with the largest effect, shown or not."""
    if patching.peak is not None:
        return patching.peak
    own = [v for c in patching.curves if c.kind == "identifier" for v in valued(c.points)]
    return max(own, key=lambda one: one[1])[0].layer if own else None


def is_beyond_random(ablation: AblationResult) -> bool:
    """Whether the score changes, and by more than random directions change it."""
    p = ablation.p_value
    return bool(side(ablation.difference)) and p is not None and p <= SIGNIFICANT


def smallest_p(n_random: int) -> float:
    """The smallest p that a rank among so many directions can give."""
    return 1 / (1 + n_random)


def p_text(p: float | None) -> str:
    """As in `p = 0.048` or `p < 0.001`; says where there is none."""
    if p is None:
        return tr("no p")
    text = rounding.p_value(p)
    return f"p {text}" if text[0] in "<>" else f"p = {text}"


def _patching(concept: ConceptResult, patching: PatchingResult) -> str:
    social, other = senses_of(concept)
    own = next((c.points for c in patching.curves if c.kind == "identifier"), ())
    point = at(own, best_patched(patching))
    if point is None:
        return tr("No effect could be formed.")
    control = largest_control(patching, point.layer)
    return tr(
        _PATCHED[bool(patching.above), control is not None],
        sense=social,
        other=other,
        shown=len(patching.above),
        n=len(patched_layers(patching)),
        layers=layer_list(patching.above),
        layer=layer_name(point.layer),
        effect=effect_text(point),
        control=effect(control[1]) if control else "",
    )


def _ablation(ablation: AblationResult) -> str:
    told = [*_against(ablation)]
    if ablation.log_likelihood_change < BROKEN:
        told.append(tr("The answers become much less likely, so that the change may be damage."))
    return joined(told)


def _against(ablation: AblationResult) -> list[str]:
    """How the score changes, held against what random directions do to it."""
    changes = ablation.random_differences
    values = {
        "layer": layer_name(ablation.from_layer),
        "before": effect_text(ablation.before),
        "after": effect_text(ablation.after),
        "change": effect_text(ablation.difference),
    }
    if not changes:
        none = tr("No random direction was tried, so that this shows nothing.")
        return [tr(_ABLATED, **values), none]
    directions = {
        "n": rounding.count(len(changes)),
        "low": effect(min(changes)),
        "high": effect(max(changes)),
        "p": p_text(ablation.p_value),
    }
    if is_beyond_random(ablation):
        return [tr(_ABLATED_BEYOND, **values, **directions)]
    told = [tr(_ABLATED, **values), tr(_NOT_BEYOND, **directions)]
    least = smallest_p(len(changes))
    if least > SIGNIFICANT:
        lowest = rounding.p_value(least)
        told.append(tr("So few directions can give no p below {lowest}.", lowest=lowest))
    return told


def _readings(readings: ReadingResult) -> str:
    n_layers = len(readings.points)
    told = (
        tr(
            "Believed at {n} of {n_layers} layers ({layers}).",
            n=len(readings.believed),
            n_layers=n_layers,
            layers=layer_list(readings.believed),
        )
        if readings.believed
        else tr(
            "Believed at none of {n_layers} layers: at each, most known answers are missed or most "
            "readings say nothing.",
            n_layers=n_layers,
        )
    )
    share = degenerate_share(readings)
    if share is None:
        return told
    empty = tr(
        "Of {n} readings, {share} say nothing.",
        n=rounding.count(sum(p.n for p in readings.points)),
        share=rounding.percent(share),
    )
    return joined([told, empty, _named(readings)])


def _named(readings: ReadingResult) -> str:
    """Whether the readings of the two senses differ: that one names people proves nothing."""
    pairs = [
        (p.social_in_social, p.social_in_other)
        for p in readings.points
        if p.layer in readings.believed
        and p.social_in_social is not None
        and p.social_in_other is not None
    ]
    if not pairs:
        return ""
    social, other = (sum(shares) / len(pairs) for shares in zip(*pairs, strict=True))
    return tr(
        "At the {n} with readings of both kinds, {social} of the social sentences’ readings name "
        "the social sense and {other} of the others’, on average; they are few and decide nothing.",
        n=len(pairs),
        social=rounding.percent(social),
        other=rounding.percent(other),
    )


def degenerate_share(readings: ReadingResult) -> float | None:
    """Share of all readings that say nothing; None where there is none."""
    known = [(p.n, p.degenerate) for p in readings.points if p.degenerate is not None and p.n]
    total = sum(n for n, _ in known)
    return sum(n * share for n, share in known) / total if total else None
