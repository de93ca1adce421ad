"""With and without the adapter: dialects in both languages, and hiring. Pure."""

from collections.abc import Sequence

from auditor.core.fix_results import AdapterResult, Effect, RegisterChange, Slope
from auditor.reporting import rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cells import N_HEAD
from auditor.reporting.dot_chart import DotChart, DotRow, Series
from auditor.reporting.effect_numbers import (
    effect_cell,
    effect_dot,
    n_cell,
    side,
    unusable_cell,
    value_text,
)
from auditor.reporting.fix import adapter_sentences as sentences
from auditor.reporting.fix.adapter_sentences import HIRING, INSTRUMENTS, UNITS
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import AdapterSection, Part
from auditor.reporting.view import View

_TITLE = mark("With and without the adapter")
_LANGUAGES = {
    "English": mark("African American against Standard American English"),
    "Russian": mark("Non-standard against standard Russian"),
}
_SERIES = (
    Series(key="without-adapter", label=mark("without the adapter")),
    Series(key="with-adapter", label=mark("with it")),
)
_HEADS = (mark("Without"), mark("With"), mark("Change"))


def adapter(view: View) -> AdapterSection | None:
    """The section; None where the model was audited without an adapter."""
    told = view.result.adapter
    if told is None:
        if view.result.record.model.adapter_sha256 is None:
            return None
        return AdapterSection(title=tr(_TITLE), lead=(sentences.missing_sentence(view),), parts=())
    parts = (
        *(_language(told, language) for language in _LANGUAGES),
        _hiring(view, told),
    )
    return AdapterSection(
        title=tr(_TITLE),
        lead=sentences.lead(told),
        parts=tuple(part for part in parts if part is not None),
    )


def _language(told: AdapterResult, language: str) -> Part | None:
    rows = [row for row in told.register_changes if row.language == language]
    if not rows:
        return None
    return Part(
        title=tr(_LANGUAGES[language]),
        lead=sentences.unread_sentence(told, INSTRUMENTS[language]),
        points=sentences.register_points(rows),
        chart=register_chart(language, rows),
        tables=(register_table(language, rows, table_id=f"t-adapter-{INSTRUMENTS[language]}"),),
    )


def register_chart(language: str, rows: Sequence[RegisterChange]) -> DotChart:
    """Dialect minus standard of each facet, without and with the adapter."""
    names = [sentences.facet_title(row) for row in rows]
    shown = sum(row.is_shown for row in rows)
    return DotChart(
        title=tr(
            "{dialects}: {shown} of {n} changes shown",
            dialects=tr(_LANGUAGES[language]),
            shown=rounding.count(shown),
            n=rounding.count(len(rows)),
        ),
        alt=chart_alt(
            tr("Dialect minus standard without and with the adapter, 95 % intervals."),
            [
                f"{name}: {_ends(row.before, row.after, row)}."
                for name, row in zip(names, rows, strict=True)
            ],
        ),
        scale="score",
        axis_label=tr("dialect minus standard: score, or share of answers; + worse or more"),
        series=_SERIES,
        rows=tuple(
            DotRow(
                label=name,
                dots=(effect_dot(row.before), effect_dot(row.after)),
                beside=_beside(row.change, row.unit),
            )
            for name, row in zip(names, rows, strict=True)
        ),
        beside_head=tr("change"),
        is_connected=True,
    )


def _ends(before: Effect, after: Effect, row: RegisterChange | Slope) -> str:
    unit = UNITS[row.unit]
    old, new = (
        rounding.NONE if one.value is None else value_text(one.value, unit)
        for one in (before, after)
    )
    return tr("{before} to {after}", before=old, after=new)


def _beside(change: Effect, unit: str) -> str:
    return rounding.NONE if change.value is None else value_text(change.value, UNITS[unit])


