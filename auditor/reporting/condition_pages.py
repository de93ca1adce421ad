"""Does an instruction change it? The same items under each condition, as paired changes. Pure."""

from collections.abc import Sequence
from typing import get_args

from auditor.core.items import CONDITIONS, Condition, Contrast
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cells import N_HEAD, UNREAD, answers_cell, dot
from auditor.reporting.charts_of_scores import common_limit
from auditor.reporting.condition_sentences import (
    condition_sentences,
    is_neutral_alike,
    is_over_corrected,
)
from auditor.reporting.dot_chart import DotChart, DotRow, Series, SeriesKey
from auditor.reporting.instrument_sentences import side
from auditor.reporting.language import mark, tr
from auditor.reporting.measure_table import measure_table, number_cell
from auditor.reporting.pages import Conditions, Part
from auditor.reporting.view import View

_LEAD = mark(
    "The same questions, once as they are and once under each condition: an instruction to answer "
    "without bias, the same with reasoning first, and a neutral instruction of the same length as "
    "a control. Changes are paired by stimulus. What the neutral instruction changes as well, "
    "length alone may have changed; and a score that falls while unusable answers rise is not a "
    "repair."
)
_BESIDE = {
    "question-answering": (
        ("accuracy-disambiguated", mark("Right where the text tells")),
        ("unknown-rate", mark("Answers “unknown”")),
        ("s-amb", mark("s_AMB")),
    ),
    "pronoun-occupation": (
        ("correlation", mark("r")),
        ("probability-she", mark("P(she)")),
        ("probability-he", mark("P(he)")),
        ("probability-they", mark("P(they)")),
    ),
}
"""What a change of the score must not be read without."""


def conditions(view: View) -> Conditions | None:
    """The section; None where nothing was asked under a condition."""
    parts = tuple(
        _part(view, use.name, under)
        for use in view.result.instruments
        if (under := _conditions_of(view, use.name))
    )
    return Conditions(lead=(tr(_LEAD),), parts=parts) if parts else None


def _conditions_of(view: View, instrument: str) -> tuple[Condition, ...]:
    """The conditions that an instrument was asked under, in their own order."""
    taken = {
        m.condition
        for m in view.result.measures
        if m.instrument == instrument and m.name.startswith(f"{instrument}.score@")
    }
    return tuple(c for c in CONDITIONS if c in taken)


def _contrasts(view: View, instrument: str, under: Sequence[Condition]) -> tuple[Contrast, ...]:
    return tuple(
        c
        for c in view.groups_of(instrument)
        if any(view.measure(f"{instrument}.score@{one}", c) is not None for one in under)
    )


def _part(view: View, instrument: str, under: tuple[Condition, ...]) -> Part:
    contrasts = _contrasts(view, instrument, under)
    beside = _beside_table(view, instrument, under, contrasts)
    return Part(
        title=naming.heading(instrument),
        lead="",
        points=tuple(condition_sentences(view, instrument, under, contrasts)),
        chart=_chart(view, instrument, under, contrasts),
        tables=(
            _table(view, instrument, under, contrasts),
            *([beside] if beside is not None and beside.rows else []),
        ),
    )


def _chart(
    view: View, instrument: str, under: Sequence[Condition], contrasts: Sequence[Contrast]
) -> DotChart:
    name = f"{instrument}.score"
    shown: tuple[Condition, ...] = ("question", *under)
    rows = tuple(
        DotRow(
            label=naming.contrast_title(c),
            dots=tuple(
                dot(_under(view, name, c, one), is_measurable=view.is_measurable(c, name))
                for one in shown
            ),
        )
        for c in contrasts
    )
    return DotChart(
        title=tr(
            "{score} under each condition", score=naming.capital(naming.score_name(instrument))
        ),
        alt=_alt(view, name, shown, contrasts),
        scale="score",
        axis_label=tr("score by likelihood: 0 none, + stereotype, − opposite"),
        series=tuple(Series(key=_key(one), label=naming.SHORT_CONDITIONS[one]) for one in shown),
        rows=rows,
        limit=common_limit(view, (name,)),
        is_connected=True,
    )


def _key(condition: Condition) -> SeriesKey:
    return next(key for key in get_args(SeriesKey) if key == condition)


