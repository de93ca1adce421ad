"""Shares and means by layer, with intervals that take a cluster as the unit of inference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import hypot

import numpy as np
from numpy.typing import NDArray

from auditor.core.layer_results import Curve, CurvePoint
from auditor.core.measures import Interval
from auditor.core.stats import difference_of_means, estimate_mean, rate_interval

Reals = NDArray[np.float64]

ERROR_RATE = 0.05
"""Of false findings, over all that is searched: layers, and concepts where these compete too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reads:
    """Readings by layer: 1 for a hit, 0 for none, 1/2 for what is neither."""

    hits: Reals
    """Shape (readings, layers)."""
    clusters: tuple[str, ...]
    """Of each reading."""


def social_reads(decisions: Sequence[Sequence[float]], clusters: Sequence[str]) -> Reads:
    """Whether decision values read the social sense; a value of exactly 0 counts half."""
    values = np.asarray(decisions, dtype=np.float64) if clusters else np.empty((0, 0))
    return Reads(hits=np.heaviside(values, 0.5), clusters=tuple(clusters))


def share_curve(reads: Reads) -> Curve:
    """Share of hits at each layer, with Wilson's interval on the effective number of readings."""
    return tuple(
        share_point(layer, column, reads.clusters) for layer, column in enumerate(reads.hits.T)
    )


def share_point(layer: int, hits: Sequence[float] | Reals, clusters: Sequence[str]) -> CurvePoint:
    """Share of hits at one layer. Never of width 0, as a t interval has where all agree."""
    totals: dict[str, list[float]] = {}
    # In the order of names, so that no order of rows changes a sum in its last digit.
    for cluster, hit in sorted(zip(clusters, map(float, hits), strict=True)):
        total = totals.setdefault(cluster, [0.0, 0.0])
        total[0] += hit
        total[1] += 1
    tops, bottoms = zip(*totals.values(), strict=True) if totals else ((), ())
    value = sum(tops) / sum(bottoms) if totals else None
    interval = rate_interval(tops, bottoms) if totals else None
    return _point(layer, value, interval, n=len(clusters), n_clusters=len(totals))


def mean_point(
    layer: int, means: Sequence[float], *, n: int, within: tuple[float, float] | None = None
) -> CurvePoint:
    """Mean over the means of clusters, with a t interval; none where all of them are equal."""
    estimate = estimate_mean(means)
    interval = estimate.interval(within=within) if estimate and estimate.standard_error else None
    value = float(np.mean(means)) if means else None
    return _point(layer, value, interval, n=n, n_clusters=len(means))


def cluster_shares(reads: Reads) -> dict[str, Reals]:
    """Share of hits by layer, for each cluster, in the order of names."""
    names = np.asarray(reads.clusters)
    return {
        cluster: reads.hits[names == cluster].mean(axis=0) for cluster in sorted({*reads.clusters})
    }


def paired_shares(first: Reads, second: Reads) -> tuple[Reals, Reals]:
    """Shares of the clusters that both have, each of shape (clusters, layers)."""
    one, other = cluster_shares(first), cluster_shares(second)
    both = [cluster for cluster in one if cluster in other]
    return _stacked(one, both), _stacked(other, both)


def paired_curve(first: Reads, second: Reads) -> Curve:
    """First minus second share, paired by cluster; empty where they share none."""
    one, other = paired_shares(first, second)
    n = len(first.clusters) + len(second.clusters)
    return tuple(
        _difference_point(layer, one[:, layer], other[:, layer], n=n, is_paired=True)
        for layer in range(one.shape[1])
    )


def unpaired_curve(first: Reads, second: Reads) -> Curve:
    """First minus second share, of clusters that have nothing to do with each other."""
    tables = [cluster_shares(reads) for reads in (first, second)]
    if not all(tables):
        return ()
    one, other = (_stacked(table, list(table)) for table in tables)
    n = len(first.clusters) + len(second.clusters)
    return tuple(
        _difference_point(layer, one[:, layer], other[:, layer], n=n, is_paired=False)
        for layer in range(one.shape[1])
    )


def _stacked(table: Mapping[str, Reals], clusters: Sequence[str]) -> Reals:
    return np.stack([table[cluster] for cluster in clusters]) if clusters else np.empty((0, 0))


def _difference_point(
    layer: int, first: Reals, second: Reals, *, n: int, is_paired: bool
) -> CurvePoint:
    if is_paired:
        estimate = estimate_mean((first - second).tolist())
    else:
        estimate = difference_of_means(
            estimate_mean(first.tolist()), estimate_mean(second.tolist())
        )
    interval: Interval | None = None
    if estimate is not None:
        varies = estimate.standard_error > 0
        interval = estimate.interval(within=(-1, 1)) if varies else _square_and_add(first, second)
    n_clusters = len(first) if is_paired else len(first) + len(second)
    return _point(layer, float(first.mean() - second.mean()), interval, n=n, n_clusters=n_clusters)


def _square_and_add(first: Reals, second: Reals) -> Interval | None:
    """Of a difference of shares, from the Wilson interval of each (Newcombe 1998, method 10).

    For clusters that all agree, which leave Student's t no error to go by: as with one share, the
    number of clusters is then the sample size.
    """
    ones, others = (rate_interval(part.tolist(), [1.0] * len(part)) for part in (first, second))
    if ones is None or others is None:
        return None
    p, q = float(first.mean()), float(second.mean())
    low = p - q - hypot(p - ones.low, others.high - q)
    high = p - q + hypot(ones.high - p, q - others.low)
    return Interval(low=max(-1.0, low), high=min(1.0, high), level=0.95)


def _point(
    layer: int, value: float | None, interval: Interval | None, *, n: int, n_clusters: int
) -> CurvePoint:
    return CurvePoint(
        layer=layer,
        value=value,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        n=n,
        n_clusters=n_clusters,
    )