def register_table(language: str, rows: Sequence[RegisterChange], *, table_id: str) -> Table:
    """What the chart shows, with what unusable answers and typing errors leave of it."""
    heads = (
        *map(tr, _HEADS),
        tr("Beyond typing errors"),
        tr(N_HEAD),
        tr("Unusable"),
        "p (Holm)",
    )
    return Table(
        table_id=table_id,
        caption=tr(
            "{dialects}: dialect minus standard, with 95 % intervals",
            dialects=tr(_LANGUAGES[language]),
        ),
        columns=(
            Column(text=tr("Asked")),
            *(Column(text=head, kind="number") for head in heads),
        ),
        rows=tuple(
            (
                Cell(text=sentences.facet_title(row)),
                effect_cell(row.before, UNITS[row.unit]),
                effect_cell(row.after, UNITS[row.unit]),
                effect_cell(row.change, UNITS[row.unit]),
                Cell(text=rounding.NONE, kind="number")
                if row.over_typos.value is None
                else effect_cell(row.over_typos, UNITS[row.unit]),
                n_cell(row.change),
                unusable_cell(row.change),
                Cell(
                    text=rounding.p_value(row.adjusted_p),
                    note=tr("shown") if row.is_shown else tr("not shown"),
                    kind="number",
                ),
            )
            for row in rows
        ),
        footnote=tr(
            "n: answers of both runs, and in brackets the pairs of sentences that the intervals "
            "rest on. Shares are of all answers; a change can reach ±200 pp. Bounds: what they "
            "could be, however the unusable answers would have come out. Intervals of shares are "
            "those of two more pairs, one each way, since a few pairs that agree have no spread "
            "(Bonett and Price 2012). p: of no change at all, adjusted over both languages "
            "together. Beyond typing errors: the change minus that of the same sentences with "
            "typing errors; –: not asked of them."
        ),
        is_dense=True,
        kind="t-measures",
    )


def _hiring(view: View, told: AdapterResult) -> Part | None:
    slopes = [slope for slope in told.slopes if slope.key.startswith(f"{HIRING}.score[")]
    if not slopes:
        return None
    slopes.sort(key=lambda slope: sentences.is_control(view, slope))
    return Part(
        title=tr("Hiring"),
        lead=sentences.unread_sentence(told, HIRING),
        points=sentences.hiring_points(view, slopes),
        chart=_hiring_chart(view, slopes),
        tables=(_hiring_table(view, slopes),),
    )


def _hiring_chart(view: View, slopes: Sequence[Slope]) -> DotChart:
    groups = [slope for slope in slopes if not sentences.is_control(view, slope)]
    moved = sum(bool(side(slope.change)) for slope in groups)
    return DotChart(
        title=tr(
            "Hiring: the interval of {moved} of {n} changes excludes zero",
            moved=rounding.count(moved),
            n=rounding.count(len(groups)),
        ),
        alt=chart_alt(
            tr("Hiring score without and with the adapter, 95 % intervals."),
            [f"{sentences.slope_title(view, s)}: {_ends(s.before, s.after, s)}." for s in slopes],
        ),
        scale="score",
        axis_label=tr(
            "hiring score by likelihood: 0 none, + to the disadvantage of the first group"
        ),
        series=_SERIES,
        rows=tuple(
            DotRow(
                label=sentences.slope_title(view, slope),
                dots=(effect_dot(slope.before), effect_dot(slope.after)),
                beside=_beside(slope.change, slope.unit),
                is_control=sentences.is_control(view, slope),
            )
            for slope in slopes
        ),
        beside_head=tr("change"),
        is_connected=True,
    )


def _hiring_table(view: View, slopes: Sequence[Slope]) -> Table:
    return Table(
        table_id="t-adapter-hiring",
        caption=tr("Hiring score by likelihood, with 95 % intervals; controls last"),
        columns=(
            Column(text=tr("Contrast")),
            *(
                Column(text=head, kind="number")
                for head in (*map(tr, _HEADS), tr(N_HEAD), tr("Unusable"))
            ),
        ),
        rows=tuple(
            (
                Cell(text=sentences.slope_title(view, slope)),
                effect_cell(slope.before, UNITS[slope.unit]),
                effect_cell(slope.after, UNITS[slope.unit]),
                effect_cell(slope.change, UNITS[slope.unit]),
                n_cell(slope.change),
                unusable_cell(slope.change),
            )
            for slope in slopes
        ),
        footnote=tr(
            "Change: with the adapter minus without it, paired by application. n: answers, and in "
            "brackets the applications that the interval rests on. Refusals and other written "
            "answers are not compared here."
        ),
        is_dense=True,
        kind="t-measures",
    )