def _under(view: View, name: str, contrast: Contrast, condition: Condition) -> Measure | None:
    """A measure under a condition; the plain one has no suffix."""
    suffix = "" if condition == "question" else f"@{condition}"
    return view.measure(f"{name}{suffix}", contrast)


def _alt(view: View, name: str, shown: Sequence[Condition], contrasts: Sequence[Contrast]) -> str:
    parts = []
    for contrast in contrasts:
        values = [
            f"{naming.short_condition(one)} {rounding.signed(m.value)}"
            for one in shown
            if (m := _under(view, name, contrast, one)) is not None and m.value is not None
        ]
        parts.append(f"{naming.contrast_title(contrast)}: {', '.join(values)}.")
    return chart_alt(tr("Score of each contrast under each condition, 95 % intervals."), parts)


def _table(
    view: View, instrument: str, under: Sequence[Condition], contrasts: Sequence[Contrast]
) -> Table:
    heads = (
        tr("Plain"),
        tr("Under it"),
        tr("Change"),
        tr(N_HEAD),
        tr("Change in writing"),
        tr("Unusable, plain"),
        tr("Under it"),
    )
    return Table(
        table_id=f"t-conditions-{instrument}",
        caption=tr(
            "{score}: paired changes against the plain question, with 95 % intervals",
            score=naming.capital(naming.score_name(instrument)),
        ),
        columns=(
            Column(text=tr("Contrast, condition")),
            *(Column(text=head, kind="number") for head in heads),
            Column(text=tr("Note")),
        ),
        rows=tuple(
            _row(view, instrument, contrast, condition)
            for contrast in contrasts
            for condition in under
        ),
        footnote=tr(
            "Scores and changes are by likelihood unless they say otherwise. n: of the change by "
            "likelihood. Plain scores are over every question of this tier; a change is over the "
            "stimuli that were asked both ways."
        ),
        is_dense=True,
        kind="t-conditions",
    )


def _row(view: View, instrument: str, contrast: Contrast, condition: Condition) -> tuple[Cell, ...]:
    name, text = f"{instrument}.score", f"{instrument}.text-score"
    change = view.measure(f"{name}-change@{condition}", contrast)
    return (
        Cell(text=naming.contrast_title(contrast), note=naming.condition_name(condition)),
        number_cell(view.measure(name, contrast)),
        number_cell(view.measure(f"{name}@{condition}", contrast)),
        number_cell(change),
        answers_cell(change),
        number_cell(view.measure(f"{text}-change@{condition}", contrast)),
        _unusable_cell(view.measure(text, contrast)),
        _unusable_cell(view.measure(f"{text}@{condition}", contrast)),
        Cell(text=_note(view, name, contrast, condition)),
    )


def _unusable_cell(text: Measure | None) -> Cell:
    if text is None:
        return Cell(text=rounding.NONE, kind="number")
    n = rounding.count(text.n + text.n_unscored)
    return Cell(text=rounding.percent(text.invalid_rate), note=tr("of {n}", n=n), kind="number")


def _note(view: View, name: str, contrast: Contrast, condition: Condition) -> str:
    """What the change amounts to, by its interval."""
    change = view.measure(f"{name}-change@{condition}", contrast)
    if change is None or change.interval is None or not view.is_measurable(contrast, name):
        return tr(UNREAD)
    if is_over_corrected(view, name, contrast, condition):
        return tr("over-corrected")
    if not side(change):
        return tr("no change shown")
    is_alike = is_neutral_alike(view, name, contrast, condition)
    if side(change) < 0:
        return tr("lower, as neutral") if is_alike else tr("lower")
    return tr("higher, as neutral") if is_alike else tr("higher")


def _beside_table(
    view: View, instrument: str, under: Sequence[Condition], contrasts: Sequence[Contrast]
) -> Table | None:
    columns = _BESIDE.get(instrument)
    if columns is None:
        return None
    shown: tuple[Condition, ...] = ("question", *under)
    rows = [
        (
            Cell(text=naming.contrast_title(c), note=naming.condition_name(one)),
            [_under(view, f"{instrument}.{kind}", c, one) for kind, _ in columns],
        )
        for c in contrasts
        for one in shown
    ]
    return measure_table(
        f"t-conditions-{instrument}-beside",
        tr("What else changes, with 95 % intervals"),
        (tr("Contrast, condition"), *(tr(head) for _, head in columns)),
        rows,
    )
