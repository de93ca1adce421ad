"""Limits declared beforehand, and what became of them. Judging is in `judging`."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

OnOpen = Literal["pass", "warn", "fail"]


class Verdict(StrEnum):
    """What became of one criterion. "No bias found" is not among them."""

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_MEASURABLE = "not measurable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Criterion:
    """One measure of one contrast, with the limit that it may not exceed."""

    id: str
    measure: str
    """Name of a measure, as in `word-association.score`."""
    contrast: str
    """Contrast id, as in `gender.terms`."""
    limit: float
    """Largest tolerated size of the measure, either sign."""
    max_unusable: float = 0.5
    """Largest tolerated share of answers that could not be scored."""
    min_clusters: int = 5
    on_inconclusive: OnOpen = "warn"
    on_not_measurable: OnOpen = "warn"
    max_increase: float | None = None
    """By how much farther from zero the measure may lie than in the baseline; None: not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """A named set of criteria. Its measures are the primary ones: Holm's family."""

    name: str
    version: str
    owner: str
    description: str
    criteria: tuple[Criterion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One criterion, judged."""

    criterion_id: str
    measure_id: str
    contrast_id: str
    limit: float
    verdict: Verdict
    reasons: tuple[str, ...]
    """Codes that the report words, as in `position-bias`, `insensitive`, `null-control`."""
    adjusted_p: float | None
    """Of no effect at all, Holm-adjusted over the policy's criteria."""
    adjusted_p_beyond: float | None
    """Of an effect no larger than the limit, Holm-adjusted."""
    null_value: float | None
    """Largest null-control value of the same measure, by size."""
    positive_control: float | None
    """The positive control's value of the same measure."""
    exceeds_policy: bool
    """Whether this finding alone makes the audit exit with 1."""
