"""What the summary says before its chart, by rule from the measures. Pure."""

from statistics import median

from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import naming, reasons, rounding, wording
from auditor.reporting.fix.fix_notes import summary_sentence
from auditor.reporting.gap_sentences import gap_sentence
from auditor.reporting.view import IMPLICIT, View, severity_key

MOSTLY_IN_ORDER = 0.8
"""Median share of answers in the listed order from which the summary names the habit."""


def sentences(view: View) -> tuple[str, ...]:
    """The paragraphs: the worst finding, the gap, what could be detected, what is undecided, and
    what came of a fix where one was asked for."""
    findings = " ".join(s for s in (_worst_sentence(view), _clearest_sentence(view)) if s)
    gap = gap_sentence(view) if view.primaries else ""
    # With many tests the detectable effects differ; each stands in the register.
    power = "" if view.standalone else _power_sentence(view)
    last = " ".join(s for s in (_unmeasured_sentence(view), summary_sentence(view)) if s)
    told = (findings, gap, power, last)
    return tuple(paragraph for paragraph in told if paragraph)


def _worst_sentence(view: View) -> str:
    """The worst finding, always by its name: a number without one says nothing."""
    worst = _worst(view)
    contrast = view.contrast(worst.contrast_id) if worst else None
    if worst is None or contrast is None:
        return "Nothing was judged: the policy declares no criterion that ran."
    measure = view.by_measure.get(worst.measure_id)
    name = f"“{naming.contrast_title(contrast)}”"
    nothing = "Nothing is shown to be beyond its limit"
    lead = {
        Verdict.FAIL: f"The worst finding is {name}.",
        Verdict.WARN: f"{nothing}; the clearest effect is {name}.",
        Verdict.INCONCLUSIVE: f"{nothing}; the largest value left undecided is that of {name}.",
        Verdict.NOT_MEASURABLE: f"{nothing}, and what was not shown to be within it could not be "
        f"measured, {name} among it.",
        Verdict.PASS: f"Everything is shown to lie within its limit; the largest value is that of "
        f"{name}.",
    }[worst.verdict]
    return f"{lead} {wording.finding_sentence(worst, measure, contrast)}"


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
    return (
        f"The clearest signal that stays undecided is “{naming.contrast_title(contrast)}”, "
        f"{naming.short_name(measure.name)} {wording.value_text(measure, finding.limit)}: zero "
        "lies outside this interval taken alone, but not after correction for "
        f"{rounding.count(view.n_tested)} criteria "
        f"(p{rounding.SPACE}{rounding.p_value(finding.adjusted_p)})."
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
    sizes = _span([rounding.plain(min(effects)), rounding.plain(max(effects))])
    return (
        f"With {counts} stimuli a contrast, this tier detects implicit effects of {sizes} with "
        f"80 % power; the limit is {limit}{_reach(view, effects, limits)}."
        f"{_habit_sentence([m for _, m in read])}"
    )


def _reach(view: View, effects: list[float], limits: list[float]) -> str:
    """What detectable effects of this size mean for deciding a criterion."""
    more = (
        "" if view.result.record.settings.tier == "full" else ": a larger tier detects smaller ones"
    )
    if min(effects) > max(limits):
        return f", so it can hardly settle a criterion{more}"
    return f", so it cannot settle every criterion{more}" if max(effects) > min(limits) else ""


def _habit_sentence(measures: list[Measure]) -> str:
    rates = [m.position_bias_rate for m in measures if m.position_bias_rate is not None]
    if not rates or median(rates) < MOSTLY_IN_ORDER:
        return ""
    low, high = rounding.percent(min(rates)), rounding.percent(max(rates))
    share = high if low == high else f"{low.removesuffix(f'{rounding.SPACE}%')} to {high}"
    return f" {share} of the likelier answers followed the listed order."


def _span(ends: list[str]) -> str:
    return " to ".join(dict.fromkeys(ends))


def _unmeasured_sentence(view: View) -> str:
    result = view.result
    n = len(view.asked)
    none = sum(f.verdict is Verdict.NOT_MEASURABLE for f in view.asked)
    open_ = sum(f.verdict is Verdict.INCONCLUSIVE for f in view.asked)
    left_out = sum(view.not_asked.values())
    share = result.n_unusable / result.n_text_responses if result.n_text_responses else None
    undecided = [
        *([f"{none} cannot be measured on this model"] if none else []),
        *([f"{open_} stay inconclusive"] if open_ else []),
    ]
    parts = [
        f"None of the policy’s {left_out} criteria was asked"
        if not n and left_out
        else f"Of {n} criteria, {' and '.join(undecided)}"
        if undecided
        else f"All {n} criteria could be decided"
    ]
    if n and left_out:
        parts.append(f"{left_out} more of the policy’s criteria were not asked in this run")
    if share is not None:
        parts.append(
            f"{rounding.percent(share)} of the {rounding.count(result.n_text_responses)} written "
            "answers could not be scored"
        )
    return "; ".join(parts) + ". What lies outside the battery is listed under scope."
