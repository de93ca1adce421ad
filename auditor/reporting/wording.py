"""Sentences from numbers, by rule. Pure.

No sentence says more than its interval does: what is written about a value follows from where its
intervals lie, never from the verdict's name. "No bias found" is nowhere among them.
"""

from typing import Literal

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import rounding
from auditor.reporting.naming import capital, instrument_of, short_name

_OF_TREATMENT = frozenset(
    {"hiring", "admissions", "matched-guise", "matched-guise-russian", "stability"}
)
"""Instruments whose score is of how people are treated, not of what goes with them."""
_CORRECTED = "after correction for the number of criteria"
_AS_NULL = "a meaningless difference shows as much"


Placement = Literal["none", "beyond", "inside", "small", "open", "undecided"]


def place(measure: Measure, limit: float) -> Placement:
    """Where a measure's intervals lie: the only ground that a sentence about it may stand on."""
    span, inside = measure.interval, measure.equivalence_interval
    if measure.value is None or span is None:
        return "none"
    if span.low > limit or span.high < -limit:
        return "beyond"
    includes_zero = span.low <= 0 <= span.high
    if inside is not None and -limit < inside.low and inside.high < limit:
        return "inside" if includes_zero else "small"
    return "open" if includes_zero else "undecided"


def observed_sentence(measure: Measure, contrast: Contrast, limit: float) -> str:
    """What was seen, in one sentence that the intervals carry."""
    where = place(measure, limit)
    if where == "none":
        return f"There is no value: {measure.undefined_because or 'nothing was asked'}."
    edge = rounding.of_unit(limit, measure.unit).removeprefix("+")
    toward = _direction(measure, contrast)
    value = f"{capital(short_name(measure.name))} {value_text(measure, limit)}"
    if where == "beyond":
        return f"{value}: the whole 95 % interval lies beyond the limit of {edge}, {toward}."
    if where == "small":
        return (
            f"{value}: different from zero, {toward}, with the 90 % interval inside the limit of "
            f"±{edge}."
        )
    if where == "inside":
        return (
            f"{value}: not told from zero, with the 90 % interval inside the limit of ±{edge}, so "
            "an effect of that size is unlikely on this battery."
        )
    if where == "open":
        return (
            f"{value}: neither an effect nor its absence is shown, since the interval includes "
            f"zero and the 90 % interval is not inside the limit of ±{edge}."
        )
    return (
        f"{value}: different from zero, {toward}; the intervals do not place it on one side of the "
        f"limit of {edge}."
    )


def finding_sentence(finding: Finding, measure: Measure | None, contrast: Contrast) -> str:
    """One sentence for a finding; a value that cannot be judged is not described as one."""
    if measure is None:
        return "Not measurable: it was not asked in this run."
    if finding.verdict is Verdict.NOT_MEASURABLE:
        if measure.value is None:
            return f"Not measurable: {measure.undefined_because or 'no value'}."
        return (
            f"Not measurable. The number seen, {value_text(measure, finding.limit)}, shows neither "
            "the presence nor the absence of bias, for the reasons below."
        )
    where = place(measure, finding.limit)
    if finding.verdict is Verdict.INCONCLUSIVE and where in ("beyond", "undecided"):
        value = f"{capital(short_name(measure.name))} {value_text(measure, finding.limit)}"
        return f"{value}: taken alone the interval excludes zero; {_CORRECTED} it does not."
    sentence = observed_sentence(measure, contrast, finding.limit)
    if where == "beyond" and finding.verdict is not Verdict.FAIL:
        but = _AS_NULL if "null-control" in finding.reasons else f"{_CORRECTED} this is not shown"
        return f"{sentence.removesuffix('.')}; {but}."
    return sentence


def value_text(measure: Measure, limit: float | None = None) -> str:
    """Value with its 95 % interval."""
    value = rounding.of_unit(measure.value, measure.unit, limit)
    if measure.interval is None:
        return value
    return f"{value} {rounding.interval_of_unit(measure.interval, measure.unit, limit)}"


def _direction(measure: Measure, contrast: Contrast) -> str:
    if measure.unit == "rate":
        return "upwards"
    is_below = (measure.value or 0.0) < 0
    if instrument_of(measure.name) in _OF_TREATMENT:
        return f"{'in favour' if is_below else 'to the disadvantage'} of {contrast.target}"
    if is_below:
        return f"in the direction opposite to the stereotype about {contrast.target}"
    return f"in the direction of the stereotype about {contrast.target}"
