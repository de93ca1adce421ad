"""The criteria that were asked and are neither shown nor excluded, with the reasons. Pure."""

from auditor.core.policy import Finding, Verdict
from auditor.reporting import naming, reasons, rounding, verdicts
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
from auditor.reporting.finding_pages import criterion_title
from auditor.reporting.language import mark, tr
from auditor.reporting.view import View, severity_key

_OPEN_VERDICTS = frozenset({Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE})
_COLUMNS = (
    mark("Criterion"),
    mark("Observed [95\u00a0%]"),
    N_HEAD,
    UNUSABLE_HEAD,
    mark("MDE"),
    mark("Verdict"),
    mark("Why"),
)


def undecided(view: View) -> tuple[Table, ...]:
    """The criteria that are not decided, worst first within each instrument."""
    return tuple(
        _table(view, instrument, told)
        for instrument, findings in view.asked_by_instrument.items()
        if (told := [f for f in findings if f.verdict in _OPEN_VERDICTS])
    )


def note(view: View) -> str:
    """What the tables' columns mean."""
    p = tr(
        "p of 0: of no effect at all, adjusted by Holm’s method over the {n} criteria that could "
        "be tested.",
        n=rounding.count(view.n_tested),
    )
    return f"{tr(UNUSABLE_NOTE)} {p}"


def _table(view: View, instrument: str, findings: list[Finding]) -> Table:
    ordered = sorted(findings, key=lambda finding: severity_key(view, finding))
    return Table(
        table_id=f"t-undecided-{instrument}",
        caption=tr("{test}: not decided, and why", test=naming.title(instrument)),
        columns=tuple(
            Column(text=tr(c), kind="number" if 0 < i < 5 else "text")
            for i, c in enumerate(_COLUMNS)
        ),
        rows=tuple(_row(view, finding) for finding in ordered),
        is_dense=True,
        kind="t-undecided",
    )


def _row(view: View, finding: Finding) -> tuple[Cell, ...]:
    measure = view.by_measure.get(finding.measure_id)
    criterion = view.criterion(finding.criterion_id)
    return (
        Cell(text=criterion_title(view, finding)),
        # Why there is no value stands in the last column.
        value_cell(measure, finding.limit)
        if measure is not None and measure.value is not None
        else Cell(text=rounding.NONE, kind="number"),
        answers_cell(measure),
        judged_unusable_cell(measure),
        detectable_cell(finding, measure),
        mark_cell(verdicts.mark_of(finding.verdict)),
        Cell(text=reasons.brief_reasons(finding, measure, criterion, n_tested=view.n_tested)),
    )
