"""Text of a model becomes visible, drawable and bounded."""

import unicodedata

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from auditor.reporting.cleaning import (
    clean,
    clean_for_terminal,
    clean_line,
    guard_cell,
)
from auditor.reporting.fonts import font_folder
from auditor.reporting.glyphs import DRAWABLE
from tests.reporting.hostile import hostile_texts


def text_with_surrogates() -> st.SearchStrategy[str]:
    return st.text(st.characters(codec=None, categories=None))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain, as it is\n\tindented", "plain, as it is\n\tindented"),
        ("safe\u202etxt", "safe⟨U+202E⟩txt"),
        ("a\x00b\x1bc", "a⟨U+0000⟩b⟨U+001B⟩c"),
        ("\ud800", "⟨U+D800⟩"),
        ("漢", "⟨U+6F22⟩"),
        ("\ufffe", "⟨U+FFFE⟩"),
        ("\ue000", "⟨U+E000⟩"),
        ("a\u200bb", "a⟨U+200B⟩b"),
        ("one\r\ntwo\rthree", "one\ntwo⟨U+000D⟩three"),
        ("😀", "⟨U+1F600⟩"),
        ("e\u0301", "e\u0301"),
        ("e" + "\u0301" * 9 + "f", "e" + "\u0301" * 4 + "⟨+5 marks⟩f"),
    ],
)
def test_what_cannot_be_seen_is_spelt_out(text: str, shown: str) -> None:
    assert clean(text) == shown


def test_long_text_is_cut_with_a_count() -> None:
    shown = clean("x" * 2204, limit=1000)
    assert shown.startswith("x" * 1000 + "\n")
    assert "1 204 more characters" in shown


@given(text_with_surrogates())
def test_every_character_left_has_a_glyph(text: str) -> None:
    shown = clean(text)
    assert all(ord(character) in DRAWABLE or character in "\n\t" for character in shown)
    shown.encode("utf-8")


@given(text_with_surrogates())
def test_a_line_stays_one_line(text: str) -> None:
    assert len(clean_line(text).splitlines()) <= 1


@given(text_with_surrogates())
def test_no_terminal_command_is_left(text: str) -> None:
    shown = clean_for_terminal(text)
    assert not any(unicodedata.category(c) in {"Cc", "Cf", "Cs", "Zl", "Zp"} for c in shown)


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_cleaning_twice_changes_nothing(name: str) -> None:
    once = clean(hostile_texts()[name], limit=10**6)
    assert clean(once, limit=10**7) == once


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "  =", "＝"])
def test_no_cell_begins_a_formula(start: str) -> None:
    assert guard_cell(f"{start}1+1").startswith("'")


def test_harmless_cells_are_left_alone() -> None:
    assert guard_cell("race.terms") == "race.terms"


@pytest.mark.parametrize("file", ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"])
def test_the_table_of_glyphs_is_that_of_the_fonts(file: str) -> None:
    """One character too many in the table would fail PDF/A and PDF/UA without a word."""
    drawn = set(TTFont(font_folder() / file).getBestCmap())
    assert drawn >= DRAWABLE
    assert len(DRAWABLE) > 5000
