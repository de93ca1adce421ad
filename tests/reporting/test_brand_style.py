"""A brand changes how a report looks, and nothing of what it says."""

import re
from base64 import b64decode, b64encode
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.contrast import READABLE, WHITE, contrast
from auditor.core.presentation import PLAIN, Brand, Presentation
from auditor.reporting.brand_style import DARK_SURFACES, brand_style
from auditor.reporting.cleaning import clean_line
from auditor.reporting.html import render_html
from auditor.reporting.letterhead import LOGO_PREFIX, letterhead
from auditor.reporting.pages import Report
from auditor.reporting.report import summarise
from auditor.resources import read_text
from tests.logos import png
from tests.reporting.builders import result
from tests.reporting.hostile import hostile_texts
from tests.reporting.test_html import Page

BRAND = Brand(
    name="Example Bank",
    logo_png=png(),
    accent="#7A1F5C",
    footer="Example Bank AG, Model Risk",
    classification="Confidential",
)


@pytest.fixture(scope="module")
def told() -> Report:
    return summarise(result())


def dressed(report: Report, presentation: Presentation) -> str:
    look = {"letterhead": letterhead(presentation), "style": brand_style(presentation)}
    return render_html(replace(report, **look))  # type: ignore[arg-type]


def without_look(html: str) -> str:
    """The page without its style, its policy and the parts that a brand adds."""
    for pattern in (
        r"<style>.*?</style>",
        r"<meta http-equiv=.*?>",
        r'<div class="letterhead">.*?</div>\n',
        r'<p class="brand-footer">.*?</p>\n',
    ):
        html = re.sub(pattern, "", html, flags=re.DOTALL)
    return html


def test_a_plain_report_is_as_it_was(told: Report) -> None:
    assert brand_style(PLAIN) == ""
    assert letterhead(PLAIN) is None
    assert dressed(told, PLAIN) == render_html(told)
    assert "letterhead" not in render_html(told)


def test_a_brand_changes_nothing_but_the_look(told: Report) -> None:
    html = dressed(told, Presentation(brand=BRAND, paper="Letter"))
    assert without_look(html) == without_look(render_html(told))


def test_the_cover_shows_the_brand_once(told: Report) -> None:
    page = Page(dressed(told, Presentation(brand=BRAND)))
    logos = [attributes for tag, attributes in page.tags if tag == "img" and "class" in attributes]
    assert [one["alt"] for one in logos] == ["Logo of Example Bank"]
    source = str(logos[0]["src"])
    assert b64decode(source.removeprefix(LOGO_PREFIX)) == BRAND.logo_png
    html = dressed(told, Presentation(brand=BRAND))
    cover = html.partition('<section class="cover"')[2].partition("</section>")[0]
    for text in (BRAND.name, BRAND.footer, BRAND.classification):
        assert f">{text}<" in cover
        assert html.count(f">{text}<") == 1


def test_the_policy_allows_the_longer_style_and_no_other(told: Report) -> None:
    presentation = Presentation(brand=BRAND, paper="Letter")
    html = dressed(told, presentation)
    style = html.partition("<style>")[2].partition("</style>")[0]
    assert style == read_text("templates", "report.css") + brand_style(presentation)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';".replace("'", "&#39;") in html
    assert " style=" not in html


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_a_hostile_brand_changes_only_its_own_text(name: str, told: Report) -> None:
    """Its lines never reach the style, and no tag comes of them."""
    text = hostile_texts()[name]
    hostile = replace(BRAND, name=text, footer=text, classification=text)
    shape = Page(dressed(told, Presentation(brand=BRAND)))
    page = Page(dressed(told, Presentation(brand=hostile)))
    assert page.headings == shape.headings
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in shape.tags]
    assert brand_style(Presentation(brand=hostile)) == brand_style(Presentation(brand=BRAND))
    shown = letterhead(Presentation(brand=hostile))
    assert shown is not None
    assert shown.footer == clean_line(text, 120)


@pytest.mark.parametrize("accent", ["#005A8C} * {", "red", "#05A", "#777777", "url(x)"])
def test_an_accent_is_checked_anew(accent: str) -> None:
    with pytest.raises(ValueError, match=r"colour|read on white"):
        brand_style(Presentation(brand=Brand(accent=accent)))


@given(
    st.integers(0, 0xFFFFFF)
    .map(lambda number: f"#{number:06X}")
    .filter(lambda accent: contrast(accent, WHITE) >= READABLE)
)
def test_every_accent_can_be_read_on_light_and_dark(accent: str) -> None:
    style = brand_style(Presentation(brand=Brand(accent=accent)))
    light, dark = re.findall(r"--accent: (#[0-9A-F]{6});", style)
    assert light == accent
    assert all(contrast(dark, surface) >= READABLE for surface in DARK_SURFACES)


def test_the_dark_surfaces_are_those_of_the_style() -> None:
    dark = read_text("templates", "report.css").partition("prefers-color-scheme: dark")[2]
    for name, surface in zip(("--paper", "--faint"), DARK_SURFACES, strict=True):
        assert f"{name}: {surface.lower()};" in dark


def test_verdicts_keep_their_colours() -> None:
    style = brand_style(Presentation(brand=BRAND, paper="Letter"))
    for name in ("--pass", "--warn", "--fail", "--open", ".verdict", ".cover-word", ".disclaimer"):
        assert name not in style


def test_letter_leaves_room_for_the_charts() -> None:
    """Letter is 215.9 mm wide, and a chart 170 mm."""
    style = brand_style(Presentation(paper="Letter"))
    assert "size: Letter" in style
    sides = [float(side) for side in re.findall(r"margin: \S+ ([\d.]+)mm", style)]
    assert len(sides) == 3
    assert all(215.9 - 2 * side >= 170 for side in sides)
    assert "size: " not in brand_style(Presentation(paper="A4"))
    assert "@page { size" not in brand_style(Presentation(paper="A4", brand=BRAND))
