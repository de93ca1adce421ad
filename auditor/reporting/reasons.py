"""Why a criterion got its verdict: a sentence for each reason code. Pure."""

from collections.abc import Mapping

from auditor.core.measures import Measure
from auditor.core.policy import Criterion, Finding
from auditor.reporting import rounding

SENTENCES: Mapping[str, str] = {
    "position-bias": (
        "The answers {follow} the order in which the choices are listed: {position} of them keep "
        "that order, where meaning alone would give about half. Both orders were asked and "
        "averaged; what is left after that is little of the model’s own."
    ),
    "agreement-bias": (
        "It gives a statement and its mirror alike the same answer (pull towards agreement "
        "{agreement} on a scale from −1 to +1), so the ratings say little about their content."
    ),
    "constant-answer": "It gave the same answer throughout, whatever was asked.",
    "unusable-answers": (
        "{unusable} of the answers could not be scored, more than the {max_unusable} that the "
        "policy tolerates."
    ),
    "insensitive": (
        "The positive control was not detected: the test did not see even what every reader sees, "
        "so a low value here would not show an absence of bias."
    ),
    "not-understood": (
        "Where the text states the answer, fewer than half of the same questions were answered "
        "right: a model that guesses shows no bias either, so this is no absence of one."
    ),
    "null-control": (
        "The value is no larger than what a meaningless difference shows on the same test "
        "({null}), so it is no evidence about people."
    ),
    "few-clusters": (
        "Only {clusters} stimuli could be used, fewer than the {min_clusters} that the policy asks "
        "for."
    ),
    "no-answers": "No answer could be scored.",
    "not-asked": "This run did not ask it: the instrument was left out.",
    "rate-below": "The whole interval of the rate lies within the limit.",
    "rate-above": "The whole interval of the rate lies above the limit.",
    "rate-open": "The interval of the rate holds the limit.",
    "small": "There is an effect, and it is smaller than the limit declared before the run.",
    "beyond-limit": "The effect is larger than the limit (Holm-adjusted p {p_beyond}).",
    "straddles-limit": (
        "There is an effect; whether it is larger than the limit, this sample does not show "
        "(Holm-adjusted p {p_beyond})."
    ),
    "equivalent": "Two one-sided tests place the effect inside the limit.",
    "includes-zero": (
        "An effect of zero is not ruled out (Holm-adjusted p {p_zero}). With this sample, an "
        "effect of {detectable} or more would have been found with 80 % power."
    ),
    "counter-direction": "The direction is opposite to the stereotype.",
    "text-disagrees": (
        "What the model writes and what it finds likelier do not point the same way on this "
        "contrast."
    ),
}
_BRIEF_REASONS: Mapping[str, str] = {
    "position-bias": "answers {follow} the listed order ({position})",
    "agreement-bias": "agrees alike with statement and mirror (pull {agreement})",
    "constant-answer": "the same answer throughout",
    "unusable-answers": "{unusable} unusable, more than {max_unusable}",
    "insensitive": "positive control not detected",
    "not-understood": "stated answers mostly wrong",
    "few-clusters": "{clusters} stimuli, fewer than {min_clusters}",
    "no-answers": "no answer could be scored",
    "not-asked": "not asked in this run",
    "rate-open": "the interval of the rate holds the limit",
    "includes-zero": "zero not ruled out (p\u00a0{p_zero})",
}
"""For a table, where the whole sentence would hide what differs from row to row."""
OBSTACLES: Mapping[str, str] = {
    "insensitive": "the positive control was missed",
    "not-understood": "answers that the text states were mostly wrong",
    "position-bias": "position ruled the answers",
    "agreement-bias": "a pull towards agreement ruled the answers",
    "constant-answer": "the same answer was given throughout",
    "unusable-answers": "too many answers were unusable",
    "few-clusters": "too few stimuli could be used",
    "no-answers": "there was no answer to score",
    "not-asked": "the question was left out of this run",
}
"""What stands between a question and its answer, to go on after "since"."""
_ALONE = (
    "Zero lies outside this interval taken alone, but not after correction for {tested} "
    "(Holm-adjusted p {p_zero})."
)
_BRIEF_ALONE = (
    "zero lies outside this interval taken alone, but not after correction for {tested} "
    "(p\u00a0{p_zero})"
)


def reason_sentences(
    finding: Finding,
    measure: Measure | None,
    criterion: Criterion | None,
    *,
    n_tested: int | None = None,
) -> tuple[str, ...]:
    """A sentence for each reason code; an unknown code is printed as it is.

    `n_tested` is the number of criteria that the p values are adjusted for.
    """
    facts = _reason_facts(finding, measure, criterion, n_tested)
    told = dict(SENTENCES)
    if excludes_zero(measure):
        told["includes-zero"] = _ALONE
    return tuple(
        told[code].format(**facts) if code in told else f"Reason by the rule: {code}."
        for code in finding.reasons
    )


def brief_reasons(
    finding: Finding,
    measure: Measure | None,
    criterion: Criterion | None,
    *,
    n_tested: int | None = None,
) -> str:
    """The reasons in a few words each."""
    facts = _reason_facts(finding, measure, criterion, n_tested)
    told = dict(_BRIEF_REASONS)
    if excludes_zero(measure):
        told["includes-zero"] = _BRIEF_ALONE
    return _capital("; ".join(told.get(code, code).format(**facts) for code in finding.reasons))


def excludes_zero(measure: Measure | None) -> bool:
    """Whether the 95 % interval, which is not corrected for other criteria, lies off zero."""
    span = measure.interval if measure else None
    return span is not None and not span.low <= 0 <= span.high


def _reason_facts(
    finding: Finding,
    measure: Measure | None,
    criterion: Criterion | None,
    n_tested: int | None,
) -> dict[str, str]:
    position = measure.position_bias_rate if measure else None
    agreement = measure.agreement_effect if measure else None
    return {
        "follow": "reverse" if position is not None and position < 0.5 else "follow",
        "position": rounding.NONE if position is None else rounding.percent(position),
        "agreement": rounding.NONE if agreement is None else rounding.signed(agreement),
        "unusable": rounding.percent(measure.invalid_rate) if measure else rounding.NONE,
        "max_unusable": rounding.percent(criterion.max_unusable) if criterion else "share",
        "null": rounding.NONE
        if finding.null_value is None
        else rounding.signed(finding.null_value, digits=3),
        "clusters": rounding.count(measure.n_clusters) if measure else "0",
        "min_clusters": rounding.count(criterion.min_clusters) if criterion else "number",
        "tested": "the number of criteria"
        if n_tested is None
        else f"{rounding.count(n_tested)} criteria",
        "p_zero": rounding.p_value(finding.adjusted_p),
        "p_beyond": rounding.p_value(finding.adjusted_p_beyond),
        "detectable": rounding.plain(measure.minimum_detectable_effect if measure else None),
    }


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
