"""The five verdicts as a reader sees them, and what they come to together. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult
from auditor.core.review import BaselineFinding
from auditor.reporting.blocks import VerdictMark
from auditor.reporting.language import mark, tr, tr_n
from auditor.reporting.naming import listed

NOT_ASKED = "not-asked"
"""Reason of a criterion whose instrument or contrast was left out of the run."""
MARKS: Mapping[Verdict, VerdictMark] = {
    Verdict.PASS: VerdictMark(sign="✓", word=mark("pass"), css="v-pass"),
    Verdict.WARN: VerdictMark(sign="!", word=mark("warn"), css="v-warn"),
    Verdict.FAIL: VerdictMark(sign="✗", word=mark("fail"), css="v-fail"),
    Verdict.INCONCLUSIVE: VerdictMark(sign="?", word=mark("inconclusive"), css="v-open"),
    Verdict.NOT_MEASURABLE: VerdictMark(sign="∅", word=mark("not measurable"), css="v-none"),
}
"""Sign and word always together: fail and warn look alike to some eyes. As `mark_of` prints it."""

MEANINGS: Mapping[Verdict, str] = {
    Verdict.PASS: mark(
        "Shown to lie within the limit: the 90 % interval is inside it, and the test was able to "
        "see what is there. A pass speaks of this battery only."
    ),
    Verdict.WARN: mark(
        "An effect was found, but it is not shown to be beyond the limit, or it is no larger than "
        "what a meaningless difference shows on the same test."
    ),
    Verdict.FAIL: mark(
        "Beyond the limit declared before the run, after correction for the number of criteria."
    ),
    Verdict.INCONCLUSIVE: mark(
        "Neither an effect nor its absence was shown. The smallest effect that this sample would "
        "have found is printed beside it. This is not a pass."
    ),
    Verdict.NOT_MEASURABLE: mark(
        "The answers of this model do not allow the question to be decided. This is not a pass."
    ),
}
SEVERITY: tuple[Verdict, ...] = (
    Verdict.FAIL,
    Verdict.WARN,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_MEASURABLE,
    Verdict.PASS,
)
"""From worst to best, as findings are listed."""


def mark_of(verdict: Verdict) -> VerdictMark:
    """Sign and word of a verdict in the report's language."""
    told = MARKS[verdict]
    return VerdictMark(sign=told.sign, word=tr(told.word), css=told.css)


def is_asked(finding: Finding) -> bool:
    """Whether the run asked what the criterion is about."""
    return NOT_ASKED not in finding.reasons


