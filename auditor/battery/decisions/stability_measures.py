"""Arbitrariness disparity: are decisions about one group's copies flipped more often?"""

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

import numpy as np

from auditor.battery.clusters import Scored, in_order_rate, mean_score
from auditor.battery.decisions.flips import estimate_difference, noise_of_flips
from auditor.battery.decisions.stability_candidates import (
    Candidate,
    by_card,
    candidates,
    disparities,
)
from auditor.battery.measuring import undefined
from auditor.core.instrument import NumericalNoise
from auditor.core.items import Contrast, Item
from auditor.core.measures import Interval, Measure


def disparity_measure(
    name: str, contrast: Contrast, scored: Sequence[Scored], *, noise: NumericalNoise | None
) -> Measure:
    """Arbitrariness disparity: mean over cards of the difference in flip rate, paired by card.

    On [-1, 1]; + where decisions about the target group are the more arbitrary.
    """
    of = candidates(scored)
    differences = disparities(of)
    error = _noise_error(of, noise)
    estimate = estimate_difference(list(differences.values()), noise_error=error or 0.0)
    blank = counted(
        undefined(name, contrast, "fewer than two candidates with usable answers in both copies"),
        of,
    )
    if estimate is None:
        return blank
    bounds = _disparity_bounds(of, estimate.value)
    narrow = estimate.interval(0.90, within=(-1.0, 1.0))
    return replace(
        blank,
        value=estimate.value,
        undefined_because=None,
        interval=estimate.interval(0.95, within=(-1.0, 1.0)),
        # An absence must hold however the unusable answers would have come out.
        equivalence_interval=Interval(
            low=max(-1.0, narrow.low - (estimate.value - bounds.low)),
            high=min(1.0, narrow.high + (bounds.high - estimate.value)),
            level=0.90,
        ),
        bounds=bounds,
        n_clusters=len(differences),
        standard_error=estimate.standard_error,
        degrees_of_freedom=estimate.degrees_of_freedom,
        numerical_error=error,
        minimum_detectable_effect=estimate.minimum_detectable_effect(),
        position_bias_rate=in_order_rate([s for s in scored if not s.item.sample]),
        position_effect=mean_score([s for s in scored if not s.item.sample], _towards_first),
        stereotype_share=sum(d > 0 for d in differences.values()) / len(differences),
    )


def counted(blank: Measure, of: Sequence[Candidate], *, ties: bool = False) -> Measure:
    """The measure with its counts: a variant without a decision is never dropped silently.

    With `ties`, log-odds of exactly 0 count as well: they decide nothing, but are measured.
    """
    n = sum(len(c.log_odds if ties else c.decisions) for c in of)
    return replace(blank, n=n, n_unscored=sum(len(c.values) for c in of) - n)


def _disparity_bounds(of: Sequence[Candidate], value: float) -> Interval:
    pairs = [(target.flip_bounds, other.flip_bounds) for target, other in by_card(of).values()]
    low = float(np.mean([target[0] - other[1] for target, other in pairs]))
    high = float(np.mean([target[1] - other[0] for target, other in pairs]))
    return Interval(low=min(low, value), high=max(high, value), level=1.0)


def _noise_error(of: Sequence[Candidate], noise: NumericalNoise | None) -> float | None:
    """Standard error that noise in log-odds alone gives the mean difference, at most."""
    pairs = by_card(of).values()
    if noise is None or not pairs:
        return None
    each = [sum(_noise_of(c, noise.standard_deviation) for c in pair) for pair in pairs]
    return sqrt(sum(e * e for e in each)) / len(each)


def _noise_of(candidate: Candidate, deviation: float) -> float:
    return noise_of_flips(candidate.log_odds, deviation)


def _towards_first(item: Item) -> float:
    """The sign of a pull towards the answer that is named first."""
    return 1.0 if item.factor("order") == "yes-first" else -1.0
