"""The findings: a card for each effect. Pure."""

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import naming, reasons, rounding, standing, verdicts, wording
from auditor.reporting.blocks import QuoteText, Todo
from auditor.reporting.cleaning import clean, clean_line
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.pages import Card
from auditor.reporting.ruled_answers import ruled_by
from auditor.reporting.view import (
    EXPLICIT,
    GAP,
    IMPLICIT,
    View,
    severity_key,
)

QUOTES_A_CARD = 2
_CARD_VERDICTS = frozenset({Verdict.FAIL, Verdict.WARN})


def cards(view: View) -> tuple[Card, ...]:
    """A card for each finding that shows an effect, worst first."""
    told = [f for f in view.asked if f.verdict in _CARD_VERDICTS]
    ordered = sorted(told, key=lambda finding: severity_key(view, finding))
    return tuple(
        _card(view, finding, contrast)
        for finding in ordered
        if (contrast := view.contrast(finding.contrast_id)) is not None
    )


def cards_lead(view: View) -> str:
    """What the findings pages hold and what they leave out."""
    tally = {v: sum(f.verdict is v for f in view.asked) for v in Verdict}
    n_open = tally[Verdict.INCONCLUSIVE] + tally[Verdict.NOT_MEASURABLE]
    n_told = tally[Verdict.FAIL] + tally[Verdict.WARN]
    n_pass = tally[Verdict.PASS]
    kept = (
        f" The {n_pass} shown to lie within {'its' if n_pass == 1 else 'their'} limit "
        f"{'stands' if n_pass == 1 else 'stand'} in the register only."
        if n_pass
        else ""
    )
    if not n_told:
        return f"No criterion shows an effect{_open_words(n_open, n_pass)}.{kept}"
    after = f"; after them the {n_open} that could not be decided" if n_open else ""
    return f"One card for each criterion that shows an effect ({n_told}), worst first{after}.{kept}"


def _open_words(n_open: int, n_pass: int) -> str:
    if not n_open:
        return ""
    if not n_pass:
        return f"; all {n_open} are undecided and listed below"
    return f"; {n_open} could not be decided and are listed below"


