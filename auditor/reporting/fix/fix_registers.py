"""What a fix does to dialects, in sentences that the paired intervals carry. Pure."""

from collections.abc import Sequence

from auditor.core.fix_results import RegisterChange
from auditor.reporting.effect_numbers import CHANGE_OF, effect_text, n_text, side
from auditor.reporting.fix.adapter_sentences import facet_title
from auditor.reporting.fix.fix_cards import few
from auditor.reporting.language import mark, tr, tr_n

_REGISTER = {
    (True, True): mark(
        "{facet}: dialect minus standard changes by {change} ({n}), more against the dialect than "
        "without the adapter."
    ),
    (True, False): mark(
        "{facet}: dialect minus standard changes by {change} ({n}), less against the dialect than "
        "without the adapter."
    ),
    (False, True): mark(
        "{facet}: dialect minus standard changes by {change} ({n}), more of them than without the "
        "adapter."
    ),
    (False, False): mark(
        "{facet}: dialect minus standard changes by {change} ({n}), fewer of them than without the "
        "adapter."
    ),
}
"""By whether it is a score, and whether it rises."""


def register_sentences(rows: Sequence[RegisterChange]) -> list[str]:
    """Which differences between dialect and standard the adapter is shown to change."""
    tested = [row for row in rows if row.adjusted_p is not None]
    shown = [row for row in tested if row.is_shown]
    if not tested:
        return [tr("None of these changes could be tested.")]
    told = _shown_of(len(tested), len(shown))
    if not shown:
        absence = tr("That none is shown does not mean that there is none.")
        return [f"{told} {absence}"]
    return [told, *(_register(row) for row in shown)]


def _shown_of(tested: int, shown: int) -> str:
    if tested == 1:
        return tr_n(
            "Of one difference between dialect and standard that could be tested, {n} is shown to "
            "change with the adapter, after adjustment for the number of them.",
            "Of one difference between dialect and standard that could be tested, {n} are shown to "
            "change with the adapter, after adjustment for the number of them.",
            shown,
        )
    return tr_n(
        "Of {tested} differences between dialect and standard that could be tested, {n} is shown "
        "to change with the adapter, after adjustment for the number of them.",
        "Of {tested} differences between dialect and standard that could be tested, {n} are shown "
        "to change with the adapter, after adjustment for the number of them.",
        shown,
        tested=few(tested),
    )


def _register(row: RegisterChange) -> str:
    is_score = row.quantity == "score"
    return tr(
        _REGISTER[is_score, side(row.change) > 0],
        facet=facet_title(row),
        change=effect_text(row.change, CHANGE_OF[row.unit]),
        n=n_text(row.change),
    )
