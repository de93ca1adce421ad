"""The fix: accepted or withheld, what it was trained on, what it changed, or why there is none.

Pure.
"""

from auditor.core.fix_results import FixMissing, FixResult
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix import fix_notes
from auditor.reporting.fix.fix_cards import verdict_card
from auditor.reporting.fix.fix_names import FixNames, names_of, settings_name
from auditor.reporting.fix.fix_parts import parts
from auditor.reporting.fix.fix_section import FixSection
from auditor.reporting.language import mark, tr
from auditor.reporting.view import View

_NOT_SHOWN = (
    mark(
        "An accepted fix is not an unbiased model: it moved these scores, on these questions, "
        "within these limits. What people meet in use may differ."
    ),
    mark(
        "A low-rank change can hide an association without removing it. Other wordings, further "
        "training or another quantisation may bring it back."
    ),
    mark("Categories can cancel each other in the pooled score; the table has each of them."),
    mark(
        "A withheld fix is not shown to be harmful either. Where a criterion is “not shown”, a "
        "larger tier may decide it."
    ),
)


def fix(view: View) -> FixSection | None:
    """The section; None where nobody asked for it."""
    told = view.result.fix
    if isinstance(told, FixMissing):
        return None if told.kind == "not-asked" else _missing(told)
    names = names_of(view.result.contrasts, view.categories)
    return section(told, names, fix_notes.other_arithmetic(view, told))


def section(told: FixResult, names: FixNames, notes: list[str]) -> FixSection:
    """The section on what came of a fix, with notes on the arithmetic."""
    return FixSection(
        title=tr(fix_notes.TITLE),
        lead=(" ".join((_of_model(told), *notes)),),
        verdict=verdict_card(told, names),
        parts=parts(told, names),
        not_shown=(*map(tr, _NOT_SHOWN), *fix_notes.unavailable(told)),
    )


def _missing(told: FixMissing) -> FixSection:
    return FixSection(
        title=tr(fix_notes.TITLE),
        lead=(fix_notes.missing_sentence(told),),
        verdict=None,
        parts=(),
        not_shown=(),
    )


def _of_model(told: FixResult) -> str:
    record = told.record
    return tr(
        "A small adapter ({settings}) was trained for {model} to take the association out, and "
        "then had to pass a gate whose criteria were fixed before training. Original and fixed "
        "model are the same network without and with the adapter, asked the same questions, so "
        "every change is paired.",
        settings=settings_name(record.settings),
        model=clean_line(record.model.name),
    )
