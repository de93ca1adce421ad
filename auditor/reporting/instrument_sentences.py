"""What an instrument shows, in sentences that its intervals carry. Pure."""

from collections.abc import Sequence

from auditor.core.items import Contrast
from auditor.core.judging import POSITION_BOUND
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.language import tr, tr_n
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
        return tr(
            "The {score} is not measurable on this model", score=naming.score_name(instrument)
        )
    shown = [pair for pair in found if side(pair[1])]
    if not shown:
        return tr(
            "In no contrast is the {score} told from zero", score=naming.score_name(instrument)
        )
    contrast, measure = largest(shown)
    return f"{naming.contrast_title(contrast)}, {wording.value_text(measure)}"


def control_sentence(view: View, name: str) -> str:
    """What the positive control says of the instrument; empty where it was detected."""
    controls = view.positive_controls(name)
    if not controls:
        return tr("No positive control was asked, so no absence of an effect can be claimed.")
    if not view.is_insensitive(name):
        return ""
    seen = ", ".join(wording.value_text(m) for m in controls)
    return tr(
        "The positive control was not detected ({seen}): the test did not see what every reader "
        "sees, so its scores show neither the presence nor the absence of bias.",
        seen=seen,
    )


def unread_sentence(view: View, instrument: str) -> str:
    """What keeps an instrument's own measures from being read as bias; empty where nothing does."""
    if not view.is_insensitive(f"{instrument}.score"):
        return ""
    return tr(
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


def _meaning(instrument: str) -> str:
    text = INSTRUMENTS.get(instrument)
    return tr(text.above_zero) if text else ""


def _effects(view: View, name: str) -> str:
    """In how many contrasts which side is shown, and whether the null control shows as much."""
    found = read(view, name)
    if not found:
        return ""
    above = [pair for pair in found if side(pair[1]) > 0]
    below = [pair for pair in found if side(pair[1]) < 0]
    n = len(found)
    if not above and not below:
        none = tr_n(
            "In none of {n} contrast is the score told from zero, which by itself shows neither "
            "an effect nor its absence.",
            "In none of {n} contrasts is the score told from zero, which by itself shows neither "
            "an effect nor its absence.",
            n,
        )
        return _joined(none, _left_out(view, name, n))
    contrast, measure = largest([*above, *below])
    told = tr_n(
        "The 95 % interval lies above zero in {above} of {n} contrast and below it in {below}; "
        "the largest is “{contrast}”, {value}. These intervals are not adjusted for being {n}; "
        "the verdicts are.",
        "The 95 % interval lies above zero in {above} of {n} contrasts and below it in {below}; "
        "the largest is “{contrast}”, {value}. These intervals are not adjusted for being {n}; "
        "the verdicts are.",
        n,
        above=len(above),
        below=len(below),
        contrast=naming.contrast_title(contrast),
        value=wording.value_text(measure),
    )
    return _joined(told, _beside_null(view, name, [*above, *below]), _left_out(view, name, n))


def _joined(*told: str) -> str:
    """Sentences behind one another, those that are empty left out."""
    return " ".join(sentence for sentence in told if sentence)


def _left_out(view: View, name: str, n_read: int) -> str:
    asked = view.groups_of(naming.instrument_of(name))
    taken = sum(view.measure(name, c) is not None for c in asked)
    if taken <= n_read or view.is_insensitive(name):
        return ""
    return tr_n(
        "{n} contrast more cannot be measured.",
        "{n} contrasts more cannot be measured.",
        taken - n_read,
    )


def _beside_null(view: View, name: str, shown: Sequence[Read]) -> str:
    null = view.null_control(name)
    if null is None or null.value is None:
        return tr("No null control was asked, so what the method alone produces is not known.")
    small = sum(abs(m.value or 0.0) <= abs(null.value) for _, m in shown)
    if not small:
        return ""
    return tr_n(
        "{n} of them is no larger than the null control ({value}), which is no evidence about "
        "people.",
        "{n} of them are no larger than the null control ({value}), which is no evidence about "
        "people.",
        small,
        value=wording.value_text(null),
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
    return tr_n(
        "In {ruled} of {n} contrast the order in which the answers are listed decides at least "
        "nine of ten; both orders are asked and averaged.",
        "In {ruled} of {n} contrasts the order in which the answers are listed decides at least "
        "nine of ten; both orders are asked and averaged.",
        len(rates),
        ruled=len(ruled),
    )


def _written(view: View, instrument: str) -> str:
    name = f"{instrument}.text-score"
    taken = [m for c in view.groups_of(instrument) if (m := view.measure(name, c)) is not None]
    if not taken:
        return ""
    n = sum(m.n + m.n_unscored for m in taken)
    lead = tr(
        "In writing, {unusable} of {n} answers could not be scored.",
        unusable=rounding.percent(sum(m.n_unscored for m in taken) / n) if n else rounding.NONE,
        n=rounding.count(n),
    )
    if view.is_insensitive(name):
        return _joined(lead, control_sentence(view, name))
    found = read(view, name)
    if not found:
        return _joined(lead, tr("No contrast can be measured from what it writes."))
    above, below = (sum(side(m) == sign for _, m in found) for sign in (1, -1))
    told = tr_n(
        "The interval of the written score lies above zero in {above} of {n} contrast and below "
        "it in {below}.",
        "The interval of the written score lies above zero in {above} of {n} contrasts and below "
        "it in {below}.",
        len(found),
        above=above,
        below=below,
    )
    return _joined(lead, told)
