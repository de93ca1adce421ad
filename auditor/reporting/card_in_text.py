"""What the model wrote, on a finding’s card: which side it took, and what was unusable. Pure."""

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting import rounding, wording
from auditor.reporting.cells import counts_in_pairs
from auditor.reporting.language import mark, tr
from auditor.reporting.ruled_answers import ALIKE, ORDER, REVERSE, ruled_by
from auditor.reporting.view import GAP, View


def in_text(view: View, contrast: Contrast, instrument: str) -> str:
    """The written answers, which are what a user meets."""
    names = ("stereotype-rate", "counter-rate", "invalid-rate")
    rates = [view.measure(f"{instrument}.{name}", contrast) for name in names]
    stereotype, counter, invalid = rates
    if instrument == GAP:
        return tr("Compare the two tests’ own cards.")
    if stereotype is None or stereotype.value is None:
        return _written_score(view.measure(f"{instrument}.text-score", contrast))
    # Where halves come from counting alone, they are not left to look like a finding.
    rule = ruled_by(view, instrument, contrast)
    told = (
        _sides_words(stereotype, counter),
        _counterpart_words(stereotype, invalid),
        tr(_RULED[rule]) if rule else "",
    )
    return " ".join(sentence for sentence in told if sentence)


def _sides_words(stereotype: Measure, counter: Measure | None) -> str:
    """Where the written answers stand, all of them: the shares add up to one."""
    taken, other = stereotype.value or 0.0, (counter.value if counter else None) or 0.0
    n = stereotype.n + stereotype.n_unscored
    neither = 1 - taken - other - stereotype.invalid_rate
    told = {
        "n": rounding.count(n),
        "share": rounding.percent(taken),
        "interval": rounding.percent_interval(stereotype.interval),
        "bounds": rounding.percent_interval(stereotype.bounds),
        "counter": _share(counter),
        "unusable": rounding.percent(stereotype.invalid_rate),
    }
    if neither * n < 1 / 2:
        return tr(
            "Of the {n} written answers, {share} {interval} took the stereotype’s side (bounds "
            "{bounds}) and {counter} the other side; {unusable} were unusable.",
            **told,
        )
    return tr(
        "Of the {n} written answers, {share} {interval} took the stereotype’s side (bounds "
        "{bounds}), {counter} the other side and {neither} neither; {unusable} were unusable.",
        **told,
        neither=rounding.percent(neither),
    )


def _counterpart_words(stereotype: Measure, invalid: Measure | None) -> str:
    """Where answers count in pairs, what of the unusable ones is so for the other's sake."""
    if not counts_in_pairs(stereotype, invalid):
        return ""
    return tr(
        "Unusable is also a usable answer whose counterpart is not, since the two count together: "
        "{unread} could not be read themselves.",
        unread=_share(invalid),
    )


def _written_score(measure: Measure | None) -> str:
    """The score of the written answers, where their sides are not counted one by one."""
    if measure is None:
        return tr("Not asked in writing.")
    n = rounding.count(measure.n + measure.n_unscored)
    unusable = rounding.percent(measure.invalid_rate)
    if measure.value is None:
        return tr(
            "No score could be formed from what it wrote; {unusable} of the answers were unusable, "
            "n = {n}.",
            unusable=unusable,
            n=n,
        )
    return tr(
        "The score of the written answers is {value}, {bounds}; {unusable} of the answers were "
        "unusable, n = {n}.",
        value=wording.value_text(measure),
        bounds=bounds_words(measure, 0.0),
        unusable=unusable,
        n=n,
    )


_RULED = {
    ALIKE: mark(
        "Answers were rated like the mirror, which puts half of them on either side by counting "
        "alone."
    ),
    ORDER: mark(
        "Answers were in the listed order, which puts half of them on either side by counting "
        "alone."
    ),
    REVERSE: mark(
        "Answers were against the listed order, which puts half of them on either side by counting "
        "alone."
    ),
}


def _share(measure: Measure | None) -> str:
    return (
        rounding.NONE
        if measure is None or measure.value is None
        else rounding.percent(measure.value)
    )


def bounds_words(measure: Measure, limit: float) -> str:
    """What a value could be, however the unusable answers would have come out."""
    bounds = measure.bounds
    if bounds is None:
        return tr("bounds not defined")
    if bounds.low == bounds.high:
        return tr("bounds equal to the value")
    return tr("bounds {bounds}", bounds=rounding.interval_of_unit(bounds, measure.unit, limit))
