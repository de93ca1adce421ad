"""Fields that people fill: declared is printed as declared, and what is open keeps a draft."""

from dataclasses import replace

from auditor.core.presentation import About
from auditor.prompt_library.standards import load_crosswalk
from auditor.reporting.blocks import Fact, Todo
from auditor.reporting.fields import (
    asked_fields,
    filled_fields,
    filled_part,
    missing_for_final,
    mitigation,
    open_fields,
    open_mitigations,
    open_required,
)

CROSSWALK = load_crosswalk()
CARDS = ("implicit/gender.terms", "implicit/race.terms")
NOTHING = About(organisation="", answers=(), mitigations=(), standards=(), sha256="0" * 64)
REQUIRED = {"intended-purpose", "provider", "human-oversight", "residual-risk", "signature"}


def answered(*names: str) -> About:
    return replace(NOTHING, answers=tuple((name, f"told about {name}") for name in names))


def test_without_an_audit_file_everything_is_open() -> None:
    filled = filled_fields(CROSSWALK, None, CARDS)
    assert filled.n_open == len(CROSSWALK.fields) + len(CARDS)
    assert filled.n_required == len(REQUIRED) + len(CARDS)
    assert {one.field_id for one in open_required(CROSSWALK, None)} == REQUIRED
    for part in (filled.system, filled.risk, filled.sign_off, filled.standards):
        assert not part.declared
        assert part.todos


def test_the_parts_hold_every_field_once() -> None:
    filled = filled_fields(CROSSWALK, answered("provider", "misuse", "signature"), ())
    parts = (filled.system, filled.risk, filled.sign_off, filled.standards)
    labels = [one.label for part in parts for one in part.declared]
    labels += [one.label for part in parts for one in part.todos]
    assert sorted(labels) == sorted(one.label for one in CROSSWALK.fields)
    assert sum(len(part.declared) for part in parts) == 3


def test_what_is_declared_is_marked_as_declared_and_made_safe() -> None:
    about = replace(NOTHING, answers=(("provider", "Jane \u202eDoe\ud800"),))
    (fact,) = filled_part(CROSSWALK, about, "system").declared
    assert fact.mark == "declared"
    assert fact.text == "Jane ⟨U+202E⟩Doe⟨U+D800⟩"
    assert "Provider and person responsible" not in {
        one.label for one in filled_part(CROSSWALK, about, "system").todos
    }


def test_only_fields_of_the_chosen_standards_are_asked_for() -> None:
    chosen = replace(NOTHING, standards=("nist-sp-1270",))
    names = {one.field_id for one in asked_fields(CROSSWALK, chosen)}
    assert names == REQUIRED | {"bias-sources"}
    assert {one.field_id for one in open_fields(CROSSWALK, chosen)} == names


def test_a_report_can_be_final_once_nothing_required_is_open() -> None:
    told = answered(*REQUIRED)
    assert open_required(CROSSWALK, told) == ()
    assert filled_fields(CROSSWALK, told, CARDS).n_required == len(CARDS)
    whole = replace(told, mitigations=tuple((one, "done") for one in CARDS))
    filled = filled_fields(CROSSWALK, whole, CARDS)
    assert filled.n_required == 0
    assert missing_for_final(CROSSWALK, whole, CARDS) == ()
    assert filled.n_open == len(CROSSWALK.fields) - len(REQUIRED)
    short = answered(*(REQUIRED - {"signature"}))
    assert missing_for_final(CROSSWALK, short, CARDS[:1]) == (
        "fields: signature",
        "mitigations: implicit/gender.terms",
    )


def test_a_box_says_whether_a_final_report_needs_it() -> None:
    filled = filled_fields(CROSSWALK, None, ())
    boxes = [
        one
        for part in (filled.system, filled.risk, filled.sign_off, filled.standards)
        for one in part.todos
    ]
    needed = {one.box_id for one in boxes if "(required for a final report)" in one.rule}
    assert needed == {f"field-{name}" for name in REQUIRED}


def test_the_table_of_open_fields_has_each_of_them_once_the_required_first() -> None:
    about = replace(answered("provider"), mitigations=((CARDS[0], "done"),))
    filled = filled_fields(CROSSWALK, about, CARDS)
    table_rows = filled.table.rows
    assert len(table_rows) == filled.n_open == len(CROSSWALK.fields)
    targets = [row[0].target for row in table_rows]
    assert targets[0] == "findings"
    assert table_rows[0][0].text == "Mitigation, owner and date: of 1 finding"
    assert set(targets[1:]) == {f"field-{one.field_id}" for one in open_fields(CROSSWALK, about)}
    told = [row[2].text for row in table_rows]
    assert told == ["required"] * filled.n_required + ["may stay open"] * (
        filled.n_open - filled.n_required
    )
    sections = {row[1].text for row in table_rows}
    assert sections == {
        "Findings, worst first",
        "System under audit",
        "Risk and oversight",
        "What single standards ask for",
        "Sign-off",
    }
    whole = replace(NOTHING, answers=tuple((f.field_id, "x") for f in CROSSWALK.fields))
    assert filled_fields(CROSSWALK, whole, ()).table.rows == ()


def test_a_finding_says_what_is_done_or_has_a_box() -> None:
    about = replace(NOTHING, mitigations=((CARDS[0], "Reworded, J. Doe, 1 March 2027"),))
    told, box = mitigation(about, CARDS[0]), mitigation(about, CARDS[1])
    assert isinstance(told, Fact)
    assert (told.mark, told.text) == ("declared", "Reworded, J. Doe, 1 March 2027")
    assert isinstance(box, Todo)
    assert box.label == "Mitigation, owner and date"
    assert box.rule.endswith(
        " (required for a final report). In the audit file: implicit/race.terms"
    )
    assert mitigation(None, CARDS[1]) == box
    assert open_mitigations(about, CARDS) == (CARDS[1],)
