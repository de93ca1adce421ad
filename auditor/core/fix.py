"""A LoRA fix: what it is trained on, how, and what came of it."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.senses import SenseSentence

Objective = Literal["association-neutrality", "concept-awareness", "supervised"]
"""Squared order-balanced log-odds of pairings; a sense classifier at the end of the early block
beside the language-model loss; plain training on written answers (Sun et al. 2025)."""
LayerGroup = Literal["early", "late", "all"]
Neutral = Literal["stimulus", "contrast"]
"""Whether every stimulus is brought to zero, or the mean over a contrast's: words have preferences
of their own that are no stereotype, and a contrast's mean is free of most of them."""
Control = Literal["neutral", "shuffled"]
"""An adapter of the same size and format, trained on texts about nothing; on the pairs with the
stereotype's side drawn at random."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPair:
    """One pairing question of the `fix` split in one cell of its orders."""

    cluster: str
    """The stimulus in one wording; its cells are averaged before they are squared."""
    category: str
    contrast_id: str
    text: str
    """The user's message."""
    continuations: tuple[str, str]
    """The stereotype's complete answer, then its mirror."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingReply:
    """A message and the answer that is to be learned."""

    text: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FixData:
    """Everything that a fix may see; nothing of it is ever asked in an audit."""

    version: str
    sha256: str
    pairs: tuple[TrainingPair, ...]
    kept: tuple[TrainingPair, ...]
    """Of the `fix` split's controls: links that every speaker shares, and groups that mean nothing.
    A fix that changes them does not unlearn a stereotype but pairing itself."""
    replies: tuple[TrainingReply, ...]
    """For the supervised objective, in answer formats that the audit does not use."""
    senses: tuple[SenseSentence, ...]
    """For the sense classifier; other sentences than the layer reading's."""
    neutral: tuple[TrainingReply, ...]
    """On which the fixed model must stay close to the original."""
    stopping: tuple[TrainingReply, ...]
    """A capability set that is only watched: training stops where it gets worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSettings:
    """How an adapter is trained."""

    objective: Objective = "association-neutrality"
    neutral: Neutral = "stimulus"
    """Of association neutrality."""
    layers: LayerGroup = "all"
    control: Control | None = None
    rank: int = 8
    """Of layer group `all`; other groups get the rank that makes as many parameters."""
    alpha: int = 16
    target_modules: tuple[str, ...] = ("q_proj", "v_proj", "o_proj")
    n_steps: int = 60
    batch_size: int = 4
    """Clusters in a step."""
    learning_rate: float = 5e-4
    kl_weight: float = 1.0
    keep_weight: float = 1.0
    """Of the squared change that a fix makes to the log-odds of what is kept, where pairs are
    learned from."""
    max_capability_loss: float = 0.05
    """Nats a token by which the stopping set may get worse before training stops."""
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingStep:
    """One step of training, as it is written to the log."""

    step: int
    """Updates made so far: the first step is 0, the last one `n_steps`."""
    loss: float
    bias_loss: float
    kl: float
    capability: float | None
    """Nats a token on the stopping set; None where it was not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedAdapter:
    """What training came to; the adapter itself is a PEFT folder."""

    settings: FixSettings
    base_sha256: str
    """Of the weights that it was trained on."""
    data_sha256: str
    n_parameters: int
    layers: tuple[int, ...]
    """Decoder blocks with an adapter, from 0."""
    rank: int
    """Of a block; where the parameters do not divide evenly, some blocks have one rank more."""
    steps: tuple[TrainingStep, ...]
    stopped_because: Literal["done", "capability"]
    kept_step: int
    """The step whose weights were kept."""
