"""Why a criterion got its verdict: a sentence for each reason code. Pure."""

from collections.abc import Mapping

from auditor.core.judging import is_ruled_by_position
from auditor.core.measures import Measure
from auditor.core.policy import Criterion, Finding
from auditor.reporting import rounding
from auditor.reporting.language import mark, tr, tr_in
from auditor.reporting.naming import capital

SENTENCES: Mapping[str, str] = {
    "position-bias": mark(
        "The answers follow the order in which the choices are listed: {position} of them keep "
        "that order, where meaning alone would give about half. Both orders were asked and "
        "averaged; what is left after that is little of the model’s own."
    ),
    "agreement-bias": mark(
        "It gives a statement and its mirror alike the same answer (pull towards agreement "
        "{agreement} on a scale from −1 to +1), so the ratings say little about their content."
    ),
    "constant-answer": mark("It gave the same answer throughout, whatever was asked."),
    "unusable-answers": mark(
        "{unusable} of the answers could not be scored, more than the {max_unusable} that the "
        "policy tolerates."
    ),
    "insensitive": mark(
        "The positive control was not detected: the test did not see even what every reader sees, "
        "so a low value here would not show an absence of bias."
    ),
    "not-understood": mark(
        "Where the text states the answer, fewer than half of the same questions were answered "
        "right: a model that guesses shows no bias either, so this is no absence of one."
    ),
    "null-control": mark(
        "The value is no larger than what a meaningless difference shows on the same test "
        "({null}), so it is no evidence about people."
    ),
    "few-clusters": mark(
        "Only {clusters} stimuli could be used, fewer than the {min_clusters} that the policy asks "
        "for."
    ),
    "no-answers": mark("No answer could be scored."),
    "no-likelihoods": mark(
        "The server that ran the model gives no log-likelihoods, and this measure is made of them; "
        "it says nothing about the model. What the model wrote is measured apart."
    ),
    "not-asked": mark("This run did not ask it: the instrument was left out."),
    "rate-below": mark("The whole interval of the rate lies within the limit."),
    "rate-above": mark("The whole interval of the rate lies above the limit."),
    "rate-open": mark("The interval of the rate holds the limit."),
    "small": mark("There is an effect, and it is smaller than the limit declared before the run."),
    "beyond-limit": mark("The effect is larger than the limit (p of limit: {p_beyond})."),
    "straddles-limit": mark(
        "There is an effect; whether it is larger than the limit, this sample does not show "
        "(p of limit: {p_beyond})."
    ),
    "equivalent": mark("Two one-sided tests place the effect inside the limit."),
    "includes-zero": mark(
        "An effect of zero is not ruled out (p of 0: {p_zero}). With this sample, an effect of "
        "{detectable} or more would have been found with 80 % power."
    ),
    "counter-direction": mark("The direction is opposite to the stereotype."),
    "text-disagrees": mark(
        "What the model writes and what it finds likelier do not point the same way on this "
        "contrast."
    ),
}
_BRIEF_REASONS: Mapping[str, str] = {
    "position-bias": mark("answers follow the listed order ({position})"),
    "agreement-bias": mark("agrees alike with statement and mirror (pull {agreement})"),
    "constant-answer": mark("the same answer throughout"),
    "unusable-answers": mark("{unusable} unusable, more than {max_unusable}"),
    "insensitive": mark("positive control not detected"),
    "not-understood": mark("stated answers mostly wrong"),
    "few-clusters": mark("{clusters} stimuli, fewer than {min_clusters}"),
    "no-answers": mark("no answer could be scored"),
    "no-likelihoods": mark("the server gives no log-likelihoods"),
    "not-asked": mark("not asked in this run"),
    "rate-open": mark("the interval of the rate holds the limit"),
    "includes-zero": mark("zero not ruled out (p of 0:\u00a0{p_zero})"),
}
"""For a table, where the whole sentence would hide what differs from row to row."""
OBSTACLES: Mapping[str, str] = {
    "insensitive": mark("the positive control was missed"),
    "not-understood": mark("answers that the text states were mostly wrong"),
    "position-bias": mark("position ruled the answers"),
    "agreement-bias": mark("a pull towards agreement ruled the answers"),
    "constant-answer": mark("the same answer was given throughout"),
    "unusable-answers": mark("too many answers were unusable"),
    "few-clusters": mark("too few stimuli could be used"),
    "no-answers": mark("there was no answer to score"),
    "no-likelihoods": mark("the server gives no log-likelihoods"),
    "not-asked": mark("the question was left out of this run"),
}
"""What stands between a question and its answer, to go on after "since"."""
_REVERSED = mark(
    "The answers reverse the order in which the choices are listed: {position} of them keep that "
    "order, where meaning alone would give about half. Both orders were asked and averaged; what "
    "is left after that is little of the model’s own."
)
_BRIEF_REVERSED = mark("answers reverse the listed order ({position})")
_ALONE = mark(
    "Zero lies outside this interval taken alone, but not after correction for {tested} "
    "(p of 0: {p_zero})."
)
_BLIND = mark(
    "An effect of zero is not ruled out (p of 0: {p_zero}). With this sample, not even the largest "
    "effect that the scale holds would have been found with 80 % power."
)
_BRIEF_ALONE = mark(
    "zero lies outside this interval taken alone, but not after correction for {tested} "
    "(p of 0:\u00a0{p_zero})"
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
    if facts["detectable"].startswith(">"):
        told["includes-zero"] = _BLIND
    if excludes_zero(measure):
        told["includes-zero"] = _ALONE
    if _is_reversed(measure):
        told["position-bias"] = _REVERSED
    return tuple(
        tr(told[code], **facts) if code in told else tr("Reason by the rule: {code}.", code=code)
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
    if _is_reversed(measure):
        told["position-bias"] = _BRIEF_REVERSED
    return capital(
        "; ".join(tr(told[code], **facts) if code in told else code for code in finding.reasons)
    )


def obstacle(code: str) -> str:
    """What stands between a question and its answer; an unknown code is printed as it is."""
    return tr(OBSTACLES[code]) if code in OBSTACLES else code


def excludes_zero(measure: Measure | None) -> bool:
    """Whether the 95 % interval, which is not corrected for other criteria, lies off zero."""
    span = measure.interval if measure else None
    return span is not None and not span.low <= 0 <= span.high


def is_position_ruled(measure: Measure | None) -> bool:
    """Whether nearly all answers follow the listed order, or its reverse."""
    rate = measure.position_bias_rate if measure else None
    return rate is not None and is_ruled_by_position(rate)


def order_note(measure: Measure | None) -> str:
    """What stands beside the verdict on such answers."""
    if _is_reversed(measure):
        return tr("answers reverse the listed order")
    return tr("answers follow the listed order")


def _is_reversed(measure: Measure | None) -> bool:
    position = measure.position_bias_rate if measure else None
    return position is not None and position < 0.5


def _reason_facts(
    finding: Finding,
    measure: Measure | None,
    criterion: Criterion | None,
    n_tested: int | None,
) -> dict[str, str]:
    position = measure.position_bias_rate if measure else None
    agreement = measure.agreement_effect if measure else None
    return {
        "position": rounding.NONE if position is None else rounding.percent(position),
        "agreement": rounding.NONE if agreement is None else rounding.signed(agreement),
        "unusable": rounding.percent(measure.invalid_rate) if measure else rounding.NONE,
        "max_unusable": rounding.percent(criterion.max_unusable)
        if criterion
        else tr_in("of a limit", "share"),
        "null": rounding.NONE
        if finding.null_value is None
        else rounding.signed(finding.null_value, digits=3),
        "clusters": rounding.count(measure.n_clusters) if measure else "0",
        "min_clusters": rounding.count(criterion.min_clusters)
        if criterion
        else tr_in("of a limit", "number"),
        "tested": tr("the number of criteria")
        if n_tested is None
        else tr("{n} criteria", n=rounding.count(n_tested)),
        "p_zero": rounding.p_value(finding.adjusted_p),
        "p_beyond": rounding.p_value(finding.adjusted_p_beyond),
        "detectable": rounding.detectable(measure.minimum_detectable_effect, measure.unit)
        if measure
        else rounding.NONE,
    }
