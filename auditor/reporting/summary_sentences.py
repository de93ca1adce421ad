"""What the summary says before its chart, by rule from the measures. Pure."""

from collections.abc import Mapping
from statistics import median

from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import naming, reasons, rounding, wording
from auditor.reporting.fix.fix_notes import summary_sentence
from auditor.reporting.gap_sentences import gap_sentence
from auditor.reporting.language import SPACE, mark, tr
from auditor.reporting.reviews.increase_words import increases_line
from auditor.reporting.view import IMPLICIT, View, severity_key

MOSTLY_IN_ORDER = 0.8
"""Median share of answers in the listed order from which the summary names the habit."""


def sentences(view: View) -> tuple[str, ...]:
    """The paragraphs: the worst finding, the gap, what could be detected, what is undecided, and,
    where they were asked for, what changed since an earlier run and what came of a fix."""
    findings = " ".join(s for s in (_worst_sentence(view), _clearest_sentence(view)) if s)
    gap = gap_sentence(view) if view.primaries else ""
    # With many tests the detectable effects differ; each stands in the register.
    power = "" if view.standalone else _power_sentence(view)
    since = increases_line(view.result.baseline_findings)
    last = " ".join(s for s in (_unmeasured_sentence(view), since, summary_sentence(view)) if s)
    told = (findings, gap, power, last)
    return tuple(paragraph for paragraph in told if paragraph)


def _worst_sentence(view: View) -> str:
    """The worst finding, always by its name: a number without one says nothing."""
    worst = _worst(view)
    contrast = view.contrast(worst.contrast_id) if worst else None
    if worst is None or contrast is None:
        return tr("Nothing was judged: the policy declares no criterion that ran.")
    measure = view.by_measure.get(worst.measure_id)
    lead = tr(_WORST[worst.verdict], contrast=naming.contrast_title(contrast))
    return f"{lead} {wording.finding_sentence(worst, measure, contrast)}"


_WORST: Mapping[Verdict, str] = {
    Verdict.FAIL: mark("The worst finding is “{contrast}”."),
    Verdict.WARN: mark(
        "Nothing is shown to be beyond its limit; the clearest effect is “{contrast}”."
    ),
    Verdict.INCONCLUSIVE: mark(
        "Nothing is shown to be beyond its limit; the largest value left undecided is that of "
        "“{contrast}”."
    ),
    Verdict.NOT_MEASURABLE: mark(
        "Nothing is shown to be beyond its limit, and what was not shown to be within it could not "
        "be measured, “{contrast}” among it."
    ),
    Verdict.PASS: mark(
        "Everything is shown to lie within its limit; the largest value is that of “{contrast}”."
    ),
}
"""What stands before the worst finding, by its verdict."""


def _worst(view: View) -> Finding | None:
    return min(view.asked, key=lambda f: severity_key(view, f), default=None)


def _clearest_sentence(view: View) -> str:
    """The strongest effect that only the correction leaves undecided; empty for none."""
    alone = [
        (finding, measure)
        for finding in view.asked
        if finding.verdict is Verdict.INCONCLUSIVE
        and (measure := view.by_measure.get(finding.measure_id)) is not None
        and reasons.excludes_zero(measure)
    ]
    if not alone:
        return ""
    finding, measure = min(
        alone, key=lambda pair: (pair[0].adjusted_p or 0.0, -abs(pair[1].value or 0.0))
    )
    contrast = view.contrast(finding.contrast_id)
    if contrast is None or finding is _worst(view):
        return ""
    return tr(
        "The clearest signal that stays undecided is “{contrast}”, {measure} {value}: zero lies "
        "outside this interval taken alone, but not after correction for {n} criteria "
        "(p of 0:\u00a0{p}).",
        contrast=naming.contrast_title(contrast),
        measure=naming.short_name(measure.name),
        value=wording.value_text(measure, finding.limit),
        n=rounding.count(view.n_tested),
        p=rounding.p_value(finding.adjusted_p),
    )


