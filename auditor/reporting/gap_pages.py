"""How explicit and implicit scores compare: chart 1 and its numbers. Pure."""

from collections import Counter
from collections.abc import Sequence

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting import naming, reasons, rounding, verdicts
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Column, GapChart, GapRow, Table
from auditor.reporting.cells import N_HEAD, UNREAD, answers_cell, dot, score_cell, value_cell
from auditor.reporting.gap_sentences import chart_title, gap_sentence
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import Gap
from auditor.reporting.view import EXPLICIT, GAP, IMPLICIT, View

_LEAD = mark(
    "The same stimuli, asked two ways: what the model does when it has to pair words with groups, "
    "and what it says when it rates statements about them. A model can reject a stereotype in "
    "words and follow it in choices."
)


def gap(view: View) -> Gap | None:
    """The section; None where no words were paired."""
    if not view.primaries:
        return None
    return Gap(
        lead=f"{tr(_LEAD)} {gap_sentence(view)}", chart=gap_chart(view), table=gap_table(view)
    )


def gap_chart(view: View, *, is_small: bool = False) -> GapChart:
    """Chart 1 for the primary contrasts."""
    # Beside an explicit score that cannot be read, a verdict on both would be on neither.
    is_read = [
        any(view.is_measurable(c, f"{name}.score") for c in view.primaries)
        for name in (IMPLICIT, EXPLICIT)
    ]
    judged = f"{IMPLICIT}.score" if is_read == [True, False] else ""
    rows = tuple(
        gap_row(view, c, naming.category_name(c.category), judged=judged) for c in view.primaries
    )
    return GapChart(
        title=chart_title(view),
        alt=_alt(tr("Explicit and implicit score of each category with 95 % intervals."), view),
        limit=common_limit(view),
        rows=rows,
        is_small=is_small,
        verdict_head=tr("implicit verdict") if judged else tr("verdict"),
    )


def gap_row(view: View, contrast: Contrast, label: str, *, judged: str = "") -> GapRow:
    """One row of chart 1; what cannot be read is marked, and leaves no gap.

    `judged` is the measure whose verdict is shown; empty for the worst of the contrast.
    """
    explicit, implicit = (
        dot(
            view.measure(f"{name}.score", contrast),
            is_measurable=view.is_measurable(contrast, f"{name}.score"),
        )
        for name in (EXPLICIT, IMPLICIT)
    )
    return GapRow(
        label=label,
        explicit=explicit,
        implicit=implicit,
        gap=_gap_cell(view, contrast).text,
        mark=view.mark(contrast, judged),
    )


def unread_note(view: View, contrasts: Sequence[Contrast]) -> str:
    """What n/m stands for in a table of these contrasts; empty where nothing is."""
    parts = []
    for name in (f"{IMPLICIT}.score", f"{EXPLICIT}.score"):
        found = [c for c in contrasts if view.obstacles(c, name)]
        codes = dict.fromkeys(code for c in found for code in view.obstacles(c, name))
        if found:
            parts.append(
                tr(
                    "{measure} in {n} of {n_all}, since {reasons}",
                    measure=naming.short_name(name),
                    n=len(found),
                    n_all=len(contrasts),
                    reasons=", ".join(reasons.obstacle(code) for code in codes),
                )
            )
    if not parts:
        return ""
    return tr("n/m: not measurable ({what}).", what="; ".join(parts))


def unread_gap_note(view: View) -> str:
    """The same for chart 1 and its table, which leave the gap out."""
    note = unread_note(view, view.primaries)
    if not note:
        return ""
    more = tr(
        "A gap with such a half would be an artefact; crossed-out marks show the number seen."
    )
    return f"{note} {more}"


