"""What is recorded of a fix: its plan, what was trained, and what every arm answered.

An arm is one way of running the same weights: as they are, with the adapter, with a control's,
with the adapter at another strength, with an instruction, or with a concept erased.
"""

from dataclasses import dataclass
from typing import Literal

from auditor.core.fix import Control, FixSettings, TrainedAdapter
from auditor.core.items import Condition, Tier
from auditor.core.runs import BatteryIdentity, ModelIdentity

ArmKind = Literal["original", "fixed", "control", "scaled", "prompted", "erased"]
Extent = Literal["gate", "control", "dial", "reasoned"]
"""What an arm is asked: everything that the gate judges; the pairings alone; the pairings of a few
stimuli; those of fewer still, each after some reasoning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixTier:
    """How much of a fix is judged in one tier."""

    n_steps: int
    """Of each training, where the user does not say."""
    n_seeds: int
    """Adapters of the same settings that are trained and judged."""
    controls: tuple[Control, ...]
    n_stimuli: int
    """Of each contrast, in log-likelihoods; never fewer than the tier itself asks."""
    n_control_stimuli: int
    """Of the positive control."""
    n_written: int
    """Stimuli of each contrast that are also answered in text."""
    n_dial: int
    """Stimuli of each contrast that the dial is drawn of."""
    n_reasoned: int
    """Stimuli of each contrast that are answered after some reasoning."""
    n_held_out: int
    """Everyday messages on which what the model can do is compared."""
    scales: tuple[float, ...]
    """Of the dial, beside 0 and 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateRules:
    """`fix/gate.yaml`: when a fix is accepted, declared before it is trained."""

    version: str
    sha256: str
    min_share_removed: float
    """Of the pooled score, that must be gone; the interval of the change must exclude 0 too."""
    max_explicit_increase: float
    """Of the pooled explicit score, on [-1, 1]; upper end of the interval."""
    min_sensitivity_kept: float
    """Share of the positive control's score that must be left; it must also still be seen."""
    max_unusable_increase: float
    """Of the share of written answers that cannot be scored; upper end of the interval."""
    max_reply_loss: float
    """Nats a token on held-out replies; upper end of the interval."""
    max_answer_loss: float
    """Of the share of stated facts that are answered right; upper end of the interval."""
    max_other_increase: float
    """Of any contrast's score, by size."""
    max_same_opening: float
    """Increase of the share of held-out messages whose answers begin with the same words."""
    tiers: tuple[tuple[Tier, FixTier], ...]

    def tier(self, name: Tier) -> FixTier:
        """How much is judged in a tier."""
        return dict(self.tiers)[name]


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOutText:
    """An everyday message with a sound reply; no training and no stopping rule ever sees it."""

    text_id: str
    text: str
    reply: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """One way of running the model."""

    arm_id: str
    """As in `original`, `fixed`, `fixed-seed-1`, `control-shuffled`, `scale-0.50`, `instruction`,
    `chain-of-thought`, `erasure`; the name of its folder."""
    kind: ArmKind
    extent: Extent
    adapter: str | None = None
    """Name of the trained adapter, as in `fix`, `fix-seed-1` or `control-shuffled`."""
    scale: float = 1.0
    """Of the adapter. A control's is only known when it is matched: `ArmTexts.scale`."""
    condition: Condition = "question"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyReading:
    """One held-out reply, read by an arm."""

    text_id: str
    n_tokens: int
    nats: float
    """-log P of the reply."""
    divergence: float
    """KL(original ‖ arm), summed over the reply's tokens, in nats; 0 for the original."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenReply:
    """What an arm wrote to a held-out message, greedily."""

    text_id: str
    text: str
    """Hostile text: written by the model under audit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmTexts:
    """`fix/arms/<arm>/texts.json`: what an arm makes of the held-out messages."""

    arm_id: str
    scale: float
    """At which its adapter counted."""
    readings: tuple[ReplyReading, ...]
    written: tuple[WrittenReply, ...]
    """Empty where the arm is not asked for the gate."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """`fix/adapters/<name>/training.json`: one adapter that was trained."""

    name: str
    adapter_sha256: str
    """Of its weights, as the backends hash them."""
    trained: TrainedAdapter


@dataclass(frozen=True, slots=True, kw_only=True)
class FixRecord:
    """`fix/fix-run.json`: written before the first step of training."""

    schema: int
    model: ModelIdentity
    """In which the fix is judged: opened in transformers, as a rule in float32."""
    training_dtype: str
    tier: Tier
    seed: int
    settings: FixSettings
    """Of the adapter that is judged; other seeds and the controls differ in that alone."""
    data_version: str
    data_sha256: str
    n_pairs: int
    n_replies: int
    n_senses: int
    n_neutral: int
    """What there is to be learned from; which of it, the objective says."""
    held_out_sha256: str
    rules: GateRules
    battery: BatteryIdentity
    """Of the audit's own items, on which the fix is judged."""
    arms: tuple[Arm, ...]
    versions: tuple[tuple[str, str], ...]
    unavailable: tuple[tuple[str, str], ...] = ()
    """Arms that could not be run, and why."""
