"""What a reader sees of a German or Spanish report is German or Spanish, with its numbers."""

import re
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from auditor.core.presentation import Language, Presentation
from auditor.core.results import AuditResult
from auditor.prompt_library.standards import load_crosswalk
from auditor.reporting.html import render_html
from auditor.reporting.language import speaking
from auditor.reporting.report import summarise
from auditor.workflows.rendering import Conclusion
from tests.catalogues import OTHERS
from tests.reporting.fix_builders import fix_result
from tests.reporting.layer_builders import blank_concept, clear_concept, layer_result, with_base
from tests.reporting.review_builders import with_baseline, with_increases, with_models
from tests.reporting.standalone_builders import standalone_result
from tests.reporting.test_adapter_pages import adapted, register, slope

LANGUAGE = pytest.mark.parametrize("language", OTHERS)
ENGLISH = re.compile(
    r"\b(the|and|of|with|not|interval|is|are|were|from|this|that|each|which|than|over)\b",
    re.IGNORECASE,
)
POINT = re.compile(r"(?:[+−±<>=]\s?|\[)\d+\.\d|\d\.\d+\s?(?:%|pp|PP|nats|Nats)")
"""A decimal point in what is surely a measured number: signed, in an interval, or with a unit."""
COMMA = re.compile(r"[+−]\d,\d\d")
NAMES = (
    "Rules of the City of New York",
    "black und white",
    "black y white",
    "Black und white",
    "Black y white",
)
"""Proper names, and words that the battery asks about as words."""
FIELD_ID = re.compile(r"(?:In der Auditdatei|En el archivo de auditoría): \S+")
_VOID = frozenset({"br", "img", "input", "link", "meta"})
_SHOWN = ("alt", "aria-label", "title")
_UNTRANSLATED = frozenset({"pre", "style"})
"""What the model wrote or was asked, commands, and what is not text."""


class VisibleText(HTMLParser):
    """Every text that a reader sees or hears: of elements, of pictures and in pictures."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._hidden: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.texts += [given[name] for name in _SHOWN if given.get(name)]
        if given.get("src", "").startswith("data:image/svg+xml;base64,"):
            self.texts += _texts_of_svg(given["src"].partition(",")[2])
        if tag not in _VOID:
            above = bool(self._hidden and self._hidden[-1])
            self._hidden.append(above or tag in _UNTRANSLATED or given.get("class") == "code")

    def handle_endtag(self, tag: str) -> None:
        if tag not in _VOID:
            self._hidden.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._hidden[-1]:
            self.texts.append(" ".join(data.split(" ")).strip())


def _texts_of_svg(encoded: str) -> list[str]:
    svg = b64decode(encoded).decode()
    return [
        unescape(re.sub(r"<[^>]+>", "", text))
        for text in re.findall(r"<text[^>]*>(.*?)</text>", svg, re.DOTALL)
    ]


def visible(told: AuditResult, language: Language) -> list[str]:
    with speaking(language):
        presentation = Presentation(language=language, crosswalk=load_crosswalk())
        html = render_html(summarise(told, presentation))
    parser = VisibleText()
    parser.feed(html)
    assert len(parser.texts) > 1000
    return [FIELD_ID.sub("", text) for text in parser.texts]


def everything() -> AuditResult:
    """A result with every section that there is, its made-up names taken for what they are."""
    told = with_models(with_baseline(with_increases(standalone_result())))
    named: AuditResult = nameless(
        replace(
            told,
            adapter=adapted(
                register("refusal", tier="quick"), (slope("gender.terms", 0.2),)
            ).adapter,
            layers=with_base(layer_result(clear_concept(), blank_concept())),
            fix=fix_result("ideal"),
        )
    )
    return named


_PROSE = frozenset(
    {"label", "target", "reference", "note", "group", "because", "warnings", "what", "description"}
)


def nameless(value: Any, name: str = "") -> Any:
    """The same with a number for each text that the builders made up in English."""
    if isinstance(value, str):
        return re.sub(r"[A-Za-z][^:]*", "N", value) if name in _PROSE else value
    if isinstance(value, tuple):
        return tuple(nameless(one, name) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        told = {f.name: nameless(getattr(value, f.name), f.name) for f in fields(value) if f.init}
        return replace(value, **told)
    return value


def left_in_english(texts: list[str]) -> Iterator[str]:
    for text in texts:
        for name in NAMES:
            text = text.replace(name, "")
        if ENGLISH.search(text):
            yield text


@pytest.fixture(scope="module")
def scripted() -> dict[str, list[str]]:
    return {language: visible(everything(), language) for language in OTHERS}


@LANGUAGE
def test_no_english_is_left(language: str, scripted: dict[str, list[str]]) -> None:
    assert not list(left_in_english(scripted[language]))


@LANGUAGE
def test_numbers_have_a_decimal_comma(language: str, scripted: dict[str, list[str]]) -> None:
    texts = scripted[language]
    assert [text for text in texts if POINT.search(text)] == []
    assert sum(len(COMMA.findall(text)) for text in texts) > 500


def test_english_reports_are_what_the_patterns_look_for() -> None:
    """So that the tests above cannot run empty."""
    texts = visible(everything(), "en")
    assert sum(1 for _ in left_in_english(texts)) > 300
    assert sum(len(POINT.findall(text)) for text in texts) > 500


@pytest.mark.slow
@LANGUAGE
def test_no_english_is_left_in_a_whole_audit(language: Language, whole_audit: Conclusion) -> None:
    """With the texts of the battery itself, which the scripted result does not have."""
    texts = visible(whole_audit.result, language)
    assert list(left_in_english(texts)) == []
    assert [text for text in texts if POINT.search(text)] == []
