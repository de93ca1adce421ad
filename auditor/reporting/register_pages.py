"""The verdict register: a row for each criterion, grouped by instrument. Pure."""

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
    mark("p (Holm)"),
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
    has_bounds = any(cell.more for table in tables for row in table.rows for cell in row)
    return Register(
        lead=tr(_LEAD),
        tables=tables,
        footnote=_footnote(view, has_bounds=has_bounds),
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


def _footnote(view: View, *, has_bounds: bool) -> str:
    told = (
        tr("n: answers, and in brackets the stimuli that the interval rests on."),
        tr(UNUSABLE_NOTE),
        tr("Listed order: answers that follow the order shown, 50 % is none."),
        tr(
            "p: of no effect at all, adjusted by Holm’s method over the {n} criteria that could "
            "be tested.",
            n=rounding.count(view.n_tested),
        ),
        tr("MDE: the effect that would have been found with 80 % power."),
        tr("Bounds: the value if all unusable answers went one way.") if has_bounds else "",
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
        value_cell(measure, finding.limit),
        answers_cell(measure),
        judged_unusable_cell(measure),
        _order_cell(measure),
        Cell(text=rounding.p_value(finding.adjusted_p), kind="number"),
        detectable_cell(finding, measure),
        mark_cell(verdicts.mark_of(finding.verdict)),
    )


def _target(finding: Finding) -> str:
    if finding.verdict in _CARD_VERDICTS:
        return card_id(finding)
    return "undecided" if finding.verdict in _OPEN_VERDICTS else ""


def _order_cell(measure: Measure | None) -> Cell:
    rate = measure.position_bias_rate if measure else None
    return Cell(text=rounding.NONE if rate is None else rounding.percent(rate), kind="number")
