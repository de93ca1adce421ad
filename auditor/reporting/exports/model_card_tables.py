"""The tables of a model card. No number stands without interval, n and unusable share. Pure."""

from auditor.core.measures import Measure
from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.reporting import naming, rounding, verdicts, wording
from auditor.reporting.cleaning import clean_line
from auditor.reporting.exports.markdown import escape, table
from auditor.reporting.language import tr
from auditor.reporting.view import View

INTERSECTIONAL = ("hiring.race-sex-names",)
"""Contrasts whose groups join several attributes."""


def groups(result: AuditResult) -> str:
    """Who was compared with whom; controls compare nobody."""
    rows = [
        (
            naming.category_name(one.category),
            clean_line(tr(one.label)),
            clean_line(tr(one.target)),
            clean_line(tr(one.reference)),
        )
        for one in result.contrasts
        if one.role in ("primary", "ladder")
    ]
    return table((tr("Category"), tr("Comparison"), tr("Group"), tr("Compared with")), rows)


def instruments(result: AuditResult) -> str:
    """The tests, what they measure, and after whom."""
    rows = [
        (naming.heading(use.name), clean_line(tr(use.construct), 400), clean_line(use.source, 400))
        for use in result.instruments
    ]
    return table((tr("Test"), tr("What it measures"), tr("Published source")), rows)


def evaluation(result: AuditResult) -> str:
    """How much was asked."""
    rows = [
        (
            naming.heading(use.name),
            rounding.count(use.n_items),
            rounding.count(use.n_stimuli),
            rounding.count(use.n_templates),
        )
        for use in result.instruments
    ]
    return table((tr("Test"), tr("Questions"), tr("Stimuli"), tr("Wordings")), rows)


def unitary(view: View) -> str:
    """Every criterion that was asked, by test; empty where none was."""
    parts = []
    for name, findings in view.asked_by_instrument.items():
        rows = []
        for finding in findings:
            measure = view.by_measure.get(finding.measure_id)
            mark = verdicts.mark_of(finding.verdict)
            is_read = finding.verdict is not Verdict.NOT_MEASURABLE
            rows.append(
                (
                    *_named(view, finding.contrast_id, finding.measure_id),
                    *_numbers(measure, finding.limit, is_read=is_read),
                    rounding.plain(finding.limit),
                    f"{mark.sign} {mark.word}",
                )
            )
        head = (*_head(), tr("Limit"), tr("Verdict"))
        parts.append(f"#### {escape(naming.title(name))}\n\n{table(head, rows)}")
    return "\n\n".join(parts)


def intersectional(view: View) -> str:
    """Every measure of groups that join several attributes; empty where none was asked."""
    rows = [
        (
            *_named(view, measure.contrast_id, measure.name),
            *_numbers(measure, None, is_read=not view.is_insensitive(measure.name)),
            measure.group and clean_line(tr(measure.group)),
        )
        for measure in view.result.measures
        if measure.contrast_id in INTERSECTIONAL and measure.unit != "p-value"
    ]
    return table((*_head(), tr("Group")), rows) if rows else ""


def _head() -> tuple[str, ...]:
    return (
        tr("Comparison"),
        tr("Measure"),
        tr("Value [95 %]"),
        tr("Bounds"),
        tr("n (stimuli)"),
        tr("Unusable"),
    )


def _named(view: View, contrast_id: str, measure_id: str) -> tuple[str, str]:
    contrast = view.contrast(contrast_id)
    title = naming.contrast_title(contrast) if contrast else clean_line(contrast_id)
    return title, naming.short_name(measure_id.partition("[")[0])


def _numbers(
    measure: Measure | None, limit: float | None, *, is_read: bool
) -> tuple[str, str, str, str]:
    """Value with interval, bounds, n, unusable share; no value where none can be read."""
    if measure is None:
        return (tr("not asked"), rounding.NONE, rounding.NONE, rounding.NONE)
    value, bounds = tr("not measurable"), rounding.NONE
    if measure.value is not None and is_read:
        value = wording.value_text(measure, limit)
        bounds = rounding.interval_of_unit(measure.bounds, measure.unit, limit)
    n = f"{rounding.count(measure.n)} ({rounding.count(measure.n_clusters)})"
    return (value, bounds, n, rounding.percent(measure.invalid_rate))
