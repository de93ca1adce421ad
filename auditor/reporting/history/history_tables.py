"""A model's reviews as tables: each of them, each step between two, what moved. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.history import LeftOut, Line, PastReview, Step
from auditor.core.items import Contrast
from auditor.core.policy import Verdict
from auditor.core.review import Change
from auditor.reporting import naming, rounding, verdicts
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.effect_numbers import counted_cell
from auditor.reporting.history.history_words import (
    moment_words,
    of_review,
    what_came,
    what_changed,
    why_left_out,
)
from auditor.reporting.history.trend_panels import criterion_name
from auditor.reporting.language import tr, tr_n
from auditor.reporting.reviews.change_parts import level_cell
from auditor.reporting.reviews.change_words import mark_of
from auditor.reporting.reviews.increase_words import tally_words

MAX_MOVED = 60
"""Rows of the table of what became worse or better; the file has all."""
Contrasts = Mapping[str, Contrast]


def reviews_table(line: Line, key: str) -> Table:
    """One row a review, oldest first."""
    return Table(
        table_id=f"t-{key}-reviews",
        caption=tr("The reviews, oldest first"),
        columns=(
            Column(text=tr("No."), kind="number"),
            Column(text=tr("Begun (UTC), run")),
            Column(text=tr("Weights, sha256")),
            Column(text=tr("Battery and tier")),
            Column(text=tr("Policy")),
            Column(text=tr("Verdicts")),
            Column(text=tr("Exit code"), kind="number"),
            Column(text=tr("Written answers unusable"), kind="number"),
        ),
        rows=tuple(_review_row(place, one) for place, one in enumerate(line.reviews, start=1)),
        footnote=tr(
            "Verdicts are by the policy that was declared before each run, and count what was "
            "asked. Exit code: 1 where a finding exceeds that policy’s rules; 0 is not a pass."
        ),
        is_dense=True,
        kind="t-history",
    )


def steps_table(line: Line, letters: Sequence[str], key: str) -> Table:
    """One row a step from one review to the next."""
    return Table(
        table_id=f"t-{key}-steps",
        caption=tr("What changed from one review to the next, and what became of the criteria"),
        columns=(
            Column(text=tr("Mark")),
            Column(text=tr("Reviews")),
            Column(text=tr("Not the same")),
            Column(text=tr("Criteria, paired by stimulus")),
        ),
        rows=tuple(
            (
                Cell(text=letter or rounding.NONE),
                Cell(text=_places(one)),
                Cell(text=what_changed(one)),
                Cell(text=what_came(one)),
            )
            for one, letter in _in_order(line, letters)
        ),
        is_dense=True,
        kind="t-history-steps",
    )


def pooled_table(step: Step, key: str) -> Table:
    """The mean over all categories in two reviews."""
    return Table(
        table_id=f"t-{key}-pooled",
        caption=tr("Mean over the main contrasts of all categories"),
        columns=(
            Column(text=tr("Test")),
            *(
                Column(text=tr("review {n}", n=place + 1), kind="number")
                for place in (step.first, step.second)
            ),
            Column(text=tr("Paired difference"), kind="number"),
        ),
        rows=tuple(
            (
                Cell(text=naming.heading(one.instrument)),
                level_cell(one.before, "score"),
                level_cell(one.after, "score"),
                counted_cell(one.difference, "score"),
            )
            for one in step.pooled
        ),
        is_dense=True,
        kind="t-changes",
    )


def moved_table(line: Line, contrasts: Contrasts, key: str) -> Table | None:
    """Every criterion that became worse or better from one review to the next; None for none."""
    moved = [
        (step, one)
        for step in line.compared
        for one in step.changes
        if one.word in ("worse", "better")
    ]
    if not moved:
        return None
    shown = moved[-MAX_MOVED:]
    return Table(
        table_id=f"t-{key}-moved",
        caption=tr("Criteria that became worse or better from one review to the next"),
        columns=(
            Column(text=tr("Criterion")),
            Column(text=tr("Reviews")),
            Column(text=tr("before"), kind="number"),
            Column(text=tr("after"), kind="number"),
            Column(text=tr("Paired difference"), kind="number"),
            Column(text=tr("Adjusted p"), kind="number"),
            Column(text=tr("Change")),
        ),
        rows=tuple(_moved_row(contrasts, step, one) for step, one in shown),
        footnote=tr(
            "The newest {n} of {total}; history.json has all.",
            n=rounding.count(len(shown)),
            total=rounding.count(len(moved)),
        )
        if len(shown) < len(moved)
        else "",
        is_dense=True,
        kind="t-changes",
    )


def left_out_table(left_out: Sequence[LeftOut]) -> Table:
    """Folders that hold something of a run and are no review."""
    return Table(
        table_id="t-left-out",
        caption=tr("Folders that are not counted as reviews"),
        columns=(Column(text=tr("Folder")), Column(text=tr("Why"))),
        rows=tuple(
            (Cell(text=clean_line(one.folder)), Cell(text=naming.capital(why_left_out(one))))
            for one in left_out
        ),
        is_dense=True,
    )


def evidence_table(lines: Sequence[Line]) -> Table:
    """What the history was made from, by content."""
    return Table(
        table_id="t-evidence",
        caption=tr("The answers of each review, by content"),
        columns=(Column(text=tr("File")), Column(text="sha256", kind="code")),
        rows=tuple(
            (
                Cell(text=clean_line(f"{one.folder}/responses.jsonl")),
                Cell(text=one.run.evidence_sha256, kind="code"),
            )
            for line in lines
            for one in line.reviews
        ),
        is_dense=True,
    )


def _in_order(line: Line, letters: Sequence[str]) -> list[tuple[Step, str]]:
    """Each step with its letter, followed by the return to what can be compared, if there is."""
    told = [*zip(line.steps, letters, strict=True), *((one, "") for one in line.returns)]
    return sorted(told, key=lambda pair: (pair[0].second, -pair[0].first))


def _places(step: Step) -> str:
    return f"{step.first + 1} → {step.second + 1}"


def _review_row(place: int, one: PastReview) -> tuple[Cell, ...]:
    model = one.run.model
    gated = one.baseline_findings
    return (
        Cell(text=str(place), kind="number"),
        Cell(
            text=moment_words(one.run.created),
            note=clean_line(one.run.run_id),
            more=_asked_by(one),
            last=tr("numbers as stored") if one.origin == "as-stored" else "",
        ),
        Cell(
            text=tr("declared by the server, not measured")
            if model.is_declared
            else f"{model.weights_sha256[:8]}…",
            note="" if model.is_declared else clean_line(f"{model.quantisation}, {model.dtype}"),
            more=tr("adapter {sha}…", sha=model.adapter_sha256[:8]) if model.adapter_sha256 else "",
        ),
        Cell(
            text=clean_line(f"{one.battery.version}, {one.settings.tier}"),
            note=f"{one.battery.sha256[:8]}…",
            more=tr_n("{n} test", "{n} tests", len(one.settings.instruments)),
        ),
        Cell(
            text=clean_line(f"{one.policy.name} {one.policy.version}"),
            note=f"{one.policy.sha256[:8]}…",
        ),
        Cell(
            text="",
            mark=verdicts.mark_of(of_review(one)),
            note=_tally([finding.verdict for finding in verdicts.asked(one.findings)]),
            more=tr("against its baseline: {tally}", tally=tally_words(gated)) if gated else "",
        ),
        Cell(text=str(one.exit_code), kind="number"),
        level_cell(one.unusable, "rate"),
    )


def _asked_by(one: PastReview) -> str:
    version = clean_line(one.run.tool_version)
    if one.ledger is None:
        return tr("asked by auditor {version}", version=version)
    return tr(
        "asked by auditor {version}; line {number} of the ledger",
        version=version,
        number=one.ledger.seq,
    )


def _tally(told: Sequence[Verdict]) -> str:
    """How many criteria got each verdict, worst first; those without any are left out."""
    return ", ".join(
        verdicts.counted_mark(n, verdicts.mark_of(verdict))
        for verdict in verdicts.SEVERITY
        if (n := told.count(verdict))
    )


def _moved_row(contrasts: Contrasts, step: Step, one: Change) -> tuple[Cell, ...]:
    return (
        Cell(text=criterion_name(contrasts, one.measure_id, one.contrast_id)),
        Cell(text=_places(step)),
        level_cell(one.before, one.unit),
        level_cell(one.after, one.unit),
        counted_cell(one.difference, "score")
        if one.difference
        else Cell(text=rounding.NONE, kind="number"),
        Cell(text=rounding.p_value(one.adjusted_p), kind="number"),
        Cell(text="", mark=mark_of(one.word)),
    )
