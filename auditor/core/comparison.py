"""Several models on the same questions: scores, decisions about persons, distances of answers."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.agreement import AgreementResult
from auditor.core.fix_results import Effect
from auditor.core.review import ModelsResult, Review

Ungrounded = Literal["other-model", "tokens-unknown", "tokens-differ", "no-likelihoods"]
"""Why two models' answers have no distance: they are no variants of one network; a run does not
say which tokens its model read; they read different ones; no item has finite likelihoods in both
runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerDistance:
    """How far the second model's answers lie from the first's, in one instrument."""

    instrument: str
    """Empty for all of them."""
    divergence: Effect
    """Mean KL(P_first || P_second) over the items' continuations, in nats. Here and in `flips`,
    `n_unscored` counts the items without finite likelihoods in one of the runs, or in both."""
    flips: Effect
    """Share of the items whose preferred answer is another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDistance:
    """Two of the models, by their places."""

    first: int
    second: int
    missing_because: Ungrounded | None
    """None where there are distances."""
    distances: tuple[AnswerDistance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PairReview:
    """Every criterion in two of the models, by their places, paired by stimulus."""

    first: int
    second: int
    review: Review


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How a reader calls one of the models, and where in its training it stands."""

    label: str
    step: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """`comparison.json`: all that a comparison's document prints."""

    schema: int
    created: str
    """UTC, ISO 8601: of the newest run, so that equal runs give equal bytes."""
    compared: tuple[Compared, ...]
    """In the order of the models."""
    models: ModelsResult
    reviews: tuple[PairReview, ...]
    """Of every pair; with more than four models, of the first with each other one."""
    agreement: AgreementResult
    distances: tuple[PairDistance, ...]
