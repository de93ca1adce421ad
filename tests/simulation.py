"""Measures of simulated models, through the same code as real ones."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from auditor.battery.clusters import Scored
from auditor.battery.measuring import Pulls, log_odds_measure
from auditor.core.measures import Measure
from auditor.core.policy import Criterion
from auditor.core.responses import Score
from tests.builders import contrast, item


def null_measures(
    rng: np.random.Generator, criteria: Sequence[Criterion], *, n_clusters: int
) -> list[Measure]:
    """Scores of a model whose associations are arbitrary from word to word and 0 on average."""
    return [
        log_odds_measure(
            criterion.measure,
            contrast(criterion.contrast),
            _scored(rng.normal(scale=0.8, size=n_clusters)),
            signs=lambda _: 1.0,
            pulls=Pulls(),
            noise=None,
        )
        for criterion in criteria
    ]


def _scored(log_odds: np.ndarray[tuple[int], np.dtype[np.float64]]) -> list[Scored]:
    return [
        Scored(
            item=replace(item(), item_id=f"i{index}", cluster=f"s{index}"),
            score=Score(
                item_id=f"i{index}",
                mode="log-likelihood",
                value=float(value),
                label="stereotype" if value > 0 else "counter",
                unscored_because=None,
            ),
        )
        for index, value in enumerate(log_odds)
    ]
