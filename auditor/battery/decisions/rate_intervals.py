"""Intervals of a ratio and of a difference of two groups' rates, paired by cluster.

Linearised over clusters (delta method): copies of one application share their cluster, so their
covariance enters. Where that has nothing to go on, because a rate is 0 or all clusters agree, the
two rates' Wilson intervals are combined as if the groups were independent, which is wider for
copies of one application, and never has width 0.
"""

from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray

from auditor.battery.decisions.tallies import Outcome, Tally
from auditor.core.measures import Interval
from auditor.core.stats import Estimate, rate_interval


def log_ratio_error(group: Tally, reference: Tally, outcome: Outcome) -> float | None:
    """Clustered standard error of the log ratio of two rates; None where there is none."""
    if group.rate_of(outcome) == 0 or reference.rate_of(outcome) == 0:
        return None
    return _clustered_error(
        _residuals(group, outcome) / group.rate_of(outcome)
        - _residuals(reference, outcome) / reference.rate_of(outcome)
    )


def difference_error(first: Tally, second: Tally) -> float | None:
    """Clustered standard error of the difference of two selection rates; None if there is none."""
    return _clustered_error(_residuals(first, "selected") - _residuals(second, "selected"))


def ratio_interval(group: Tally, reference: Tally, outcome: Outcome, level: float) -> Interval:
    """Of the group's rate over the reference's, which must not be 0."""
    error = log_ratio_error(group, reference, outcome)
    if error is None:
        return _combined_ratio(group, reference, outcome, level)
    estimate = Estimate(
        value=log(group.rate_of(outcome) / reference.rate_of(outcome)),
        standard_error=error,
        degrees_of_freedom=len(group.asked) - 1,
    )
    wide = estimate.interval(level)
    # No rate is above 1, so no ratio is above 1 over the reference's own lowest rate.
    ceiling = 1 / _wilson(reference, outcome, level).low
    return Interval(low=exp(wide.low), high=min(exp(min(wide.high, 700.0)), ceiling), level=level)


def difference_interval(first: Tally, second: Tally, level: float) -> Interval:
    """Of the first selection rate minus the second."""
    value, error = first.rate - second.rate, difference_error(first, second)
    if error is not None:
        estimate = Estimate(
            value=value, standard_error=error, degrees_of_freedom=len(first.asked) - 1
        )
        return estimate.interval(level, within=(-1.0, 1.0))
    # Newcombe (1998), method 10.
    mine, other = _wilson(first, "selected", level), _wilson(second, "selected", level)
    down = sqrt((first.rate - mine.low) ** 2 + (other.high - second.rate) ** 2)
    up = sqrt((mine.high - first.rate) ** 2 + (second.rate - other.low) ** 2)
    return Interval(low=value - down, high=value + up, level=level)


def _combined_ratio(group: Tally, reference: Tally, outcome: Outcome, level: float) -> Interval:
    """Limits of a ratio from those of its parts (Donner & Zou 2012, MOVER)."""
    p, q = group.rate_of(outcome), reference.rate_of(outcome)
    mine, other = _wilson(group, outcome, level), _wilson(reference, outcome, level)
    below, above = other.high * (2 * q - other.high), other.low * (2 * q - other.low)
    low = 0.0
    if below > 0:
        root = sqrt(max(0.0, (p * q) ** 2 - mine.low * (2 * p - mine.low) * below))
        low = (p * q - root) / below
    root = sqrt((p * q) ** 2 - mine.high * (2 * p - mine.high) * above)
    return Interval(low=min(max(low, 0.0), p / q), high=(p * q + root) / above, level=level)


def _residuals(one: Tally, outcome: Outcome) -> NDArray[np.float64]:
    """How much each cluster moves the rate: (events - rate × asked) / all asked."""
    events, asked = np.asarray(one.events(outcome)), np.asarray(one.asked)
    moved: NDArray[np.float64] = (events - one.rate_of(outcome) * asked) / one.n_asked
    return moved


def _clustered_error(residuals: NDArray[np.float64]) -> float | None:
    """Standard error over clusters; None where they agree, or where there is but one."""
    n = len(residuals)
    if n < 2 or np.allclose(residuals, 0.0, atol=1e-12):
        return None
    return sqrt(n / (n - 1) * float((residuals**2).sum()))


def _wilson(one: Tally, outcome: Outcome, level: float) -> Interval:
    interval = rate_interval(one.events(outcome), one.asked, level)
    if interval is None:
        raise ValueError(f"no decision about {one.group}")
    return interval
