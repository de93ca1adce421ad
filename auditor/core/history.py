"""Every review of a model: what each found, and what changed from one to the next."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from auditor.core.fix_results import Effect
from auditor.core.ledger import LedgerWitness
from auditor.core.policy import Finding
from auditor.core.review import BaselineFinding, Change, ReviewedRun
from auditor.core.runs import BatteryIdentity, PolicyIdentity, Settings

Origin = Literal["recomputed", "as-stored"]
"""`recomputed`: from its answers, by this version. `as-stored`: it asked another battery than this
version has, so that its numbers are those that it was given out with."""

LeftOutKind = Literal[
    "unfinished",
    "altered",
    "damaged",
    "other-format",
    "unproven",
    "copy",
    "contradiction",
]
"""Why a folder is no review. `other-format`: its run.json has another schema. `unproven`: its
battery is another one, and no hash vouches for its stored numbers. `copy`: another folder holds the
same run. `contradiction`: another folder holds other answers under the same run id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A folder that holds something of a run, and is no review."""

    folder: str
    """Relative to the folder that was looked through."""
    kind: LeftOutKind
    told: str
    """What there is to do about it, in English; the other folder, of a copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastValue:
    """One measure that a review's policy judges."""

    measure_id: str
    unit: str
    effect: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class PooledChange:
    """One instrument over the primary contrasts of all its categories, in two reviews."""

    instrument: str
    before: Effect
    after: Effect
    difference: Effect
    """After minus before, paired by stimulus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReview:
    """One finished run, as a point of a history."""

    run: ReviewedRun
    folder: str
    """Relative to the folder that was looked through."""
    origin: Origin
    settings: Settings
    battery: BatteryIdentity
    policy: PolicyIdentity
    findings: tuple[Finding, ...]
    """By the policy that was declared before the run."""
    baseline_findings: tuple[BaselineFinding, ...]
    """What was found of an increase since the baseline of then, as stored; empty where the policy
    asks for none."""
    values: tuple[PastValue, ...]
    """Of what the run asked, in the policy's order."""
    pooled: tuple[tuple[str, Effect], ...]
    """By instrument: its mean over the primary contrasts; none where it cannot be computed."""
    unusable: Effect
    """Share of written answers that no rule could score."""
    exit_code: int
    """By its findings, those against its baseline included."""
    ledger: LedgerWitness | None = None
    """The first line that a ledger has of the run; None where its folder remembers none."""

    def finding(self, measure_id: str) -> Finding | None:
        """The finding on this measure; None where the policy judges it not."""
        return next((one for one in self.findings if one.measure_id == measure_id), None)

    def value(self, measure_id: str) -> PastValue | None:
        """The value of this measure; None where it was not asked."""
        return next((one for one in self.values if one.measure_id == measure_id), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From one review to another one of the same model."""

    first: int
    second: int
    """Places in the line's reviews, from 0."""
    what_differs: tuple[str, ...]
    """Codes, as in `weights`, `battery`, `auditor`."""
    because: tuple[str, ...]
    """Codes of why the two are not compared; empty where they are."""
    is_joined: bool
    """Whether their scores may be joined by a line: the same questions, scored alike."""
    changes: tuple[Change, ...] = ()
    """Every criterion, paired by stimulus and judged by the second one's policy."""
    pooled: tuple[PooledChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The reviews of what is called one model, from first to last."""

    name: str
    has_adapter: bool
    """Whether every one of them was with an adapter."""
    reviews: tuple[PastReview, ...]
    steps: tuple[Step, ...]
    """From each review to the next."""
    returns: tuple[Step, ...]
    """To each review that cannot be compared with the one before it, from the newest earlier one
    that it can be compared with; none where there is none."""
    span: Step | None
    """From the first review that the last one can be compared with to the last one; None where
    that is one of the steps, or none."""

    @property
    def compared(self) -> tuple[Step, ...]:
        """Every comparison from one review to a later one, in their order."""
        told = [one for one in (*self.steps, *self.returns) if not one.because]
        return tuple(sorted(told, key=lambda one: (one.second, one.first)))


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Every review below a folder."""

    lines: tuple[Line, ...]
    left_out: tuple[LeftOut, ...]


def moment_of(created: str) -> datetime:
    """When a run was begun, in UTC.

    Raises:
        ValueError: It is no ISO 8601 time.
    """
    told = datetime.fromisoformat(created)
    return told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)
