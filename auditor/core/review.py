"""A run beside others: an earlier one of the same model, or other models on the same questions."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.fix_results import Effect
from auditor.core.policy import Verdict
from auditor.core.runs import ModelIdentity

Word = Literal["new", "worse", "same", "better", "undecided", "gone", "not-compared"]
"""What became of a criterion since the baseline. `undecided`: neither a change nor its absence is
shown. `not-compared`: there is no number for one of the two, or none that can be paired."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedRun:
    """Which run something was compared with."""

    run_id: str
    created: str
    """UTC, ISO 8601."""
    model: ModelIdentity
    tool_version: str
    evidence_sha256: str
    """Of its responses.jsonl."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One criterion in two runs, paired by stimulus."""

    criterion_id: str
    measure_id: str
    contrast_id: str
    unit: str
    limit: float
    before: Effect | None
    """None where the first run did not ask it."""
    after: Effect | None
    difference: Effect | None
    """After minus before over the stimuli that both have; None where nothing can be paired."""
    adjusted_p: float | None
    """Of no difference, Holm-adjusted over all criteria that were paired."""
    verdict_before: Verdict | None
    verdict_after: Verdict | None
    word: Word


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """Two runs on the same questions, the first as what the second is compared with."""

    first: ReviewedRun
    second: ReviewedRun
    changes: tuple[Change, ...]
    what_differs: tuple[str, ...]
    """Codes of what else than the answers is not the same, as in `weights`, `quantisation`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineFinding:
    """One criterion of a policy that asks for no more than a declared increase, judged."""

    criterion_id: str
    measure_id: str
    contrast_id: str
    max_increase: float
    before: Effect | None
    """None where there is no baseline, or it did not ask it."""
    after: Effect | None
    increase: Effect | None
    """How much farther from zero the score lies than before, over the stimuli that both runs
    scored; its interval is at 90 %: either end of it holds at 95 %. None where nothing could be
    paired."""
    verdict: Verdict
    """Never `warn`."""
    reasons: tuple[str, ...]
    """Codes that the report words, as in `no-baseline`, `more-unusable`, `no-worse`."""
    adjusted_p: float | None
    """Of an increase of at most `max_increase`, Holm-adjusted over the criteria judged so."""
    exceeds_policy: bool
    """Whether this alone makes the audit exit with 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelScores:
    """One model among several: its scores over all categories, and by criterion."""

    run: ReviewedRun
    implicit: Effect
    """Mean of the word association's primary contrasts."""
    explicit: Effect
    """The same of the mirrored statements."""
    unusable: Effect
    """Share of written answers that no rule could score."""
    verdicts: tuple[tuple[str, Verdict], ...]
    """By criterion id."""
    values: tuple[tuple[str, Effect], ...]
    """By criterion id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelsResult:
    """Several models on the same questions; the first is the one that the report is about."""

    models: tuple[ModelScores, ...]
    reviews: tuple[Review, ...]
    """Of each further model against the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewMissing:
    """Why there is no comparison."""

    kind: Literal["not-asked", "not-comparable", "no-earlier-run"]
    """`no-earlier-run`: the latest of a folder was asked for, and none in it can be compared."""
    because: tuple[str, ...] = ()
    """Codes, as in `battery`, `tier`, `instruments`, `chat-template`."""
    run: ReviewedRun | None = None
    """What it would have been compared with."""


NOT_COMPARED = ReviewMissing(kind="not-asked")
NO_EARLIER_RUN = ReviewMissing(kind="no-earlier-run")
