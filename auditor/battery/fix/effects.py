"""Numbers with what they must never be shown without."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import isfinite

from auditor.battery.fix.pooled import Sample, estimate
from auditor.core.fix_results import Effect
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


def share_effect(hits: Sequence[tuple[str, bool]]) -> Effect:
    """The share of the answers that count; of each, its cluster and whether it does."""
    totals: dict[str, list[float]] = {}
    for cluster, counts in hits:
        total = totals.setdefault(cluster, [0.0, 0.0])
        total[0] += counts
        total[1] += 1
    if not totals:
        return undefined()
    found, asked = zip(*totals.values(), strict=True)
    return Effect(
        value=sum(found) / len(hits),
        interval=rate_interval(found, asked),
        n=len(hits),
        n_clusters=len(totals),
    )


def rate_effects(hits: Hits) -> tuple[Effect, Effect, Effect]:
    """The share that counts before, after, and its paired change."""
    if not hits:
        return undefined(), undefined(), undefined()
    totals: dict[str, list[float]] = {}
    for cluster, *counts in hits:
        total = totals.setdefault(cluster, [0.0, 0.0, 0.0])
        for place, one in enumerate((*counts, True)):
            total[place] += one
    first, second, asked = zip(*totals.values(), strict=True)
    before = share_effect([(cluster, one) for cluster, one, _ in hits])
    after = share_effect([(cluster, one) for cluster, _, one in hits])
    change = replace(
        after,
        value=(after.value or 0.0) - (before.value or 0.0),
        interval=rate_change_interval(first, second, asked),
    )
    return before, after, change


def ratio_effect(rows: Iterable[tuple[float, float]]) -> Effect:
    """Ratio of totals, as in nats a token, with the row as the unit; undefined where one of them
    is not finite."""
    tops, bottoms = zip(*found, strict=True) if (found := list(rows)) else ((), ())
    if not all(map(isfinite, tops)):
        return undefined("not finite")
    return effect_of(estimate_ratio(tops, bottoms), n=len(tops), n_clusters=len(tops))
