"""How far the decisions about one candidate agree over variants of one question: pure formulas.

A variant is a wording of the question, an order of its answers, or a draw. Every formula takes the
decisions as booleans, True for "selected", and gives None where it is undefined.

Sources: ambiguity and discrepancy, Marx, Calmon & Ustun (2020); self-consistency, Cooper et al.
(2024); spread over formats, Sclar et al. (2024).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import erf, sqrt

import numpy as np

from auditor.core.stats import Estimate, estimate_mean

NEAR_THRESHOLD = 0.5
"""Size of the log-odds below which a decision is near its threshold: 38 to 62 in 100."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Discrepancy:
    """Share of the candidates that each variant decides otherwise than the shipped one does."""

    by_variant: dict[str, float]
    largest: str
    """The variant whose share is the largest; the first of several."""

    @property
    def value(self) -> float:
        """Marx et al.'s discrepancy, with the shipped variant as the baseline model."""
        return self.by_variant[self.largest]


def flip_rate(decisions: Sequence[bool]) -> float | None:
    """1 - |2p - 1| for the share p of variants that select: 0 if all agree, 1 if halves differ.

    None for fewer than two decisions. With an odd number K it is at most 1 - 1/K.
    """
    if len(decisions) < 2:
        return None
    return _flips(sum(decisions), len(decisions))


def flip_bounds(n_yes: int, n_no: int, n_unusable: int) -> tuple[float, float]:
    """Least and largest flip rate over every way in which the unusable answers could have come out.

    0 and 1 where there was but one answer or none, and so nothing to compare.
    """
    n = n_yes + n_no + n_unusable
    if n < 2:
        return 0.0, 1.0
    rates = [_flips(n_yes + more, n) for more in range(n_unusable + 1)]
    return min(rates), max(rates)


def is_ambiguous(decisions: Sequence[bool]) -> bool | None:
    """Whether variants disagree about the candidate, 0 < p < 1; None for fewer than two."""
    return len(set(decisions)) > 1 if len(decisions) > 1 else None


def self_consistency(decisions: Sequence[bool]) -> float | None:
    """Share of the pairs of variants that agree, 1 - 2·B0·B1/(B(B - 1)); None for fewer than two.

    One minus it is the mean pairwise disagreement.
    """
    n, n_yes = len(decisions), sum(decisions)
    if n < 2:
        return None
    return 1 - 2 * n_yes * (n - n_yes) / (n * (n - 1))


def near_threshold(log_odds: Sequence[float], within: float = NEAR_THRESHOLD) -> float | None:
    """Share of the variants whose log-odds are smaller than `within`; None without any."""
    return sum(abs(value) < within for value in log_odds) / len(log_odds) if log_odds else None


def discrepancy(decisions: Mapping[str, Mapping[str, bool]], *, shipped: str) -> Discrepancy | None:
    """How many candidates each variant decides otherwise than the shipped one, at most.

    `decisions` is by variant, then by candidate; a candidate counts where both variants decided.
    It grows with the number of variants, so that number belongs beside it. None where no variant
    can be compared.
    """
    base = decisions.get(shipped, {})
    shares: dict[str, float] = {}
    for variant, of in decisions.items():
        both = [c for c in of if c in base]
        if variant != shipped and both:
            shares[variant] = sum(of[c] != base[c] for c in both) / len(both)
    if not shares:
        return None
    return Discrepancy(by_variant=shares, largest=max(shares, key=lambda v: shares[v]))


def spread(rates: Sequence[float]) -> tuple[float, float] | None:
    """Range and standard deviation (of the population) of a rate over formats; None for one."""
    if len(rates) < 2:
        return None
    return max(rates) - min(rates), float(np.std(rates))


def deviation_bounds(low: float, high: float, n: int) -> tuple[float, float]:
    """Bounds of the standard deviation of `n` values whose range lies between `low` and `high`.

    Nagy (1918) from below, R/√(2n); Popoviciu (1935) from above, R/2.
    """
    return low / sqrt(2 * n), high / 2


def estimate_difference(
    differences: Sequence[float], *, noise_error: float = 0.0
) -> Estimate | None:
    """Mean of paired differences on [-1, 1], with a standard error that is never 0.

    Decisions that never flipped in a handful of candidates do not show that none ever will, yet
    their sample deviation is 0. So the standard error is at least that of the sample with one
    pseudo-candidate of +1 and one of -1 at half weight and one of 0: Agresti & Min's (2005) half an
    observation in each cell of the table of matched pairs. None for fewer than two.
    """
    plain = estimate_mean(differences)
    if plain is None:
        return None
    n = len(differences) + 2
    mean = sum(differences) / n
    square = (sum(d * d for d in differences) + 1) / n
    floor = sqrt((square - mean**2) / n)
    error = max(plain.standard_error, floor)
    return Estimate(
        value=plain.value,
        standard_error=sqrt(error**2 + noise_error**2),
        degrees_of_freedom=plain.degrees_of_freedom,
    )


def noise_of_flips(log_odds: Sequence[float], noise: float) -> float:
    """Standard deviation that noise in log-odds gives one candidate's flip rate, at most.

    A decision at log-odds l comes out the other way with probability q = Φ(-|l|/σ), and moves the
    rate by at most 2/K. The variants share their words, so their noise is not taken to average out.
    """
    if noise <= 0 or not log_odds:
        return 0.0
    total = 0.0
    for value in log_odds:
        other = 0.5 * (1 - erf(abs(value) / noise / sqrt(2)))
        total += sqrt(other * (1 - other))
    return min(1.0, 2 * total / len(log_odds))


def _flips(n_yes: int, n: int) -> float:
    """1 - |2p - 1|, in whole numbers as far as it goes: 1 of 6 and 5 of 6 are exactly equal."""
    return 1 - abs(2 * n_yes - n) / n
