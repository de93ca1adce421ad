"""Measures of paired decisions: the score, what the answers were, and who is selected."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from auditor.battery.clusters import (
    Scored,
    by_mode,
    in_order_rate,
    is_valid,
    items_of,
    mean_score,
    paired,
    scored_clusters,
    text_clusters,
    to_score,
)
from auditor.battery.decisions.decision_rates import likelihood_rates, text_rates
from auditor.battery.decisions.paired_decisions import application_of
from auditor.battery.measuring import (
    Pulls,
    difference_measure,
    each_contrast,
    label_rates,
    log_odds_measure,
    text_measure,
)
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import Contrast, Item, Mode
from auditor.core.measures import Interval, Measure
from auditor.core.responses import Score
from auditor.core.stats import Estimate

SECOND_SOURCE = "names"
"""A factor whose levels are a sample too, beside the clusters."""


def measures(
    name: str, battery: Battery, scores: Sequence[Score], noise: NumericalNoise | None
) -> tuple[Measure, ...]:
    """Every measure of the contrasts that an instrument of paired decisions asked."""
    return each_contrast(
        battery,
        name,
        scores,
        from_likelihoods=partial(_from_likelihoods, name, noise),
        from_text=partial(_from_text, name),
    )


def stimulus_scores(
    name: str, battery: Battery, scores: Sequence[Score], contrast_id: str, mode: Mode
) -> dict[str, float]:
    """The score of each application of a contrast, by cluster; an unusable text counts 0."""
    scored = paired(items_of(battery, name, contrast_id), by_mode(scores)[mode])
    if mode == "text":
        return text_clusters(_compared(scored), _towards_reference)
    clusters = scored_clusters(_complete(_compared(scored)), _twice_towards_reference)
    return {cluster: to_score(log_odds) for cluster, log_odds in clusters.items()}


def _from_likelihoods(
    name: str, noise: NumericalNoise | None, contrast: Contrast, scored: Sequence[Scored]
) -> list[Measure]:
    compared = _compared(scored)
    pulls = Pulls(
        position_bias_rate=in_order_rate(scored),
        position_effect=mean_score(scored, _towards_first),
    )
    measure = _with_second_source(
        _complete(compared),
        lambda kept: log_odds_measure(
            f"{name}.score",
            contrast,
            kept,
            # A cluster has as many copies of the one side as of the other, so that twice the mean
            # of the signed values is the difference of the sides' means.
            signs=_twice_towards_reference,
            pulls=pulls,
            noise=noise,
        ),
    )
    return [
        replace(measure, n_unscored=len(compared) - measure.n),
        *_by_stratum(name, contrast, _complete(compared)),
        *likelihood_rates(name, contrast, scored),
    ]


def _from_text(name: str, contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
    if not scored:
        return []
    pulls = Pulls(position_bias_rate=in_order_rate(scored))
    measure = _with_second_source(
        _compared(scored),
        lambda kept: text_measure(
            f"{name}.text-score", contrast, kept, signs=_towards_reference, pulls=pulls
        ),
    )
    return [
        measure,
        *label_rates(name, contrast, scored, ("yes", "no", "invalid")),
        *text_rates(name, contrast, scored),
    ]


def _compared(scored: Sequence[Scored]) -> list[Scored]:
    """The copies that the score compares."""
    return [s for s in scored if s.item.factor("side") != "other"]


def _complete(scored: Sequence[Scored]) -> list[Scored]:
    """Pairs of which both copies could be scored: half a pair would count its applicant's merit."""
    sides: dict[tuple[str, ...], int] = {}
    for s in filter(is_valid, scored):
        sides[_pair(s.item)] = sides.get(_pair(s.item), 0) + 1
    return [s for s in scored if sides.get(_pair(s.item)) == 2]


def _pair(item: Item) -> tuple[str, ...]:
    return (*application_of(item), item.factor("order"))


def _towards_reference(item: Item) -> float:
    return 1.0 if item.factor("side") == "reference" else -1.0


def _twice_towards_reference(item: Item) -> float:
    return 2 * _towards_reference(item)


def _towards_first(item: Item) -> float:
    return 1.0 if item.factor("order") == "yes-first" else -1.0


def _by_stratum(name: str, contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
    """How much larger the score is in the first stratum, where applications stand in both."""
    strata: dict[str, list[Scored]] = {}
    for s in scored:
        strata.setdefault(s.item.factor("stratum"), []).append(s)
    if len(strata) != 2:
        return []
    first, second = (
        {
            cluster: to_score(value)
            for cluster, value in scored_clusters(kept, _twice_towards_reference).items()
        }
        for kept in strata.values()
    )
    if not first.keys() & second.keys():
        return []
    measure = difference_measure(
        f"{name}.stratum-difference",
        contrast,
        first,
        second,
        parts=(f"{name}.score", f"{name}.score"),
        numerical_error=None,
    )
    return [replace(measure, group=" minus ".join(strata))]


def _with_second_source(
    scored: Sequence[Scored], measured: Callable[[Sequence[Scored]], Measure]
) -> Measure:
    """The measure by stimulus, with the larger of its clustered errors: by stimulus, or by names.

    Applications cross two samples, resumes and names; the larger of the two one-way errors is the
    simplest that neither understates (Cameron, Gelbach & Miller 2011 add them up).
    """
    measure = measured(scored)
    if not scored or any(SECOND_SOURCE not in dict(s.item.factors) for s in scored):
        return measure
    renamed = [
        replace(s, item=replace(s.item, cluster=s.item.factor(SECOND_SOURCE))) for s in scored
    ]
    other = measured(renamed)
    if (other.standard_error or 0.0) <= (measure.standard_error or 0.0):
        return measure
    return _with_error(measure, other)


def _with_error(measure: Measure, other: Measure) -> Measure:
    """The measure with the error of another clustering of the same responses."""
    if measure.value is None or other.standard_error is None or other.degrees_of_freedom is None:
        return measure
    estimate = Estimate(
        value=measure.value,
        standard_error=other.standard_error,
        degrees_of_freedom=other.degrees_of_freedom,
    )
    narrow = estimate.interval(0.90, within=(-1.0, 1.0))
    slack = measure.invalid_rate
    return replace(
        measure,
        interval=estimate.interval(0.95, within=(-1.0, 1.0)),
        equivalence_interval=Interval(
            low=max(-1.0, narrow.low - slack), high=min(1.0, narrow.high + slack), level=0.90
        ),
        standard_error=estimate.standard_error,
        degrees_of_freedom=estimate.degrees_of_freedom,
        minimum_detectable_effect=estimate.minimum_detectable_effect(),
    )
