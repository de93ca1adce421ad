"""The model card: measured, declared or to be completed, and no text of others is ever markup."""

import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html import escape as html_escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from auditor.core.presentation import About, Presentation
from auditor.core.results import AuditResult
from auditor.prompt_library.standards import load_crosswalk
from auditor.reporting.exports.markdown import code, escape, quoted, table
from auditor.reporting.exports.model_card import FIELDS, model_card
from auditor.reporting.fields import open_fields
from auditor.reporting.report import summarise
from tests.reporting.exports.cases import BUILDERS, case, every_ending, named
from tests.reporting.hostile import hostile_texts
from tests.reporting.standalone_builders import standalone_result

ASKED = Presentation(crosswalk=load_crosswalk())
"""Every standard, so that every field is asked for."""
READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
MITCHELL = (
    "Model details",
    "Intended use",
    "Factors",
    "Metrics",
    "Evaluation data",
    "Training data",
    "Quantitative analyses",
    "Ethical considerations",
    "Caveats and recommendations",
)
OPEN = "to be completed by the organisation; not measured."
FORBIDDEN = {"html_block", "html_inline", "link_open", "image", "em_open", "s_open", "fence", "hr"}
MARKS = (
    "[a](b)",
    "![a](b)",
    "[a]: b",
    "[a]\\(b)",
    "[ ] a",
    "<b>a</b>",
    "<!-- a",
    "&lt;b&gt;",
    "`a`",
    "*a* _b_ **c**",
    "~~a~~",
    "| a | b |",
    "|-|-|",
    ":-:",
    "# a",
    "> a",
    "- a",
    "+ a",
    "* a",
    "1. a",
    "12) a",
    "-",
    "---",
    "===",
    "***",
    "```",
    "\\",
)
MARKUP = st.text(alphabet="ab1 `*_[]()<>&|~$#+-=.:!\\/\n\t'\"{}", max_size=60)


def card(result: AuditResult, presentation: Presentation = ASKED) -> str:
    return model_card(summarise(result, presentation), result, presentation)


def declared(**answers: str) -> Presentation:
    told = tuple((key.replace("_", "-"), text) for key, text in answers.items())
    about = About(organisation="Bank", answers=told, mitigations=(), standards=(), sha256="78" * 32)
    return Presentation(about=about, crosswalk=ASKED.crosswalk)


def tokens(text: str) -> list[Token]:
    return [one for block in READER.parse(text) for one in (block, *(block.children or ()))]


def shape(text: str) -> Counter[str]:
    """How many of each thing there are, but for plain text and its lines."""
    plain = ("text", "softbreak", "paragraph_open", "paragraph_close", "inline")
    return Counter(one.type for one in tokens(text) if one.type not in plain)


@pytest.mark.parametrize("name", BUILDERS)
def test_the_sections_of_mitchell_in_their_order(name: str) -> None:
    found = re.findall(r"^## (.+)$", card(case(name)), flags=re.MULTILINE)
    assert tuple(found) == MITCHELL


def test_what_nobody_declared_is_to_be_completed() -> None:
    text = card(case("pairings"))
    assert text.count(OPEN) == len(FIELDS)
    assert "declared by the organisation, not verified" not in text


@pytest.mark.parametrize("field", sorted(FIELDS))
def test_what_was_declared_says_so_and_changes_nothing_else(field: str) -> None:
    text = card(case("pairings"), declared(**{field: "First line\n\nLast line"}))
    assert text.count(OPEN) == len(FIELDS) - 1
    assert "(declared by the organisation, not verified):\n\n> First line\n>\n> Last line" in text


@pytest.mark.parametrize("standards", [(), ("ai-act",), ("model-cards",), ("nist-sp-1270",)])
def test_the_card_and_the_report_have_the_same_open_fields(standards: tuple[str, ...]) -> None:
    """A reader who fills the report's boxes has filled the card's."""
    about = About(
        organisation="Bank",
        answers=(("provider", "Bank"),),
        mitigations=(),
        standards=standards,
        sha256="78" * 32,
    )
    shown = replace(ASKED, about=about)
    text = card(case("pairings"), shown)
    boxes = {one.field_id: one.label for one in open_fields(ASKED.crosswalk, about)}
    in_card = {boxes[name] for name in FIELDS if name in boxes}
    found = re.findall(r"^\*\*(.+)\*\*: " + re.escape(OPEN), text, flags=re.MULTILINE)
    assert {one.replace("\\", "") for one in found} == in_card
    assert len(found) == len(in_card) > 0
    assert ("not asked of the organisation in this report" in text) == (
        "training-data" not in boxes
    )


