"""Responses of one contrast by stimulus: the clusters that every measure is made of."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import tanh

import numpy as np

from auditor.core.instrument import Battery
from auditor.core.items import Item, Mode
from auditor.core.responses import Score
from auditor.core.stats import cluster_means

Signs = Callable[[Item], float]
"""By which sign an item's value enters a mean: towards the stereotype, the listed order, ..."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One item with what its response counts for."""

    item: Item
    score: Score


def to_score(log_odds: float) -> float:
    """Log-odds ℓ of the stereotype over its mirror as tanh(ℓ/2) = 2σ(ℓ) - 1, on [-1, 1]."""
    return tanh(log_odds / 2)


def by_mode(scores: Iterable[Score]) -> dict[str, dict[str, Score]]:
    """Scores by mode and item id."""
    sorted_out: dict[str, dict[str, Score]] = {"log-likelihood": {}, "text": {}}
    for score in scores:
        sorted_out[score.mode][score.item_id] = score
    return sorted_out


def items_of(battery: Battery, instrument: str, contrast_id: str) -> list[Item]:
    """The items of one instrument and contrast."""
    return [
        item
        for item in battery.items
        if item.instrument == instrument and item.contrast_id == contrast_id
    ]


def paired(items: Iterable[Item], scores: Mapping[str, Score]) -> list[Scored]:
    """Items with their scores; items that were not asked in this mode are left out."""
    return [
        Scored(item=item, score=scores[item.item_id]) for item in items if item.item_id in scores
    ]


def is_valid(scored: Scored) -> bool:
    """Whether the answer could be scored."""
    return scored.score.unscored_because is None


def scored_clusters(scored: Sequence[Scored], signs: Signs) -> dict[str, float]:
    """Mean signed value of each cluster, over the responses that could be scored."""
    kept = [s for s in scored if s.score.value is not None]
    return cluster_means(
        [signs(s.item) * (s.score.value or 0.0) for s in kept], [s.item.cluster for s in kept]
    )


def mean_score(scored: Sequence[Scored], signs: Signs) -> float | None:
    """Mean over stimuli of tanh(ℓ/2) with other signs, as for a pull towards the listed order."""
    values = [to_score(value) for value in scored_clusters(scored, signs).values()]
    return float(np.mean(values)) if values else None


def stimulus_scores(
    battery: Battery,
    instrument: str,
    scores: Iterable[Score],
    contrast_id: str,
    signs: Signs,
    mode: Mode,
) -> dict[str, float]:
    """The score of each stimulus of a contrast, by stimulus id; an unusable text counts 0."""
    scored = paired(items_of(battery, instrument, contrast_id), by_mode(scores)[mode])
    if mode == "text":
        return text_clusters(scored, signs)
    clusters = scored_clusters(scored, signs)
    return {cluster: to_score(log_odds) for cluster, log_odds in clusters.items()}


def text_clusters(scored: Sequence[Scored], signs: Signs) -> dict[str, float]:
    """Mean signed value of each cluster over all its answers, an unusable one counting 0."""
    values = [signs(s.item) * (s.score.value or 0.0) for s in scored]
    return cluster_means(values, [s.item.cluster for s in scored])


def in_order_rate(scored: Sequence[Scored]) -> float | None:
    """Share of the answers that pair the words in the listed order; None without such answers."""
    known = [s.score.in_order for s in scored if s.score.in_order is not None]
    return sum(known) / len(known) if known else None
