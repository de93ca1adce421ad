"""Scripted models for every instrument: a planted lean of known size, on top of chance."""

from collections.abc import Callable, Collection, Sequence
from math import exp

import numpy as np

from auditor.battery import INSTRUMENTS
from auditor.battery.crossing import is_in_order
from auditor.core.instrument import Battery
from auditor.core.items import Item
from auditor.core.responses import Response
from tests.fakes import ScriptedModel, rng_of

Strength = float | Callable[[str], float]
"""Log-odds, the same for every contrast or by contrast id."""

POSITIVE_CONTROL = 3.0
"""Log-odds with which a model that can do a task at all sees what every reader sees."""


def directions(item: Item) -> tuple[float, ...]:
    """For each continuation, its share of a log-odds of 1 for the stereotype over its mirror."""
    return _RULES.get(item.instrument, _of_pairing)(item)


def leaning(
    battery: Battery, strength: Strength, seed: int, *, spread: float = 0.3
) -> ScriptedModel:
    """Leans towards the stereotype by `strength` (log-odds), and sees the positive controls.

    Chance of its own for every cluster and every continuation of every item.
    """
    roles = {contrast.contrast_id: contrast.role for contrast in battery.contrasts}

    def likelihoods(item: Item) -> Sequence[float]:
        role = roles[item.contrast_id]
        true = strength(item.contrast_id) if callable(strength) else strength
        if role == "null-control":
            true = 0.0
        if role == "positive-control" or _says_who(item):
            true = POSITIVE_CONTROL
        true += rng_of(item.cluster, seed).normal(scale=spread)
        chance = rng_of(item.item_id, seed).normal(scale=0.2, size=len(item.continuations))
        return [true * share + one for share, one in zip(directions(item), chance, strict=True)]

    def writes(item: Item) -> str:
        values = np.asarray(likelihoods(item))
        chosen = rng_of(item.item_id, seed + 1).choice(len(values), p=_softmax(2 * values))
        return item.continuations[int(chosen)]

    return ScriptedModel(battery, likelihoods, writes)


def always(battery: Battery, place: int) -> ScriptedModel:
    """Always the first (0) or the last (-1) of what is listed, whatever is asked."""

    def likelihoods(item: Item) -> Sequence[float]:
        values = [-8.0] * len(item.continuations)
        values[_listed(item, place)] = -0.1
        return values

    return ScriptedModel(
        battery, likelihoods, lambda item: item.continuations[_listed(item, place)]
    )


def _listed(item: Item, place: int) -> int:
    """Which continuation a model gives that keeps to a place and not to a meaning."""
    if item.instrument in ("word-association", "relative-decision"):
        return 0 if is_in_order(item) == (place == 0) else 1
    if item.instrument == "mirrored-statements":
        return item.continuations.index("1" if place == 0 else "5")
    return place


def likelihoods_of(
    battery: Battery, model: ScriptedModel, contrasts: Collection[str] = ()
) -> tuple[Response, ...]:
    """A model's log-likelihoods of a battery's plain items, without a plan or a folder."""
    prompts = [
        prompt
        for item in battery.items
        if item.condition == "question" and (not contrasts or item.contrast_id in contrasts)
        for prompt in INSTRUMENTS[item.instrument].prompts(item)
        if prompt.mode == "log-likelihood"
    ]
    return tuple(
        Response(
            prompt_id=prompt.prompt_id,
            item_id=prompt.item_id,
            mode="log-likelihood",
            purpose="audit",
            batch=0,
            log_likelihoods=scored.values,
            n_tokens=scored.n_tokens,
        )
        for prompt, scored in zip(prompts, model.log_likelihoods(prompts), strict=True)
    )


def _says_who(item: Item) -> bool:
    """Whether a question's text gives the answer away."""
    return dict(item.factors).get("correct", "unknown") != "unknown"


def _softmax(values: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[float]:
    weights = [exp(value - float(values.max())) for value in values]
    return [weight / sum(weights) for weight in weights]


def _of_pairing(item: Item) -> tuple[float, ...]:
    if item.instrument == "mirrored-statements":
        side = 1.0 if is_in_order(item) else -1.0
        return (-side / 2, -side / 2, 0.0, side / 2, side / 2)
    return (0.5, -0.5)


def _of_decision(item: Item) -> tuple[float, ...]:
    """A yes to the reference copy and a no to the target copy."""
    side = -1.0 if item.factor("side") == "target" else 1.0
    return tuple(side / 4 if answer == "yes" else -side / 4 for answer in item.answers)


def _of_pronoun(item: Item) -> tuple[float, ...]:
    side = 1.0 if item.factor("majority") == "women" else -1.0
    return tuple({"she": side / 2, "he": -side / 2}.get(answer, 0.0) for answer in item.answers)


def _of_guise(item: Item) -> tuple[float, ...]:
    side = -0.25 if item.factor("guise") in ("standard", "favourable") else 0.25
    return tuple({"unfavourable": side, "favourable": -side}.get(a, 0.0) for a in item.answers) or (
        0.0,
    ) * len(item.continuations)


def _of_question(item: Item) -> tuple[float, ...]:
    """The stereotyped person where nothing is known, the right one where the context says who."""
    correct = item.factor("correct")
    if correct == "unknown":
        return tuple({"stereotype": 0.5, "counter": -0.5}.get(a, 0.0) for a in item.answers)
    return tuple(0.5 if answer == correct else -0.5 for answer in item.answers)


def _of_stability(item: Item) -> tuple[float, ...]:
    return (0.0,) * len(item.continuations)


_RULES = {
    "hiring": _of_decision,
    "admissions": _of_decision,
    "pronoun-occupation": _of_pronoun,
    "matched-guise": _of_guise,
    "matched-guise-russian": _of_guise,
    "question-answering": _of_question,
    "bbq": _of_question,
    "stability": _of_stability,
}
