"""Fields that people fill: declared by the organisation, or boxes to complete. Pure.

Nothing here is ever filled by the tool. What is declared is printed as such and is not verified.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from auditor.core.presentation import About
from auditor.core.standards import Crosswalk, Field, FieldPart, Standard
from auditor.reporting.blocks import Cell, Column, Fact, Table, Todo
from auditor.reporting.cleaning import clean, clean_line
from auditor.reporting.language import mark, tr, tr_n

MITIGATION = Todo(
    label=mark("Mitigation, owner and date"),
    rule=mark("prEN 18283, bias scenario; NIST AI RMF MANAGE 1.3"),
)
"""Of a finding; every card has one."""
_SECTIONS: Mapping[FieldPart, str] = {
    "system": mark("System under audit"),
    "risk": mark("Risk and oversight"),
    "standards": mark("What single standards ask for"),
    "sign-off": mark("Sign-off"),
}
"""What stands above the boxes of each part."""
_LIMIT = 2000
"""Characters of one answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledPart:
    """The fields of one part of the report, in the order of `fields.yaml`."""

    declared: tuple[Fact, ...]
    todos: tuple[Todo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledFields:
    """All fields of a report by part, and what keeps it a draft."""

    system: FilledPart
    risk: FilledPart
    sign_off: FilledPart
    standards: FilledPart
    n_open: int
    """Boxes to complete in all, those of the findings included."""
    n_required: int
    """Those of them without which the report cannot be final."""
    table: Table
    """Every open field, those first without which the report stays a draft; no rows for none."""


def filled_fields(
    crosswalk: Crosswalk, about: About | None, criterion_ids: Iterable[str]
) -> FilledFields:
    """The fields of a report whose finding cards are about `criterion_ids`.

    A report is final when nothing required is open and every finding card says what is done.
    """
    n_cards = len(open_mitigations(about, criterion_ids))
    return FilledFields(
        system=filled_part(crosswalk, about, "system"),
        risk=filled_part(crosswalk, about, "risk"),
        sign_off=filled_part(crosswalk, about, "sign-off"),
        standards=filled_part(crosswalk, about, "standards"),
        n_open=len(open_fields(crosswalk, about)) + n_cards,
        n_required=len(open_required(crosswalk, about)) + n_cards,
        table=_open_table(open_fields(crosswalk, about), n_cards),
    )


def _open_table(fields: Iterable[Field], n_cards: int) -> Table:
    ordered = sorted(fields, key=lambda field: not field.is_required)
    rows = [
        _open_row(tr(one.label), _box_id(one), tr(_SECTIONS[one.part]), one.is_required)
        for one in ordered
    ]
    if n_cards:
        label = tr_n(
            "{label}: of {n} finding",
            "{label}: of {n} findings",
            n_cards,
            label=tr(MITIGATION.label),
        )
        rows.insert(0, _open_row(label, "findings", tr("Findings, worst first"), is_required=True))
    heads = (tr("Open field"), tr("Stands under"), tr("For a final report"))
    return Table(
        table_id="t-open-fields",
        caption=tr("What is open, and where its box stands"),
        columns=tuple(Column(text=head) for head in heads),
        rows=tuple(rows),
        is_dense=True,
    )


def _open_row(label: str, target: str, section: str, is_required: bool) -> tuple[Cell, ...]:
    return (
        Cell(text=label, target=target),
        Cell(text=section),
        Cell(text=tr("required") if is_required else tr("may stay open")),
    )


def _box_id(field: Field) -> str:
    return f"field-{field.field_id}"


def shown_standards(crosswalk: Crosswalk, about: About | None) -> tuple[Standard, ...]:
    """Those that the audit file names; all of them where it names none."""
    chosen = about.standards if about else ()
    return tuple(s for s in crosswalk.standards if not chosen or s.standard_id in chosen)


def asked_fields(
    crosswalk: Crosswalk, about: About | None, part: FieldPart | None = None
) -> tuple[Field, ...]:
    """The fields that this report asks for: those for every report, and those of its standards."""
    shown = {standard.standard_id for standard in shown_standards(crosswalk, about)}
    return tuple(
        field
        for field in crosswalk.fields
        if (part is None or field.part == part)
        and (not field.standards or not shown.isdisjoint(field.standards))
    )


def filled_part(crosswalk: Crosswalk, about: About | None, part: FieldPart) -> FilledPart:
    """What is declared in a part of the report, and what is still a box."""
    fields = asked_fields(crosswalk, about, part)
    return FilledPart(
        declared=tuple(
            declared(field.label, answer)
            for field in fields
            if (answer := answer_of(about, field)) is not None
        ),
        todos=tuple(
            replace(
                _box(field.label, field.rule, field.field_id, is_required=field.is_required),
                box_id=_box_id(field),
            )
            for field in fields
            if answer_of(about, field) is None
        ),
    )


def mitigation(about: About | None, criterion_id: str) -> Fact | Todo:
    """What is done about a finding, as declared, or the box for it."""
    text = dict(about.mitigations).get(criterion_id) if about else None
    if text is not None:
        return declared(MITIGATION.label, text)
    return _box(MITIGATION.label, MITIGATION.rule, criterion_id, is_required=True)


def open_fields(crosswalk: Crosswalk, about: About | None) -> tuple[Field, ...]:
    """The fields without an answer."""
    return tuple(f for f in asked_fields(crosswalk, about) if answer_of(about, f) is None)


def open_required(crosswalk: Crosswalk, about: About | None) -> tuple[Field, ...]:
    """The fields without an answer that a report cannot be final without."""
    return tuple(field for field in open_fields(crosswalk, about) if field.is_required)


def open_mitigations(about: About | None, criterion_ids: Iterable[str]) -> tuple[str, ...]:
    """The findings with a card that nothing is declared about."""
    told = dict(about.mitigations) if about else {}
    return tuple(one for one in criterion_ids if one not in told)


def missing_for_final(
    crosswalk: Crosswalk, about: About | None, criterion_ids: Iterable[str]
) -> tuple[str, ...]:
    """Names in the audit file of what a final report cannot do without; empty where it can be."""
    fields = (f"fields: {field.field_id}" for field in open_required(crosswalk, about))
    cards = (f"mitigations: {one}" for one in open_mitigations(about, criterion_ids))
    return (*fields, *cards)


def answer_of(about: About | None, field: Field) -> str | None:
    """What was declared for a field; None where nothing was."""
    return about.answer(field.field_id) if about else None


def declared(label: str, text: str) -> Fact:
    """The organisation's words as they are printed: made safe, and marked as its own."""
    return Fact(
        label=tr(label), text=clean(text, _LIMIT, stored="presentation.json"), mark="declared"
    )


def _box(label: str, rule: str, name: str, *, is_required: bool) -> Todo:
    """A box to complete, with its name in the audit file."""
    places = {"rule": tr(rule), "name": clean_line(name)}
    if is_required:
        told = tr("{rule} (required for a final report). In the audit file: {name}", **places)
    else:
        told = tr("{rule}. In the audit file: {name}", **places)
    return Todo(label=tr(label), rule=told)
