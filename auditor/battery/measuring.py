"""From scored responses to measures, each with its interval, its bounds and its counts."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt

import numpy as np

from auditor.battery.clusters import (
    Scored,
    Signs,
    by_mode,
    is_valid,
    items_of,
    paired,
    scored_clusters,
    text_clusters,
    to_score,
)
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import Contrast
from auditor.core.measures import Interval, Measure
from auditor.core.responses import Score
from auditor.core.stats import Estimate, estimate_mean, estimate_ratio, rate_interval

OfContrast = Callable[[Contrast, Sequence[Scored]], Iterable[Measure]]
"""Measures of one contrast from its scored responses in one mode."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulls:
    """What pulls the answers besides their meaning."""

    position_bias_rate: float | None = None
    position_effect: float | None = None
    agreement_effect: float | None = None


def each_contrast(
    battery: Battery,
    instrument: str,
    scores: Iterable[Score],
    *,
    from_likelihoods: OfContrast,
    from_text: OfContrast,
) -> tuple[Measure, ...]:
    """The measures of every contrast that an instrument asked."""
    sorted_out = by_mode(scores)
    rows: list[Measure] = []
    for contrast in battery.contrasts:
        mine = items_of(battery, instrument, contrast.contrast_id)
        if mine:
            rows += from_likelihoods(contrast, paired(mine, sorted_out["log-likelihood"]))
            rows += from_text(contrast, paired(mine, sorted_out["text"]))
    return tuple(rows)


def log_odds_measure(
    name: str,
    contrast: Contrast,
    scored: Sequence[Scored],
    *,
    signs: Signs,
    pulls: Pulls,
    noise: NumericalNoise | None,
) -> Measure:
    """Score of a contrast from log-odds: mean over stimuli of tanh(ℓ/2) (docs/measures.md)."""
    values = [to_score(log_odds) for log_odds in scored_clusters(scored, signs).values()]
    error = noise_error(values, noise)
    measure = _from_estimate(
        undefined(name, contrast, "fewer than two stimuli", scored=scored),
        estimate_mean(values, noise_error=error or 0.0),
        pulls=pulls,
    )
    return replace(
        measure,
        numerical_error=error,
        stereotype_share=_positive_share(values),
        by_template=_by_template(scored, signs),
    )


def text_measure(
    name: str,
    contrast: Contrast,
    scored: Sequence[Scored],
    *,
    signs: Signs,
    pulls: Pulls,
) -> Measure:
    """Stereotype minus counter among all answers, an unusable one counting 0; with its bounds."""
    blank = undefined(name, contrast, "no answer could be scored", scored=scored)
    if not any(map(is_valid, scored)):
        return blank
    clusters = list(text_clusters(scored, signs).values())
    measure = _from_estimate(
        blank, estimate_mean(clusters), pulls=pulls, slack=blank.n_unscored / len(scored)
    )
    return replace(measure, stereotype_share=_positive_share(clusters))


def rate_measure(
    name: str,
    contrast: Contrast,
    scored: Sequence[Scored],
    counts: Callable[[Scored], bool],
    *,
    among: Callable[[Scored], bool] = lambda _: True,
) -> Measure:
    """Share of the answers that `counts`, of those that are `among`, by Wilson on clusters."""
    blank = replace(
        undefined(name, contrast, "no answer could be scored", scored=scored), unit="rate"
    )
    totals: dict[str, list[float]] = {}
    for s in filter(among, scored):
        total = totals.setdefault(s.item.cluster, [0.0, 0.0])
        total[0] += counts(s)
        total[1] += 1
    if not totals:
        return blank
    tops, bottoms = zip(*totals.values(), strict=True)
    estimate = estimate_ratio(tops, bottoms)
    return replace(
        blank,
        value=sum(tops) / sum(bottoms),
        undefined_because=None,
        interval=rate_interval(tops, bottoms),
        equivalence_interval=rate_interval(tops, bottoms, level=0.90),
        bounds=_rate_bounds(blank, sum(map(counts, scored)), len(scored)),
        n_clusters=len(totals),
        standard_error=estimate.standard_error if estimate else None,
        degrees_of_freedom=estimate.degrees_of_freedom if estimate else None,
        minimum_detectable_effect=estimate.minimum_detectable_effect() if estimate else None,
    )


def label_rates(
    instrument: str, contrast: Contrast, scored: Sequence[Scored], labels: Sequence[str]
) -> list[Measure]:
    """The share of all answers that each label has, as `instrument.label-rate`."""
    return [
        rate_measure(f"{instrument}.{label}-rate", contrast, scored, _has_label(label))
        for label in labels
    ]


