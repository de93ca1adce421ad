"""Scope and the verdict register. Pure."""

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Verdict
from auditor.reporting import rounding, standing, verdicts, wording
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.finding_pages import card_id
from auditor.reporting.pages import Scope
from auditor.reporting.view import (
    N_HEAD,
    UNUSABLE_HEAD,
    UNUSABLE_NOTE,
    View,
    answers_cell,
    answers_of,
    detectable_cell,
    judged_unusable_cell,
    mark_cell,
    value_cell,
)

_OBSERVED = f"Observed [95{rounding.SPACE}%]"
_CARD_VERDICTS = frozenset({Verdict.FAIL, Verdict.WARN})
_OPEN_VERDICTS = frozenset({Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE})


def scope(view: View) -> Scope:
    """Which tests met which groups, and what lies outside."""
    instruments = view.result.instruments
    rows = tuple(
        (
            Cell(text=wording.contrast_title(contrast)),
            Cell(text=_role(contrast)),
            *(_coverage_cell(view, contrast, use.name) for use in instruments),
        )
        for contrast in _in_order(view)
    )
    ran = {use.name for use in instruments}
    return Scope(
        matrix=Table(
            table_id="t-coverage",
            caption="Contrasts by test: answers, and in brackets the stimuli they are about",
            columns=(
                Column(text="Contrast"),
                Column(text="Role"),
                *(Column(text=_instrument_title(use.name)) for use in instruments),
            ),
            rows=rows,
            is_dense=True,
        ),
        outside=tuple(text for name, text in standing.OUTSIDE if name not in ran),
    )


def register(view: View) -> Table:
    """A row a criterion, in the policy's order."""
    columns = (
        "Criterion and question",
        "Limit",
        _OBSERVED,
        N_HEAD,
        UNUSABLE_HEAD,
        "Listed order",
        "p (Holm)",
        "MDE",
        "Verdict",
    )
    numbers = {"Limit", _OBSERVED, N_HEAD, UNUSABLE_HEAD, "Listed order", "p (Holm)", "MDE"}
    rows = tuple(_register_row(view, finding) for finding in view.result.findings)
    has_bounds = any(cell.more for row in rows for cell in row)
    bounds = " Bounds: the value if all unusable answers went one way." if has_bounds else ""
    return Table(
        table_id="t-register",
        caption="Verdict register: every criterion of the policy",
        columns=tuple(Column(text=c, kind="number" if c in numbers else "text") for c in columns),
        rows=rows,
        footnote="n: answers, and in brackets the stimuli that the interval rests on. "
        f"{UNUSABLE_NOTE} Listed order: answers that pair the words in the order shown, 50 % is "
        "none. p: of no effect at all, adjusted by Holm’s method over the "
        f"{rounding.count(view.n_tested)} criteria that could be tested. MDE: the effect that "
        f"would have been found with 80 % power.{bounds}",
        is_dense=True,
    )


def _target(finding: Finding) -> str:
    if finding.verdict in _CARD_VERDICTS:
        return card_id(finding)
    return "undecided" if finding.verdict in _OPEN_VERDICTS else ""


def _register_row(view: View, finding: Finding) -> tuple[Cell, ...]:
    measure = view.by_measure.get(finding.measure_id)
    contrast = view.contrast(finding.contrast_id)
    name = finding.measure_id.split("[")[0]
    asked = wording.question(name, contrast) if contrast else "Not in the tier that ran."
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
        mark_cell(verdicts.MARKS[finding.verdict]),
    )


def _order_cell(measure: Measure | None) -> Cell:
    rate = measure.position_bias_rate if measure else None
    return Cell(text=rounding.NONE if rate is None else rounding.percent(rate), kind="number")


def _in_order(view: View) -> list[Contrast]:
    """Categories in the report's order, each with its ladder; controls last."""
    ordered: list[Contrast] = []
    for primary in view.primaries:
        same = [c for c in view.result.contrasts if c.category == primary.category]
        ordered += [c for c in same if c.role in ("primary", "ladder")]
    return ordered + [c for c in view.result.contrasts if c not in ordered]


def _coverage_cell(view: View, contrast: Contrast, instrument: str) -> Cell:
    mine = [
        m
        for m in view.result.measures
        if m.contrast_id == contrast.contrast_id and m.instrument == instrument
    ]
    if not mine:
        return Cell(text="not tested")
    # The score is the measure that the design is for; the rates are about the same items.
    main = next((m for m in mine if m.name == f"{instrument}.score"), mine[0])
    n = answers_of(main.n + main.n_unscored, main.n_clusters).text
    if main.value is None or not view.is_measurable(contrast, main.name):
        return Cell(text=f"not measurable, {n}")
    return Cell(text=f"tested, {n}")


def _role(contrast: Contrast) -> str:
    words = {
        "primary": "primary",
        "ladder": "ladder",
        "null-control": "null control",
        "positive-control": "positive control",
    }
    return words[contrast.role].capitalize()


def _instrument_title(name: str) -> str:
    text = standing.INSTRUMENTS.get(name)
    return text.title if text else name
