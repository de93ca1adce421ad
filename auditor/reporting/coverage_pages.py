"""Which tests met which categories, with what verdict, and what lies outside. Pure."""

from collections.abc import Callable

from auditor.core.items import Contrast
from auditor.core.policy import Verdict
from auditor.reporting import naming, rounding, standing, verdicts
from auditor.reporting.blocks import Cell, Column, Table, VerdictMark
from auditor.reporting.fix import fix_notes
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.language import SPACE, tr, tr_in
from auditor.reporting.layers import layer_notes
from auditor.reporting.pages import Scope
from auditor.reporting.reviews.review_notes import not_compared
from auditor.reporting.view import CONTROLS, View

NONE_MARK = "·"
_CROSSING = "hiring.race-sex-names"
_NO_PART = ("gap", "bbq")
"""Texts on what is no test of the battery's own: a difference of two, and a foreign data set."""


def scope(view: View) -> Scope:
    """Which tests met which groups, and what was left out or lies outside."""
    ran = {use.name for use in view.result.instruments}
    return Scope(
        matrix=Table(
            table_id="t-coverage",
            caption=tr("Tests by category: contrasts, and in brackets the stimuli they rest on"),
            columns=_columns((*view.categories, *CONTROLS)),
            rows=_rows(view, (*view.categories, *CONTROLS), _coverage_cell),
            footnote=tr(
                "{sign}: not tested by this test, which says nothing of the category. Each "
                "contrast, who is compared in it and what it does not measure stand in the test "
                "catalogue.",
                sign=NONE_MARK,
            ),
            is_dense=True,
            kind="t-matrix",
        ),
        not_run=(
            *(
                tr(text.title)
                for name, text in INSTRUMENTS.items()
                if name not in {*ran, *_NO_PART}
            ),
            *_crossings(view),
            *filter(None, (layer_notes.not_read(view), fix_notes.not_made(view))),
            *not_compared(view),
        ),
        outside=tuple(tr(one) for one in standing.OUTSIDE),
    )


def _crossings(view: View) -> list[str]:
    """That people were not told apart by race and sex together, where hiring could have done so."""
    if not view.contrasts_of("hiring") or view.contrast(_CROSSING) is not None:
        return []
    if view.result.record.settings.tier == "quick":
        return [
            tr(
                "Intersections (race × sex, in hiring): not asked in tier quick, only from tier "
                "standard on."
            )
        ]
    return [tr("Intersections (race × sex, in hiring): not asked in this run.")]


def verdict_matrix(view: View) -> Table:
    """The worst verdict of each test on each category."""
    return Table(
        table_id="t-verdict-matrix",
        caption=tr("Worst verdict of each test on each category"),
        columns=_columns(view.categories),
        rows=_rows(view, view.categories, _verdict_cell),
        footnote=tr(
            "The worst, in the order fail, warn, open, n/m, pass. A cell may stand for several "
            "criteria: where their verdicts differ, their number follows in brackets. open: "
            "inconclusive; n/m: not measurable; neither is a pass. –: not judged; {sign}: not "
            "tested. Numbers, intervals and n stand in the register.",
            sign=NONE_MARK,
        ),
        is_dense=True,
        kind="t-matrix",
    )


def _columns(names: tuple[str, ...]) -> tuple[Column, ...]:
    return (Column(text=tr("Test")), *(Column(text=naming.category_name(name)) for name in names))


def _rows(
    view: View, names: tuple[str, ...], cell: Callable[[View, str, tuple[Contrast, ...]], Cell]
) -> tuple[tuple[Cell, ...], ...]:
    return tuple(
        (
            Cell(text=naming.heading(use.name)),
            *(
                cell(
                    view,
                    use.name,
                    tuple(c for c in view.contrasts_of(use.name) if c.category == name),
                )
                for name in names
            ),
        )
        for use in view.result.instruments
    )


def _coverage_cell(view: View, instrument: str, contrasts: tuple[Contrast, ...]) -> Cell:
    taken = [m for c in contrasts if (m := view.measure(f"{instrument}.score", c)) is not None]
    if not taken:
        return Cell(text=NONE_MARK)
    n = sum(m.n_clusters for m in taken)
    read = sum(view.is_measurable(c, f"{instrument}.score") for c in contrasts)
    return Cell(
        text=f"{rounding.count(len(taken))}{SPACE}({rounding.count(n)})",
        note="" if read == len(taken) else tr("{n} n/m", n=len(taken) - read),
    )


def _verdict_cell(view: View, instrument: str, contrasts: tuple[Contrast, ...]) -> Cell:
    found = [
        f.verdict
        for c in contrasts
        for f in view.findings_of(c)
        if naming.instrument_of(f.measure_id) == instrument and verdicts.is_asked(f)
    ]
    if found:
        worst = brief_mark(min(found, key=verdicts.SEVERITY.index))
        # A number stands where the worst hides better ones.
        note = f"({rounding.count(len(found))})" if len(set(found)) > 1 else ""
        return Cell(text="", mark=worst, note=note)
    is_tested = any(view.measure(f"{instrument}.score", c) is not None for c in contrasts)
    return Cell(text=rounding.NONE if is_tested else NONE_MARK)


def brief_mark(verdict: Verdict) -> VerdictMark:
    """A verdict's sign with a word of at most four letters."""
    told = verdicts.mark_of(verdict)
    return VerdictMark(sign=told.sign, word=_brief_word(verdict), css=told.css)


def _brief_word(verdict: Verdict) -> str:
    match verdict:
        case Verdict.PASS:
            return tr_in("narrow column", "pass")
        case Verdict.WARN:
            return tr_in("narrow column", "warn")
        case Verdict.FAIL:
            return tr_in("narrow column", "fail")
        case Verdict.INCONCLUSIVE:
            return tr_in("narrow column", "open")
        case Verdict.NOT_MEASURABLE:
            return tr_in("narrow column", "n/m")
