"""Whether a fix is accepted, and the gate that says so, criterion by criterion. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from auditor.core.fix_results import FixResult, GateDecision, GateFinding
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Column, Table, VerdictMark
from auditor.reporting.cleaning import clean_line
from auditor.reporting.effect_numbers import effect_cell, n_cell, unusable_cell
from auditor.reporting.fix.fix_criteria import CRITERIA, ruling_mark
from auditor.reporting.fix.fix_idle import idle_note
from auditor.reporting.fix.fix_names import FixNames
from auditor.reporting.fix.fix_reasons import (
    brief_reason,
    found_note,
    reason_sentence,
    sided_limit,
    unit_of,
)
from auditor.reporting.fix.fix_section import FixVerdict
from auditor.reporting.language import mark, tr, tr_n

_ACCEPTED = VerdictMark(sign="✓", word=mark("accepted"), css="v-pass")
_WITHHELD = VerdictMark(sign="✗", word=mark("withheld"), css="v-fail")
_OPEN = VerdictMark(sign="?", word=mark("withheld"), css="v-open")
_FEW: Mapping[int, str] = {2: mark("two"), 3: mark("three")}


def verdict_card(told: FixResult, names: FixNames) -> FixVerdict:
    """Accepted, or withheld and why; then the gate's table."""
    decision = told.decision
    return FixVerdict(
        mark=_verdict(decision),
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
        caption=tr("The gate: every criterion, with its 95 % interval"),
        columns=(
            Column(text=tr("Criterion")),
            Column(text=tr("Found [95\u00a0%]"), kind="number"),
            Column(text=tr("n (units)"), kind="number"),
            Column(text=tr("Unusable"), kind="number"),
            Column(text=tr("Limit"), kind="number"),
            Column(text=tr("Ruling")),
        ),
        rows=tuple(_row(finding, told, names) for finding in _ordered(told.decision)),
        footnote=tr(
            "Fixed before the first step of training, in version {version} of the gate’s rules. In "
            "most criteria the end of the interval has to keep to the limit; for the bias it is "
            "the value, with the interval off zero, and for openings and other contrasts the "
            "value, with no rise shown. A fix is accepted only if every criterion is met; “not "
            "shown” withholds it too. A change has + for the worse where its row says nothing "
            "else. n: answers or messages, and in brackets the units that the interval rests on. "
            "Unusable: those of them that could not be scored; likelihoods always can. –: a share "
            "of all answers, the unusable counted in it.",
            version=clean_line(told.record.rules.version),
        ),
        is_dense=True,
        kind="t-gate",
    )


def brief_verdict(told: FixResult) -> str:
    """One line for the summary; it never tells of success where the gate does not."""
    because = [brief_reason(finding) for finding in told.decision.withheld_because]
    if told.decision.is_accepted and not because:
        return tr(
            "A fix was trained and accepted: all {n} criteria of its gate are met on questions "
            "that it never saw.",
            n=rounding.count(len(told.decision.findings)),
        )
    first = because[0] if because else tr("its gate did not rule")
    more = len(because) - 1
    if more < 1:
        return tr("A fix was trained and withheld because {because}.", because=first)
    return tr_n(
        "A fix was trained and withheld because {because}, and for one more reason.",
        "A fix was trained and withheld because {because}, and for {n} more reasons.",
        more,
        because=first,
        n=few(more),
    )


def few(n: int) -> str:
    """A number as a sentence has it, as in `two` or `12`."""
    return tr(_FEW[n]) if n in _FEW else rounding.count(n)


def _verdict(decision: GateDecision) -> VerdictMark:
    told = _WITHHELD
    if decision.is_accepted:
        told = _ACCEPTED
    elif not any(finding.ruling == "not-met" for finding in decision.findings):
        told = _OPEN
    return replace(told, word=tr(told.word))


def _lead(decision: GateDecision) -> str:
    n = few(len(decision.findings))
    if decision.is_accepted:
        return tr(
            "The adapter is accepted: all {n} criteria of the gate are met, on questions and "
            "messages that training never saw. That speaks of this battery and of these weights "
            "alone.",
            n=n,
        )
    against = decision.withheld_because
    failed = sum(finding.ruling == "not-met" for finding in against)
    undecided = len(against) - failed
    parts = [
        *([tr_n("{n} is not met", "{n} are not met", failed)] if failed else []),
        *(
            [tr_n("{n} is not shown to be met", "{n} are not shown to be met", undecided)]
            if undecided
            else []
        ),
    ]
    return tr(
        "The adapter is withheld: of the gate’s {n} criteria, {found}. It is not offered as a fix, "
        "whatever the other numbers say.",
        n=n,
        found=_both(parts) if parts else tr("none decided"),
    )


def _both(parts: list[str]) -> str:
    return tr("{first} and {second}", first=parts[0], second=parts[1]) if parts[1:] else parts[0]


def _ordered(decision: GateDecision) -> list[GateFinding]:
    order = list(CRITERIA)
    return sorted(decision.findings, key=lambda finding: order.index(finding.name))


def _row(finding: GateFinding, told: FixResult, names: FixNames) -> tuple[Cell, ...]:
    asked = CRITERIA[finding.name]
    where = names.of_key(finding.where)
    could_not_fail = idle_note(finding, told)
    seen = effect_cell(finding.effect, unit_of(finding), finding.limit)
    decided = tr("Decided by: {where}.", where=where) if where else ""
    note = " ".join(one for one in (tr(asked.asks), found_note(finding), decided) if one)
    return (
        Cell(text=tr(asked.label), note=note, more=could_not_fail),
        seen,
        n_cell(finding.effect),
        Cell(text=rounding.NONE, kind="number")
        if asked.unit == "points"
        else unusable_cell(finding.effect),
        Cell(text=sided_limit(finding), kind="number"),
        Cell(text="", mark=ruling_mark(finding.ruling)),
    )
