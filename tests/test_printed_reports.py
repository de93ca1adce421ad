"""Every report's PDF: whole in itself, small enough for a mail, and without anything that acts."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.logos import png
from tests.reporting.document_variants import CARRIED, documents
from tests.reporting.variants import carried, variants

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
MAIL_BYTES = 2_000_000
ACTS = {"/URI", "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData",
        "/Movie", "/Sound", "/Rendition", "/Named"}  # fmt: skip
"""Kinds of action that reach out of the document, or run."""
STARTS = {"/OpenAction", "/AA", "/JS"}
SUBSET = re.compile(r"/[A-Z]{6}\+")
STATUS = {
    ("en", False): "DRAFT",
    ("en", True): "FINAL",
    ("de", False): "ENTWURF",
    ("es", False): "BORRADOR",
}
REPEATED = ("several-models", "final-letter")
"""Variants that another process makes again."""
AGAIN = """
import sys
from hashlib import sha256
from pathlib import Path
from tests.reporting.variants import page, print_page
for name in sys.argv[2:]:
    path = Path(sys.argv[1]) / f"{name}.pdf"
    print_page(name, page(name), path)
    print(name, sha256(path.read_bytes()).hexdigest())
"""

NAMES = pytest.mark.parametrize("name", variants())
DOCUMENTS = pytest.mark.parametrize("name", documents())
ALL = pytest.mark.parametrize("name", [*variants(), *documents()])


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """What there is in a PDF, all of it looked through once."""

    language: str
    n_pages: int
    second_page: str
    font_flaws: tuple[str, ...]
    n_pictures: int
    actions: frozenset[str]
    """What of it acts."""
    files: tuple[tuple[str, bytes], ...]
    relationships: tuple[str, ...]
    """Of its files, sorted."""


@cache
def look(path: Path) -> Print:
    """Read a PDF, streams and dictionaries within others included."""
    reader = PdfReader(path)
    root: Any = reader.trailer["/Root"].get_object()
    objects = list(dictionaries(reader))
    attached = [one.get_object() for one in root.get("/AF", [])]
    return Print(
        language=str(root.get("/Lang", "")),
        n_pages=len(reader.pages),
        second_page=reader.pages[1].extract_text() if len(reader.pages) > 1 else "",
        font_flaws=tuple(font_flaws(objects)),
        n_pictures=sum(one.get("/Subtype") == "/Image" for one in objects),
        actions=frozenset(action for one in objects for action in actions(one)),
        files=tuple((name, one) for name, found in reader.attachments.items() for one in found),
        relationships=tuple(sorted(str(one["/AFRelationship"]) for one in attached)),
    )


def dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of a document, streams and those within others included."""
    for number in range(1, int(str(reader.trailer["/Size"]))):
        yield from _within(reader.get_object(number))


def _within(value: Any) -> Iterator[DictionaryObject]:
    """Direct ones only: what is referred to is met under its own number."""
    if isinstance(value, DictionaryObject):
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _within(one)


def actions(one: DictionaryObject) -> Iterator[str]:
    """What of a dictionary acts."""
    yield from STARTS & one.keys()
    if one.get("/S") in ACTS:
        yield str(one["/S"])


def font_flaws(objects: Iterable[DictionaryObject]) -> Iterator[str]:
    """Fonts that are not embedded as a subset, or cannot be read as text."""
    # What a composite font is made of is looked at through it.
    fonts = [
        one
        for one in objects
        if one.get("/Type") == "/Font" and str(one["/Subtype"]) != "/CIDFontType2"
    ]
    for font in fonts:
        name = str(font.get("/BaseFont"))
        (inner,) = font.get("/DescendantFonts", [font])
        descriptor = inner.get_object().get("/FontDescriptor", DictionaryObject()).get_object()
        if not {"/FontFile2", "/FontFile3"} & descriptor.keys():
            yield f"{name} is not embedded"
        if not SUBSET.match(name):
            yield f"{name} is no subset"
        if "/ToUnicode" not in font:
            yield f"{name} cannot be read"
    if not fonts:
        yield "no font"


@ALL
def test_its_fonts_are_embedded_and_readable(name: str, pdfs: Mapping[str, Path]) -> None:
    assert look(pdfs[name]).font_flaws == ()


@NAMES
def test_nothing_is_a_picture_but_the_logo(name: str, pdfs: Mapping[str, Path]) -> None:
    _, presentation = variants()[name]()
    assert look(pdfs[name]).n_pictures == (presentation.brand.logo_png is not None)


@ALL
def test_nothing_acts(name: str, pdfs: Mapping[str, Path]) -> None:
    assert look(pdfs[name]).actions == frozenset()


@NAMES
def test_it_carries_what_it_was_given_and_nothing_that_is_withheld(
    name: str, pdfs: Mapping[str, Path]
) -> None:
    declared = carried(name)
    seen = look(pdfs[name])
    assert sorted(seen.files) == sorted((file.name, file.content) for file in declared)
    assert seen.relationships == tuple(sorted(f"/{file.relationship}" for file in declared))


@DOCUMENTS
def test_a_document_carries_its_numbers_shows_no_picture_and_says_its_language(
    name: str, pdfs: Mapping[str, Path]
) -> None:
    seen = look(pdfs[name])
    assert sorted(seen.files) == sorted((file.name, file.content) for file in CARRIED)
    assert seen.n_pictures == 0
    assert seen.language == documents()[name].language


@ALL
def test_it_goes_into_a_mail(name: str, pdfs: Mapping[str, Path]) -> None:
    assert look(pdfs[name]).n_pages > (1 if name in documents() else 10)
    assert pdfs[name].stat().st_size < MAIL_BYTES


@NAMES
def test_it_says_its_language_and_its_status(name: str, pdfs: Mapping[str, Path]) -> None:
    _, presentation = variants()[name]()
    seen = look(pdfs[name])
    assert seen.language == presentation.language
    assert STATUS[presentation.language, presentation.is_final] in seen.second_page


def test_what_is_redacted_withholds_the_answers() -> None:
    assert {file.name for file in carried("redacted")} < {file.name for file in carried("plain")}


def test_another_process_writes_the_same_bytes(pdfs: Mapping[str, Path], tmp_path: Path) -> None:
    seed = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    done = subprocess.run(
        [sys.executable, "-c", AGAIN, tmp_path, *REPEATED],
        cwd=ROOT, env={"PYTHONHASHSEED": seed, "PATH": ""}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert dict(line.split() for line in done.stdout.splitlines()) == {
        name: sha256(pdfs[name].read_bytes()).hexdigest() for name in REPEATED
    }


def test_what_acts_is_found(tmp_path: Path) -> None:
    """So that the tests above could fail: a link, a picture and a font that is not embedded."""
    (tmp_path / "logo.png").write_bytes(png())
    path = tmp_path / "acting.pdf"
    weasyprint = import_module("weasyprint")
    text = '<p><a href="https://example.org">out</a> <img src="logo.png" alt="logo">'
    weasyprint.HTML(string=text, base_url=str(tmp_path)).write_pdf(path)
    seen = look(path)
    assert seen.actions == {"/URI"}
    assert seen.n_pictures == 1
    objects = list(dictionaries(PdfReader(path)))
    for one in objects:
        one.pop("/FontFile2", None)
        one.pop("/FontFile3", None)
    assert any("not embedded" in flaw for flaw in font_flaws(objects))