def card_id(finding: Finding) -> str:
    """The anchor of a finding's card."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in finding.criterion_id)
    return f"finding-{kept}"


def _card(view: View, finding: Finding, contrast: Contrast) -> Card:
    measure = view.by_measure.get(finding.measure_id)
    name = finding.measure_id.split("[")[0]
    text = INSTRUMENTS.get(name.split(".")[0])
    groups = {"target": contrast.target, "reference": contrast.reference}
    return Card(
        card_id=card_id(finding),
        title=criterion_title(view, finding),
        mark=verdicts.MARKS[finding.verdict],
        lead=wording.finding_sentence(finding, measure, contrast),
        at_risk=_capital(contrast.target),
        hazard=text.hazard.format(**groups) if text else "Not described for this test.",
        measured=f"{text.title if text else name}. {clean_line(contrast.note, 400)}",
        limit=_limit_words(view, finding, measure),
        observed=_observed_words(finding, measure),
        in_text=_in_text(view, contrast, name.split(".")[0]),
        reasons=reasons.reason_sentences(
            finding,
            measure,
            view.criterion(finding.criterion_id),
            n_tested=view.n_tested,
        ),
        trigger=standing.TRIGGER,
        todo=Todo(
            label="Mitigation, owner and date",
            rule="prEN 18283, bias scenario; NIST AI RMF MANAGE 1.3",
        ),
        quotes=_quotes(view, finding, name.split(".")[0]),
    )


def _limit_words(view: View, finding: Finding, measure: Measure | None) -> str:
    unit = measure.unit if measure else "score"
    policy = view.result.policy
    edge = rounding.of_unit(finding.limit, unit).removeprefix("+")
    return f"±{edge}, declared in policy {clean_line(policy.name)} {clean_line(policy.version)}."


def _observed_words(finding: Finding, measure: Measure | None) -> str:
    if measure is None or measure.value is None:
        return "No value."
    parts = [
        f"{wording.value_text(measure, finding.limit)}, {_bounds_words(measure, finding.limit)}",
        f"n = {rounding.count(measure.n)} answers on {rounding.count(measure.n_clusters)} stimuli",
        f"{rounding.percent(measure.invalid_rate)} unusable",
    ]
    if finding.null_value is not None:
        null = rounding.signed_beside(finding.null_value, finding.limit)
        parts.append(f"largest null control {null}")
    if finding.positive_control is not None:
        parts.append(f"positive control {rounding.signed(finding.positive_control)}")
    return "; ".join(parts) + "."


def _bounds_words(measure: Measure, limit: float) -> str:
    bounds = measure.bounds
    if bounds is None:
        return "bounds not defined"
    if bounds.low == bounds.high:
        return "bounds equal to the value"
    return f"bounds {rounding.interval_of_unit(bounds, measure.unit, limit)}"


def _in_text(view: View, contrast: Contrast, instrument: str) -> str:
    """The written answers, which are what a user meets."""
    names = ("stereotype-rate", "counter-rate", "invalid-rate")
    rates = [view.measure(f"{instrument}.{name}", contrast) for name in names]
    stereotype, counter, invalid = rates
    if instrument == GAP:
        return "Compare the two tests’ own cards."
    if stereotype is None or stereotype.value is None:
        return _written_score(view.measure(f"{instrument}.text-score", contrast))
    return (
        f"Of the written answers, {rounding.percent(stereotype.value)} "
        f"{rounding.percent_interval(stereotype.interval)} took the stereotype’s side (bounds "
        f"{rounding.percent_interval(stereotype.bounds)}), {_share(counter)} the other side, and "
        f"{_share(invalid)} were unusable; n = "
        f"{rounding.count(stereotype.n + stereotype.n_unscored)}."
        f"{_ruled(view, contrast, instrument)}"
    )


def _written_score(measure: Measure | None) -> str:
    """The score of the written answers, where their sides are not counted one by one."""
    if measure is None:
        return "Not asked in writing."
    n = f"n = {rounding.count(measure.n + measure.n_unscored)}"
    unusable = f"{rounding.percent(measure.invalid_rate)} of the answers were unusable"
    if measure.value is None:
        return f"No score could be formed from what it wrote; {unusable}, {n}."
    return (
        f"The score of the written answers is {wording.value_text(measure)}, "
        f"{_bounds_words(measure, 0.0)}; {unusable}, {n}."
    )


def _ruled(view: View, contrast: Contrast, instrument: str) -> str:
    """Where halves come from counting alone, they are not left to look like a finding."""
    rule = ruled_by(view, instrument, contrast)
    if not rule:
        return ""
    return f" Answers were {rule}, which puts half of them on either side by counting alone."


def _share(measure: Measure | None) -> str:
    return (
        rounding.NONE
        if measure is None or measure.value is None
        else rounding.percent(measure.value)
    )


def _quotes(view: View, finding: Finding, instrument: str) -> tuple[QuoteText, ...]:
    names = {IMPLICIT, EXPLICIT} if instrument == GAP else {instrument}
    told = [
        quote
        for quote in view.result.quotes
        if quote.contrast_id == finding.contrast_id and quote.instrument in names
    ]
    return tuple(
        QuoteText(
            question=clean(quote.question),
            answer=clean(quote.answer),
            label=clean_line(quote.label),
        )
        for quote in told[:QUOTES_A_CARD]
    )


def criterion_title(view: View, finding: Finding) -> str:
    """What a criterion is called: its contrast and its measure."""
    contrast = view.contrast(finding.contrast_id)
    name = naming.short_name(finding.measure_id.split("[")[0])
    if contrast is None:
        return f"{clean_line(finding.contrast_id)}, {name}"
    return f"{naming.contrast_title(contrast)}, {name}"


def _capital(text: str) -> str:
    return clean_line(text[:1].upper() + text[1:])
