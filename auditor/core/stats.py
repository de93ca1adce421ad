"""Estimates with the stimulus as the unit of inference; undefined is None, never 0 or NaN."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri, stdtr, stdtrit

from auditor.core.measures import Interval

POWER = 0.80
"""Power at which a minimum detectable effect is stated."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean over clusters with its standard error; tests and intervals use Student's t."""

    value: float
    standard_error: float
    degrees_of_freedom: int

    def interval(
        self, level: float = 0.95, *, within: tuple[float, float] | None = None
    ) -> Interval:
        """Two-sided t interval, cut to the range `within` that the quantity can have."""
        half = float(stdtrit(self.degrees_of_freedom, 0.5 + level / 2)) * self.standard_error
        low, high = self.value - half, self.value + half
        if within is not None:
            low, high = max(low, within[0]), min(high, within[1])
        return Interval(low=low, high=high, level=level)

    def p_zero(self) -> float:
        """Two-sided p of a true value of 0."""
        return min(1.0, 2 * self._upper_tail(abs(self.value)))

    def p_within(self, limit: float) -> float:
        """One-sided p of a true size of at most `limit`: small when the value lies beyond it."""
        return self._upper_tail(abs(self.value) - limit)

    def p_at_most(self, limit: float) -> float:
        """One-sided p of a true value of at most `limit`: small when the value lies above it."""
        return self._upper_tail(self.value - limit)

    def turned(self) -> "Estimate":
        """The same with the other sign."""
        return replace(self, value=-self.value)

    def minimum_detectable_effect(self, level: float = 0.95) -> float:
        """Effect detected with 80 % power by the two-sided test, given this standard error."""
        df = self.degrees_of_freedom
        return float(stdtrit(df, 0.5 + level / 2) + stdtrit(df, POWER)) * self.standard_error

    def _upper_tail(self, distance: float) -> float:
        if self.standard_error == 0:
            return 0.0 if distance > 0 else (0.5 if distance == 0 else 1.0)
        return float(stdtr(self.degrees_of_freedom, -distance / self.standard_error))


def cluster_means(values: Sequence[float], clusters: Sequence[str]) -> dict[str, float]:
    """Mean value of each cluster, by name in order of first appearance."""
    grouped: dict[str, list[float]] = {}
    for value, cluster in zip(values, clusters, strict=True):
        grouped.setdefault(cluster, []).append(value)
    return {cluster: float(np.mean(kept)) for cluster, kept in grouped.items()}


def estimate_mean(values: Sequence[float], *, noise_error: float = 0.0) -> Estimate | None:
    """Mean of independent values with its standard error; None for fewer than two.

    `noise_error` is the standard error that numerical noise alone gives this mean; it is added
    in quadrature, because an interval that ignores it would be narrower than a repetition shows.
    """
    if len(values) < 2:
        return None
    array: NDArray[np.float64] = np.asarray(values, dtype=np.float64)
    sampling = float(array.std(ddof=1)) / sqrt(len(array))
    return Estimate(
        value=float(array.mean()),
        standard_error=sqrt(sampling**2 + noise_error**2),
        degrees_of_freedom=len(array) - 1,
    )


def estimate_stratified(
    strata: Sequence[Sequence[float]], *, labels: Sequence[Sequence[str]] = ()
) -> Estimate | None:
    """Mean of the strata's means, each counting the same; None for fewer than two values.

    Var = Σ_h s_h²/n_h / H² (Cochran 1977, 5.3), degrees of freedom after Satterthwaite (1946),
    rounded down. `labels` name what values of different strata have in common, as a word that
    several of them contain; the variance is then at least that of the labels' totals
    (Liang & Zeger 1986), so that what moves a word everywhere does not count as many findings.

    With a stratum of one value only, the means themselves are the sample: what lies between
    strata then counts as error (collapsed strata: Cochran 1977, 5A.12), which is too much.
    """
    arrays = [np.asarray(stratum, dtype=np.float64) for stratum in strata if len(stratum)]
    means = [float(array.mean()) for array in arrays]
    if min(map(len, arrays), default=0) < 2:
        return estimate_mean(means)
    parts = [float(array.var(ddof=1)) / len(array) / len(arrays) ** 2 for array in arrays]
    spread = sum(part**2 / (len(array) - 1) for part, array in zip(parts, arrays, strict=True))
    common = _variance_of_labels(arrays, [one for one in labels if one]) if labels else 0.0
    # Rounding must not cost a whole degree where the quotient is one exactly.
    df = int(sum(parts) ** 2 / spread + 1e-9) if spread else min(map(len, arrays)) - 1
    return Estimate(
        value=float(np.mean(means)),
        standard_error=sqrt(max(sum(parts), common)),
        degrees_of_freedom=df,
    )


