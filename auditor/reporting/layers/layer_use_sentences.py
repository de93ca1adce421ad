"""Whether what can be read in the layers is used, and what the model says of it. Pure."""

from collections.abc import Sequence

from auditor.core.layer_results import (
    AblationResult,
    ConceptResult,
    PatchingResult,
    ReadingResult,
)
from auditor.reporting import rounding
from auditor.reporting.blocks import Fact
from auditor.reporting.layers.layer_numbers import (
    at,
    effect,
    effect_text,
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


def plain_use(concept: ConceptResult) -> list[str]:
    """Whether it is used, in words alone."""
    told = []
    if concept.patching is None and concept.ablation is None:
        return ["Whether the model uses this was not tested in this tier."]
    if concept.patching is not None:
        moves = "moves" if concept.patching.above else "is not shown to move"
        told.append(f"The word’s state {moves} what the model says that the word means.")
    if concept.ablation is not None:
        told.append(_rests(concept.ablation))
    return told


def _rests(ablation: AblationResult) -> str:
    """Whether the score rests on the direction; where no p could have shown it, that is said."""
    score = "the association score rests on what the probe reads"
    if is_beyond_random(ablation):
        return f"{score[:1].upper()}{score[1:]}."
    if smallest_p(len(ablation.random_differences)) > SIGNIFICANT:
        return f"Whether {score} was tested too weakly to tell."
    return f"That {score} is not shown."


def use_facts(concept: ConceptResult) -> list[Fact]:
    """Patching, ablation and readings of a concept, as far as they were done."""
    told = []
    if concept.patching is not None:
        told.append(Fact(label="Patching", text=_patching(concept, concept.patching)))
    if concept.ablation is not None:
        told.append(Fact(label="Ablation", text=_ablation(concept.ablation)))
    if concept.readings is not None:
        told.append(Fact(label="In words", text=_readings(concept.readings)))
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
        return "no p"
    text = rounding.p_value(p)
    return f"p {text}" if text[0] in "<>" else f"p = {text}"


def _patching(concept: ConceptResult, patching: PatchingResult) -> str:
    social, other = senses_of(concept)
    n = len(patched_layers(patching))
    own = next((c.points for c in patching.curves if c.kind == "identifier"), ())
    point = at(own, best_patched(patching))
    if point is None:
        return "No effect could be formed."
    control = largest_control(patching, point.layer)
    beside = f"; an unrelated word or random: {effect(control[1])} at most" if control else ""
    most = f"most at {layer_name(point.layer)}: {effect_text(point)} in log-odds{beside}"
    if not patching.above:
        return (
            f"That the state is used is not shown: at none of {n} layers does one from a sentence "
            f"about {social}, instead of {other}, move the answer beyond zero and every control "
            f"({most})."
        )
    return (
        f"A state from a sentence about {social}, instead of {other}, moves the answer towards "
        f"{social}, shown at {len(patching.above)} of {n} layers "
        f"({layer_list(patching.above)}; of these {most})."
    )


def _ablation(ablation: AblationResult) -> str:
    changes = ablation.random_differences
    told = (
        f"Without the probe’s direction, from {layer_name(ablation.from_layer)} on, the score goes "
        f"from {effect_text(ablation.before)} to {effect_text(ablation.after)}, by "
        f"{effect_text(ablation.difference)}"
    )
    broken = (
        " The answers become much less likely, so that the change may be damage."
        if ablation.log_likelihood_change < BROKEN
        else ""
    )
    if not changes:
        return f"{told}. No random direction was tried, so that this shows nothing.{broken}"
    against = (
        f"{rounding.count(len(changes))} random directions change it by {effect(min(changes))} to "
        f"{effect(max(changes))} ({p_text(ablation.p_value)})"
    )
    if is_beyond_random(ablation):
        return f"{told}, more than random directions do: {against}.{broken}"
    least = smallest_p(len(changes))
    few = (
        f" So few directions can give no p below {rounding.p_value(least)}."
        if least > SIGNIFICANT
        else ""
    )
    return f"{told}. That this direction matters is not shown: {against}.{few}{broken}"


def _readings(readings: ReadingResult) -> str:
    n_layers = len(readings.points)
    told = (
        f"Believed at {len(readings.believed)} of {n_layers} layers "
        f"({layer_list(readings.believed)})"
        if readings.believed
        else f"Believed at none of {n_layers} layers: at each, most known answers are missed or "
        "most readings say nothing"
    )
    share = degenerate_share(readings)
    n = rounding.count(sum(p.n for p in readings.points))
    if share is None:
        return f"{told}."
    said = f"{told}. Of {n} readings, {rounding.percent(share)} say nothing."
    return joined([said, _named(readings)])


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
    return (
        f"At the {len(pairs)} with readings of both kinds, {rounding.percent(social)} of the "
        f"social sentences’ readings name the social sense and {rounding.percent(other)} of the "
        "others’, on average; they are few and decide nothing."
    )


def degenerate_share(readings: ReadingResult) -> float | None:
    """Share of all readings that say nothing; None where there is none."""
    known = [(p.n, p.degenerate) for p in readings.points if p.degenerate is not None and p.n]
    total = sum(n for n, _ in known)
    return sum(n * share for n, share in known) / total if total else None


def joined(sentences: Sequence[str]) -> str:
    """One paragraph."""
    return " ".join(one for one in sentences if one)
