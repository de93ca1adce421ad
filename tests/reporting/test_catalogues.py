"""The catalogues say what the report says, all of it, in the form that each language asks for."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import write_po

from tests import catalogues
from tests.catalogues import OTHERS, ROOT, load, missing, places, update

LANGUAGE = pytest.mark.parametrize("language", OTHERS)
MODULES = sorted((ROOT / "auditor" / "reporting").rglob("*.py"))
CALLS = {"tr": (0,), "mark": (0,), "tr_n": (0, 1), "tr_in": (0, 1)}
"""Which arguments hold text of a message; the first of `tr_in` is its context."""
QUOTES = {"de": ("„", "“", '«»”"'), "es": ("«", "»", '„“”"')}
"""Opening, closing, and what belongs to other languages."""
ENGLISH = re.compile(r"\b(the|of|with|not|is|are|was|this|that|each|which)\b")
HYPHEN_FOR_MINUS = re.compile(r"(?<![\w.-])-\d")
BARE_PERCENT = re.compile(r"\d%")
DECIMAL_POINT = re.compile(r"(?<![\w.§])0\.\d")
BRIEF = ("best.", "Warn.", "n. b.", "n. l.", "conf.", "no c.", "abto.", "EE. UU.", "Mio.", "Mrd.")
"""Abbreviations with full stops that English ones do not have."""
VERDICTS = {
    "de": ("bestanden", "Warnung", "nicht bestanden", "unentschieden", "nicht messbar"),
    "es": ("conforme", "aviso", "no conforme", "no concluyente", "no medible"),
}

Key = tuple[str | None, str]


@pytest.fixture(scope="module")
def told() -> list[tuple[str | None, str, str]]:
    """Every message there is; looked for once, because that takes seconds."""
    return list(catalogues.messages())


@pytest.fixture
def _found(told: list[tuple[str | None, str, str]], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalogues, "messages", lambda: iter(told))


def translated(language: str) -> list[tuple[Message, str, str]]:
    """Every entry of a catalogue, its English text and its translation."""
    return [(m, str(m.id), str(m.string)) for m in load(language) if m.id]


def key(message: Message) -> Key:
    return message.context, str(message.id)


@LANGUAGE
@pytest.mark.usefixtures("_found")
def test_nothing_is_left_in_english(language: str) -> None:
    assert missing(language) == []


@LANGUAGE
def test_nothing_is_kept_that_is_no_longer_said(
    language: str, told: list[tuple[str | None, str, str]]
) -> None:
    said = {(context, text) for context, text, _ in told}
    assert len(said) > 1000
    assert {key(m) for m, _, _ in translated(language)} == said


@LANGUAGE
@pytest.mark.usefixtures("_found")
def test_keeping_the_catalogues_changes_nothing_that_is_kept(
    language: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run `python -m tests.catalogues update` where this fails."""
    kept = (catalogues.FOLDER / f"{language}.po").read_bytes()
    (tmp_path / f"{language}.po").write_bytes(kept)
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    update(language)
    assert (tmp_path / f"{language}.po").read_bytes() == kept


@LANGUAGE
def test_every_message_can_be_filled(language: str) -> None:
    for _, text, translation in translated(language):
        named = places(text)
        if translation:
            assert places(translation) == named, text
            assert not named or translation.format(**dict.fromkeys(named, "9"))


@LANGUAGE
def test_no_message_is_a_guess(language: str) -> None:
    assert [text for m, text, _ in translated(language) if m.fuzzy] == []


@LANGUAGE
def test_every_number_is_still_there(language: str) -> None:
    """As digits: the decimal mark and the place in the sentence are the language's own."""
    for _, text, translation in translated(language):
        if translation:
            lost = digits(text) - digits(translation)
            assert not lost, (text, translation)


@LANGUAGE
def test_quotes_are_the_languages_own_and_closed(language: str) -> None:
    opening, closing, foreign = QUOTES[language]
    for _, text, translation in translated(language):
        assert translation.count(opening) == translation.count(closing), translation
        assert text.count("“") == text.count("”"), text
        assert not set(translation) & set(foreign), translation


@LANGUAGE
def test_numbers_are_written_as_the_report_writes_them(language: str) -> None:
    for _, _, translation in translated(language):
        assert not HYPHEN_FOR_MINUS.search(translation), translation
        assert not BARE_PERCENT.search(translation), translation
        assert not DECIMAL_POINT.search(translation), translation


@LANGUAGE
def test_sentences_end_as_they_do_in_english(language: str) -> None:
    for _, text, translation in translated(language):
        if translation and not translation.endswith(BRIEF):
            assert translation.endswith(".") == text.endswith("."), (text, translation)
        assert translation.strip() == translation, translation


def test_spanish_questions_are_opened() -> None:
    for _, _, translation in translated("es"):
        for opening, closing in ("¿?", "¡!"):
            assert translation.count(opening) == translation.count(closing), translation


@LANGUAGE
def test_no_translation_is_an_english_sentence(language: str) -> None:
    for _, text, translation in translated(language):
        assert translation != text or not ENGLISH.search(text), text


@LANGUAGE
def test_held_out_is_not_withheld(language: str) -> None:
    """A fix is withheld; texts that training never saw are held out."""
    found = [t for _, text, t in translated(language) if re.search("[Hh]eld-out", text)]
    assert found
    assert not [t for t in found if re.search("zurückgehalten|retenid", t)]


@LANGUAGE
def test_verdicts_have_one_word_each(language: str) -> None:
    by_text = {text: t for m, text, t in translated(language) if not m.context}
    english = ("pass", "warn", "fail", "inconclusive", "not measurable")
    assert tuple(by_text[word] for word in english) == VERDICTS[language]


def test_the_extractor_finds_what_the_source_says() -> None:
    """Babel skips a message within an f-string, or within the call of another message."""
    for path in MODULES:
        found = {text for _, text, _ in catalogues.of_file(path, "python")}
        written = {
            node.value
            for node in messages_of(path)
            if isinstance(node, ast.Constant) and node.value
        }
        assert written == found, path.name


def test_no_message_is_put_together() -> None:
    told = [(path.name, node) for path in MODULES for node in messages_of(path)]
    assert len(told) > 1000
    assert not [
        f"{name}:{node.lineno}"
        for name, node in told
        if isinstance(node, ast.JoinedStr | ast.BinOp)
    ]


def test_an_old_message_is_dropped_and_a_new_one_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The keeping itself, on three messages of its own."""
    monkeypatch.setattr(catalogues, "FOLDER", tmp_path)
    monkeypatch.setattr(
        catalogues, "messages", lambda: iter([(None, "limit", "a.py"), ("head", "limit", "a.py")])
    )
    known = Catalog(locale="de")
    known.add("limit", "Grenzwert")
    known.add("gone", "weg")
    with (tmp_path / "more.de.po").open("wb") as file:
        write_po(file, known)
    update("de", tmp_path / "more.de.po")
    assert {key(m): m.string for m, _, _ in translated("de")} == {
        (None, "limit"): "Grenzwert",
        ("head", "limit"): "",
    }
    assert missing("de") == [("head", "limit", "a.py")]


def digits(text: str) -> Counter[str]:
    return Counter(re.findall(r"\d", text))


def messages_of(path: Path) -> Iterator[ast.expr]:
    """The arguments of `tr` and its like that are, or should be, literal messages."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for place in CALLS.get(node.func.id, ()):
                if place < len(node.args) and not (node.func.id == "tr_in" and place == 0):
                    yield node.args[place]
