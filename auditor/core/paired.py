"""Paired changes that are no means of differences: of a rate, and as a ratio."""

from collections.abc import Sequence
from math import sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from auditor.core.measures import Interval
from auditor.core.stats import rate_interval


def rate_change_interval(
    before: Sequence[float],
    after: Sequence[float],
    denominators: Sequence[float],
    level: float = 0.95,
) -> Interval | None:
    """Interval of a paired change of a clustered proportion; never of width 0.

    Newcombe's (1998) method 10 for paired proportions: the two Wilson intervals squared and added,
    less what the pairs have in common, with his correction of that correlation for small samples.
    Here each interval is `rate_interval`'s and the correlation that of the clusters' residuals.
    """
    first, second = (rate_interval(tops, denominators, level) for tops in (before, after))
    if first is None or second is None:
        return None
    bottom = np.asarray(denominators, dtype=np.float64)
    p, q = (float(np.sum(tops) / bottom.sum()) for tops in (before, after))
    common = _correlation_of_rates(np.asarray(before), np.asarray(after), bottom)

    def half(one: float, other: float) -> float:
        return sqrt(max(0.0, one * one - 2 * common * one * other + other * other))

    return Interval(
        low=max(-1.0, q - p - half(q - second.low, first.high - p)),
        high=min(1.0, q - p + half(second.high - q, p - first.low)),
        level=level,
    )


def _correlation_of_rates(
    before: NDArray[np.float64], after: NDArray[np.float64], bottom: NDArray[np.float64]
) -> float:
    p, q = before.sum() / bottom.sum(), after.sum() / bottom.sum()
    residuals = before - p * bottom, after - q * bottom
    size = sqrt(float((residuals[0] ** 2).sum() * (residuals[1] ** 2).sum()))
    if size == 0:
        return 0.0
    found = float((residuals[0] * residuals[1]).sum()) / size
    variances = float(p * (1 - p) * q * (1 - q))
    n_clusters = np.count_nonzero(bottom)
    correction = 1 / (2 * n_clusters * sqrt(variances)) if variances > 0 else 1.0
    return max(0.0, found - correction) if found > 0 else found


def fieller_interval(
    tops: Sequence[float], bottoms: Sequence[float], level: float = 0.95
) -> Interval | None:
    """Interval of a ratio of two paired means (Fieller 1954); None where it has no two ends.

    It holds every ratio r that the paired t test of tops - r·bottoms does not reject. Without ends
    where the second mean itself is not told from 0 at this level.
    """
    n = len(tops)
    if n < 2:
        return None
    first, second = np.asarray(tops, dtype=np.float64), np.asarray(bottoms, dtype=np.float64)
    spread = np.cov(first, second) / n * float(stdtrit(n - 1, 0.5 + level / 2)) ** 2
    # Roots in r of (mean of tops - r·bottoms)² = t²·Var.
    a = float(second.mean() ** 2 - spread[1, 1])
    b = float(first.mean() * second.mean() - spread[0, 1])
    c = float(first.mean() ** 2 - spread[0, 0])
    if a <= 0:
        return None
    half = sqrt(max(0.0, b * b - a * c))
    return Interval(low=(b - half) / a, high=(b + half) / a, level=level)
