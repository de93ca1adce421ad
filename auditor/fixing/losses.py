"""Losses with their gradients, computed in parts that are small enough for memory.

The gradients of the parts add up to those of the whole.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from auditor.core.encoding import EncodedPrompt
from auditor.core.fix import FixSettings
from auditor.fixing.injected import Injected
from auditor.fixing.passes import Passes
from auditor.fixing.reading_data import EncodedCluster

_REPLIES_IN_PASS = 4
_NEUTRAL_IN_STEP = 4
"""Neutral replies on which each step compares the network with the original one."""
_KEPT_IN_STEP = 2
"""Clusters that are to stay as they are; a few words of common knowledge stand for all."""


class Closeness:
    """KL(original ‖ adapted) on the tokens of neutral replies, in nats a token."""

    def __init__(
        self,
        passes: Passes,
        adapter: Injected,
        neutral: Sequence[EncodedPrompt],
        settings: FixSettings,
    ) -> None:
        self._passes, self._adapter, self._neutral = passes, adapter, neutral
        self._weight, self._seed = settings.kl_weight, settings.seed

    def add_gradients(self, step: int, *, with_language_loss: bool = False) -> tuple[float, float]:
        """The loss that was minimised, and the KL alone.

        Args:
            step: Which neutral replies.
            with_language_loss: Whether the replies are learned too, in nats a token.
        """
        chosen = draw(len(self._neutral), _NEUTRAL_IN_STEP, step, seed=self._seed, stream=1)
        prompts = [self._neutral[index] for index in chosen]
        divergence, n_tokens = self._divergence(prompts)
        loss, kl = self._weight * divergence / n_tokens, float(divergence.detach()) / n_tokens
        add_gradients(loss)
        total = float(loss.detach())
        if with_language_loss:
            total += add_language_loss(self._passes, prompts)
        return total, kl

    @torch.no_grad()
    def measure(self, step: int) -> float:
        """The KL alone, without gradients."""
        chosen = draw(len(self._neutral), _NEUTRAL_IN_STEP, step, seed=self._seed, stream=1)
        divergence, n_tokens = self._divergence([self._neutral[index] for index in chosen])
        return float(divergence) / n_tokens

    def _divergence(self, prompts: Sequence[EncodedPrompt]) -> tuple[Tensor, int]:
        with torch.no_grad(), self._adapter.switched_off():
            original = self._passes.predict(prompts).log_probabilities
        adapted = self._passes.predict(prompts).log_probabilities
        divergence = nn.functional.kl_div(adapted, original, reduction="sum", log_target=True)
        return divergence, len(adapted)


class Kept:
    """Squared change of the log-odds of pairings that a fix is to leave as they are, in nats².

    Without it, the shortest way to no stereotype is to tell no pairing from its mirror any more.
    """

    def __init__(
        self,
        passes: Passes,
        adapter: Injected,
        clusters: Sequence[EncodedCluster],
        settings: FixSettings,
    ) -> None:
        self._passes, self._adapter, self._clusters = passes, adapter, clusters
        self._weight, self._seed = settings.keep_weight, settings.seed
        self._originals: dict[int, float] = {}

    def add_gradients(self, step: int) -> float:
        """The loss that was minimised; 0 where nothing is kept."""
        if not self._clusters or not self._weight:
            return 0.0
        chosen = draw(len(self._clusters), _KEPT_IN_STEP, step, seed=self._seed, stream=2)
        total = 0.0
        for index in chosen:
            now = balanced_log_odds(self._passes, self._clusters[index].cells)
            change = now - self._original(index)
            loss = self._weight * change**2 / len(chosen)
            add_gradients(loss)
            total += float(loss.detach())
        return total

    @torch.no_grad()
    def _original(self, index: int) -> float:
        if index not in self._originals:
            with self._adapter.switched_off():
                odds = balanced_log_odds(self._passes, self._clusters[index].cells)
            self._originals[index] = float(odds)
        return self._originals[index]


def balanced_log_odds(passes: Passes, cells: Sequence[EncodedPrompt]) -> Tensor:
    """Mean over cells of log P(first continuation) - log P(second); a scalar, in nats."""
    predicted = passes.predict(cells)
    odds = [
        predicted.log_likelihood(cell, 0) - predicted.log_likelihood(cell, 1)
        for cell in range(len(cells))
    ]
    return torch.stack(odds).mean()


def add_language_loss(passes: Passes, prompts: Sequence[EncodedPrompt]) -> float:
    """Negative log-likelihood of replies in nats a token, over the tokens of all of them."""
    n_tokens = sum(len(each.continuation_ids[0]) for each in prompts)
    total = 0.0
    for part in _parts(prompts):
        predicted = passes.predict(part)
        scores = [predicted.log_likelihood(index, 0) for index in range(len(part))]
        loss = -torch.stack(scores).sum() / n_tokens
        add_gradients(loss)
        total += float(loss.detach())
    return total


def add_gradients(loss: Tensor) -> None:
    """Where gradients are being computed; the same code measures without."""
    if loss.requires_grad:
        loss.backward()  # type: ignore[no-untyped-call]


def draw(n: int, size: int, step: int, *, seed: int, stream: int = 0) -> list[int]:
    """Which of `n` texts a step sees: one random order after another, each text once in each.

    A function of its arguments alone, so that training can go on from any step.
    """
    places = range(step * size, (step + 1) * size)
    orders = {
        epoch: np.random.default_rng([seed, 2 + stream, epoch]).permutation(n)
        for epoch in {place // n for place in places}
    }
    return [int(orders[place // n][place % n]) for place in places]


def _parts(prompts: Sequence[EncodedPrompt]) -> Iterator[Sequence[EncodedPrompt]]:
    for start in range(0, len(prompts), _REPLIES_IN_PASS):
        yield prompts[start : start + _REPLIES_IN_PASS]
