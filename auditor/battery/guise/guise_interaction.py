"""Register by language: whether a dialect's excess in English is that of Russian."""

from collections.abc import Sequence
from dataclasses import replace
from math import hypot

from auditor.battery.guise import guise_measures, matched_guise
from auditor.battery.measuring import undefined
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import Contrast
from auditor.core.measures import Interval, Measure
from auditor.core.responses import Score
from auditor.core.stats import Estimate, difference_of_means

name = "matched-guise-interaction"
parts = tuple(f"{one.name}.score" for one in (matched_guise.ENGLISH, matched_guise.RUSSIAN))
WITHIN = (-4.0, 4.0)
"""A difference of two differences of scores on [-1, 1]."""


def measures(
    battery: Battery, scores: Sequence[Score], noise: Sequence[NumericalNoise]
) -> tuple[Measure, ...]:
    """Excess in English minus excess in Russian, for each facet with both; under the English
    contrast. Two sets of sentences are compared, so nothing is paired."""
    noise_of = {one.instrument: one for one in noise}
    english, russian = (
        dict(_excess_by_facet(one.name, battery, scores, noise_of.get(one.name)))
        for one in (matched_guise.ENGLISH, matched_guise.RUSSIAN)
    )
    return tuple(
        difference(battery.contrast(measure.contrast_id), measure, russian[facet])
        for facet, measure in english.items()
        if facet in russian
    )


def difference(contrast: Contrast, first: Measure, second: Measure) -> Measure:
    """First minus second, independent of each other; degrees of freedom after Welch (1947)."""
    blank = undefined(name, contrast, "an excess of one language has no value")
    estimate = difference_of_means(_estimate(first), _estimate(second))
    if estimate is None:
        return blank
    slack = [one.numerical_error for one in (first, second) if one.numerical_error is not None]
    return replace(
        blank,
        value=estimate.value,
        undefined_because=None,
        interval=estimate.interval(0.95, within=WITHIN),
        equivalence_interval=estimate.interval(0.90, within=WITHIN),
        bounds=Interval(low=estimate.value, high=estimate.value, level=1.0),
        n=first.n + second.n,
        n_unscored=first.n_unscored + second.n_unscored,
        n_clusters=first.n_clusters + second.n_clusters,
        standard_error=estimate.standard_error,
        degrees_of_freedom=estimate.degrees_of_freedom,
        numerical_error=hypot(*slack) if slack else None,
        minimum_detectable_effect=estimate.minimum_detectable_effect(),
        parts=parts,
    )


def _excess_by_facet(
    instrument: str, battery: Battery, scores: Sequence[Score], noise: NumericalNoise | None
) -> list[tuple[str, Measure]]:
    asked = guise_measures.contrasts_by_guise(battery, instrument)
    facet_of = {contrast.contrast_id: facet for (_, facet), contrast in asked.items()}
    rows = guise_measures.excess_measures(instrument, battery, scores, noise)
    return [(facet_of[measure.contrast_id], measure) for measure in rows]


def _estimate(measure: Measure) -> Estimate | None:
    if measure.value is None or measure.standard_error is None:
        return None
    if measure.degrees_of_freedom is None:
        return None
    return Estimate(
        value=measure.value,
        standard_error=measure.standard_error,
        degrees_of_freedom=measure.degrees_of_freedom,
    )
