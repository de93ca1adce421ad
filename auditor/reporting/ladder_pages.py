"""The same categories in other words, and other groups of them. Pure."""

from auditor.core.items import Contrast
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Column, GapChart, Table
from auditor.reporting.cells import N_HEAD, answers_cell, score_cell, unusable_cell, value_cell
from auditor.reporting.gap_pages import gap_row, unread_alt, unread_note
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import Ladders
from auditor.reporting.view import EXPLICIT, IMPLICIT, View, is_paired

CHARTED_RUNGS = 4
"""Contrasts of one category from which it gets a chart of its own."""

_LADDER_LEAD = mark(
    "The same stereotypes, asked about with words that say more or less plainly whom they mean. A "
    "score that is high for ambiguous words or names and low for stated groups is what a check by "
    "direct questions misses. Only contrasts that the policy names are judged; the others have no "
    "limit, and their intervals are not adjusted for being many."
)
_LEAD_WITH_OTHERS = mark(
    "The same stereotypes, asked about with words that say more or less plainly whom they mean, "
    "and about other groups. A score that is high for ambiguous words or names and low for stated "
    "groups is what a check by direct questions misses. Only contrasts that the policy names are "
    "judged; the others have no limit, and their intervals are not adjusted for being many."
)


def ladders(view: View) -> Ladders | None:
    """The contrasts beside the primary ones; None where there are none."""
    rungs = {
        primary.category: [
            c
            for c in view.result.contrasts
            if is_paired(c) and c.category == primary.category and c.role in ("primary", "ladder")
        ]
        for primary in view.primaries
    }
    long = [name for name, found in rungs.items() if len(found) >= CHARTED_RUNGS]
    rest = [c for name, found in rungs.items() if name not in long for c in found]
    has_rest = any(c.role == "ladder" for c in rest)
    if not long and not has_rest:
        return None
    others = [c for c in rest if _has_ladder(view, c)]
    shown = [c for name in long for c in rungs[name]] + (others if has_rest else [])
    is_one = len({c.category for c in shown}) == 1
    return Ladders(
        title=tr("Other wordings") if is_one else tr("Other wordings, other groups"),
        lead=tr(_LADDER_LEAD if is_one else _LEAD_WITH_OTHERS),
        charts=tuple(
            (_ladder_chart(view, rungs[name]), _ladder_table(view, rungs[name], is_one=True))
            for name in long
        ),
        others=_ladder_table(view, others, is_one=False) if has_rest else None,
    )


def _has_ladder(view: View, contrast: Contrast) -> bool:
    return any(
        c.role == "ladder" and c.category == contrast.category and is_paired(c)
        for c in view.result.contrasts
    )


def _ladder_chart(view: View, rungs: list[Contrast]) -> GapChart:
    category = naming.category_name(rungs[0].category)
    return GapChart(
        title=tr("{category}: scores by wording", category=category),
        alt=_ladder_alt(view, rungs),
        limit=None,
        rows=tuple(gap_row(view, c, naming.contrast_name(c)) for c in rungs),
        verdict_head=tr("verdict"),
    )


def _ladder_table(view: View, rungs: list[Contrast], *, is_one: bool) -> Table:
    columns = (
        tr("Contrast"),
        tr("Implicit"),
        tr("Explicit"),
        tr("Stereotyped in text"),
        tr("Unusable"),
        tr(N_HEAD),
    )
    rows = tuple(
        (
            Cell(text=naming.contrast_name(c) if is_one else naming.contrast_title(c)),
            score_cell(view, f"{IMPLICIT}.score", c),
            score_cell(view, f"{EXPLICIT}.score", c),
            value_cell(view.measure(f"{IMPLICIT}.stereotype-rate", c)),
            unusable_cell(view.measure(f"{IMPLICIT}.stereotype-rate", c)),
            answers_cell(view.measure(f"{IMPLICIT}.score", c)),
        )
        for c in rungs
    )
    category = naming.category_name(rungs[0].category)
    is_same = len({c.category for c in rungs}) == 1
    caption = (
        tr("{category}: scores by wording, with 95 % intervals", category=category)
        if is_same
        else tr("Other categories, with 95 % intervals")
    )
    return Table(
        table_id="t-ladder" if is_one else "t-others",
        caption=caption,
        columns=tuple(
            Column(text=c, kind="number" if i else "text") for i, c in enumerate(columns)
        ),
        rows=rows,
        footnote=unread_note(view, rungs),
        is_dense=True,
    )


def _ladder_alt(view: View, rungs: list[Contrast]) -> str:
    parts = unread_alt(view, rungs) + [
        tr(
            "{contrast}: implicit {value}.",
            contrast=naming.contrast_name(c),
            value=rounding.of_unit(m.value, m.unit),
        )
        for c in rungs
        if (m := view.measure(f"{IMPLICIT}.score", c)) is not None
    ]
    return chart_alt(tr("Explicit and implicit score of each wording with 95 % intervals."), parts)
