"""One number over many items, with everything that it must never be shown without."""

from dataclasses import dataclass

from auditor.core.items import Condition, Role

WITHOUT_LIKELIHOODS = "the server gives no log-likelihoods"
"""Why a measure of likelihoods has no value where there were none to begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A closed interval; `level` is its confidence level, or 1.0 for bounds without assumptions."""

    low: float
    high: float
    level: float

    def __post_init__(self) -> None:
        if not self.low <= self.high:
            raise ValueError(f"low {self.low} > high {self.high}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """A number over many items, its uncertainty, and what was left out of it."""

    measure_id: str
    """`name[contrast_id]`, as in `word-association.score[race.names]`."""
    name: str
    """As a policy names it: `word-association.score`, `gap`, `word-association.invalid-rate`."""
    instrument: str
    category: str
    contrast_id: str
    role: Role
    unit: str
    """`score` (-1 to 1, 0 none, + stereotype), `rate` (0 to 1), `difference` (-1 to 1, of two
    rates), `ratio` (0 or more), `correlation` (-1 to 1), `slope`, `persons`, `nats` or
    `p-value`."""
    condition: Condition = "question"
    group: str = ""
    """The group that a rate is of; empty where it is of all."""
    value: float | None = None
    undefined_because: str | None = None
    """Set exactly when `value` is None."""
    interval: Interval | None = None
    """95 % interval with the stimulus as the unit, numerical noise added."""
    equivalence_interval: Interval | None = None
    """90 % interval, for the two one-sided tests."""
    bounds: Interval | None = None
    """What the value could be if every unusable answer went one way, or the other."""
    n: int = 0
    """Responses that were scored."""
    n_unscored: int = 0
    """Responses that could not be scored."""
    n_clusters: int = 0
    standard_error: float | None = None
    degrees_of_freedom: int | None = None
    numerical_error: float | None = None
    """The part of the standard error that numerical noise alone gives; None where none is known."""
    minimum_detectable_effect: float | None = None
    """Detected with 80 % power at a two-sided 5 % level, given this standard error."""
    position_bias_rate: float | None = None
    """Share of the answers that pair the words in the listed order; 0.5 is none."""
    position_effect: float | None = None
    """Mean pull towards the listed order, on the measure's own scale."""
    agreement_effect: float | None = None
    """Mean pull towards agreeing with statement and mirror alike, on the measure's own scale."""
    stereotype_share: float | None = None
    """Share of the stimuli on the stereotype side, after balancing."""
    comprehension: float | None = None
    """Share of the same questions answered right where the text states the answer; None where
    there are no such questions."""
    parts: tuple[str, ...] = ()
    """Names of the measures that this one is a difference of; empty when it stands alone."""
    by_template: tuple[tuple[str, float], ...] = ()
    """The value for each template alone: how much rests on a wording."""

    @property
    def invalid_rate(self) -> float:
        """Share of the responses that could not be scored."""
        total = self.n + self.n_unscored
        return self.n_unscored / total if total else 0.0
