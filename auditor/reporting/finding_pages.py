"""The findings: a card for each effect. Pure."""

from collections.abc import Sequence

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.core.presentation import PLAIN, Presentation
from auditor.core.results import Quote
from auditor.reporting import naming, reasons, rounding, standing, verdicts, wording
from auditor.reporting.blocks import QuoteText
from auditor.reporting.card_in_text import bounds_words, in_text
from auditor.reporting.cells import is_by_likelihood
from auditor.reporting.cleaning import clean, clean_line
from auditor.reporting.fields import mitigation
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.language import tr, tr_n
from auditor.reporting.pages import Card
from auditor.reporting.view import (
    EXPLICIT,
    GAP,
    IMPLICIT,
    Names,
    View,
    severity_key,
)

QUOTES_A_CARD = 2
_CARD_VERDICTS = frozenset({Verdict.FAIL, Verdict.WARN})


def with_cards(findings: Sequence[Finding]) -> tuple[str, ...]:
    """Ids of the criteria that have a card, and with it a field for what is done about them."""
    told = verdicts.asked(findings)
    return tuple(one.criterion_id for one in told if one.verdict in _CARD_VERDICTS)


def cards(view: View, presentation: Presentation = PLAIN) -> tuple[Card, ...]:
    """A card for each finding that shows an effect, worst first."""
    told = [f for f in view.asked if f.verdict in _CARD_VERDICTS]
    ordered = sorted(told, key=lambda finding: severity_key(view, finding))
    return tuple(
        _card(view, finding, contrast, presentation)
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
        tr_n(
            "The {n} shown to lie within its limit stands in the register only.",
            "The {n} shown to lie within their limit stand in the register only.",
            n_pass,
        )
        if n_pass
        else ""
    )
    lead = _told_words(n_told, n_open) if n_told else _open_words(n_open, n_pass)
    return f"{lead} {kept}".strip()


def _told_words(n_told: int, n_open: int) -> str:
    if not n_open:
        return tr("One card for each criterion that shows an effect ({n}), worst first.", n=n_told)
    return tr(
        "One card for each criterion that shows an effect ({n}), worst first; after them the "
        "{n_open} that could not be decided.",
        n=n_told,
        n_open=n_open,
    )


def _open_words(n_open: int, n_pass: int) -> str:
    if not n_open:
        return tr("No criterion shows an effect.")
    if not n_pass:
        return tr("No criterion shows an effect; all {n} are undecided and listed below.", n=n_open)
    return tr(
        "No criterion shows an effect; {n} could not be decided and are listed below.", n=n_open
    )


def card_id(finding: Finding) -> str:
    """The anchor of a finding's card."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in finding.criterion_id)
    return f"finding-{kept}"


def _card(view: View, finding: Finding, contrast: Contrast, presentation: Presentation) -> Card:
    measure = view.by_measure.get(finding.measure_id)
    name = finding.measure_id.split("[")[0]
    text = INSTRUMENTS.get(name.split(".")[0])
    groups = {"target": tr(contrast.target), "reference": tr(contrast.reference)}
    quotes = _quotes(view, finding, measure, name.split(".")[0])
    return Card(
        card_id=card_id(finding),
        title=criterion_title(view, finding),
        mark=verdicts.mark_of(finding.verdict),
        lead=wording.finding_sentence(finding, measure, contrast),
        at_risk=_capital(tr(contrast.target)),
        hazard=tr(text.hazard, **groups) if text else tr("Not described for this test."),
        measured=f"{tr(text.title) if text else name}. {clean_line(tr(contrast.note), 400)}",
        limit=_limit_words(view, finding, measure),
        observed=_observed_words(finding, measure),
        in_text=in_text(view, contrast, name.split(".")[0]),
        reasons=reasons.reason_sentences(
            finding,
            measure,
            view.criterion(finding.criterion_id),
            n_tested=view.n_tested,
        ),
        trigger=tr(standing.TRIGGER),
        mitigation=mitigation(presentation.about, finding.criterion_id),
        criterion_id=finding.criterion_id,
        evidence=_evidence(measure, len(quotes)),
        quotes=quotes,
    )


def _limit_words(view: View, finding: Finding, measure: Measure | None) -> str:
    unit = measure.unit if measure else "score"
    policy = view.result.policy
    edge = rounding.of_unit(finding.limit, unit).removeprefix("+")
    return tr(
        "±{limit}, declared in policy {name} {version}.",
        limit=edge,
        name=clean_line(policy.name),
        version=clean_line(policy.version),
    )


def _observed_words(finding: Finding, measure: Measure | None) -> str:
    if measure is None or measure.value is None:
        return tr("No value.")
    parts = [
        f"{wording.value_text(measure, finding.limit)}, {bounds_words(measure, finding.limit)}",
        tr(
            "n = {n} answers on {n_stimuli} stimuli",
            n=rounding.count(measure.n),
            n_stimuli=rounding.count(measure.n_clusters),
        ),
        tr("scored by likelihood")
        if is_by_likelihood(measure)
        else tr("{share} unusable", share=rounding.percent(measure.invalid_rate)),
    ]
    if finding.null_value is not None:
        null = rounding.signed_beside(finding.null_value, finding.limit)
        parts.append(tr("largest null control {value}", value=null))
    if finding.positive_control is not None:
        seen = rounding.signed(finding.positive_control)
        parts.append(tr("positive control {value}", value=seen))
    if finding.adjusted_p is not None:
        parts.append(
            tr(
                "p of 0: {p_zero}, p of limit: {p_limit} (both Holm-adjusted)",
                p_zero=rounding.p_value(finding.adjusted_p),
                p_limit=rounding.p_value(finding.adjusted_p_beyond),
            )
        )
    return "; ".join(parts) + "."


def _evidence(measure: Measure | None, n: int) -> str:
    """What stands above the quotes: texts are no evidence of a score that was not read in them."""
    if measure is not None and is_by_likelihood(measure):
        return tr(
            "Evidence: {n} of the questions, with what the model wrote; the score above is by "
            "likelihood and not from these texts",
            n=n,
        )
    return tr("Evidence: {n} of the questions, with what the model wrote", n=n)


def _quotes(
    view: View, finding: Finding, measure: Measure | None, instrument: str
) -> tuple[QuoteText, ...]:
    """Answers on the side of the effect first, those that could not be read last."""
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
            label=naming.answer_label(quote.label),
        )
        for quote in sorted(told, key=lambda one: _distance(one, measure))[:QUOTES_A_CARD]
    )


def _distance(quote: Quote, measure: Measure | None) -> int:
    """How far a quote is from showing what the finding says."""
    if quote.label == "invalid":
        return 2
    value = (measure.value or 0.0) if measure is not None else 0.0
    return 0 if quote.side * value > 0 else 1


def criterion_title(names: Names, finding: Finding) -> str:
    """What a criterion is called: its contrast and its measure."""
    contrast = names.contrast(finding.contrast_id)
    name = naming.short_name(finding.measure_id.split("[")[0])
    if contrast is None:
        return f"{clean_line(finding.contrast_id)}, {name}"
    return f"{naming.contrast_title(contrast)}, {name}"


def _capital(text: str) -> str:
    return clean_line(text[:1].upper() + text[1:])
