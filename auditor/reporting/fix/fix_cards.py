"""Whether a fix is accepted, and the gate that says so, criterion by criterion. Pure."""

from collections.abc import Mapping

from auditor.core.fix_results import FixResult, GateDecision, GateFinding
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Column, Table, VerdictMark
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix.fix_criteria import CRITERIA, MARKS
from auditor.reporting.fix.fix_names import FixNames
from auditor.reporting.fix.fix_numbers import effect_cell, n_cell, unusable_cell
from auditor.reporting.fix.fix_reasons import (
    brief_reason,
    found_note,
    reason_sentence,
    sided_limit,
    unit_of,
)
from auditor.reporting.pages import FixVerdict

_ACCEPTED = VerdictMark(sign="✓", word="accepted", css="v-pass")
_WITHHELD = VerdictMark(sign="✗", word="withheld", css="v-fail")
_OPEN = VerdictMark(sign="?", word="withheld", css="v-open")
_HEADS = ("Criterion", f"Found [95{rounding.SPACE}%]", "n (units)", "Unusable", "Limit", "Ruling")
_NUMBERS = frozenset(_HEADS[1:5])
_COUNTED: Mapping[int, str] = dict(enumerate(("none", "one", "two", "three")))


def verdict_card(told: FixResult, names: FixNames) -> FixVerdict:
    """Accepted, or withheld and why; then the gate's table."""
    decision = told.decision
    return FixVerdict(
        mark=_mark(decision),
        lead=_lead(decision),
        reasons=tuple(
            reason_sentence(finding, names.of_key(finding.where))
            for finding in decision.withheld_because
        ),
        table=gate_table(told, names),
    )


def gate_table(told: FixResult, names: FixNames) -> Table:
    """Every criterion with what was found, its limit, and how it was ruled."""
    return Table(
        table_id="t-fix-gate",
        caption="The gate: every criterion, with its 95 % interval",
        columns=tuple(Column(text=h, kind="number" if h in _NUMBERS else "text") for h in _HEADS),
        rows=tuple(_row(finding, names) for finding in _ordered(told.decision)),
        footnote="Fixed before the first step of training, in version "
        f"{clean_line(told.record.rules.version)} of the gate’s rules. In most criteria the end of "
        "the interval has to keep to the limit; for the bias it is the value, with the interval "
        "off zero, and for openings and other contrasts the value, with no rise shown. A fix is "
        "accepted only if every criterion is met; “not shown” withholds it too. n: answers or "
        "messages, and in brackets the units that the interval rests on. Unusable: those of them "
        "that could not be scored; likelihoods always can. –: a share of all answers, the unusable "
        "counted in it.",
        is_dense=True,
        kind="t-gate",
    )


def brief_verdict(told: FixResult) -> str:
    """One line for the summary; it never tells of success where the gate does not."""
    because = [brief_reason(finding) for finding in told.decision.withheld_because]
    if told.decision.is_accepted and not because:
        return (
            f"A fix was trained and accepted: all {len(told.decision.findings)} criteria of its "
            "gate are met on questions that it never saw."
        )
    more = len(because) - 1
    rest = f", and for {counted(more, 'more reason')}" if more > 0 else ""
    first = because[0] if because else "its gate did not rule"
    return f"A fix was trained and withheld because {first}{rest}."


def counted(n: int, singular: str) -> str:
    """As in `one criterion`, `two more reasons`, `12 stimuli`."""
    plural = {"criterion": "criteria"}.get(singular, f"{singular}s")
    return f"{_COUNTED.get(n, rounding.count(n))} {singular if n == 1 else plural}"


def _mark(decision: GateDecision) -> VerdictMark:
    if decision.is_accepted:
        return _ACCEPTED
    is_worse = any(finding.ruling == "not-met" for finding in decision.findings)
    return _WITHHELD if is_worse else _OPEN


def _lead(decision: GateDecision) -> str:
    n = len(decision.findings)
    if decision.is_accepted:
        return (
            f"The adapter is accepted: all {counted(n, 'criterion')} of the gate are met, on "
            "questions and messages that training never saw. That speaks of this battery and of "
            "these weights alone."
        )
    against = decision.withheld_because
    failed = sum(finding.ruling == "not-met" for finding in against)
    parts = [
        f"{rounding.count(n_such)} {'is' if n_such == 1 else 'are'} {word}"
        for n_such, word in ((failed, "not met"), (len(against) - failed, "not shown to be met"))
        if n_such
    ]
    return (
        f"The adapter is withheld: of the gate’s {counted(n, 'criterion')}, "
        f"{' and '.join(parts) or 'none decided'}. It is not offered as a fix, whatever the other "
        "numbers say."
    )


def _ordered(decision: GateDecision) -> list[GateFinding]:
    order = list(CRITERIA)
    return sorted(decision.findings, key=lambda finding: order.index(finding.name))


def _row(finding: GateFinding, names: FixNames) -> tuple[Cell, ...]:
    told = CRITERIA[finding.name]
    where = names.of_key(finding.where)
    seen = effect_cell(finding.effect, unit_of(finding), finding.limit)
    decided = f"Decided by: {where}." if where else ""
    note = " ".join(one for one in (told.asks, found_note(finding), decided) if one)
    return (
        Cell(text=told.label, note=note),
        seen,
        n_cell(finding.effect),
        Cell(text=rounding.NONE, kind="number")
        if told.unit == "points"
        else unusable_cell(finding.effect),
        Cell(text=sided_limit(finding), kind="number"),
        Cell(text="", mark=MARKS[finding.ruling]),
    )
