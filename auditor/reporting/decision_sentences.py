"""What a selection shows against the screening value of four fifths, by its interval. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import mark, tr

FOUR_FIFTHS = 0.8
MODES = (("", mark("by likelihood")), ("-text", mark("in writing")))
FOUR_FIFTHS_NOTE = mark(
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
    return tr(
        "{mode}, the lowest impact ratio is {value}, for “{group}” (selected {rate}, n = {n}, "
        "{unusable} unusable) against the reference “{reference}” (selected {reference_rate}, "
        "n = {n_reference}): {placed}.",
        mode=naming.capital(tr(words)),
        value=_value(ratio),
        group=clean_line(tr(ratio.group)),
        rate=_value(one.rate),
        n=rounding.count(one.rate.n + one.rate.n_unscored),
        unusable=rounding.percent(one.rate.invalid_rate),
        reference=clean_line(tr(one.reference.group)),
        reference_rate=_value(one.reference),
        n_reference=rounding.count(one.reference.n + one.reference.n_unscored),
        placed="; ".join(clause for clause in (_where(ratio), _worst_case(ratio)) if clause),
    )


def _value(measure: Measure) -> str:
    value = rounding.of_unit(measure.value, measure.unit)
    return f"{value} {rounding.interval_of_unit(measure.interval, measure.unit)}"


def _where(ratio: Measure) -> str:
    """A clause of its own, to stand behind a colon."""
    span = ratio.interval
    if span is None:
        return tr("without an interval, it is not placed against 0.8")
    if span.high < FOUR_FIFTHS:
        return tr("the whole interval lies below the screening value of 0.8")
    if span.low > FOUR_FIFTHS:
        return tr("the whole interval lies above the screening value of 0.8")
    return tr("the interval holds the screening value of 0.8, so neither side of it is shown")


def _worst_case(ratio: Measure) -> str:
    """A clause of its own, to stand behind a semicolon; empty where nothing is unusable."""
    bounds = ratio.bounds
    if bounds is None:
        if not ratio.n_unscored:
            return ""
        return tr("with unusable answers going either way it has no bounds")
    if bounds.low == bounds.high:
        return ""
    return tr(
        "with the unusable answers going one way or the other it lies between {low} and {high}",
        low=rounding.of_unit(bounds.low, "ratio"),
        high=rounding.of_unit(bounds.high, "ratio"),
    )
