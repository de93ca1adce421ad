"""The criteria that limit an increase since an earlier run, in a table. Pure."""

from dataclasses import replace

from auditor.core.review import BaselineFinding
from auditor.reporting import rounding, verdicts
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.effect_numbers import effect_cell, n_text
from auditor.reporting.language import tr
from auditor.reporting.pages import Part
from auditor.reporting.reviews.change_parts import change_title, level_cell
from auditor.reporting.reviews.increase_words import (
    increases_line,
    margin_text,
    reason_sentence,
)
from auditor.reporting.view import View

_NOTHING = Cell(text=rounding.NONE, kind="number")


def increase_part(view: View) -> Part | None:
    """What the policy asks of an increase, judged; None where it asks for nothing."""
    findings = view.result.baseline_findings
    if not findings:
        return None
    return Part(
        title=tr("No worse than before?"),
        lead=increases_line(findings),
        tables=(
            Table(
                table_id="t-increases",
                caption=tr("Increase since the earlier run, against the margin of the policy"),
                columns=(
                    Column(text=tr("Criterion")),
                    Column(text=tr("before"), kind="number"),
                    Column(text=tr("now"), kind="number"),
                    Column(text=tr("Increase"), kind="number"),
                    Column(text=tr("Margin"), kind="number"),
                    Column(text=tr("p of margin"), kind="number"),
                    Column(text=tr("Verdict")),
                ),
                rows=tuple(_row(view, one) for one in findings),
                is_dense=True,
                kind="t-changes",
                footnote=tr("How an increase is judged stands under method."),
            ),
        ),
    )


def _row(view: View, finding: BaselineFinding) -> tuple[Cell, ...]:
    title = change_title(view, finding)
    return (
        Cell(text=title, note=reason_sentence(finding)),
        _NOTHING if finding.before is None else level_cell(finding.before, "score"),
        _NOTHING if finding.after is None else level_cell(finding.after, "score"),
        _increase_cell(finding),
        Cell(text=margin_text(finding.max_increase), kind="number"),
        Cell(text=rounding.p_value(finding.adjusted_p), kind="number"),
        Cell(text="", mark=verdicts.mark_of(finding.verdict)),
    )


def _increase_cell(finding: BaselineFinding) -> Cell:
    """With the digits that keep either end on its side of the margin."""
    increase = finding.increase
    if increase is None:
        return _NOTHING
    told = effect_cell(increase, "score", finding.max_increase)
    return replace(told, more=n_text(increase))
