"""Two runs side by side, in a chart and a table. Pure."""

from collections.abc import Sequence

from auditor.core.fix_results import Effect
from auditor.core.review import BaselineFinding, Change, Review
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.dot_chart import DotChart, DotRow, Series
from auditor.reporting.effect_numbers import LEVEL_OF, counted_cell, effect_dot, effect_text
from auditor.reporting.language import tr
from auditor.reporting.pages import Part
from auditor.reporting.reviews.change_words import mark_of, tally_words
from auditor.reporting.verdicts import mark_of as verdict_mark
from auditor.reporting.view import Names

MAX_ROWS = 9
"""Rows of a chart, so that it fits on a page; the table has all."""
_NOTHING = Cell(text=rounding.NONE, kind="number")


def change_part(
    names: Names, review: Review, *, key: str, title: str, lead: str, heads: tuple[str, str]
) -> Part:
    """The largest differences as a chart, every criterion as a table; `heads` name the runs."""
    return Part(
        title=title,
        lead=lead,
        chart=_chart(names, review.changes, heads),
        tables=(_table(names, review.changes, key, heads),),
    )


def level_cell(effect: Effect | None, unit: str) -> Cell:
    """A number of one run above its interval and its n, or why there is none."""
    if effect is None:
        return Cell(text=rounding.NONE, note=tr("not asked"), kind="number")
    return counted_cell(effect, LEVEL_OF[unit])


def change_title(names: Names, change: Change | BaselineFinding) -> str:
    """What a criterion of a comparison is called."""
    contrast = names.contrast(change.contrast_id)
    title = naming.contrast_title(contrast) if contrast else naming.spelt(change.contrast_id)
    return f"{title}, {naming.short_name(change.measure_id.partition('[')[0])}"


def _chart(names: Names, changes: Sequence[Change], heads: tuple[str, str]) -> DotChart | None:
    scored = [one for one in changes if one.unit == "score" and _difference(one) is not None]
    if not scored:
        return None
    shown = sorted(scored, key=lambda one: -abs(_difference(one) or 0.0))[:MAX_ROWS]
    first, second = heads
    return DotChart(
        title=tr("The {n} largest differences", n=rounding.count(len(shown)))
        if len(shown) < len(scored)
        else tr("All differences, largest first"),
        alt=_alt(names, scored),
        scale="score",
        axis_label=tr("score, 0 none, + stereotype"),
        series=(Series(key="earlier", label=first), Series(key="later", label=second)),
        rows=tuple(
            DotRow(
                label=change_title(names, one),
                dots=tuple(effect_dot(each) if each else None for each in (one.before, one.after)),
                beside=effect_text(one.difference, "score") if one.difference else rounding.NONE,
                mark=mark_of(one.word),
            )
            for one in shown
        ),
        limit=_common_limit(shown),
        beside_head=tr("difference [95 %]"),
        verdict_head=tr("change"),
        is_connected=True,
    )


def _alt(names: Names, scored: Sequence[Change]) -> str:
    parts = [naming.capital(tally_words(scored)) + "."]
    most = max(scored, key=lambda one: abs(_difference(one) or 0.0))
    parts.append(
        tr(
            "Largest difference: {contrast} ({value}).",
            contrast=change_title(names, most),
            value=rounding.signed(_difference(most) or 0.0),
        )
    )
    n = rounding.count(len(scored))
    return chart_alt(tr("Scores of {n} criteria in two runs, with 95 % intervals.", n=n), parts)


def _difference(change: Change) -> float | None:
    return change.difference.value if change.difference else None


def _common_limit(changes: Sequence[Change]) -> float | None:
    limits = {one.limit for one in changes}
    return limits.pop() if len(limits) == 1 else None


def _table(names: Names, changes: Sequence[Change], key: str, heads: tuple[str, str]) -> Table:
    numbers = (*heads, tr("Paired difference"), tr("Adjusted p"))
    return Table(
        table_id=f"t-{key}",
        caption=tr("Each criterion in both runs"),
        columns=(
            Column(text=tr("Criterion")),
            *(Column(text=text, kind="number") for text in numbers),
            Column(text=tr("Verdicts")),
            Column(text=tr("Change")),
        ),
        rows=tuple(_row(names, one) for one in changes),
        is_dense=True,
        kind="t-changes",
    )


def _row(names: Names, change: Change) -> tuple[Cell, ...]:
    difference = change.difference
    return (
        Cell(text=change_title(names, change)),
        level_cell(change.before, change.unit),
        level_cell(change.after, change.unit),
        counted_cell(difference, "score")
        if difference
        else Cell(text=rounding.NONE, kind="number"),
        Cell(text=rounding.p_value(change.adjusted_p), kind="number"),
        Cell(text=_verdicts(change)),
        Cell(text="", mark=mark_of(change.word)),
    )


def _verdicts(change: Change) -> str:
    found = [
        verdict_mark(one).word if one is not None else rounding.NONE
        for one in (change.verdict_before, change.verdict_after)
    ]
    return found[0] if found[0] == found[1] else f"{found[0]} → {found[1]}"
