"""Every report's page in a real browser: no flaw that axe knows, nothing loaded or cut off.

axe-core finds about half of what WCAG asks for; the rest is for people.
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

from tests.reporting.document_variants import documents
from tests.reporting.variants import variants

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_thread,
    pytest.mark.skipif(
        CHROMIUM is None, reason="axe-core needs a browser: apt-get install chromium"
    ),
]

WIDE, NARROW = 1200, 320
"""CSS pixels; 320 is a phone, or a wide screen enlarged four times (WCAG 1.4.10)."""
CLOSELY = ("german", "final-letter")
"""Looked at in every way: the longest words, and colours of the organisation's own."""
FLAWED = (
    "<!DOCTYPE html><html><head><title>t</title></head><body><main><h1>t</h1>"
    '<img src="http://127.0.0.1:9/x.png"><p style="color:#bbb">pale</p>'
    '<div style="width:900px">wide</div></main></body></html>'
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page of the wanted width, colours and medium."""
    settings: Mapping[str, Any] = getattr(request, "param", {})
    context = browser.new_context(
        viewport={"width": settings.get("width", WIDE), "height": 900},
        color_scheme=settings.get("colours", "light"),
        # axe comes as a script, which the page's own policy would not let in.
        bypass_csp=True,
    )
    page = context.new_page()
    if "medium" in settings:
        page.emulate_media(media=settings["medium"])
    yield page
    context.close()


def opened(page: Page, path: Path) -> list[str]:
    """Opens a file; returns what it asked for beyond itself."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    return [url for url in asked if url != path.as_uri() and not url.startswith("data:")]


def flaws(page: Page) -> list[str]:
    """What axe finds, a line a rule, with the first place."""
    return [
        f"{one['id']} x{len(one['nodes'])}: {one['nodes'][0]['html'][:200]}"
        for one in Axe().run(page).response["violations"]
    ]


def width(page: Page) -> int:
    """Of what can be scrolled to, in CSS pixels."""
    return int(page.evaluate("document.scrollingElement.scrollWidth"))


@pytest.mark.parametrize("name", [*variants(), *documents()])
def test_the_page_has_no_flaw_and_asks_for_nothing(
    name: str, page: Page, pages: Mapping[str, Path]
) -> None:
    assert opened(page, pages[name]) == []
    assert flaws(page) == []


@pytest.mark.parametrize(
    "page",
    [{"colours": "dark"}, {"width": NARROW}, {"medium": "print"}],
    indirect=True,
    ids=["dark", "narrow", "print"],
)
@pytest.mark.parametrize("name", CLOSELY)
def test_neither_has_it_in_the_dark_on_a_phone_or_on_paper(
    name: str, page: Page, pages: Mapping[str, Path]
) -> None:
    assert opened(page, pages[name]) == []
    assert flaws(page) == []


@pytest.mark.parametrize("page", [{"width": NARROW}], indirect=True, ids=["narrow"])
@pytest.mark.parametrize("name", [*variants(), *documents()])
def test_nobody_scrolls_sideways(name: str, page: Page, pages: Mapping[str, Path]) -> None:
    opened(page, pages[name])
    assert width(page) <= NARROW


@pytest.mark.parametrize("page", [{"width": NARROW}], indirect=True, ids=["narrow"])
def test_a_flawed_page_is_found_out(page: Page, tmp_path: Path) -> None:
    """So that the tests above could fail."""
    path = tmp_path / "flawed.html"
    path.write_text(FLAWED)
    assert opened(page, path) == ["http://127.0.0.1:9/x.png"]
    found = {line.partition(" ")[0] for line in flaws(page)}
    assert found >= {"image-alt", "html-has-lang", "color-contrast"}
    assert width(page) > NARROW
