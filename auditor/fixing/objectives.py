"""What an adapter is trained for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn

from auditor.core.encoding import EncodedPrompt
from auditor.core.fix import FixData, FixSettings
from auditor.core.model import ReadableModel
from auditor.errors import FixNotTrained
from auditor.fixing.injected import Injected
from auditor.fixing.losses import (
    Closeness,
    Kept,
    add_gradients,
    add_language_loss,
    balanced_log_odds,
    draw,
)
from auditor.fixing.passes import Passes
from auditor.fixing.reading_data import (
    EncodedCluster,
    EncodedSense,
    encode_clusters,
    encode_replies,
    encode_senses,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Losses:
    """Of one step; `loss` is what was minimised."""

    loss: float
    bias_loss: float
    kl: float


class Objective(Protocol):
    """Something to be trained for."""

    @property
    def parameters(self) -> tuple[nn.Parameter, ...]:
        """What is trained beside the adapter, and thrown away with the objective."""

    def add_gradients(self, step: int) -> Losses:
        """Losses on the texts of a step; gradients are added where they are being computed."""


def choose_objective(
    model: ReadableModel,
    passes: Passes,
    adapter: Injected,
    data: FixData,
    settings: FixSettings,
    *,
    sense_block: nn.Module,
) -> Objective:
    """What the settings ask for.

    Args:
        model: Whose form and tokenizer.
        passes: How its network is read.
        adapter: Within the network.
        data: Already shuffled where the control is.
        settings: Which objective, and how.
        sense_block: At whose end senses are told apart.

    Raises:
        FixNotTrained: The data has nothing for this objective.
    """
    neutral = encode_replies(model, data.neutral)
    _require(neutral, "neutral replies")
    closeness = Closeness(passes, adapter, neutral, settings)
    if settings.control == "neutral":
        return Imitation(passes, neutral, closeness, settings)
    if settings.objective == "supervised":
        replies = encode_replies(model, data.replies)
        _require(replies, "replies")
        return Imitation(passes, replies, closeness, settings)
    if settings.objective == "concept-awareness":
        senses = encode_senses(model, data.senses)
        _require(senses, "sentences with a word of two senses")
        return Awareness(passes, senses, closeness, settings, sense_block)
    clusters = encode_clusters(model, data.pairs)
    _require(clusters, "pairs")
    kept = Kept(passes, adapter, encode_clusters(model, data.kept), settings)
    kind = PooledNeutrality if settings.neutral == "contrast" else Neutrality
    return kind(passes, clusters, kept, closeness, settings)


class Neutrality:
    """Log-odds of a stereotype's answer against its mirror, balanced over their orders, to zero.

    For a cluster, ℓ is the mean over its cells of log P(stereotype) - log P(mirror), in nats. Each
    cluster's ℓ² is minimised; beside it, what is to stay.
    """

    parameters: tuple[nn.Parameter, ...] = ()

    def __init__(
        self,
        passes: Passes,
        clusters: Sequence[EncodedCluster],
        kept: Kept,
        closeness: Closeness,
        settings: FixSettings,
    ) -> None:
        self._passes, self._clusters, self._closeness = passes, clusters, closeness
        self._kept = kept
        self._batch_size, self._seed = settings.batch_size, settings.seed

    def add_gradients(self, step: int) -> Losses:
        bias = self._add_bias(step)
        changed = self._kept.add_gradients(step)
        close, kl = self._closeness.add_gradients(step)
        return Losses(loss=bias + changed + close, bias_loss=bias, kl=kl)

    def _add_bias(self, step: int) -> float:
        chosen = draw(len(self._clusters), self._batch_size, step, seed=self._seed)
        bias = 0.0
        for index in chosen:
            squared = balanced_log_odds(self._passes, self._clusters[index].cells) ** 2
            add_gradients(squared / len(chosen))
            bias += float(squared.detach()) / len(chosen)
        return bias


class PooledNeutrality(Neutrality):
    """The same for the mean of several clusters, of one contrast a step.

    The square of a single ℓ holds the preferences of its words too, which are no stereotype, and
    most of a step would go into them; in a mean over n clusters they count 1/n.
    """

    def _add_bias(self, step: int) -> float:
        contrasts = tuple(dict.fromkeys(each.contrast_id for each in self._clusters))
        (place,) = draw(len(contrasts), 1, step, seed=self._seed, stream=3)
        mine = [each for each in self._clusters if each.contrast_id == contrasts[place]]
        n = min(self._batch_size, len(mine))
        # Each contrast has its turn once in a round.
        chosen = draw(len(mine), n, step // len(contrasts), seed=self._seed)
        odds = [balanced_log_odds(self._passes, mine[index].cells) for index in chosen]
        squared = torch.stack(odds).mean() ** 2
        add_gradients(squared)
        return float(squared.detach())


class Awareness:
    """A linear classifier tells the senses of a word apart at the end of one block.

    Its cross-entropy (nats a sentence) is minimised by the adapter and the classifier together,
    beside the language-model loss on neutral replies (nats a token) and their KL.
    """

    def __init__(
        self,
        passes: Passes,
        clusters: Sequence[Sequence[EncodedSense]],
        closeness: Closeness,
        settings: FixSettings,
        block: nn.Module,
    ) -> None:
        self._passes, self._clusters, self._closeness = passes, clusters, closeness
        self._batch_size, self._seed = settings.batch_size, settings.seed
        self._block = block
        module = passes.module
        width = int(module.config.get_text_config().hidden_size)
        self._direction = nn.Parameter(torch.zeros(width, device=module.device))
        self._offset = nn.Parameter(torch.zeros((), device=module.device))

    @property
    def parameters(self) -> tuple[nn.Parameter, ...]:
        return self._direction, self._offset

    def add_gradients(self, step: int) -> Losses:
        chosen = draw(len(self._clusters), self._batch_size, step, seed=self._seed)
        bias = 0.0
        for index in chosen:
            loss = self._cross_entropy(self._clusters[index]) / len(chosen)
            add_gradients(loss)
            bias += float(loss.detach())
        close, kl = self._closeness.add_gradients(step, with_language_loss=True)
        return Losses(loss=bias + close, bias_loss=bias, kl=kl)

    def _cross_entropy(self, sentences: Sequence[EncodedSense]) -> Tensor:
        states = self._passes.read_last(self._block, [each.token_ids for each in sentences])
        # A few coordinates of a residual stream are hundreds of times as large as the others.
        scaled = nn.functional.layer_norm(states, states.shape[-1:])
        logits = scaled @ self._direction + self._offset
        labels = torch.tensor([float(each.is_social) for each in sentences], device=logits.device)
        return nn.functional.binary_cross_entropy_with_logits(logits, labels)


class Imitation:
    """Cross-entropy of the tokens of given replies, in nats a token; nothing holds it back."""

    parameters: tuple[nn.Parameter, ...] = ()

    def __init__(
        self,
        passes: Passes,
        replies: Sequence[EncodedPrompt],
        closeness: Closeness,
        settings: FixSettings,
    ) -> None:
        self._passes, self._replies, self._closeness = passes, replies, closeness
        self._batch_size, self._seed = settings.batch_size, settings.seed

    def add_gradients(self, step: int) -> Losses:
        chosen = draw(len(self._replies), self._batch_size, step, seed=self._seed)
        kl = self._closeness.measure(step)
        loss = add_language_loss(self._passes, [self._replies[index] for index in chosen])
        return Losses(loss=loss, bias_loss=loss, kl=kl)


def _require(found: Sequence[object], what: str) -> None:
    if not found:
        raise FixNotTrained(
            f"The data of the fix has no {what}, which this objective needs; choose another one."
        )
