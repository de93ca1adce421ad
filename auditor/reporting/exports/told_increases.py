"""What the policy asks of an increase since an earlier run, for files that other tools read: always
English. Pure."""

from dataclasses import dataclass

from auditor.core.results import AuditResult
from auditor.core.review import BaselineFinding
from auditor.reporting import naming, rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.effect_numbers import effect_text, n_of
from auditor.reporting.language import speaking
from auditor.reporting.reviews.increase_words import reason_sentence
from auditor.reporting.view import View, view

FAMILY = "baseline"
SUFFIX = "/max-increase"
"""Of the criterion's id: its limit and its margin are two results."""
TEXT_LIMIT = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldIncrease:
    """One criterion on an increase as a tool shows it."""

    finding: BaselineFinding
    case_id: str
    family: str
    question: str
    reasons: tuple[str, ...]
    numbers: str

    @property
    def headline(self) -> str:
        """The verdict, then why."""
        return f"{naming.capital(self.finding.verdict)}. {' '.join(self.reasons)}"

    @property
    def text(self) -> str:
        """Verdict, reasons and numbers, a line each."""
        return f"{self.headline}\n{self.numbers}"


def told_increases(result: AuditResult) -> tuple[ToldIncrease, ...]:
    """Every criterion that limits an increase, in the policy's order."""
    with speaking("en"):
        seen = view(result)
        return tuple(_told(seen, finding) for finding in result.baseline_findings)


def _told(seen: View, finding: BaselineFinding) -> ToldIncrease:
    name = naming.short_name(finding.measure_id.partition("[")[0])
    contrast = seen.contrast(finding.contrast_id)
    what = naming.contrast_title(contrast) if contrast else finding.contrast_id
    question = (
        f"Does the {name} for {what} lie at most {finding.max_increase:g} farther from zero than "
        "in the earlier run?"
    )
    return ToldIncrease(
        finding=finding,
        case_id=clean_line(finding.criterion_id) + SUFFIX,
        family=FAMILY,
        question=clean_line(question, TEXT_LIMIT),
        reasons=(clean_line(reason_sentence(finding), TEXT_LIMIT),),
        numbers=_numbers(finding),
    )


def _numbers(finding: BaselineFinding) -> str:
    margin = f"margin {finding.max_increase:g}"
    increase, before, after = finding.increase, finding.before, finding.after
    if increase is None or before is None or after is None:
        return f"No value; {margin}."
    return (
        f"Increase: {effect_text(increase, 'score', finding.max_increase)}; before "
        f"{effect_text(before, 'score')}, now {effect_text(after, 'score')}; {margin}; n "
        f"{n_of(increase)}; Holm-adjusted p of no increase beyond the margin "
        f"{rounding.p_value(finding.adjusted_p)}."
    )