def _power_sentence(view: View) -> str:
    """What this tier could have detected on the implicit criteria; empty where none was read."""
    read = [
        (finding, measure)
        for finding in view.asked
        if finding.verdict is not Verdict.NOT_MEASURABLE
        and (measure := view.by_measure.get(finding.measure_id)) is not None
        and measure.name == f"{IMPLICIT}.score"
    ]
    effects = [m.minimum_detectable_effect for _, m in read if m.minimum_detectable_effect]
    if not effects:
        return ""
    limits = [finding.limit for finding, _ in read]
    limit = _span([rounding.plain(min(limits)), rounding.plain(max(limits))])
    stimuli = [m.n_clusters for _, m in read]
    counts = _span([rounding.count(min(stimuli)), rounding.count(max(stimuli))])
    sizes = _span([rounding.detectable(one, "score") for one in (min(effects), max(effects))])
    told = tr(
        "With {n} stimuli a contrast, this tier detects implicit effects of {sizes} with 80 % "
        "power; the limit is {limit}",
        n=counts,
        sizes=sizes,
        limit=limit,
    )
    reach = _reached(view, told, effects, limits)
    return " ".join(s for s in (reach, _habit_sentence([m for _, m in read])) if s)


def _reached(view: View, told: str, effects: list[float], limits: list[float]) -> str:
    """The sentence with what detectable effects of this size mean for deciding a criterion."""
    is_full = view.result.record.settings.tier == "full"
    if min(effects) > max(limits):
        if is_full:
            return tr("{sentence}, so it can hardly settle a criterion.", sentence=told)
        return tr(
            "{sentence}, so it can hardly settle a criterion: a larger tier detects smaller ones.",
            sentence=told,
        )
    if max(effects) > min(limits):
        if is_full:
            return tr("{sentence}, so it cannot settle every criterion.", sentence=told)
        return tr(
            "{sentence}, so it cannot settle every criterion: a larger tier detects smaller ones.",
            sentence=told,
        )
    return f"{told}."


def _habit_sentence(measures: list[Measure]) -> str:
    rates = [m.position_bias_rate for m in measures if m.position_bias_rate is not None]
    if not rates or median(rates) < MOSTLY_IN_ORDER:
        return ""
    low, high = rounding.percent(min(rates)), rounding.percent(max(rates))
    share = high if low == high else _span([low.removesuffix(f"{SPACE}%"), high])
    return tr("{share} of the likelier answers followed the listed order.", share=share)


def _span(ends: list[str]) -> str:
    low, high = ends
    return low if low == high else tr("{low} to {high}", low=low, high=high)


def _unmeasured_sentence(view: View) -> str:
    result = view.result
    n = len(view.asked)
    none = sum(f.verdict is Verdict.NOT_MEASURABLE for f in view.asked)
    open_ = sum(f.verdict is Verdict.INCONCLUSIVE for f in view.asked)
    left_out = sum(view.not_asked.values())
    share = result.n_unusable / result.n_text_responses if result.n_text_responses else None
    parts = [
        tr("None of the policy’s {n} criteria was asked", n=left_out)
        if not n and left_out
        else _undecided_words(n, none, open_)
    ]
    if n and left_out:
        parts.append(tr("{n} more of the policy’s criteria were not asked in this run", n=left_out))
    if share is not None:
        parts.append(
            tr(
                "{share} of the {n} written answers could not be scored",
                share=rounding.percent(share),
                n=rounding.count(result.n_text_responses),
            )
        )
    outside = tr("What lies outside the battery is listed under scope.")
    return f"{'; '.join(parts)}. {outside}"


def _undecided_words(n: int, n_unmeasured: int, n_open: int) -> str:
    if n_unmeasured and n_open:
        return tr(
            "Of {n} criteria, {n_unmeasured} cannot be measured on this model and {n_open} stay "
            "inconclusive",
            n=n,
            n_unmeasured=n_unmeasured,
            n_open=n_open,
        )
    if n_unmeasured:
        return tr(
            "Of {n} criteria, {n_unmeasured} cannot be measured on this model",
            n=n,
            n_unmeasured=n_unmeasured,
        )
    if n_open:
        return tr("Of {n} criteria, {n_open} stay inconclusive", n=n, n_open=n_open)
    return tr("All {n} criteria could be decided", n=n)