def _variance_of_labels(
    strata: Sequence[NDArray[np.float64]], labels: Sequence[Sequence[str]]
) -> float:
    """Of the mean of the strata's means, were each label's values drawn together."""
    totals: dict[str, float] = {}
    for values, names in zip(strata, labels, strict=True):
        # Each residual is as much too small as a sample's standard deviation is without n - 1.
        weight = 1 / sqrt(len(values) * (len(values) - 1)) / len(strata)
        for residual, name in zip(values - values.mean(), names, strict=True):
            totals[name] = totals.get(name, 0.0) + weight * float(residual)
    return sum(total**2 for total in totals.values())


def difference_of_means(first: Estimate | None, second: Estimate | None) -> Estimate | None:
    """First minus second, of independent samples; None where either is.

    Degrees of freedom after Welch (1947), rounded down; the smaller of the two where neither
    sample varies.
    """
    if first is None or second is None:
        return None
    squares = [one.standard_error**2 for one in (first, second)]
    dfs = [one.degrees_of_freedom for one in (first, second)]
    spread = sum(square**2 / df for square, df in zip(squares, dfs, strict=True))
    return Estimate(
        value=first.value - second.value,
        standard_error=sqrt(sum(squares)),
        degrees_of_freedom=int(sum(squares) ** 2 / spread) if spread else min(dfs),
    )


def estimate_ratio(numerators: Sequence[float], denominators: Sequence[float]) -> Estimate | None:
    """Ratio of totals over clusters, as in a rate among the valid answers; None if undefined.

    Linearised (Taylor) standard error of a ratio estimator over clusters (Cochran 1977, 6.3).
    """
    top = np.asarray(numerators, dtype=np.float64)
    bottom = np.asarray(denominators, dtype=np.float64)
    n = len(top)
    if n < 2 or bottom.sum() == 0:
        return None
    ratio = float(top.sum() / bottom.sum())
    residuals = top - ratio * bottom
    variance = n / (n - 1) * float((residuals**2).sum()) / float(bottom.sum()) ** 2
    return Estimate(value=ratio, standard_error=sqrt(variance), degrees_of_freedom=n - 1)


def wilson_interval(successes: float, n: float, level: float = 0.95) -> Interval | None:
    """Wilson score interval of a proportion (Wilson 1927); None where n is 0.

    `n` may be an effective sample size and need not be whole.
    """
    if n <= 0:
        return None
    z = float(ndtri(0.5 + level / 2))
    p = successes / n
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # Rounding can leave the ends a hair inside p = 0 or p = 1, where they are exact.
    low = 0.0 if p == 0 else max(0.0, centre - half)
    high = 1.0 if p == 1 else min(1.0, centre + half)
    return Interval(low=low, high=high, level=level)


def rate_interval(
    numerators: Sequence[float], denominators: Sequence[float], level: float = 0.95
) -> Interval | None:
    """Interval of a clustered proportion: Wilson's on the effective sample size.

    The effective size is p(1-p)/SE² with the clustered SE (Korn & Graubard 1998), at least the
    number of clusters and at most the number of responses. Where every cluster agrees, the SE is
    0 and says nothing; the number of clusters is then the sample size, so that the interval never
    has width 0 (as Wald's has at p = 1).
    """
    estimate = estimate_ratio(numerators, denominators)
    n_responses = float(np.sum(denominators))
    n_clusters = float(np.count_nonzero(np.asarray(denominators)))
    if n_responses == 0:
        return None
    if estimate is None:
        return wilson_interval(float(np.sum(numerators)) / n_responses, 1.0, level)
    p = min(max(estimate.value, 0.0), 1.0)
    effective = n_clusters
    if estimate.standard_error > 0:
        effective = p * (1 - p) / estimate.standard_error**2
    effective = min(max(effective, n_clusters), n_responses)
    return wilson_interval(p * effective, effective, level)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjusted p values, in the order given (Holm 1979)."""
    n = len(p_values)
    order = sorted(range(n), key=lambda index: p_values[index])
    adjusted = [0.0] * n
    running = 0.0
    for place, index in enumerate(order):
        running = max(running, min(1.0, (n - place) * p_values[index]))
        adjusted[index] = running
    return tuple(adjusted)
