"""Whether the instruments see what is there, and nothing where nothing is. Pure."""

from auditor.core.judging import is_sensitive
from auditor.core.measures import Measure
from auditor.reporting import naming, reasons, rounding
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cells import N_HEAD, answers_cell, unusable_cell, value_cell
from auditor.reporting.language import mark, tr, tr_n
from auditor.reporting.pages import Control
from auditor.reporting.pull_pages import pulls
from auditor.reporting.view import View

MODES = (("score", mark("by likelihood")), ("text-score", mark("in writing")))
_ONE_SIDED = mark("(One-sided test at 5 %: the true direction is known beforehand.)")

_NULL_RULE = mark(
    "Effects no larger than the largest null control of the same score are no evidence about "
    "people and are not judged beyond “warn”."
)


def controls(view: View) -> tuple[Control, ...]:
    """Both controls of every test, what could not be measured, and what was averaged out."""
    parts = (_both(view), _unread(view), pulls(view))
    return tuple(part for part in parts if part is not None)


def _names(view: View) -> list[str]:
    """The scores that were taken, by test and mode."""
    taken = {m.name for m in view.result.measures}
    return [
        name
        for use in view.result.instruments
        for kind, _ in MODES
        if (name := f"{use.name}.{kind}") in taken
    ]


def _both(view: View) -> Control:
    lead = f"{_positive_sentence(view)} {_null_sentence(view)}"
    columns = (
        Column(text=tr("Test")),
        Column(text=tr("Positive control"), kind="number"),
        Column(text=tr("Seen")),
        Column(text=tr(N_HEAD), kind="number"),
        Column(text=tr("Unusable"), kind="number"),
        Column(text=tr("Null control, largest"), kind="number"),
        Column(text=tr(N_HEAD), kind="number"),
    )
    rows = tuple(_row(view, name) for name in _names(view))
    return Control(
        title=tr("Positive and null control of each test"),
        lead=lead,
        table=Table(
            table_id="t-controls",
            caption=tr("Controls of each test, with 95 % intervals"),
            columns=columns,
            rows=rows,
            footnote=tr(
                "Where the positive control is missed, nothing is judged on this score: not "
                "measurable. An effect no larger than the null control is no evidence about people."
            ),
            is_dense=True,
            kind="t-controls",
        )
        if rows
        else None,
    )


def _row(view: View, name: str) -> tuple[Cell, ...]:
    # Of several, the one that was seen least: all of them have to be.
    controls = sorted(view.positive_controls(name), key=is_sensitive)
    positive = controls[0] if controls else None
    null = view.null_control(name)
    return (
        Cell(
            text=naming.heading(naming.instrument_of(name)),
            note=tr(dict(MODES)[naming.kind_of(name)]),
        ),
        value_cell(positive),
        Cell(text=_seen(positive)),
        answers_cell(positive),
        unusable_cell(positive),
        value_cell(null),
        answers_cell(null),
    )


def _seen(positive: Measure | None) -> str:
    if positive is None:
        return tr("not asked")
    return tr("detected") if is_sensitive(positive) else tr("missed")


def _positive_sentence(view: View) -> str:
    found = [(name, m) for name in _names(view) for m in view.positive_controls(name)]
    missed = list(dict.fromkeys(name for name, m in found if not is_sensitive(m)))
    if not found:
        return tr("No positive control was asked, so no absence of an effect can be claimed.")
    if not missed:
        told = tr(
            "Detected: what every reader sees was seen by every test, so a test that shows nothing "
            "elsewhere was able to see."
        )
        return f"{told} {tr(_ONE_SIDED)}"
    told = tr(
        "Missed: what every reader sees was not detected by the {scores}. A low value there does "
        "not show an absence of bias, and nothing is judged on it.",
        scores=naming.listed([naming.short_name(name) for name in missed]),
    )
    n_seen = len({name for name, _ in found}) - len(missed)
    rest = (
        tr_n("{n} other score detected it.", "{n} other scores detected it.", n_seen)
        if n_seen
        else ""
    )
    return " ".join(part for part in (told, rest, tr(_ONE_SIDED)) if part)


def _null_sentence(view: View) -> str:
    found = [
        m
        for name in _names(view)
        for m in view.result.measures
        if m.name == name and m.role == "null-control" and m.value is not None
    ]
    if not found:
        return tr("No null control was asked; what the method alone produces is not known.")
    apart = [
        m for m in found if m.interval is not None and (m.interval.low > 0 or m.interval.high < 0)
    ]
    if not apart:
        return tr_n(
            "None of {n} null control is told from zero; the largest of each score is still what "
            "its effects are compared with.",
            "None of {n} null controls is told from zero; the largest of each score is still what "
            "its effects are compared with.",
            len(found),
        )
    return f"{_apart_sentence(len(apart), len(found))} {tr(_NULL_RULE)}"


def _apart_sentence(n_apart: int, n: int) -> str:
    if n == 1:
        return tr("1 of 1 null control differs from zero.")
    return tr_n(
        "{n} of {n_all} null controls differs from zero.",
        "{n} of {n_all} null controls differ from zero.",
        n_apart,
        n_all=rounding.count(n),
    )


def _unread(view: View) -> Control | None:
    """Which scores cannot be read, in how many contrasts, and why."""
    rows = []
    for name in _names(view):
        asked = view.groups_of(naming.instrument_of(name))
        codes = {c.contrast_id: view.obstacles(c, name) for c in asked}
        told = [found for found in codes.values() if found]
        if not told:
            continue
        every = dict.fromkeys(code for found in told for code in found)
        rows.append(
            (
                Cell(text=naming.capital(naming.short_name(name))),
                Cell(text=tr("{n} of {n_all}", n=len(told), n_all=len(asked)), kind="number"),
                Cell(text=naming.capital("; ".join(reasons.obstacle(code) for code in every))),
            )
        )
    if not rows:
        return None
    return Control(
        title=tr("What cannot be measured on this model"),
        lead=tr(
            "“Not measurable” is a verdict: the answers do not allow the question to be decided. "
            "It is not a pass."
        ),
        table=Table(
            table_id="t-unread",
            caption=tr("Scores that cannot be read, and why"),
            columns=(
                Column(text=tr("Score")),
                Column(text=tr("Contrasts"), kind="number"),
                Column(text=tr("Since")),
            ),
            rows=tuple(rows),
            is_dense=True,
        ),
    )
