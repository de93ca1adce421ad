"""Coefficients of agreement with intervals whose unit is the cluster.

Shares get Wilson's interval on the effective sample size, everything else the delete-one jackknife
over clusters (Efron & Stein 1981) with Student's t, a ratio on its logarithm. Where all clusters
say the same, a jackknife has nothing to go on: there is no interval then, rather than one of width
0.
"""

from collections.abc import Callable, Sequence
from math import exp, log, sqrt
from typing import TypeVar

from auditor.battery.fix.effects import undefined
from auditor.core.fix_results import Effect
from auditor.core.measures import Interval
from auditor.core.stats import Estimate, rate_interval

T = TypeVar("T")
Statistic = Callable[[Sequence[T]], float | None]

NO_SPREAD = 1e-9
"""A standard error below which clusters agree but for rounding."""
_LARGEST = 700.0
"""Exponents above it are no floating-point number."""


def share(hits: Sequence[float], asked: Sequence[float], because: str) -> Effect:
    """A share of what was asked, by cluster; clusters that were asked nothing do not count."""
    kept = [(top, bottom) for top, bottom in zip(hits, asked, strict=True) if bottom]
    if not kept:
        return undefined(because)
    tops, bottoms = zip(*kept, strict=True)
    return Effect(
        value=sum(tops) / sum(bottoms),
        interval=rate_interval(tops, bottoms),
        n=round(sum(bottoms)),
        n_clusters=len(kept),
    )


def coefficient(
    clusters: Sequence[T],
    statistic: Statistic[T],
    *,
    n: int,
    because: str,
    within: tuple[float, float] = (-1.0, 1.0),
) -> Effect:
    """A coefficient of all clusters, cut to the range that it can have."""
    value = statistic(clusters)
    if value is None:
        return undefined(because)
    found = jackknife(clusters, statistic)
    return Effect(
        value=value,
        interval=None if found is None else found.interval(within=within),
        n=n,
        n_clusters=len(clusters),
    )


def log_coefficient(
    clusters: Sequence[T], statistic: Statistic[T], *, n: int, because: str
) -> Effect:
    """The same of a ratio, whose interval is formed on its logarithm; a ratio of 0 has none."""
    value = statistic(clusters)
    if value is None:
        return undefined(because)

    def logarithm(kept: Sequence[T]) -> float | None:
        ratio = statistic(kept)
        return log(ratio) if ratio else None

    found = jackknife(clusters, logarithm)
    span = None if found is None else found.interval()
    return Effect(
        value=value,
        interval=None
        if span is None
        else Interval(low=exp(span.low), high=exp(min(span.high, _LARGEST)), level=span.level),
        n=n,
        n_clusters=len(clusters),
    )


def jackknife(clusters: Sequence[T], statistic: Statistic[T]) -> Estimate | None:
    """A statistic with its delete-one-cluster standard error; None where there is none."""
    n = len(clusters)
    whole = statistic(clusters)
    if n < 2 or whole is None:
        return None
    without = [statistic([*clusters[:place], *clusters[place + 1 :]]) for place in range(n)]
    known = [value for value in without if value is not None]
    if len(known) < n:
        return None
    mean = sum(known) / n
    error = sqrt((n - 1) / n * sum((value - mean) ** 2 for value in known))
    if error < NO_SPREAD:
        return None
    return Estimate(value=whole, standard_error=error, degrees_of_freedom=n - 1)
