"""What the policy asks of an increase since an earlier run, in words. Pure."""

from collections.abc import Mapping, Sequence

from auditor.battery.reviewing.baseline_gate import NOT_ASKED
from auditor.battery.reviewing.changes import MORE_UNUSABLE
from auditor.core.policy import Verdict
from auditor.core.review import BaselineFinding
from auditor.reporting import rounding
from auditor.reporting.language import mark, number, tr, tr_n
from auditor.reporting.verdicts import counted_mark, mark_of

_REASONS: Mapping[str, str] = {
    "no-baseline": mark("No earlier run was given to compare with."),
    "not-comparable": mark("The earlier run cannot be compared with this one."),
    "no-earlier-run": mark("There is no earlier run that can be compared with this one."),
    "not-asked": mark("It was not asked in this run."),
    "not-measurable": mark("The score cannot be measured in this run."),
    "was-not-measurable": mark("The score could not be measured in the earlier run."),
    "more-unusable": mark(
        "The share of unusable answers rose by more than {points}: what fell silent is not called "
        "no worse."
    ),
    "few-stimuli": mark("Too few stimuli have a score in both runs."),
    "position-bias": mark("The listed order decides the written answers."),
    "agreement-bias": mark("The written answers agree with a statement and its mirror alike."),
    "constant-answer": mark("All written answers are the same."),
    "no-worse": mark("The whole interval lies at or below the margin."),
    "increase-beyond": mark("An increase beyond the margin is shown."),
    "increase-open": mark("The interval holds the margin: neither is shown."),
}
HOW = mark(
    "For these criteria the policy also limits the increase: how much farther from zero the score "
    "may lie than in the earlier run, on either side. It is judged over the stimuli that both runs "
    "scored. Either end of the interval holds with 95 % confidence, whatever the signs of the two "
    "scores are. Pass: the upper end lies at or below the margin. Fail: an increase beyond the "
    "margin is shown, after correction for the number of these criteria (Holm 1979). Inconclusive: "
    "neither. A score that one of the runs cannot measure is not called no worse, nor is one for "
    "which the share of unusable answers rose by more than {points}."
)
HOW_COUNTED = mark(
    "Where a score counts answers, either end also holds with one more stimulus of which half the "
    "answers turned, and the interval is widened by the change in the share of unusable answers."
)


def how() -> str:
    """How an increase is judged."""
    return f"{tr(HOW, points=_most_unusable())} {tr(HOW_COUNTED)}"


def reason_sentence(finding: BaselineFinding) -> str:
    """Why it got its verdict."""
    return " ".join(tr(_REASONS[code], points=_most_unusable()) for code in finding.reasons)


def increases_line(findings: Sequence[BaselineFinding]) -> str:
    """How many such criteria there are, and how many got each verdict; empty for none."""
    if not findings:
        return ""
    return tr_n(
        "The policy also limits the increase since an earlier run, for {n} criterion: {tally}.",
        "The policy also limits the increase since an earlier run, for {n} criteria: {tally}.",
        len(findings),
        tally=tally_words(findings),
    )


def increases_verdict(findings: Sequence[BaselineFinding]) -> str:
    """The same, and what it means for the audit where one of them fails."""
    n_worse = sum(one.verdict is Verdict.FAIL for one in findings)
    if not n_worse:
        return increases_line(findings)
    worse = tr_n(
        "For {n} of them an increase beyond the margin is shown, and the audit fails by it.",
        "For {n} of them an increase beyond the margin is shown, and the audit fails by them.",
        n_worse,
    )
    return f"{increases_line(findings)} {worse}"


def tally_words(findings: Sequence[BaselineFinding]) -> str:
    """As in `10 pass, 1 fail, 2 not asked`; verdicts that none got are left out."""
    asked = [one.verdict for one in findings if NOT_ASKED not in one.reasons]
    counts = [
        counted_mark(asked.count(verdict), mark_of(verdict))
        for verdict in Verdict
        if verdict in asked
    ]
    if len(asked) < len(findings):
        counts.append(tr("{n} not asked", n=len(findings) - len(asked)))
    return ", ".join(counts)


def margin_text(margin: float) -> str:
    """As it was declared, with two decimals or more."""
    return number(max(f"{margin:.2f}", f"{margin:g}", key=len))


def _most_unusable() -> str:
    return rounding.points(MORE_UNUSABLE).removeprefix("+")
