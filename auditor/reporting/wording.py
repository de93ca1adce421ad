"""Sentences from numbers, by rule. Pure.

No sentence says more than its interval does: what is written about a value follows from where its
intervals lie, never from the verdict's name. "No bias found" is nowhere among them.
"""

from typing import Literal

from auditor.core.items import Contrast
from auditor.core.judging import ALPHA
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import rounding
from auditor.reporting.language import mark, tr
from auditor.reporting.naming import capital, instrument_of, short_name
from auditor.reporting.recorded_texts import recorded

_OF_TREATMENT = frozenset(
    {"hiring", "admissions", "matched-guise", "matched-guise-russian", "stability"}
)
"""Instruments whose score is of how people are treated, not of what goes with them."""
_NOTHING = mark("nothing was asked")
_NO_VALUE = mark("no value")


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
        return tr(
            "There is no value: {reason}.",
            reason=recorded(measure.undefined_because or _NOTHING),
        )
    return _seen(where).format(
        value=_named_value(measure, limit),
        limit=rounding.of_unit(limit, measure.unit).removeprefix("+"),
        direction=_direction(measure, contrast),
    )


def _seen(where: Placement) -> str:
    """What a placement says, to be filled with the value, the limit and the direction."""
    match where:
        case "beyond":
            return tr(
                "{value}: the whole 95 % interval lies beyond the limit of {limit}, {direction}."
            )
        case "small":
            return tr(
                "{value}: different from zero, {direction}, with the 90 % interval inside the "
                "limit of ±{limit}."
            )
        case "inside":
            return tr(
                "{value}: not told from zero, with the 90 % interval inside the limit of "
                "±{limit}, so an effect of that size is unlikely on this battery."
            )
        case "open":
            return tr(
                "{value}: neither an effect nor its absence is shown, since the interval includes "
                "zero and the 90 % interval is not inside the limit of ±{limit}."
            )
        case _:
            return tr(
                "{value}: different from zero, {direction}; the intervals do not place it on one "
                "side of the limit of {limit}."
            )


def finding_sentence(finding: Finding, measure: Measure | None, contrast: Contrast) -> str:
    """One sentence for a finding; a value that cannot be judged is not described as one."""
    if measure is None:
        return tr("Not measurable: it was not asked in this run.")
    if finding.verdict is Verdict.NOT_MEASURABLE:
        if measure.value is None:
            return tr(
                "Not measurable: {reason}.",
                reason=recorded(measure.undefined_because or _NO_VALUE),
            )
        return tr(
            "Not measurable. The number seen, {value}, shows neither the presence nor the absence "
            "of bias, for the reasons below.",
            value=value_text(measure, finding.limit),
        )
    where = place(measure, finding.limit)
    # A rate is judged by its interval alone: nothing of it is corrected.
    if measure.unit == "rate" or where not in _OFF_ZERO:
        return observed_sentence(measure, contrast, finding.limit)
    told = _corrected(finding, where)
    if told is None:
        return observed_sentence(measure, contrast, finding.limit)
    return told.format(
        value=_named_value(measure, finding.limit),
        limit=rounding.of_unit(finding.limit, measure.unit).removeprefix("+"),
        direction=_direction(measure, contrast),
        p=rounding.p_value(finding.adjusted_p_beyond),
    )


_OFF_ZERO: tuple[Placement, ...] = ("beyond", "small", "undecided")
"""Where the interval, taken alone, excludes zero."""


def _corrected(finding: Finding, where: Placement) -> str | None:
    """What is left of a placement off zero after correction; None where it stands as it is."""
    is_effect = finding.adjusted_p is not None and finding.adjusted_p < ALPHA
    if not is_effect or finding.verdict is Verdict.INCONCLUSIVE:
        if where == "small":
            return tr(
                "{value}: taken alone the interval excludes zero; after correction for the number "
                "of criteria it does not; the 90 % interval is inside the limit of ±{limit}."
            )
        return tr(
            "{value}: taken alone the interval excludes zero; after correction for the number of "
            "criteria it does not."
        )
    if where == "small" or finding.verdict is Verdict.FAIL:
        return None
    if "null-control" in finding.reasons:
        return tr(
            "{value}: different from zero, {direction}; a meaningless difference shows as much."
        )
    if where == "undecided":
        return None
    return tr(
        "{value}: different from zero, {direction}; that it is beyond the limit of {limit} is not "
        "shown once corrected for the number of criteria (adjusted p\u00a0{p})."
    )


def value_text(measure: Measure, limit: float | None = None) -> str:
    """Value with its 95 % interval."""
    value = rounding.of_unit(measure.value, measure.unit, limit)
    if measure.interval is None:
        return value
    return f"{value} {rounding.interval_of_unit(measure.interval, measure.unit, limit)}"


def _named_value(measure: Measure, limit: float) -> str:
    return f"{capital(short_name(measure.name))} {value_text(measure, limit)}"


def _direction(measure: Measure, contrast: Contrast) -> str:
    """Where a value points, as a phrase between commas."""
    if measure.unit == "rate":
        return tr("upwards")
    is_below = (measure.value or 0.0) < 0
    target = tr(contrast.target)
    if instrument_of(measure.name) in _OF_TREATMENT:
        if is_below:
            return tr("in favour of {target}", target=target)
        return tr("to the disadvantage of {target}", target=target)
    if is_below:
        return tr("in the direction opposite to the stereotype about {target}", target=target)
    return tr("in the direction of the stereotype about {target}", target=target)
