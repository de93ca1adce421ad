"""Numbers with what they must never be shown without."""

from collections.abc import Iterable, Sequence
from math import isfinite

from auditor.battery.fix.pooled import Sample, estimate
from auditor.core.fix_results import Effect
from auditor.core.measures import Interval
from auditor.core.paired import rate_change_interval
from auditor.core.stats import Estimate, estimate_ratio, rate_interval

SCORE, CHANGE = (-1.0, 1.0), (-2.0, 2.0)
"""Ranges of a score, and of a difference of two."""

TOO_FEW = "too few answers"

Hits = Sequence[tuple[str, bool, bool]]
"""Of each question in both arms: its cluster, and whether it counts before and after."""


def undefined(because: str = TOO_FEW, *, n_unscored: int = 0) -> Effect:
    """What could not be computed, and why."""
    return Effect(value=None, undefined_because=because, n_unscored=n_unscored)


def effect_of(
    found: Estimate | None,
    *,
    n: int,
    n_clusters: int,
    n_unscored: int = 0,
    within: tuple[float, float] | None = None,
) -> Effect:
    """An estimate with its interval and its counts."""
    if found is None:
        return undefined(n_unscored=n_unscored)
    return Effect(
        value=found.value,
        interval=found.interval(within=within),
        n=n,
        n_unscored=n_unscored,
        n_clusters=n_clusters,
    )


def score_effect(sample: Sample, *, within: tuple[float, float] = SCORE) -> Effect:
    """Mean score of a sample."""
    return effect_of(
        estimate(sample),
        n=sample.n,
        n_clusters=sample.n_clusters,
        n_unscored=sample.n_unscored,
        within=within,
    )


def rate_effects(hits: Hits) -> tuple[Effect, Effect, Effect]:
    """The share that counts before, after, and its paired change."""
    totals: dict[str, list[float]] = {}
    for cluster, before, after in hits:
        total = totals.setdefault(cluster, [0.0, 0.0, 0.0])
        for place, one in enumerate((before, after, True)):
            total[place] += one
    if not totals:
        return undefined(), undefined(), undefined()
    first, second, asked = zip(*totals.values(), strict=True)
    n = len(hits)
    rates = sum(first) / n, sum(second) / n

    def effect(value: float, interval: Interval | None) -> Effect:
        return Effect(value=value, interval=interval, n=n, n_clusters=len(totals))

    return (
        effect(rates[0], rate_interval(first, asked)),
        effect(rates[1], rate_interval(second, asked)),
        effect(rates[1] - rates[0], rate_change_interval(first, second, asked)),
    )


def ratio_effect(rows: Iterable[tuple[float, float]]) -> Effect:
    """Ratio of totals, as in nats a token, with the row as the unit; undefined where one of them
    is not finite."""
    tops, bottoms = zip(*found, strict=True) if (found := list(rows)) else ((), ())
    if not all(map(isfinite, tops)):
        return undefined("not finite")
    return effect_of(estimate_ratio(tops, bottoms), n=len(tops), n_clusters=len(tops))
