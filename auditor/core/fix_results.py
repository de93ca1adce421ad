"""What came of a fix, computed from what was recorded of it."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.fix import Control
from auditor.core.fix_evidence import Arm, FixRecord, Training
from auditor.core.measures import Interval, Measure

CriterionName = Literal[
    "bias",
    "explicit",
    "sensitivity",
    "written-answers",
    "replies",
    "stated-facts",
    "opening",
    "elsewhere",
    "control",
]
Ruling = Literal["met", "not-met", "not-shown"]
"""`not-shown`: neither the criterion nor its opposite is shown; a fix is then withheld too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A number with what it must never be shown without."""

    value: float | None
    undefined_because: str | None = None
    """Set exactly when `value` is None."""
    interval: Interval | None = None
    """95 %, with the stimulus (or the message) as the unit."""
    bounds: Interval | None = None
    """What it could be, however the unusable answers would have come out."""
    n: int = 0
    n_unscored: int = 0
    n_clusters: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope:
    """One quantity before and after, and its paired change."""

    key: str
    """A measure's id, as in `word-association.score[race.terms]`, or `pooled/word-association`."""
    contrast_id: str
    """Empty where it is pooled over contrasts, or of none."""
    unit: Literal["score", "rate", "nats"]
    before: Effect
    after: Effect
    change: Effect
    """After minus before, paired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateFinding:
    """One criterion of the gate."""

    name: CriterionName
    ruling: Ruling
    reason: str
    """A code that the report words. Where the criterion is met: `reduced` or `held`; else
    `not-reduced`, `nothing-to-fix`, `over-corrected`, `explicit-up`, `insensitive` (the original
    already), `flattened`, `unusable-up`, `replies-worse`, `answers-worse`, `same-opening`,
    `worse-elsewhere`, `turned-elsewhere` (a contrast's score is on the other side),
    `control-as-good`, `control-missing`, `control-unmatched` (too near to the original to be
    compared), `too-few`."""
    limit: float
    effect: Effect
    """What was compared with the limit."""
    where: str = ""
    """Key of the slope or the adapter that decided, where there are several."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateDecision:
    """Whether the adapter is shipped."""

    is_accepted: bool
    findings: tuple[GateFinding, ...]

    @property
    def withheld_because(self) -> tuple[GateFinding, ...]:
        """What stands against the fix; empty when it is accepted."""
        return tuple(finding for finding in self.findings if finding.ruling != "met")


@dataclass(frozen=True, slots=True, kw_only=True)
class Composition:
    """What the written answers to the same questions were before and after.

    Counts by label before, then by label after: `stereotype`, `counter`, `neutral`, `refusal`,
    `invalid`.
    """

    instrument: str
    flows: tuple[tuple[str, str, int], ...]

    @property
    def n(self) -> int:
        """Questions in all."""
        return sum(count for _, _, count in self.flows)


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPoint:
    """One arm on the dial, each against the original on the same questions."""

    arm: Arm
    scale: float
    bias: Effect
    """Pooled stereotype score, on [-1, 1]."""
    change: Effect
    """Of it, against the original on the same questions; after minus before, paired."""
    sensitivity: Effect
    """Score of the positive control."""
    unusable: Effect
    """Share of written answers that cannot be scored; undefined where none were asked for."""
    reply_loss: Effect
    """Nats a token on held-out replies, minus the original's."""
    divergence: Effect
    """KL to the original on them, nats a token."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlResult:
    """A control adapter beside the fix, at the same distance from the original."""

    control: Control
    scale: float
    """At which its KL on held-out replies is that of the fix, as far as it can be."""
    divergence: Effect
    change: Effect
    """Of its pooled score, towards zero positive."""
    advantage: Effect
    """How much farther the fix brings the score towards zero, paired by stimulus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedResult:
    """The same recipe from another beginning."""

    name: str
    seed: int
    change: Effect
    """Of its pooled score, towards zero positive."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterChange:
    """How an adapter changes what a dialect does: a difference in differences.

    (dialect - standard) with the adapter, minus the same without it, paired by sentence.
    """

    language: Literal["English", "Russian"]
    facet: str
    contrast_id: str
    quantity: Literal["score", "unfavourable", "unusable", "refusal"]
    """Log-odds score; shares of written answers."""
    unit: Literal["score", "rate"]
    before: Effect
    """Dialect minus standard, of the original."""
    after: Effect
    change: Effect
    over_typos: Effect
    """The same change minus that of typing errors; undefined where none were asked."""
    adjusted_p: float | None
    """Of no change at all, Holm-adjusted over all of them."""
    is_shown: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FixResult:
    """`fix.json`: all that the report says about a fix; computed from the evidence alone."""

    schema: int
    record: FixRecord
    trainings: tuple[Training, ...]
    decision: GateDecision
    slopes: tuple[Slope, ...]
    """Pooled first, then each contrast of each instrument."""
    measures: tuple[tuple[str, tuple[Measure, ...]], ...]
    """By arm: every measure of the arms that were asked for the gate."""
    compositions: tuple[Composition, ...]
    dial: tuple[DialPoint, ...]
    controls: tuple[ControlResult, ...]
    seeds: tuple[SeedResult, ...]
    register_changes: tuple[RegisterChange, ...]
    openings: tuple[tuple[str, str, int, int], ...]
    """By arm: the most frequent first words, how many answers begin with them, of how many."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixMissing:
    """Why a report has no fix."""

    kind: Literal["not-asked", "not-possible", "unfinished"]
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterResult:
    """`adapter.json`: the model with somebody's adapter against the model without it."""

    schema: int
    adapter_sha256: str
    n_answers: int
    """Recorded of the model without the adapter."""
    register_changes: tuple[RegisterChange, ...]
    slopes: tuple[Slope, ...]
    """Of the instruments that were asked of both."""
