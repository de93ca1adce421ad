"""The shipped standards: dated, pointing only to what is there, and never claiming to be met."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from auditor.core.standards import Crosswalk, Requirement, Standard
from auditor.errors import StandardsInvalid
from auditor.prompt_library.standards import check, load_crosswalk
from auditor.reporting.standards.evidence import EVIDENCE_IDS
from auditor.resources import data_root
from tests.standards_messages import standards_messages

CROSSWALK = load_crosswalk()
ROOT = Path(__file__).parents[1]
STANDING = {"reading", "scope", "limitations", "method", "catalogue", "standards", "glossary"}
CLAIMS = re.compile(r"\b(compl(y|ies|iant|iance)|conform(s|ity|ant|ance)?)\b", re.IGNORECASE)
"""Words by which a report would say that a rule is met."""
EXPECTED = {
    "ai-act",
    "ai-verify-fairness",
    "colorado-sb26-189",
    "four-fifths",
    "iso-42001",
    "iso-tr-24027",
    "model-cards",
    "nist-ai-rmf",
    "nist-sp-1270",
    "nyc-ll144",
    "pren-18283",
}


def test_every_standard_is_there_and_dated_with_its_source() -> None:
    assert {one.standard_id for one in CROSSWALK.standards} == EXPECTED
    for one in CROSSWALK.standards:
        assert date.fromisoformat(one.as_of) >= date(2026, 11, 21)
        assert one.source
        assert one.note, one.standard_id


def test_evidence_is_something_that_a_report_can_have() -> None:
    named = {e for s in CROSSWALK.standards for r in s.requirements for e in r.evidence}
    assert named <= set(EVIDENCE_IDS)
    assert len(EVIDENCE_IDS) == len(set(EVIDENCE_IDS))


def test_measured_names_evidence_and_all_else_names_fields() -> None:
    for standard in CROSSWALK.standards:
        for one in standard.requirements:
            is_here = one.by in ("measured", "report")
            assert bool(one.evidence) == is_here, (standard.standard_id, one.clause)
            assert bool(one.field_ids) != is_here, (standard.standard_id, one.clause)


def test_standing_text_is_never_counted_as_measured() -> None:
    """Sections that hold no result of a run are evidence, and no measurement."""
    for standard in CROSSWALK.standards:
        for one in standard.requirements:
            if one.evidence and set(one.evidence) <= STANDING:
                assert one.by == "report", (standard.standard_id, one.asks)
            if "no measurement" in one.note or one.note.startswith("Standing text"):
                assert one.by == "report", (standard.standard_id, one.asks)
    asks = {one.asks for s in CROSSWALK.standards for one in s.requirements if one.by == "report"}
    assert {"Hazard", "Review trigger", "Why the metrics are appropriate"} <= asks


def test_what_a_standard_asks_of_people_is_asked_where_it_is_shown() -> None:
    fields = {one.field_id: one for one in CROSSWALK.fields}
    for standard in CROSSWALK.standards:
        for name in {n for one in standard.requirements for n in one.field_ids}:
            asked_by = fields[name].standards
            assert not asked_by or standard.standard_id in asked_by, (standard.standard_id, name)
    for field in fields.values():
        for name in field.standards:
            (standard,) = (s for s in CROSSWALK.standards if s.standard_id == name)
            assert any(field.field_id in one.field_ids for one in standard.requirements), (
                field.field_id,
                name,
            )


def test_what_a_draft_needs_is_asked_under_every_standard() -> None:
    required = [one for one in CROSSWALK.fields if one.is_required]
    assert required
    assert all(not one.standards for one in required)


def test_nothing_says_that_a_rule_is_met() -> None:
    for text, place in standards_messages():
        assert not CLAIMS.search(text), (place, text)
    for path in (*(ROOT / "auditor/reporting/standards").glob("*.py"), *_partials()):
        assert not CLAIMS.search(path.read_text(encoding="utf-8")), path


def _partials() -> tuple[Path, ...]:
    folder = ROOT / "templates" / "partials"
    return tuple(
        folder / f"{name}.html.jinja2"
        for name in ("standards", "selection", "fields", "sign_off", "macros")
    )


def test_the_hash_is_over_all_files() -> None:
    assert re.fullmatch(r"[0-9a-f]{64}", CROSSWALK.sha256)
    assert CROSSWALK.sha256 == load_crosswalk().sha256
    folder = data_root().joinpath("prompts", "standards")
    n_files = sum(entry.name.endswith(".yaml") for entry in folder.iterdir())
    assert n_files == len(CROSSWALK.standards) + 1


def test_every_text_of_the_data_is_a_message() -> None:
    told = {text for text, _ in standards_messages()}
    for standard in CROSSWALK.standards:
        assert {standard.title, standard.status, standard.source, standard.note} <= told
        assert {one.asks for one in standard.requirements} <= told
        assert {one.note for one in standard.requirements if one.note} <= told
    assert {one.label for one in CROSSWALK.fields} <= told


def with_requirement(one: Requirement) -> tuple[Standard, ...]:
    first, *rest = CROSSWALK.standards
    return (replace(first, requirements=(*first.requirements, one)), *rest)


MEASURED = Requirement(clause="1", asks="x", by="measured", evidence=("summary",))


@pytest.mark.parametrize(
    ("standards", "words"),
    [
        (with_requirement(replace(MEASURED, evidence=())), "names its evidence"),
        (with_requirement(replace(MEASURED, by="report", evidence=())), "names its evidence"),
        (with_requirement(replace(MEASURED, by="person")), "names its evidence"),
        (
            with_requirement(replace(MEASURED, by="declared", evidence=(), field_ids=("first",))),
            "unknown field `first`; did you mean `first-use`?",
        ),
        (
            with_requirement(replace(MEASURED, field_ids=("first-use",))),
            "all else the fields that answer it",
        ),
        ((*CROSSWALK.standards, CROSSWALK.standards[0]), "is given twice"),
        (
            (replace(CROSSWALK.standards[0], as_of="November 2026"), *CROSSWALK.standards[1:]),
            "`as_of` is no date",
        ),
        (
            (replace(CROSSWALK.standards[0], requirements=()), *CROSSWALK.standards[1:]),
            "no requirements",
        ),
        (CROSSWALK.standards[1:], "unknown standard `ai-verify-fairness`"),
    ],
)
def test_data_that_does_not_hold_together_is_refused(
    standards: tuple[Standard, ...], words: str
) -> None:
    with pytest.raises(StandardsInvalid, match=re.escape(words)):
        check(standards, CROSSWALK.fields)


def test_the_shipped_data_are_not_refused() -> None:
    check(CROSSWALK.standards, CROSSWALK.fields)
    assert isinstance(CROSSWALK, Crosswalk)
