"""One self-contained page that nothing in it can make run, load or lie."""

import re
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from auditor.reporting.cleaning import clean
from auditor.reporting.html import render_html
from auditor.reporting.report import summarise
from auditor.resources import data_root, read_text
from tests.reporting.builders import record, result
from tests.reporting.hostile import hostile_texts

HARMLESS = "wicked - black"
VOID = frozenset({"meta", "img", "br", "link", "input", "hr"})


class Page(HTMLParser):
    """Tags, attributes, headings and quoted texts of a page; raises on wrong nesting."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.quotes: list[str] = []
        self.headings: list[str] = []
        self._within = ""
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "pre" and ("class", "untrusted") in attrs:
            self._within = "quote"
            self.quotes.append("")
        elif re.fullmatch(r"h\d", tag):
            self._within = "heading"
            self.headings.append(tag + " ")

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag
        if tag == "pre" or re.fullmatch(r"h\d", tag):
            self._within = ""

    def handle_data(self, data: str) -> None:
        if self._within == "quote":
            self.quotes[-1] += data
        elif self._within == "heading":
            self.headings[-1] += data


@pytest.fixture(scope="module")
def harmless() -> Page:
    return Page(render_html(summarise(result(answer=HARMLESS))))


def shape(page: Page) -> list[tuple[str, dict[str, str | None]]]:
    """Everything of a page but its texts."""
    return page.tags


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_hostile_answers_change_only_their_own_text(name: str, harmless: Page) -> None:
    """Not one tag or attribute more or other than for a harmless answer."""
    answer = hostile_texts()[name]
    page = Page(render_html(summarise(result(answer=answer))))
    assert shape(page) == shape(harmless)
    assert page.headings == harmless.headings
    assert page.quotes
    assert set(page.quotes) == {clean(answer)}


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_hostile_model_names_add_no_tag(name: str, harmless: Page) -> None:
    told = result(answer=HARMLESS)
    named = replace(told, record=record(hostile_texts()[name][:300]))
    page = Page(render_html(summarise(named)))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in harmless.tags]


def test_nothing_is_loaded_from_anywhere(harmless: Page) -> None:
    for tag, attributes in harmless.tags:
        assert tag not in {"script", "link", "iframe", "object", "embed", "base", "form", "svg"}
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name != "style"
            if name == "src":
                assert (value or "").startswith("data:image/svg+xml;base64,")
            if name == "href":
                assert (value or "").startswith("#")


def test_every_link_has_its_target(harmless: Page) -> None:
    ids = [attributes["id"] for _, attributes in harmless.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in harmless.tags:
        if "href" in attributes:
            assert (attributes["href"] or "")[1:] in ids


def test_the_policy_allows_the_style_by_its_hash_and_no_script() -> None:
    html = render_html(summarise(result()))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert policy is not None
    assert style is not None
    allowed = policy[1].replace("&#39;", "'")
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in allowed
    assert allowed.startswith("default-src 'none'")
    assert "script-src" not in allowed
    assert html.index("Content-Security-Policy") < html.index("<title>")


def test_headings_do_not_skip_a_level(harmless: Page) -> None:
    levels = [int(heading[1]) for heading in harmless.headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_images_have_alternatives_and_tables_have_names(harmless: Page) -> None:
    images = [attributes for tag, attributes in harmless.tags if tag == "img"]
    assert len(images) >= 3
    for attributes in images:
        assert 0 < len(attributes["alt"] or "") <= 300
        assert b64decode((attributes["src"] or "").split(",")[1]).startswith(b"<svg")
    scopes = [attributes.get("scope") for tag, attributes in harmless.tags if tag == "th"]
    assert set(scopes) <= {"row", "col"}


def test_disclaimer_stands_on_cover_and_summary() -> None:
    html = render_html(summarise(result()))
    assert html.count("It is not a legal opinion, a certification, or a bias audit under NYC") == 2


def test_equal_results_give_equal_pages() -> None:
    assert render_html(summarise(result())) == render_html(summarise(result()))


def templates() -> Iterator[tuple[str, str]]:
    folder = data_root() / "templates"
    for place in (folder, folder / "partials"):
        for file in place.iterdir():
            if file.name.endswith(".jinja2"):
                name = file.name if place is folder else f"partials/{file.name}"
                yield name, read_text("templates", *name.split("/"))


def test_templates_neither_trust_nor_compute() -> None:
    found = list(templates())
    assert len(found) >= 5
    for name, text in found:
        assert "safe" not in re.findall(r"\|\s*(\w+)", text), name
        assert "round" not in re.findall(r"\|\s*(\w+)", text), name
        assert "style=" not in text, name
        assert "autoescape" not in text, name
        assert not re.search(r"=\{\{", text), f"{name}: attribute without quotes"


def test_model_text_stands_only_in_its_place() -> None:
    for name, text in templates():
        for line in text.splitlines():
            if ".answer" in line and "report.answers" not in line:
                assert '<pre class="untrusted" dir="auto">{{' in line, name


def test_the_style_loads_nothing() -> None:
    style = read_text("templates", "report.css")
    assert "url(" not in style
    assert "@import" not in style
    assert "</" not in style
