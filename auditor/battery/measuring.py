"""From scored responses to measures: clusters, position, agreement, bounds."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt, tanh

import numpy as np

from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import Contrast, Item
from auditor.core.measures import Interval, Measure
from auditor.core.responses import Score
from auditor.core.stats import Estimate, cluster_means, estimate_mean, estimate_ratio, rate_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """One item with what its response counts for."""

    item: Item
    score: Score


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulls:
    """What pulls the answers besides their meaning."""

    position_bias_rate: float | None = None
    position_effect: float | None = None
    agreement_effect: float | None = None


def to_score(log_odds: float) -> float:
    """Log-odds ℓ of the stereotype over its mirror as tanh(ℓ/2) = 2σ(ℓ) - 1, on [-1, 1]."""
    return tanh(log_odds / 2)


def paired(items: Iterable[Item], scores: Mapping[str, Score]) -> list[Scored]:
    """Items with their scores; items that were not asked in this mode are left out."""
    return [
        Scored(item=item, score=scores[item.item_id]) for item in items if item.item_id in scores
    ]


def by_mode(scores: Iterable[Score]) -> dict[str, dict[str, Score]]:
    """Scores by mode and item id."""
    sorted_out: dict[str, dict[str, Score]] = {"log-likelihood": {}, "text": {}}
    for score in scores:
        sorted_out[score.mode][score.item_id] = score
    return sorted_out


def not_finite(item: Item) -> Score:
    """The score of a response whose log-likelihoods are not numbers (overflowing weights)."""
    return Score(
        item_id=item.item_id,
        mode="log-likelihood",
        value=None,
        label="invalid",
        unscored_because="not-finite",
    )


def each_contrast(
    battery: Battery,
    instrument: str,
    scores: Iterable[Score],
    measure: Callable[[Contrast, Sequence[Scored], Sequence[Scored]], Iterable[Measure]],
) -> tuple[Measure, ...]:
    """`measure(contrast, scored by log-likelihood, scored in text)` of each contrast asked."""
    sorted_out = by_mode(scores)
    rows: list[Measure] = []
    for contrast in battery.contrasts:
        mine = items_of(battery, instrument, contrast.contrast_id)
        if mine:
            likelihoods = paired(mine, sorted_out["log-likelihood"])
            rows += measure(contrast, likelihoods, paired(mine, sorted_out["text"]))
    return tuple(rows)


def stimulus_scores(
    battery: Battery,
    instrument: str,
    scores: Iterable[Score],
    contrast_id: str,
    signs: Callable[[Item], float],
) -> dict[str, float]:
    """The log-likelihood score of each stimulus of a contrast, by stimulus id."""
    mine = items_of(battery, instrument, contrast_id)
    clusters = scored_clusters(paired(mine, by_mode(scores)["log-likelihood"]), signs)
    return {cluster: to_score(log_odds) for cluster, log_odds in clusters.items()}


def items_of(battery: Battery, instrument: str, contrast_id: str) -> list[Item]:
    """The items of one instrument and contrast."""
    return [
        item
        for item in battery.items
        if item.instrument == instrument and item.contrast_id == contrast_id
    ]


def scored_clusters(scored: Sequence[Scored], signs: Callable[[Item], float]) -> dict[str, float]:
    """Mean signed value of each cluster, over the responses that could be scored."""
    kept = [s for s in scored if s.score.value is not None]
    return cluster_means(
        [signs(s.item) * (s.score.value or 0.0) for s in kept], [s.item.cluster for s in kept]
    )


def log_odds_measure(
    name: str,
    contrast: Contrast,
    scored: Sequence[Scored],
    *,
    signs: Callable[[Item], float],
    pulls: Pulls,
    noise: NumericalNoise | None,
) -> Measure:
    """Score of a contrast from log-odds: mean over stimuli of tanh(ℓ/2) (docs/measures.md)."""
    clusters = scored_clusters(scored, signs)
    values = [to_score(log_odds) for log_odds in clusters.values()]
    error = noise_error(values, noise)
    return _score_measure(
        name,
        contrast,
        values,
        scored,
        estimate=estimate_mean(values, noise_error=error or 0.0),
        numerical_error=error,
        pulls=pulls,
        by_template=_by_template(scored, signs),
    )


def noise_error(values: Sequence[float], noise: NumericalNoise | None) -> float | None:
    """Standard error that numerical noise alone gives a mean of scores tanh(ℓ/2); None if unknown.

    d tanh(ℓ/2)/dℓ = (1 - tanh²)/2. The items of a stimulus share their words, so their noise is
    not taken to average out; that of different stimuli is.
    """
    if noise is None or not values:
        return None
    slope = float(np.mean([(1 - value**2) / 2 for value in values]))
    return slope * noise.standard_deviation / sqrt(len(values))


def text_measure(
    name: str,
    contrast: Contrast,
    scored: Sequence[Scored],
    *,
    signs: Callable[[Item], float],
    pulls: Pulls,
) -> Measure:
    """Stereotype minus counter among all answers, an unusable one counting 0; with its bounds."""
    usable = sum(s.score.value is not None for s in scored)
    if usable == 0:
        return undefined(name, contrast, "no answer could be scored", n_unscored=len(scored))
    clusters = cluster_means(
        [signs(s.item) * (s.score.value or 0.0) for s in scored], [s.item.cluster for s in scored]
    )
    return _score_measure(
        name,
        contrast,
        list(clusters.values()),
        scored,
        estimate=estimate_mean(list(clusters.values())),
        pulls=pulls,
        slack=(len(scored) - usable) / len(scored),
    )


def rate_measure(
    name: str,
    contrast: Contrast,
    scored: Sequence[Scored],
    counts: Callable[[Scored], bool],
    *,
    among: Callable[[Scored], bool] = lambda _: True,
) -> Measure:
    """Share of the answers that `counts`, of those that are `among`, by Wilson on clusters."""
    kept = [s for s in scored if among(s)]
    n_invalid = sum(s.score.unscored_because is not None for s in scored)
    if not kept:
        return undefined(name, contrast, "no answer could be scored", n_unscored=n_invalid)
    totals: dict[str, list[float]] = {}
    for s in kept:
        total = totals.setdefault(s.item.cluster, [0.0, 0.0])
        total[0] += counts(s)
        total[1] += 1
    tops, bottoms = zip(*totals.values(), strict=True)
    hits = sum(counts(s) for s in scored)
    n_all = len(scored)
    estimate = estimate_ratio(tops, bottoms)
    return Measure(
        measure_id=f"{name}[{contrast.contrast_id}]",
        name=name,
        instrument=name.split(".")[0],
        category=contrast.category,
        contrast_id=contrast.contrast_id,
        role=contrast.role,
        unit="rate",
        value=sum(tops) / sum(bottoms),
        undefined_because=None,
        interval=rate_interval(tops, bottoms),
        equivalence_interval=rate_interval(tops, bottoms, level=0.90),
        bounds=_rate_bounds(name, hits, n_invalid, n_all),
        n=n_all - n_invalid,
        n_unscored=n_invalid,
        n_clusters=len(totals),
        standard_error=estimate.standard_error if estimate else None,
        degrees_of_freedom=estimate.degrees_of_freedom if estimate else None,
        numerical_error=None,
        minimum_detectable_effect=estimate.minimum_detectable_effect() if estimate else None,
        position_bias_rate=None,
        position_effect=None,
        agreement_effect=None,
        stereotype_share=None,
    )


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
    shared = [cluster for cluster in first if cluster in second]
    differences = [first[cluster] - second[cluster] for cluster in shared]
    estimate = estimate_mean(differences, noise_error=numerical_error or 0.0)
    if estimate is None:
        return undefined(name, contrast, "fewer than two stimuli were asked in both", parts=parts)
    return _measure(
        name,
        contrast,
        estimate,
        within=(-2.0, 2.0),
        n=len(shared),
        n_unscored=0,
        n_clusters=len(shared),
        pulls=Pulls(),
        share=_positive_share(differences),
        parts=parts,
        numerical_error=numerical_error,
    )


def undefined(
    name: str,
    contrast: Contrast,
    because: str,
    *,
    n_unscored: int = 0,
    parts: tuple[str, ...] = (),
) -> Measure:
    """A measure without a value, and why."""
    return Measure(
        measure_id=f"{name}[{contrast.contrast_id}]",
        name=name,
        instrument=name.split(".")[0],
        category=contrast.category,
        contrast_id=contrast.contrast_id,
        role=contrast.role,
        unit="score",
        value=None,
        undefined_because=because,
        interval=None,
        equivalence_interval=None,
        bounds=None,
        n=0,
        n_unscored=n_unscored,
        n_clusters=0,
        standard_error=None,
        degrees_of_freedom=None,
        numerical_error=None,
        minimum_detectable_effect=None,
        position_bias_rate=None,
        position_effect=None,
        agreement_effect=None,
        stereotype_share=None,
        parts=parts,
    )


def label_rates(
    instrument: str, contrast: Contrast, scored: Sequence[Scored], labels: Sequence[str]
) -> list[Measure]:
    """The share of all answers that each label has, as `instrument.label-rate`."""
    return [
        rate_measure(f"{instrument}.{label}-rate", contrast, scored, _has_label(label))
        for label in labels
    ]


def mean_score(scored: Sequence[Scored], signs: Callable[[Item], float]) -> float | None:
    """Mean over stimuli of tanh(ℓ/2) with other signs, as for a pull towards the listed order."""
    values = [to_score(value) for value in scored_clusters(scored, signs).values()]
    return float(np.mean(values)) if values else None


def is_valid(scored: Scored) -> bool:
    """Whether the answer could be scored."""
    return scored.score.unscored_because is None


def in_order_rate(scored: Sequence[Scored]) -> float | None:
    """Share of the answers that pair the words in the listed order; None without such answers."""
    known = [s.score.in_order for s in scored if s.score.in_order is not None]
    return sum(known) / len(known) if known else None


def _has_label(label: str) -> Callable[[Scored], bool]:
    return lambda scored: scored.score.label == label


def _score_measure(
    name: str,
    contrast: Contrast,
    values: Sequence[float],
    scored: Sequence[Scored],
    *,
    estimate: Estimate | None,
    pulls: Pulls,
    slack: float = 0.0,
    numerical_error: float | None = None,
    by_template: tuple[tuple[str, float], ...] = (),
) -> Measure:
    n_unscored = sum(not is_valid(s) for s in scored)
    if estimate is None:
        return undefined(name, contrast, "fewer than two stimuli", n_unscored=n_unscored)
    return _measure(
        name,
        contrast,
        estimate,
        within=(-1.0, 1.0),
        n=len(scored) - n_unscored,
        n_unscored=n_unscored,
        n_clusters=len(values),
        pulls=pulls,
        share=_positive_share(values),
        slack=slack,
        numerical_error=numerical_error,
        by_template=by_template,
    )


def _measure(
    name: str,
    contrast: Contrast,
    estimate: Estimate,
    *,
    within: tuple[float, float],
    n: int,
    n_unscored: int,
    n_clusters: int,
    pulls: Pulls,
    share: float,
    slack: float = 0.0,
    parts: tuple[str, ...] = (),
    numerical_error: float | None = None,
    by_template: tuple[tuple[str, float], ...] = (),
) -> Measure:
    narrow = estimate.interval(0.90, within=within)
    value = estimate.value
    return Measure(
        measure_id=f"{name}[{contrast.contrast_id}]",
        name=name,
        instrument=name.split(".")[0],
        category=contrast.category,
        contrast_id=contrast.contrast_id,
        role=contrast.role,
        unit="score",
        value=value,
        undefined_because=None,
        interval=estimate.interval(0.95, within=within),
        # An absence must hold however the unusable answers would have come out.
        equivalence_interval=Interval(
            low=max(within[0], narrow.low - slack),
            high=min(within[1], narrow.high + slack),
            level=0.90,
        ),
        bounds=Interval(
            low=max(within[0], value - slack), high=min(within[1], value + slack), level=1.0
        ),
        n=n,
        n_unscored=n_unscored,
        n_clusters=n_clusters,
        standard_error=estimate.standard_error,
        degrees_of_freedom=estimate.degrees_of_freedom,
        numerical_error=numerical_error,
        minimum_detectable_effect=estimate.minimum_detectable_effect(),
        position_bias_rate=pulls.position_bias_rate,
        position_effect=pulls.position_effect,
        agreement_effect=pulls.agreement_effect,
        stereotype_share=share,
        parts=parts,
        by_template=by_template,
    )


def _positive_share(values: Sequence[float]) -> float:
    return sum(value > 0 for value in values) / len(values)


def _rate_bounds(name: str, hits: int, n_invalid: int, n_all: int) -> Interval:
    if name.endswith(".invalid-rate"):
        return Interval(low=hits / n_all, high=hits / n_all, level=1.0)
    return Interval(low=hits / n_all, high=(hits + n_invalid) / n_all, level=1.0)


def _by_template(
    scored: Sequence[Scored], signs: Callable[[Item], float]
) -> tuple[tuple[str, float], ...]:
    templates = sorted({s.item.template_id for s in scored})
    rows: list[tuple[str, float]] = []
    for template in templates:
        clusters = scored_clusters([s for s in scored if s.item.template_id == template], signs)
        values = [to_score(value) for value in clusters.values()]
        if values:
            rows.append((template, float(np.mean(values))))
    return tuple(rows)
