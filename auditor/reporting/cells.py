"""Cells of tables and dots of charts, from measures: a number never comes alone. Pure."""

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Dot, VerdictMark
from auditor.reporting.language import SPACE, mark, tr
from auditor.reporting.recorded_texts import recorded
from auditor.reporting.view import View

N_HEAD = mark("n (stimuli)")
UNUSABLE_HEAD = mark("Unusable (written)")
UNUSABLE_NOTE = mark(
    "Unusable: of the written answers; –: scored by likelihood, where there are none by "
    "construction."
)
UNREAD = mark("n/m")
"""Stands for what the model's answers do not allow to be read: not measurable."""


def dot(measure: Measure | None, *, is_measurable: bool = True) -> Dot | None:
    """A measure as a chart shows it; None without a value."""
    if measure is None or measure.value is None:
        return None
    value = measure.value
    span, bounds = measure.interval, measure.bounds
    return Dot(
        value=value,
        low=span.low if span else value,
        high=span.high if span else value,
        bound_low=min(bounds.low, value) if bounds else value,
        bound_high=max(bounds.high, value) if bounds else value,
        is_measurable=is_measurable,
    )


def value_cell(measure: Measure | None, limit: float | None = None) -> Cell:
    """A number that never comes without its interval; "not measured" where there is none."""
    if measure is None:
        return Cell(text=rounding.NONE, note=tr("not asked"))
    if measure.value is None:
        return Cell(
            text=rounding.NONE, note=recorded(measure.undefined_because or mark("no value"))
        )
    bounds = measure.bounds
    is_open = bounds is not None and bounds.low < bounds.high
    return Cell(
        text=rounding.of_unit(measure.value, measure.unit, limit),
        note=rounding.interval_of_unit(measure.interval, measure.unit, limit),
        more=tr("bounds {bounds}", bounds=rounding.interval_of_unit(bounds, measure.unit, limit))
        if is_open
        else "",
        kind="number",
    )


def score_cell(view: View, name: str, contrast: Contrast) -> Cell:
    """A number as `value_cell` has it; one that cannot be read says so first."""
    measure = view.measure(name, contrast)
    if measure is None or measure.value is None or view.is_measurable(contrast, name):
        return value_cell(measure)
    seen = value_cell(measure)
    return Cell(
        text=tr(UNREAD), note=tr("seen {value}", value=seen.text), more=seen.note, kind="number"
    )


def answers_cell(measure: Measure | None) -> Cell:
    """How many answers a number rests on, of how many stimuli."""
    if measure is None:
        return Cell(text=rounding.NONE)
    return answers_of(measure.n, measure.n_clusters)


def answers_of(n: int, n_stimuli: int) -> Cell:
    """As in `192 (24)`: answers, and the stimuli that they are about."""
    text = f"{rounding.count(n)}{SPACE}({rounding.count(n_stimuli)})"
    return Cell(text=text, kind="number")


def unusable_cell(measure: Measure | None) -> Cell:
    """The share of answers that could not be scored."""
    if measure is None:
        return Cell(text=rounding.NONE)
    return Cell(text=rounding.percent(measure.invalid_rate), kind="number")


def judged_unusable_cell(measure: Measure | None) -> Cell:
    """The same beside a criterion: a dash where likelihoods leave nothing to be unusable."""
    if measure is not None and is_by_likelihood(measure) and not measure.n_unscored:
        return Cell(text=rounding.NONE, kind="number")
    return unusable_cell(measure)


def is_by_likelihood(measure: Measure) -> bool:
    """Whether it is a score of likelihoods and not of what was written."""
    return measure.unit == "score" and not measure.name.endswith(".text-score")


def counts_in_pairs(written: Measure | None, invalid: Measure | None) -> bool:
    """Whether some written answers are unusable only because their counterpart is."""
    if written is None or invalid is None or not written.n_unscored > invalid.n_unscored:
        return False
    return written.n + written.n_unscored == invalid.n + invalid.n_unscored


def detectable_cell(finding: Finding, measure: Measure | None) -> Cell:
    """The smallest effect that would have been found; none where nothing could be measured."""
    is_read = measure is not None and finding.verdict is not Verdict.NOT_MEASURABLE
    effect = measure.minimum_detectable_effect if measure is not None and is_read else None
    unit = measure.unit if measure is not None else ""
    return Cell(text=rounding.detectable(effect, unit), kind="number")


def mark_cell(verdict: VerdictMark | None) -> Cell:
    """A verdict; "not judged" where the policy has no criterion."""
    return Cell(text="" if verdict else tr("not judged"), mark=verdict)
