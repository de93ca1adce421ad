"""Which parts of this report are evidence for what a standard asks. Pure.

Never that a standard is met: no report alone can show that.
"""

from collections.abc import Mapping

from auditor.core.presentation import About
from auditor.core.standards import Crosswalk, Field, Requirement, Standard
from auditor.reporting import rounding
from auditor.reporting.fields import answer_of, shown_standards
from auditor.reporting.language import mark, tr, tr_n
from auditor.reporting.standards.crosswalk import (
    CrosswalkSection,
    Evidence,
    RequirementRow,
    StandardTable,
    State,
)

SECTION_ID = "standards"
TITLE = mark("Standards crosswalk")
_WHO: Mapping[State, str] = {
    "measured": mark("measured"),
    "in-report": mark("in the report, not measured"),
    "declared": mark("declared, not verified"),
    "in-part": mark("declared in part, not verified"),
    "open": mark("to be completed"),
    "not-run": mark("not run"),
}
_PLACES = {"system": "system"}
"""Parts of fields that stand in a section of their own; all others stand with the signatures."""


def crosswalk_section(
    crosswalk: Crosswalk, about: About | None, places: Mapping[str, str]
) -> CrosswalkSection:
    """The standards that the audit file names, each with its requirements.

    `places` maps the ids of the sections and tables that this report has to their titles.
    """
    shown = shown_standards(crosswalk, about)
    fields = {field.field_id: field for field in crosswalk.fields}
    tables = tuple(_table(standard, about, fields, places) for standard in shown)
    left_out = [tr(one.title) for one in crosswalk.standards if one not in shown]
    return CrosswalkSection(title=tr(TITLE), lead=_lead(tables, left_out), standards=tables)


def _lead(tables: tuple[StandardTable, ...], left_out: list[str]) -> tuple[str, ...]:
    states = [row.state for table in tables for row in table.rows]
    counts = {state: rounding.count(states.count(state)) for state in _WHO}
    told = tr(
        "Of {n} requirements, {measured} have evidence that was measured in this run; {in_report} "
        "have text or form in this report, and no measurement; {declared} rest on what the "
        "organisation declared, {in_part} on a part of it; {open} are to be completed; {not_run} "
        "were not run.",
        n=rounding.count(len(states)),
        measured=counts["measured"],
        in_report=counts["in-report"],
        declared=counts["declared"],
        in_part=counts["in-part"],
        open=counts["open"],
        not_run=counts["not-run"],
    )
    return (
        tr(
            "Each table names what a rule asks for and which part of this report is evidence for "
            "it. Evidence for a requirement does not show that it is met: that is for the "
            "organisation and its auditors to judge."
        ),
        told,
        *(
            [
                tr_n(
                    "{n} further standard that this version knows was left out by the audit file: "
                    "{names}.",
                    "{n} further standards that this version knows were left out by the audit "
                    "file: {names}.",
                    len(left_out),
                    names="; ".join(left_out),
                )
            ]
            if left_out
            else []
        ),
    )


def _table(
    standard: Standard, about: About | None, fields: Mapping[str, Field], places: Mapping[str, str]
) -> StandardTable:
    return StandardTable(
        table_id=f"standard-{standard.standard_id}",
        title=tr(standard.title),
        status=tr(
            "As of {date}: {status}",
            date=rounding.moment(standard.as_of),
            status=tr(standard.status),
        ),
        source=tr("Source: {source}.", source=tr(standard.source)),
        note=tr(standard.note),
        rows=tuple(_row(one, about, fields, places) for one in standard.requirements),
    )


def _row(
    one: Requirement, about: About | None, fields: Mapping[str, Field], places: Mapping[str, str]
) -> RequirementRow:
    if one.evidence:
        evidence = _held(one, places)
        here: State = "measured" if one.by == "measured" else "in-report"
        state: State = here if evidence else "not-run"
    else:
        asked = [fields[name] for name in one.field_ids]
        evidence = tuple(
            Evidence(target=_PLACES.get(field.part, "sign-off"), title=tr(field.label))
            for field in asked
        )
        state = _answered(asked, about)
    return RequirementRow(
        clause=tr(one.clause),
        asks=tr(one.asks),
        note=tr(one.note) if one.note else "",
        state=state,
        who=tr(_WHO[state]),
        evidence=evidence,
    )


def _held(one: Requirement, places: Mapping[str, str]) -> tuple[Evidence, ...]:
    return tuple(
        Evidence(target=name, title=places[name]) for name in one.evidence if name in places
    )


def _answered(asked: list[Field], about: About | None) -> State:
    n = sum(answer_of(about, field) is not None for field in asked)
    if n == len(asked):
        return "declared"
    return "in-part" if n else "open"
