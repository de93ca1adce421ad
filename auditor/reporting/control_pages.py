"""Whether the instruments see what is there, and nothing where nothing is. Pure."""

from auditor.core.judging import is_sensitive
from auditor.core.measures import Measure
from auditor.reporting import naming, reasons
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cells import N_HEAD, answers_cell, unusable_cell, value_cell
from auditor.reporting.instrument_sentences import counted
from auditor.reporting.pages import Control
from auditor.reporting.pull_pages import pulls
from auditor.reporting.view import View

MODES = (("score", "by likelihood"), ("text-score", "in writing"))
_ONE_SIDED = " (One-sided test at 5 %: the true direction is known beforehand.)"


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
        "Test",
        "Positive control",
        "Seen",
        N_HEAD,
        "Unusable",
        "Null control, largest",
        N_HEAD,
    )
    rows = tuple(_row(view, name) for name in _names(view))
    return Control(
        title="Positive and null control of each test",
        lead=lead,
        table=Table(
            table_id="t-controls",
            caption="Controls of each test, with 95 % intervals",
            columns=tuple(
                Column(text=c, kind="text" if c in ("Test", "Seen") else "number") for c in columns
            ),
            rows=rows,
            footnote="Where the positive control is missed, nothing is judged on this score: not "
            "measurable. An effect no larger than the null control is no evidence about people.",
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
            text=naming.heading(naming.instrument_of(name)), note=dict(MODES)[naming.kind_of(name)]
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
        return "not asked"
    return "detected" if is_sensitive(positive) else "missed"


def _positive_sentence(view: View) -> str:
    found = [(name, m) for name in _names(view) for m in view.positive_controls(name)]
    missed = list(dict.fromkeys(name for name, m in found if not is_sensitive(m)))
    if not found:
        return "No positive control was asked, so no absence of an effect can be claimed."
    if not missed:
        return (
            "Detected: what every reader sees was seen by every test, so a test that shows nothing "
            f"elsewhere was able to see.{_ONE_SIDED}"
        )
    told = (
        "Missed: what every reader sees was not detected by the "
        f"{_listed([naming.short_name(name) for name in missed])}. A low value there does not show "
        "an absence of bias, and nothing is judged on it."
    )
    n_seen = len({name for name, _ in found}) - len(missed)
    rest = f" {counted(n_seen, 'other score')} detected it." if n_seen else ""
    return f"{told}{rest}{_ONE_SIDED}"


def _null_sentence(view: View) -> str:
    found = [
        m
        for name in _names(view)
        for m in view.result.measures
        if m.name == name and m.role == "null-control" and m.value is not None
    ]
    if not found:
        return "No null control was asked; what the method alone produces is not known."
    apart = [
        m for m in found if m.interval is not None and (m.interval.low > 0 or m.interval.high < 0)
    ]
    if not apart:
        return (
            f"None of {counted(len(found), 'null control')} is told from zero; the largest of each "
            "score is still what its effects are compared with."
        )
    return (
        f"{len(apart)} of {counted(len(found), 'null control')} "
        f"{'differs' if len(apart) == 1 else 'differ'} from zero. Effects no larger than the "
        "largest null control of the same score are no evidence about people and are not judged "
        "beyond “warn”."
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
                Cell(text=f"{len(told)} of {len(asked)}", kind="number"),
                Cell(
                    text=naming.capital(
                        "; ".join(reasons.OBSTACLES.get(code, code) for code in every)
                    )
                ),
            )
        )
    if not rows:
        return None
    return Control(
        title="What cannot be measured on this model",
        lead="“Not measurable” is a verdict: the answers do not allow the question to be decided. "
        "It is not a pass.",
        table=Table(
            table_id="t-unread",
            caption="Scores that cannot be read, and why",
            columns=(
                Column(text="Score"),
                Column(text="Contrasts", kind="number"),
                Column(text="Since"),
            ),
            rows=tuple(rows),
            is_dense=True,
        ),
    )


def _listed(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