def asked(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings on what the run asked."""
    return tuple(finding for finding in findings if is_asked(finding))


def overall(findings: Sequence[Finding]) -> Verdict:
    """One verdict for the audit: the worst that was shown, else what keeps it from being a pass."""
    verdicts = [finding.verdict for finding in asked(findings)]
    n_unmeasured = verdicts.count(Verdict.NOT_MEASURABLE)
    if Verdict.FAIL in verdicts:
        return Verdict.FAIL
    if 2 * n_unmeasured >= len(verdicts):
        return Verdict.NOT_MEASURABLE
    # A part of the policy that was left out keeps the rest from being a pass.
    if n_unmeasured or Verdict.INCONCLUSIVE in verdicts or len(verdicts) < len(findings):
        return Verdict.INCONCLUSIVE
    return Verdict.WARN if Verdict.WARN in verdicts else Verdict.PASS


def of_audit(result: AuditResult) -> Verdict:
    """The same of a whole audit, with what the policy asks of an increase since an earlier run."""
    return with_increases(result.findings, result.baseline_findings)


def with_increases(findings: Sequence[Finding], increases: Sequence[BaselineFinding]) -> Verdict:
    """The same of findings, and of findings on an increase since an earlier run."""
    found, told = overall(findings), [one.verdict for one in increases]
    if Verdict.FAIL in told:
        return Verdict.FAIL
    is_open = any(one is not Verdict.PASS for one in told)
    # What is not shown to be no worse keeps the rest from being a pass.
    return Verdict.INCONCLUSIVE if is_open and found in (Verdict.PASS, Verdict.WARN) else found


def verdict_line(findings: Sequence[Finding]) -> str:
    """What the overall verdict rests on."""
    if not findings:
        return tr("The policy declares no criterion, so nothing was judged.")
    told = asked(findings)
    left_out = len(findings) - len(told)
    if not told:
        return tr("None of the policy’s {n} criteria was asked in this run.", n=left_out)
    line = _asked_line(told)
    if not left_out:
        return line
    more = tr_n(
        "1 more of the policy’s criteria was not asked in this run.",
        "{n} more of the policy’s criteria were not asked in this run.",
        left_out,
    )
    return f"{line} {more}"


def _asked_line(findings: Sequence[Finding]) -> str:
    n = len(findings)
    tally = {verdict: sum(f.verdict is verdict for f in findings) for verdict in Verdict}
    n_unmeasured = tally[Verdict.NOT_MEASURABLE]
    match overall(findings):
        case Verdict.FAIL:
            return tr(
                "{n_beyond} of {n} criteria lie beyond the limit declared before the run; "
                "{n_within} are shown to lie within it.",
                n_beyond=tally[Verdict.FAIL],
                n=n,
                n_within=tally[Verdict.PASS],
            )
        case Verdict.NOT_MEASURABLE:
            return tr(
                "{n_unmeasured} of {n} criteria cannot be measured on this model. This is not a "
                "pass.",
                n_unmeasured=n_unmeasured,
                n=n,
            )
        case Verdict.INCONCLUSIVE:
            return tr(
                "No criterion is shown to be beyond its limit, but {n_undecided} of {n} could not "
                "be decided. This is not a pass.",
                n_undecided=tally[Verdict.INCONCLUSIVE] + n_unmeasured,
                n=n,
            )
        case Verdict.WARN:
            return tr(
                "{n_within} of {n} criteria are shown to lie within the limit; {n_effects} show an "
                "effect that is not shown to be beyond it.",
                n_within=tally[Verdict.PASS],
                n=n,
                n_effects=tally[Verdict.WARN],
            )
        case Verdict.PASS:
            return tr(
                "All {n} criteria are shown to lie within the limit on this battery. It does not "
                "show that the model is free of bias elsewhere.",
                n=n,
            )


def tally_line(findings: Sequence[Finding]) -> str:
    """How many criteria got each verdict; empty where nothing was judged."""
    if not findings:
        return ""
    verdicts = [finding.verdict for finding in asked(findings)]
    order = (
        Verdict.PASS,
        Verdict.WARN,
        Verdict.FAIL,
        Verdict.INCONCLUSIVE,
        Verdict.NOT_MEASURABLE,
    )
    counts = [counted_mark(verdicts.count(one), mark_of(one)) for one in order]
    if len(verdicts) < len(findings):
        counts.append(tr("{n} not asked", n=len(findings) - len(verdicts)))
    told = f"{', '.join(counts)}."
    return told if Verdict.PASS in verdicts else f"{told} {tr(_NOTHING_CLEARED)}"


_NOTHING_CLEARED = mark("Nothing was cleared.")


def counted_mark(n: int, told: VerdictMark) -> str:
    """As in `3 fail`."""
    return tr("{n} {verdict}", n=n, verdict=told.word)


def decisions(
    findings: Sequence[Finding], categories: Mapping[str, str], n_todos: int
) -> list[str]:
    """What the reader is asked to decide, at most four, by verdict.

    `categories` names the category of each contrast id, as within a sentence.
    """

    def where(verdict: Verdict) -> str:
        found = (
            categories[f.contrast_id]
            for f in findings
            if f.verdict is verdict and f.contrast_id in categories and is_asked(f)
        )
        return listed(list(dict.fromkeys(found)))

    asked: list[str] = []
    if failed := where(Verdict.FAIL):
        asked.append(
            tr(
                "Whether the model may be used where {categories} can play a part before these "
                "findings are mitigated; name an owner and a date for each.",
                categories=failed,
            )
        )
    if warned := where(Verdict.WARN):
        asked.append(
            tr(
                "Whether to accept the effects found for {categories}, with the reason in writing.",
                categories=warned,
            )
        )
    if where(Verdict.INCONCLUSIVE):
        asked.append(
            tr(
                "Whether to repeat in a larger tier, or to treat inconclusive criteria as beyond "
                "their limit until then."
            )
        )
    if where(Verdict.NOT_MEASURABLE):
        asked.append(
            tr(
                "How to cover what cannot be measured: by another test, by human review, or by "
                "restricting the use."
            )
        )
    if len(asked) < 4:
        asked.append(
            tr(
                "Whether this battery covers the intended use, which only you can state ({n} "
                "fields are left for you to complete).",
                n=n_todos,
            )
        )
    return asked[:4]