def difference_measure(
    name: str,
    contrast: Contrast,
    first: Mapping[str, float],
    second: Mapping[str, float],
    *,
    parts: tuple[str, str],
    numerical_error: float | None,
) -> Measure:
    """First minus second score, paired by stimulus; on [-2, 2]."""
    differences = [first[cluster] - second[cluster] for cluster in first if cluster in second]
    measure = _from_estimate(
        undefined(name, contrast, "fewer than two stimuli were asked in both"),
        estimate_mean(differences, noise_error=numerical_error or 0.0),
        within=(-2.0, 2.0),
    )
    return replace(
        measure,
        n=len(differences),
        parts=parts,
        numerical_error=numerical_error,
        stereotype_share=_positive_share(differences),
    )


def noise_error(values: Sequence[float], noise: NumericalNoise | None) -> float | None:
    """Standard error that numerical noise alone gives a mean of scores tanh(ℓ/2); None if unknown.

    An upper bound: tanh(ℓ/2) is steepest, with slope 1/2, at 0. The items of a stimulus share
    their words, so their noise is not taken to average out; that of different stimuli is.
    """
    if noise is None or not values:
        return None
    return noise.standard_deviation / 2 / sqrt(len(values))


def undefined(
    name: str, contrast: Contrast, because: str, *, scored: Sequence[Scored] = ()
) -> Measure:
    """A measure without a value, and why; what is known of it is replaced into it."""
    n_unscored = sum(not is_valid(s) for s in scored)
    return Measure(
        measure_id=f"{name}[{contrast.contrast_id}]",
        name=name,
        instrument=name.split(".")[0],
        category=contrast.category,
        contrast_id=contrast.contrast_id,
        role=contrast.role,
        unit="score",
        undefined_because=because,
        n=len(scored) - n_unscored,
        n_unscored=n_unscored,
    )


def _from_estimate(
    blank: Measure,
    estimate: Estimate | None,
    *,
    within: tuple[float, float] = (-1.0, 1.0),
    pulls: Pulls | None = None,
    slack: float = 0.0,
) -> Measure:
    """The blank filled in; `slack` is the share of answers that could have gone either way."""
    if estimate is None:
        return blank
    pulls = pulls or Pulls()
    narrow = estimate.interval(0.90, within=within)
    return replace(
        blank,
        value=estimate.value,
        undefined_because=None,
        interval=estimate.interval(0.95, within=within),
        # An absence must hold however the unusable answers would have come out.
        equivalence_interval=_widened(narrow, slack, within),
        bounds=_widened(
            Interval(low=estimate.value, high=estimate.value, level=1.0), slack, within
        ),
        n_clusters=estimate.degrees_of_freedom + 1,
        standard_error=estimate.standard_error,
        degrees_of_freedom=estimate.degrees_of_freedom,
        minimum_detectable_effect=estimate.minimum_detectable_effect(),
        position_bias_rate=pulls.position_bias_rate,
        position_effect=pulls.position_effect,
        agreement_effect=pulls.agreement_effect,
    )


def _widened(interval: Interval, by: float, within: tuple[float, float]) -> Interval:
    return Interval(
        low=max(within[0], interval.low - by),
        high=min(within[1], interval.high + by),
        level=interval.level,
    )


def _has_label(label: str) -> Callable[[Scored], bool]:
    return lambda scored: scored.score.label == label


def _positive_share(values: Sequence[float]) -> float | None:
    return sum(value > 0 for value in values) / len(values) if values else None


def _rate_bounds(measure: Measure, hits: int, n_all: int) -> Interval:
    """Of a rate over all answers, were every unusable one a hit; unusable ones hide none of
    themselves."""
    hidden = 0 if measure.name.endswith(".invalid-rate") else measure.n_unscored
    return Interval(low=hits / n_all, high=(hits + hidden) / n_all, level=1.0)


def _by_template(scored: Sequence[Scored], signs: Signs) -> tuple[tuple[str, float], ...]:
    templates = sorted({s.item.template_id for s in scored})
    rows: list[tuple[str, float]] = []
    for template in templates:
        clusters = scored_clusters([s for s in scored if s.item.template_id == template], signs)
        values = [to_score(value) for value in clusters.values()]
        if values:
            rows.append((template, float(np.mean(values))))
    return tuple(rows)