def test_every_field_of_the_card_is_one_of_the_audit_file() -> None:
    assert set(FIELDS) <= {one.field_id for one in ASKED.crosswalk.fields}
    assert len(set(FIELDS)) == len(FIELDS)


def test_no_number_without_interval_n_and_unusable_share() -> None:
    for name in ("pairings", "hiring"):
        rows = [
            line
            for line in card(case(name)).splitlines()
            if re.search(r"(pass|fail|warn|inconclusive|measurable) \|$", line)
        ]
        assert len(rows) == sum("not-asked" not in f.reasons for f in case(name).findings)
        for row in rows:
            value, bounds, n, unusable, limit, verdict = row.strip("|").split("|")[-6:]
            assert re.search(r"\[.+, .+\]", value) or value.strip() == "not measurable"
            assert "[" in bounds or value.strip() == "not measurable"
            assert re.search(r"\d+ \(\d+\)", n.replace("\u00a0", " "))
            assert "%" in unusable
            assert re.search(r"\d", limit)
            assert verdict.strip()


def test_a_value_that_cannot_be_read_is_not_printed() -> None:
    result, findings = every_ending()
    taken = {measure.measure_id: measure for measure in result.measures}
    unread = [f for f in findings if f.verdict.value == "not measurable" and f.reasons == ()]
    assert any(taken[finding.measure_id].value is not None for finding in unread)
    rows = [line for line in card(result).splitlines() if line.endswith("∅ not measurable |")]
    assert len(rows) == len(unread)
    assert all("| not measurable | – |" in row for row in rows)


def test_intersections_are_said_to_be_missing_or_shown() -> None:
    assert "No comparison of groups that join several attributes" in card(case("pairings"))
    hired = standalone_result("hiring", is_alone=True)
    mixed = replace(
        hired.contrasts[0],
        contrast_id="hiring.race-sex-names",
        label="Hiring: names",
        role="ladder",
    )
    rates = [m for m in hired.measures if m.name == "hiring.selection-rate" and m.group]
    taken = tuple(
        replace(m, contrast_id=mixed.contrast_id, measure_id=f"{m.name}/{m.group}[x]", group=group)
        for m, group in zip(rates, ("Black women", "White men"), strict=False)
    )
    told = replace(hired, contrasts=(*hired.contrasts, mixed), measures=(*hired.measures, *taken))
    text = card(told).partition("### Intersectional results")[2].partition("\n## ")[0]
    assert "Black women" in text
    assert "White men" in text


@cache
def calm_shape() -> Counter[str]:
    return shape(card(named("model"), declared(provider="somebody", impact="nothing")))


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_hostile_names_and_answers_are_text(name: str) -> None:
    hostile = hostile_texts()[name]
    text = card(named(hostile), declared(provider=hostile, impact=hostile))
    text.encode("utf-8")
    assert shape(text) == calm_shape()
    assert not FORBIDDEN & set(calm_shape())


@pytest.mark.parametrize("text", MARKS)
def test_no_mark_of_markdown_is_one(text: str) -> None:
    told = f"before\n{escape(text)}\nafter"
    assert set(shape(told)) <= {"text_special"}
    assert READER.render(escape(text)) == f"<p>{html_escape(text, quote=False)}</p>\n"


@given(MARKUP)
@settings(max_examples=150, deadline=None)
def test_escaped_text_is_one_paragraph_that_reads_as_it_was_written(text: str) -> None:
    kinds = shape(escape(text))
    assert not kinds - Counter(text_special=10_000)
    rendered = "".join(
        one.content for one in tokens(escape(text)) if one.type in ("text", "text_special")
    )
    assert rendered == " ".join(text.split())


@given(MARKUP)
@settings(max_examples=150, deadline=None)
def test_quoted_text_opens_nothing_but_the_quotation(text: str) -> None:
    kinds = shape(quoted(text))
    assert set(kinds) <= {"blockquote_open", "blockquote_close", "text_special"}


@given(MARKUP.filter(str.strip))
@settings(max_examples=100, deadline=None)
def test_code_is_code_and_nothing_else(text: str) -> None:
    (found,) = [
        one
        for one in tokens(code(text))
        if one.type not in ("inline", "paragraph_open", "paragraph_close")
    ]
    assert found.type == "code_inline"


@given(st.lists(MARKUP, min_size=2, max_size=2))
@settings(max_examples=100, deadline=None)
def test_a_table_keeps_its_cells(cells: list[str]) -> None:
    kinds = shape(table(("a", "b"), [cells]))
    assert kinds["td_open"] == 2
    assert not FORBIDDEN & set(kinds)
