"""Measures of a model whose server gives no log-likelihoods: what rests on them has no value."""

from collections.abc import Iterable
from dataclasses import replace

from auditor.core.measures import WITHOUT_LIKELIHOODS, Measure
from auditor.core.responses import NO_LIKELIHOODS, Score

RATES_OF_LIKELIHOODS = frozenset({"discordant-rate", "scoring-rate", "unknown-rate"})
"""Shares of what is likeliest; each has a twin of written answers that is named otherwise."""


def is_silent(scores: Iterable[Score]) -> bool:
    """Whether no log-likelihood came back because the server gives none."""
    found = {score.unscored_because for score in scores if score.mode == "log-likelihood"}
    return found == {NO_LIKELIHOODS}


def without_likelihoods(measure: Measure) -> Measure:
    """The measure of a silent run: one of likelihoods says why it has no value.

    A rate without one answer would be 0, which is what a model without any bias shows.
    """
    kind = measure.name.partition("@")[0].partition(".")[2]
    is_rate = kind in RATES_OF_LIKELIHOODS
    if "text" in kind or not (is_rate or measure.value is None):
        return measure
    return replace(
        measure,
        value=None,
        undefined_because=WITHOUT_LIKELIHOODS,
        interval=None,
        equivalence_interval=None,
        bounds=None,
        n_clusters=0,
        standard_error=None,
        degrees_of_freedom=None,
        minimum_detectable_effect=None,
    )
