"""What a finished audit says on the terminal of the run that it was compared with."""

from collections import Counter
from typing import get_args

import click

from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.core.review import BaselineFinding, Review, ReviewMissing, Word
from auditor.workflows.reviews.review import WORDS

REASON_WORDS = {
    "no-baseline": "no baseline given",
    "not-comparable": "the baseline is not comparable",
    "no-earlier-run": "no earlier run to compare with",
    "not-asked": "not asked",
    "not-measurable": "not measurable now",
    "was-not-measurable": "not measurable in the baseline",
    "more-unusable": "more unusable answers than before",
    "few-stimuli": "too few stimuli in both runs",
    "position-bias": "the listed order rules",
    "agreement-bias": "agrees with everything",
    "constant-answer": "always the same answer",
}
_VERDICTS = tuple(verdict for verdict in Verdict if verdict is not Verdict.WARN)


def echo_baseline(result: AuditResult) -> None:
    """What became of the criteria, and of what the policy asks of an increase."""
    found = result.baseline
    if isinstance(found, Review):
        click.echo(f"Since run {found.first.run_id} of {found.first.created}: {_tally(found)}")
    else:
        _echo_missing(found)
    if not result.baseline_findings:
        return
    click.echo("No farther from zero than in the baseline by more than the margin:")
    for finding in result.baseline_findings:
        click.echo(
            f"{finding.verdict:<15} {finding.criterion_id:<40} margin {finding.max_increase:g}  "
            f"{_increase(finding)}"
        )
    counts = Counter(finding.verdict for finding in result.baseline_findings)
    click.echo("  ".join(f"{counts[verdict]} {verdict}" for verdict in _VERDICTS))


def baseline_summary(result: AuditResult) -> dict[str, object]:
    """The same for machines."""
    found = result.baseline
    return {
        "run_id": found.first.run_id if isinstance(found, Review) else None,
        "missing_because": None if isinstance(found, Review) else found.kind,
        "differs": list(found.because) if isinstance(found, ReviewMissing) else [],
        "changes": _counts(found) if isinstance(found, Review) else {},
        "findings": [
            {
                "criterion": one.criterion_id,
                "verdict": one.verdict.value,
                "max_increase": one.max_increase,
                "increase": one.increase.value if one.increase else None,
                "low": span.low if span else None,
                "high": span.high if span else None,
                "reasons": list(one.reasons),
                "exceeds_policy": one.exceeds_policy,
            }
            for one in result.baseline_findings
            for span in (one.increase.interval if one.increase else None,)
        ],
    }


def _echo_missing(missing: ReviewMissing) -> None:
    if missing.kind == "not-comparable":
        told = ", ".join(WORDS[code] for code in missing.because)
        click.echo(f"auditor: the baseline is not comparable: not the same are {told}.", err=True)
    elif missing.kind == "no-earlier-run":
        click.echo(
            "auditor: no baseline: no earlier run of this model that can be compared was found.",
            err=True,
        )


def _counts(review: Review) -> dict[str, int]:
    counts = Counter(change.word for change in review.changes)
    return {word: counts[word] for word in get_args(Word)}


def _tally(review: Review) -> str:
    return ", ".join(f"{word.replace('-', ' ')} {count}" for word, count in _counts(review).items())


def _increase(finding: BaselineFinding) -> str:
    """With its interval, or why there is none."""
    increase = finding.increase
    why = ", ".join(REASON_WORDS[code] for code in finding.reasons if code in REASON_WORDS)
    if increase is None or increase.value is None or increase.interval is None:
        return f"({why})"
    low, high = increase.interval.low, increase.interval.high
    told = f"{increase.value:+.3f} [{low:+.3f}, {high:+.3f}]  n={increase.n_clusters}"
    return f"{told}  ({why})" if why else told
