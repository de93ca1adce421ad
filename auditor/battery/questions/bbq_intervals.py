"""Intervals and bounds for scores that are products or differences of ratios."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from auditor.core.measures import Interval
from auditor.core.stats import wilson_interval

RESAMPLES = 2000
MIN_DEFINED = 0.95
"""Share of the resamples in which the statistic must exist; else its spread is that of a choice."""

Statistic = Callable[[NDArray[np.float64]], NDArray[np.float64]]
"""From totals over clusters, one row for each resample, to one value a row; NaN is undefined."""


def bootstrap_interval(
    totals: NDArray[np.int64], statistic: Statistic, *, seed: int, level: float = 0.95
) -> Interval | None:
    """Percentile interval of a statistic of totals, whole clusters drawn with replacement.

    `totals` has one row for each cluster; the statistic lies from -1 to 1. None for fewer than two
    clusters with anything in them, or where the statistic is undefined in too many resamples.
    Where every resample gives the same value, the spread says nothing; the interval is then
    Wilson's on (1 + value) / 2, with the clusters as the sample.
    """
    totals = totals[totals.any(axis=1)]
    n_clusters = len(totals)
    if n_clusters < 2:
        return None
    rng = np.random.default_rng(seed)
    weights = rng.multinomial(n_clusters, np.full(n_clusters, 1 / n_clusters), size=RESAMPLES)
    values = statistic((weights @ totals).astype(np.float64))
    values = values[~np.isnan(values)]
    if len(values) < MIN_DEFINED * RESAMPLES:
        return None
    low, high = np.quantile(values, [0.5 - level / 2, 0.5 + level / 2])
    if high - low > 1e-12:
        return Interval(low=float(low), high=float(high), level=level)
    share = min(max((1 + float(values[0])) / 2, 0.0), 1.0)
    return as_score(wilson_interval(share * n_clusters, n_clusters, level))


def as_score(share: Interval | None) -> Interval | None:
    """The interval of 2p - 1 for that of a share p."""
    if share is None:
        return None
    return Interval(low=2 * share.low - 1, high=2 * share.high - 1, level=share.level)


def difference(minuend: Interval, subtrahend: Interval) -> Interval:
    """All differences of a value in one interval and a value in the other."""
    return Interval(
        low=minuend.low - subtrahend.high, high=minuend.high - subtrahend.low, level=minuend.level
    )


def s_amb_bounds(
    *, n: int, correct: int, known: int, biased: int, open_target: int, open_other: int
) -> Interval | None:
    """The least and the greatest s_AMB if each answer that matches no option were one of the three.

    `open_target` of those answers are to items with a stereotyped answer, and could follow it, go
    against it, or say "unknown" (which is correct); `open_other` could be right or wrong. s_AMB is
    not monotone in how many say "unknown", so all numbers of them are tried; for each, the ends are
    reached where all the others go one way. None where no assignment has a known answer.
    """
    if n == 0:
        return None
    right = np.arange(open_target + 1)
    wrong = open_target - right
    ends: list[float] = []
    for right_other in {0, open_other}:
        error_rate = 1 - (correct + right + right_other) / n
        total = known + wrong
        defined = total > 0
        for followed in (wrong, np.zeros_like(wrong)):
            lean = 2 * (biased + followed[defined]) / total[defined] - 1
            ends += (error_rate[defined] * lean).tolist()
        if correct + open_target + right_other == n:
            ends.append(0.0)
    return Interval(low=min(ends), high=max(ends), level=1.0) if ends else None
