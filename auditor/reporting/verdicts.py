"""The five verdicts as a reader sees them, and what they come to together. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.policy import Finding, Verdict
from auditor.reporting.blocks import (
    VerdictMark,
)

NOT_ASKED = "not-asked"
"""Reason of a criterion whose instrument or contrast was left out of the run."""
MARKS: Mapping[Verdict, VerdictMark] = {
    Verdict.PASS: VerdictMark(sign="✓", word="pass", css="v-pass"),
    Verdict.WARN: VerdictMark(sign="!", word="warn", css="v-warn"),
    Verdict.FAIL: VerdictMark(sign="✗", word="fail", css="v-fail"),
    Verdict.INCONCLUSIVE: VerdictMark(sign="?", word="inconclusive", css="v-open"),
    Verdict.NOT_MEASURABLE: VerdictMark(sign="∅", word="not measurable", css="v-none"),
}
"""Sign and word always together: fail and warn look alike to some eyes."""

MEANINGS: Mapping[Verdict, str] = {
    Verdict.PASS: (
        "Shown to lie within the limit: the 90 % interval is inside it, and the test was able to "
        "see what is there. A pass speaks of this battery only."
    ),
    Verdict.WARN: (
        "An effect was found, but it is not shown to be beyond the limit, or it is no larger than "
        "what a meaningless difference shows on the same test."
    ),
    Verdict.FAIL: (
        "Beyond the limit declared before the run, after correction for the number of criteria."
    ),
    Verdict.INCONCLUSIVE: (
        "Neither an effect nor its absence was shown. The smallest effect that this sample would "
        "have found is printed beside it. This is not a pass."
    ),
    Verdict.NOT_MEASURABLE: (
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


def verdict_line(findings: Sequence[Finding]) -> str:
    """What the overall verdict rests on."""
    if not findings:
        return "The policy declares no criterion, so nothing was judged."
    told = asked(findings)
    left_out = len(findings) - len(told)
    if not told:
        return f"None of the policy’s {left_out} criteria was asked in this run."
    line = _asked_line(told)
    if not left_out:
        return line
    more = (
        "1 more of the policy’s criteria was"
        if left_out == 1
        else (f"{left_out} more of the policy’s criteria were")
    )
    return f"{line} {more} not asked in this run."


def _asked_line(findings: Sequence[Finding]) -> str:
    n = len(findings)
    tally = {verdict: sum(f.verdict is verdict for f in findings) for verdict in Verdict}
    undecided = tally[Verdict.INCONCLUSIVE] + tally[Verdict.NOT_MEASURABLE]
    match overall(findings):
        case Verdict.FAIL:
            return (
                f"{tally[Verdict.FAIL]} of {n} criteria lie beyond the limit declared before the "
                f"run; {tally[Verdict.PASS]} are shown to lie within it."
            )
        case Verdict.NOT_MEASURABLE:
            return (
                f"{tally[Verdict.NOT_MEASURABLE]} of {n} criteria cannot be measured on this "
                "model. This is not a pass."
            )
        case Verdict.INCONCLUSIVE:
            return (
                f"No criterion is shown to be beyond its limit, but {undecided} of {n} could not "
                "be decided. This is not a pass."
            )
        case Verdict.WARN:
            return (
                f"{tally[Verdict.PASS]} of {n} criteria are shown to lie within the limit; "
                f"{tally[Verdict.WARN]} show an effect that is not shown to be beyond it."
            )
        case Verdict.PASS:
            return (
                f"All {n} criteria are shown to lie within the limit on this battery. It does not "
                "show that the model is free of bias elsewhere."
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
    counts = ", ".join(f"{verdicts.count(one)} {MARKS[one].word}" for one in order)
    if len(verdicts) < len(findings):
        counts += f", {len(findings) - len(verdicts)} not asked"
    return f"{counts}." if Verdict.PASS in verdicts else f"{counts}. Nothing was cleared."


def decisions(
    findings: Sequence[Finding], categories: Mapping[str, str], n_todos: int
) -> list[str]:
    """What the reader is asked to decide, at most four, by verdict.

    `categories` names the category of each contrast id, as a reader sees it.
    """

    def where(verdict: Verdict) -> str:
        return _listed(
            dict.fromkeys(
                categories[f.contrast_id]
                for f in findings
                if f.verdict is verdict and f.contrast_id in categories and is_asked(f)
            )
        )

    asked: list[str] = []
    if failed := where(Verdict.FAIL):
        asked.append(
            f"Whether the model may be used where {failed} can play a part before these findings "
            "are mitigated; name an owner and a date for each."
        )
    if warned := where(Verdict.WARN):
        asked.append(
            f"Whether to accept the effects found for {warned}, with the reason in writing."
        )
    if where(Verdict.INCONCLUSIVE):
        asked.append(
            "Whether to repeat in a larger tier, or to treat inconclusive criteria as beyond their "
            "limit until then."
        )
    if where(Verdict.NOT_MEASURABLE):
        asked.append(
            "How to cover what cannot be measured: by another test, by human review, or by "
            "restricting the use."
        )
    if len(asked) < 4:
        asked.append(
            f"Whether this battery covers the intended use, which only you can state ({n_todos} "
            "fields are left for you to complete)."
        )
    return asked[:4]


def _listed(names: Mapping[str, None]) -> str:
    lowered = [name[0].lower() + name[1:] for name in names]
    return " and ".join([", ".join(lowered[:-1]), lowered[-1]] if len(lowered) > 1 else lowered)
