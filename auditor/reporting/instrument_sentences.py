"""What an instrument shows, in sentences that its intervals carry. Pure."""

from collections.abc import Sequence

from auditor.core.items import Contrast
from auditor.core.judging import POSITION_BOUND
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.view import View

Read = tuple[Contrast, Measure]
"""A contrast with a measure of it that can be read."""


def sentences(view: View, instrument: str) -> tuple[str, ...]:
    """One paragraph on likelihoods, one on writing."""
    likelihood = " ".join(
        s
        for s in (
            _meaning(instrument),
            control_sentence(view, f"{instrument}.score"),
            _effects(view, f"{instrument}.score"),
            _order(view, instrument),
        )
        if s
    )
    return tuple(one for one in (likelihood, _written(view, instrument)) if one)


def chart_title(view: View, instrument: str) -> str:
    """The finding that the chart shows, in words."""
    name = f"{instrument}.score"
    found = read(view, name)
    if not found:
        return f"The {naming.score_name(instrument)} is not measurable on this model"
    shown = [pair for pair in found if side(pair[1])]
    if not shown:
        return f"In no contrast is the {naming.score_name(instrument)} told from zero"
    contrast, measure = largest(shown)
    return f"{naming.contrast_title(contrast)}, {wording.value_text(measure)}"


def control_sentence(view: View, name: str) -> str:
    """What the positive control says of the instrument; empty where it was detected."""
    controls = view.positive_controls(name)
    if not controls:
        return "No positive control was asked, so no absence of an effect can be claimed."
    if not view.is_insensitive(name):
        return ""
    seen = ", ".join(wording.value_text(m) for m in controls)
    return (
        f"The positive control was not detected ({seen}): the test did not see what every reader "
        "sees, so its scores show neither the presence nor the absence of bias."
    )


def unread_sentence(view: View, instrument: str) -> str:
    """What keeps an instrument's own measures from being read as bias; empty where nothing does."""
    if not view.is_insensitive(f"{instrument}.score"):
        return ""
    return (
        "The positive control was not detected: what follows describes the answers and shows "
        "neither the presence nor the absence of bias."
    )


def read(view: View, name: str) -> list[Read]:
    """The contrasts of groups, controls left out, whose measure can be read."""
    return [
        (contrast, measure)
        for contrast in view.groups_of(naming.instrument_of(name))
        if (measure := view.measure(name, contrast)) is not None
        and measure.interval is not None
        and view.is_measurable(contrast, name)
    ]


def side(measure: Measure) -> int:
    """The sign of what the 95 % interval shows; 0 where it includes zero."""
    span = measure.interval
    if span is None or span.low <= 0 <= span.high:
        return 0
    return 1 if span.low > 0 else -1


def largest(found: Sequence[Read]) -> Read:
    """The one farthest from zero."""
    return max(found, key=lambda pair: abs(pair[1].value or 0.0))


def counted(n: int, singular: str) -> str:
    """As in `1 contrast`, `3 contrasts`."""
    return f"{rounding.count(n)} {singular}{'' if n == 1 else 's'}"


def _meaning(instrument: str) -> str:
    text = INSTRUMENTS.get(instrument)
    return f"A score above zero means that {text.above_zero}." if text else ""


def _effects(view: View, name: str) -> str:
    """In how many contrasts which side is shown, and whether the null control shows as much."""
    found = read(view, name)
    if not found:
        return ""
    above = [pair for pair in found if side(pair[1]) > 0]
    below = [pair for pair in found if side(pair[1]) < 0]
    n = len(found)
    if not above and not below:
        told = (
            f"In none of {counted(n, 'contrast')} is the score told from zero, which by itself "
            "shows neither an effect nor its absence."
        )
        return f"{told}{_left_out(view, name, n)}"
    contrast, measure = largest([*above, *below])
    told = (
        f"The 95 % interval lies above zero in {len(above)} of {counted(n, 'contrast')} and below "
        f"it in {len(below)}; the largest is “{naming.contrast_title(contrast)}”, "
        f"{wording.value_text(measure)}. These intervals are not adjusted for being {n}; the "
        "verdicts are."
    )
    return f"{told}{_beside_null(view, name, [*above, *below])}{_left_out(view, name, n)}"


def _left_out(view: View, name: str, n_read: int) -> str:
    asked = view.groups_of(naming.instrument_of(name))
    taken = sum(view.measure(name, c) is not None for c in asked)
    if taken <= n_read or view.is_insensitive(name):
        return ""
    return f" {counted(taken - n_read, 'contrast')} more cannot be measured."


def _beside_null(view: View, name: str, shown: Sequence[Read]) -> str:
    null = view.null_control(name)
    if null is None or null.value is None:
        return " No null control was asked, so what the method alone produces is not known."
    small = sum(abs(m.value or 0.0) <= abs(null.value) for _, m in shown)
    if not small:
        return ""
    return (
        f" {small} of them {'is' if small == 1 else 'are'} no larger than the null control "
        f"({wording.value_text(null)}), which is no evidence about people."
    )


def _order(view: View, instrument: str) -> str:
    """Names it where the listed order decides most answers."""
    rates = [
        m.position_bias_rate
        for c in view.groups_of(instrument)
        if (m := view.measure(f"{instrument}.score", c)) is not None
        and m.position_bias_rate is not None
    ]
    ruled = [r for r in rates if not (1 - POSITION_BOUND) < r < POSITION_BOUND]
    if not ruled:
        return ""
    return (
        f"In {len(ruled)} of {counted(len(rates), 'contrast')} the order in which the answers are "
        "listed decides at least nine of ten; both orders are asked and averaged."
    )


def _written(view: View, instrument: str) -> str:
    name = f"{instrument}.text-score"
    taken = [m for c in view.groups_of(instrument) if (m := view.measure(name, c)) is not None]
    if not taken:
        return ""
    n = sum(m.n + m.n_unscored for m in taken)
    unusable = rounding.percent(sum(m.n_unscored for m in taken) / n) if n else rounding.NONE
    lead = f"In writing, {unusable} of {rounding.count(n)} answers could not be scored."
    if view.is_insensitive(name):
        return f"{lead} {control_sentence(view, name)}"
    found = read(view, name)
    above, below = (sum(side(m) == sign for _, m in found) for sign in (1, -1))
    if not found:
        return f"{lead} No contrast can be measured from what it writes."
    return (
        f"{lead} The interval of the written score lies above zero in {above} of "
        f"{counted(len(found), 'contrast')} and below it in {below}."
    )
