"""The verdict register: a row for each criterion, grouped by instrument. Pure."""

from dataclasses import replace

from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import naming, rounding, verdicts
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cells import (
    N_HEAD,
    UNUSABLE_HEAD,
    UNUSABLE_NOTE,
    answers_cell,
    detectable_cell,
    judged_unusable_cell,
    mark_cell,
    value_cell,
)
from auditor.reporting.cleaning import clean_line
from auditor.reporting.finding_pages import card_id
from auditor.reporting.language import mark, tr, tr_n
from auditor.reporting.pages import Register
from auditor.reporting.reasons import is_position_ruled, order_note
from auditor.reporting.reviews.increase_words import increases_line
from auditor.reporting.view import View

_LEAD = mark(
    "Each row is one question that the policy asks, with the limit that was set before the run. "
    "The verdict follows from the adjusted p values and the 90 % interval by the rule on the "
    "method page; nothing was decided by hand. The 95 % intervals shown are not corrected for the "
    "number of criteria."
)
_NUMBERS = (
    mark("Limit"),
    mark("Observed [95\u00a0%]"),
    N_HEAD,
    UNUSABLE_HEAD,
    mark("Listed order"),
    mark("p of 0 (Holm)"),
    mark("MDE"),
)
_COLUMNS = (mark("Criterion and question"), *_NUMBERS, mark("Verdict"))
_CARD_VERDICTS = frozenset({Verdict.FAIL, Verdict.WARN})
_OPEN_VERDICTS = frozenset({Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE})


def register(view: View) -> Register:
    """Every criterion of the policy, by instrument; what the run left out is counted."""
    tables = tuple(
        _table(view, instrument, findings)
        for instrument, findings in view.asked_by_instrument.items()
    )
    cells = [cell for table in tables for row in table.rows for cell in row]
    has_bounds, has_pass = any(cell.more for cell in cells), any(cell.last for cell in cells)
    return Register(
        lead=" ".join(
            sentence
            for sentence in (tr(_LEAD), increases_line(view.result.baseline_findings))
            if sentence
        ),
        tables=tables,
        footnote=_footnote(view, has_bounds=has_bounds, has_pass=has_pass),
        not_asked=tuple(
            tr_n(
                "{n} criterion of {test}",
                "{n} criteria of {test}",
                n,
                test=naming.title(instrument),
            )
            for instrument, n in view.not_asked.items()
        ),
    )


def _table(view: View, instrument: str, findings: tuple[Finding, ...]) -> Table:
    n = len(findings)
    return Table(
        table_id=f"t-register-{instrument}",
        caption=tr_n(
            "{test}: {n} criterion", "{test}: {n} criteria", n, test=naming.title(instrument)
        ),
        columns=tuple(
            Column(text=tr(c), kind="number" if c in _NUMBERS else "text") for c in _COLUMNS
        ),
        rows=tuple(_row(view, finding) for finding in findings),
        is_dense=True,
        kind="t-register",
    )


def _footnote(view: View, *, has_bounds: bool, has_pass: bool) -> str:
    told = (
        tr("n: answers, and in brackets the stimuli that the interval rests on."),
        tr(UNUSABLE_NOTE),
        tr("Listed order: answers that follow the order shown, 50 % is none."),
        tr(
            "p of 0: of no effect at all; p of limit, where an effect is shown: of one no larger "
            "than the limit. Both are adjusted by Holm’s method over the {n} criteria that could "
            "be tested.",
            n=rounding.count(view.n_tested),
        ),
        tr("MDE: the effect that would have been found with 80 % power."),
        tr("Bounds: the value if all unusable answers went one way.") if has_bounds else "",
        tr("90 %: the interval, widened by the unusable answers, that a pass rests on.")
        if has_pass
        else "",
    )
    return " ".join(sentence for sentence in told if sentence)


def _row(view: View, finding: Finding) -> tuple[Cell, ...]:
    measure = view.by_measure.get(finding.measure_id)
    contrast = view.contrast(finding.contrast_id)
    name = finding.measure_id.split("[")[0]
    asked = naming.question(name, contrast) if contrast else tr("Not in the tier that ran.")
    unit = measure.unit if measure else "score"
    return (
        Cell(
            text=clean_line(finding.criterion_id),
            note=asked,
            target=_target(finding),
        ),
        Cell(text=f"±{rounding.of_unit(finding.limit, unit).removeprefix('+')}", kind="number"),
        _observed_cell(finding, measure),
        answers_cell(measure),
        judged_unusable_cell(measure),
        _order_cell(measure),
        _p_cell(finding),
        detectable_cell(finding, measure),
        _verdict_cell(finding, measure),
    )


def _observed_cell(finding: Finding, measure: Measure | None) -> Cell:
    """The value; for a pass with the interval that it rests on, which is not the 95 % one."""
    cell = value_cell(measure, finding.limit)
    if measure is None or finding.verdict is not Verdict.PASS or measure.unit == "rate":
        return cell
    inside = measure.equivalence_interval
    told = rounding.interval_of_unit(inside, measure.unit, finding.limit)
    return replace(cell, last=tr("90 %: {interval}", interval=told))


def _p_cell(finding: Finding) -> Cell:
    """The p of no effect; where an effect is shown, that of one within the limit beneath it."""
    has_effect = finding.verdict in _CARD_VERDICTS and finding.adjusted_p_beyond is not None
    beyond = rounding.p_value(finding.adjusted_p_beyond)
    return Cell(
        text=rounding.p_value(finding.adjusted_p),
        note=tr("of limit {p}", p=beyond) if has_effect else "",
        kind="number",
    )


def _verdict_cell(finding: Finding, measure: Measure | None) -> Cell:
    """The verdict; a pass whose answers position ruled says so."""
    cell = mark_cell(verdicts.mark_of(finding.verdict))
    if finding.verdict is not Verdict.PASS or not is_position_ruled(measure):
        return cell
    return replace(cell, note=order_note(measure))


def _target(finding: Finding) -> str:
    if finding.verdict in _CARD_VERDICTS:
        return card_id(finding)
    return "undecided" if finding.verdict in _OPEN_VERDICTS else ""


def _order_cell(measure: Measure | None) -> Cell:
    rate = measure.position_bias_rate if measure else None
    return Cell(text=rounding.NONE if rate is None else rounding.percent(rate), kind="number")
