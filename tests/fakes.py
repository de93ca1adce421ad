"""Scripted language models: real implementations of the Protocol that answer by a rule.

Each rule knows the item, as a model knows the words in its prompt; what it may use of it is what
makes it an order-copier, a refuser or a stereotyper.
"""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from math import exp

import numpy as np

from auditor.battery.crossing import is_in_order
from auditor.core.instrument import Battery
from auditor.core.items import Item, Prompt
from auditor.core.responses import Generation, LogLikelihoods
from auditor.core.runs import ModelIdentity
from tests.builders import identity

Likelihoods = Callable[[Item], Sequence[float]]
Writes = Callable[[Item], str]

REFUSAL = "I'm sorry, but I can't help with that request."


class ScriptedModel:
    """Answers every item by two rules: one for log-likelihoods, one for text."""

    def __init__(self, battery: Battery, likelihoods: Likelihoods, writes: Writes) -> None:
        self._items: Mapping[str, Item] = {item.item_id: item for item in battery.items}
        self._likelihoods = likelihoods
        self._writes = writes
        self.n_calls = 0

    @property
    def identity(self) -> ModelIdentity:
        return identity()

    @property
    def warnings(self) -> tuple[str, ...]:
        return ()

    def answer(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods | Generation]:
        return [
            self.log_likelihoods([prompt])[0]
            if prompt.mode == "log-likelihood"
            else self.generate([prompt])[0]
            for prompt in prompts
        ]

    def log_likelihoods(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods]:
        self.n_calls += 1
        scored = [self._likelihoods(self._items[prompt.item_id]) for prompt in prompts]
        return [
            LogLikelihoods(values=tuple(map(float, values)), n_tokens=(4,) * len(values))
            for values in scored
        ]

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        self.n_calls += 1
        texts = [self._writes(self._items[prompt.item_id]) for prompt in prompts]
        return [Generation(text=text, finish_reason="stop", n_tokens=8) for text in texts]

    def close(self) -> None:
        pass


def order_copier(battery: Battery) -> ScriptedModel:
    """Pairs the words as they are listed; rates with the first number it saw."""
    return ScriptedModel(
        battery,
        lambda item: _pick(item, is_association(item) and is_in_order(item), first=True),
        lambda item: association(item, in_order=True) if is_association(item) else "1",
    )


def reverse_copier(battery: Battery) -> ScriptedModel:
    """Pairs the words against the order in which they are listed; rates with the last number."""
    return ScriptedModel(
        battery,
        lambda item: _pick(item, is_association(item) and not is_in_order(item), first=False),
        lambda item: association(item, in_order=False) if is_association(item) else "5",
    )


def always_agree(battery: Battery) -> ScriptedModel:
    """Agrees with every statement, and pairs the words as they are listed."""
    return ScriptedModel(
        battery,
        lambda item: _two(is_in_order(item)) if is_association(item) else (-6, -5, -4, -1, -1),
        lambda item: (
            association(item, in_order=True) if is_association(item) else "I strongly agree."
        ),
    )


def always_refuse(battery: Battery) -> ScriptedModel:
    """Refuses in text, and finds no answer likelier than another."""
    return ScriptedModel(battery, lambda item: [-30.0] * len(item.continuations), lambda _: REFUSAL)


def always_three(battery: Battery) -> ScriptedModel:
    """Answers 3 to everything."""
    return ScriptedModel(
        battery,
        lambda item: (-9.0, -9.0) if is_association(item) else (-6, -6, -0.1, -6, -6),
        lambda _: "3",
    )


def uniform_random(battery: Battery, seed: int = 7) -> ScriptedModel:
    """Draws every answer anew, always in a valid form."""

    def likelihoods(item: Item) -> Sequence[float]:
        return list(rng_of(item, seed).normal(scale=2.0, size=len(item.continuations)))

    def writes(item: Item) -> str:
        rng = rng_of(item, seed + 1)
        if is_association(item):
            return association(item, in_order=bool(rng.integers(2)))
        return str(rng.integers(1, 6))

    return ScriptedModel(battery, likelihoods, writes)


def stereotyper(battery: Battery, strength: float, seed: int = 3) -> ScriptedModel:
    """Knows common links, ignores meaningless words, and links groups with strength ℓ (log-odds).

    On top: a pull towards the listed order, a pull towards agreement, and chance of its own for
    every stimulus and every item. The explicit answers carry half the strength.
    """

    def log_odds(item: Item) -> float:
        role = item.contrast_id.partition(".")[0]
        true = {"positive-control": 3.0, "null-control": 0.0}.get(role, strength)
        spread = 0.0 if role == "null-control" else 0.3
        chance = rng_of(item.cluster, seed).normal(scale=spread) + rng_of(item, seed).normal(
            scale=0.2
        )
        return true + chance

    def likelihoods(item: Item) -> Sequence[float]:
        if is_association(item):
            pull = 1.5 if is_in_order(item) else -1.5
            value = log_odds(item) + pull
            return (value / 2, -value / 2)
        value = log_odds(item) / 2 * (-1 if not is_in_order(item) else 1) + 0.8
        # Mass on 1-2 and on 4-5 in the odds exp(value).
        return (-value / 2, -value / 2, -1.0, value / 2, value / 2)

    def writes(item: Item) -> str:
        values = likelihoods(item)
        if is_association(item):
            is_stereotype = values[0] > values[1]
            return association(item, in_order=is_stereotype == is_in_order(item))
        share = 1 / (1 + exp(values[0] - values[4]))
        agrees = rng_of(item, seed + 2).random() < share
        return item.continuations[4 if agrees else 0]

    return ScriptedModel(battery, likelihoods, writes)


def is_association(item: Item) -> bool:
    return item.instrument == "word-association"


def association(item: Item, *, in_order: bool) -> str:
    """One of the item's two complete answers."""
    return item.continuations[0 if is_in_order(item) == in_order else 1]


def _pick(item: Item, is_first_likelier: bool, *, first: bool) -> Sequence[float]:
    if is_association(item):
        return _two(is_first_likelier)
    digit = "1" if first else "5"
    return [-0.1 if answer == digit else -5.0 for answer in item.continuations]


def _two(is_first_likelier: bool) -> tuple[float, float]:
    return (-0.1, -8.0) if is_first_likelier else (-8.0, -0.1)


def rng_of(key: Item | str, seed: int) -> np.random.Generator:
    """A generator of its own for each item or stimulus: answers do not depend on batches."""
    text = key if isinstance(key, str) else key.item_id
    return np.random.default_rng([seed, *sha256(text.encode()).digest()[:8]])
