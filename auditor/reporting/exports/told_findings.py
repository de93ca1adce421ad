"""Findings in words, for files that other tools read: always English. Pure."""

from dataclasses import dataclass

from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult
from auditor.reporting import naming, reasons, rounding, verdicts, wording
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import speaking
from auditor.reporting.view import View, view

TEXT_LIMIT = 2000
"""Characters of one text; none is cut in practice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldFinding:
    """One criterion as a tool shows it."""

    finding: Finding
    measure: Measure | None
    family: str
    """The instrument, as in `word-association`."""
    question: str
    sentence: str
    """What was found."""
    numbers: str
    """Value with interval, bounds, limit, counts and p."""
    reasons: tuple[str, ...]

    @property
    def case_id(self) -> str:
        """The criterion's own id."""
        return clean_line(self.finding.criterion_id)

    @property
    def headline(self) -> str:
        """The verdict, then the sentence, which names it itself where nothing was measurable."""
        if self.finding.verdict is Verdict.NOT_MEASURABLE:
            return self.sentence
        return f"{naming.capital(self.finding.verdict)}. {self.sentence}"

    @property
    def text(self) -> str:
        """Verdict, sentence, reasons and numbers, a line each."""
        return "\n".join((self.headline, *self.reasons, self.numbers))


def told_findings(result: AuditResult) -> tuple[ToldFinding, ...]:
    """Every criterion of the policy, in its order."""
    with speaking("en"):
        seen = view(result)
        return tuple(_told(seen, finding) for finding in result.findings)


def _told(seen: View, finding: Finding) -> ToldFinding:
    measure = seen.by_measure.get(finding.measure_id)
    contrast = seen.contrast(finding.contrast_id)
    name = finding.measure_id.partition("[")[0]
    if contrast is None:
        question = f"How large is the {naming.short_name(name)} for {finding.contrast_id}?"
        sentence = "Not measurable: it was not asked in this run."
    else:
        question = naming.question(name, contrast)
        sentence = wording.finding_sentence(finding, measure, contrast)
    why = reasons.reason_sentences(
        finding, measure, seen.criterion(finding.criterion_id), n_tested=seen.n_tested
    )
    return ToldFinding(
        finding=finding,
        measure=measure,
        family=clean_line(naming.instrument_of(finding.measure_id)),
        question=clean_line(question, TEXT_LIMIT),
        sentence=clean_line(sentence, TEXT_LIMIT),
        numbers=_numbers(finding, measure),
        reasons=tuple(clean_line(one, TEXT_LIMIT) for one in why),
    )


def _numbers(finding: Finding, measure: Measure | None) -> str:
    limit = f"limit {rounding.plain(finding.limit)}"
    if measure is None or not verdicts.is_asked(finding):
        return f"No value; {limit}."
    unit = measure.unit
    value = wording.value_text(measure, finding.limit) if measure.value is not None else "no value"
    bounds = rounding.interval_of_unit(measure.bounds, unit, finding.limit)
    return (
        f"Observed: {value}; bounds {bounds}; {limit}; "
        f"{measure.n} answers scored on {measure.n_clusters} stimuli, "
        f"{rounding.percent(measure.invalid_rate)} unusable; Holm-adjusted p of no effect "
        f"{rounding.p_value(finding.adjusted_p)}."
    )
