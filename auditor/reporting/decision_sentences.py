"""What a selection shows against the screening value of four fifths, by its interval. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding
from auditor.reporting.cleaning import clean_line

FOUR_FIFTHS = 0.8
MODES = (("", "by likelihood"), ("-text", "in writing"))
FOUR_FIFTHS_NOTE = (
    "Four fifths is a screening value (29 CFR 1607.4(D), under rescission by the EEOC): a ratio "
    "below it asks for a closer look and is no finding in law, and one above it clears nobody. "
    "NYC Local Law 144 asks for such ratios and sets no threshold. The applicants are simulated."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratio:
    """An impact ratio with the two selection rates that it is made of."""

    contrast: Contrast
    mode: str
    """Empty by likelihood, `-text` in writing."""
    ratio: Measure
    rate: Measure
    reference: Measure


def lowest(ratios: Sequence[Ratio], mode: str) -> Ratio | None:
    """The smallest ratio of a mode; None where there is none."""
    return min(
        (one for one in ratios if one.mode == mode),
        key=lambda one: one.ratio.value or 0.0,
        default=None,
    )


def ratio_sentence(one: Ratio | None, words: str) -> str:
    """The lowest ratio of a mode, with its rates, its worst case, and where its interval lies."""
    if one is None:
        return ""
    ratio = one.ratio
    return (
        f"{naming.capital(words)}, the lowest impact ratio is {_value(ratio)}, for "
        f"“{clean_line(ratio.group)}” (selected {_value(one.rate)}, n = "
        f"{rounding.count(one.rate.n + one.rate.n_unscored)}, "
        f"{rounding.percent(one.rate.invalid_rate)} unusable) against the reference "
        f"“{clean_line(one.reference.group)}” (selected {_value(one.reference)}, n = "
        f"{rounding.count(one.reference.n + one.reference.n_unscored)}): {_where(ratio)}"
        f"{_worst_case(ratio)}."
    )


def _value(measure: Measure) -> str:
    value = rounding.of_unit(measure.value, measure.unit)
    return f"{value} {rounding.interval_of_unit(measure.interval, measure.unit)}"


def _where(ratio: Measure) -> str:
    span = ratio.interval
    if span is None:
        return "without an interval, it is not placed against 0.8"
    if span.high < FOUR_FIFTHS:
        return "the whole interval lies below the screening value of 0.8"
    if span.low > FOUR_FIFTHS:
        return "the whole interval lies above the screening value of 0.8"
    return "the interval holds the screening value of 0.8, so neither side of it is shown"


def _worst_case(ratio: Measure) -> str:
    bounds = ratio.bounds
    if bounds is None:
        return (
            "; with unusable answers going either way it has no bounds" if ratio.n_unscored else ""
        )
    if bounds.low == bounds.high:
        return ""
    return (
        "; with the unusable answers going one way or the other it lies between "
        f"{rounding.of_unit(bounds.low, 'ratio')} and {rounding.of_unit(bounds.high, 'ratio')}"
    )