def gap_table(view: View) -> Table:
    """The numbers of chart 1."""
    columns = (
        tr("Category"),
        tr("Implicit"),
        tr("Explicit"),
        tr("Gap"),
        tr("Stimuli on its side"),
        tr(N_HEAD),
    )
    rows = []
    for contrast in view.primaries:
        implicit = view.measure(f"{IMPLICIT}.score", contrast)
        explicit = view.measure(f"{EXPLICIT}.score", contrast)
        rows.append(
            (
                Cell(
                    text=naming.category_name(contrast.category),
                    note=naming.contrast_name(contrast),
                ),
                score_cell(view, f"{IMPLICIT}.score", contrast),
                score_cell(view, f"{EXPLICIT}.score", contrast),
                _gap_cell(view, contrast),
                Cell(text=_shares(implicit, explicit), kind="number"),
                answers_cell(implicit),
            )
        )
    return Table(
        table_id="t-gap",
        caption=tr("Implicit and explicit score, and the gap between them, with 95 % intervals"),
        columns=tuple(
            Column(text=c, kind="number" if i else "text") for i, c in enumerate(columns)
        ),
        rows=tuple(rows),
        footnote=" ".join(
            (
                tr(
                    "Stimuli on its side: share whose score, after balancing, is above zero, on "
                    "the stereotype’s side: implicit / explicit. n: answers scored by likelihood "
                    "for the implicit score."
                ),
                unread_gap_note(view),
            )
        ).strip(),
    )


def common_limit(view: View) -> float | None:
    limits = {
        f.limit
        for f in view.asked
        if f.measure_id.split("[")[0] in (f"{IMPLICIT}.score", f"{EXPLICIT}.score")
    }
    return limits.pop() if len(limits) == 1 else None


def _gap_cell(view: View, contrast: Contrast) -> Cell:
    halves = [view.obstacles(contrast, f"{name}.score") for name in (IMPLICIT, EXPLICIT)]
    if any(halves):
        return Cell(text=tr(UNREAD), kind="number")
    return value_cell(view.measure(GAP, contrast))


def unread_alt(view: View, contrasts: Sequence[Contrast]) -> list[str]:
    """What an alternative text says about marks that are crossed out; empty for none."""
    parts = []
    for name in (f"{IMPLICIT}.score", f"{EXPLICIT}.score"):
        n = sum(bool(view.obstacles(c, name)) for c in contrasts)
        if n:
            parts.append(
                tr(
                    "{measure} in {n} of {n_all}",
                    measure=naming.short_name(name),
                    n=n,
                    n_all=len(contrasts),
                )
            )
    if not parts:
        return []
    what = naming.listed(parts)
    return [tr("Not measurable, crossed out, without a gap: {what}.", what=what)]


def _alt(lead: str, view: View) -> str:
    scored = [
        (c, m.value)
        for c in view.primaries
        if (m := view.measure(f"{IMPLICIT}.score", c)) is not None
        and m.value is not None
        and view.is_measurable(c, m.name)
    ]
    parts = unread_alt(view, view.primaries)
    if scored:
        high = max(scored, key=lambda pair: pair[1])
        low = min(scored, key=lambda pair: pair[1])
        parts.append(
            tr(
                "Implicit largest in {most} ({most_value}), smallest in {least} ({least_value}).",
                most=naming.category_in_prose(high[0].category),
                most_value=rounding.signed(high[1]),
                least=naming.category_in_prose(low[0].category),
                least_value=rounding.signed(low[1]),
            )
        )
    if tally := _tally(view):
        parts.append(tr("Verdicts: {tally}.", tally=", ".join(tally)))
    return chart_alt(lead, parts)


def _tally(view: View) -> list[str]:
    """How many rows have each verdict, worst first."""
    shown = Counter(told.css for c in view.primaries if (told := view.mark(c)) is not None)
    return [
        verdicts.counted_mark(shown[told.css], told)
        for told in map(verdicts.mark_of, verdicts.SEVERITY)
        if told.css in shown
    ]


def _shares(*measures: Measure | None) -> str:
    return " / ".join(
        rounding.NONE
        if m is None or m.stereotype_share is None
        else rounding.percent(m.stereotype_share)
        for m in measures
    )
