"""Every report's PDF: whole in itself, small enough for a mail, and without anything that acts."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from tests.logos import png
from tests.reporting.variants import carried, variants

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[1]
MAIL_BYTES = 2_000_000
ACTS = {"/URI", "/JavaScript", "/Launch", "/GoToR", "/GoToE", "/SubmitForm", "/ImportData",
        "/Movie", "/Sound", "/Rendition", "/Named"}  # fmt: skip
"""Kinds of action that reach out of the document, or run."""
STARTS = {"/OpenAction", "/AA", "/JS"}
REPEATED = ("spanish", "final-letter")
"""Variants that another process makes again: of most sections, and with everything declared."""
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


def dictionaries(reader: PdfReader) -> Iterator[DictionaryObject]:
    """Every dictionary of a document, streams and those within others included."""
    for number in range(1, int(str(reader.trailer["/Size"]))):
        yield from _within(reader.get_object(number))


def _within(value: Any) -> Iterator[DictionaryObject]:
    """Direct ones only: what is referred to is met under its own number."""
    if isinstance(value, dict):
        assert isinstance(value, DictionaryObject)
        yield value
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _within(one)


def actions(reader: PdfReader) -> set[str]:
    """What of a document acts."""
    found: set[str] = set()
    for one in dictionaries(reader):
        found |= STARTS & one.keys()
        if one.get("/S") in ACTS:
            found.add(str(one["/S"]))
    return found


def pictures(reader: PdfReader) -> int:
    """Number of raster images."""
    return sum(one.get("/Subtype") == "/Image" for one in dictionaries(reader))


def font_flaws(reader: PdfReader) -> list[str]:
    """Fonts that are not embedded as a subset, or cannot be read as text."""
    flaws: list[str] = []
    n_fonts = 0
    for font in dictionaries(reader):
        if font.get("/Type") != "/Font" or font["/Subtype"] == "/CIDFontType2":
            continue
        n_fonts += 1
        name = str(font.get("/BaseFont"))
        (inner,) = font.get("/DescendantFonts", [font])
        descriptor = inner.get_object().get("/FontDescriptor", DictionaryObject()).get_object()
        if not {"/FontFile2", "/FontFile3"} & descriptor.keys():
            flaws.append(f"{name} is not embedded")
        if name[7:8] != "+" or not name[1:7].isupper():
            flaws.append(f"{name} is no subset")
        if "/ToUnicode" not in font:
            flaws.append(f"{name} cannot be read")
    return flaws if n_fonts else ["no font"]


@NAMES
def test_its_fonts_are_embedded_and_readable(name: str, pdfs: Mapping[str, Path]) -> None:
    assert font_flaws(PdfReader(pdfs[name])) == []


@NAMES
def test_nothing_is_a_picture_but_the_logo(name: str, pdfs: Mapping[str, Path]) -> None:
    _, presentation = variants()[name]()
    assert pictures(PdfReader(pdfs[name])) == (presentation.brand.logo_png is not None)


@NAMES
def test_nothing_acts(name: str, pdfs: Mapping[str, Path]) -> None:
    assert actions(PdfReader(pdfs[name])) == set()


@NAMES
def test_it_carries_what_it_was_given_and_nothing_that_is_withheld(
    name: str, pdfs: Mapping[str, Path]
) -> None:
    reader = PdfReader(pdfs[name])
    declared = carried(name)
    assert {name: list(contents) for name, contents in reader.attachments.items()} == {
        file.name: [file.content] for file in declared
    }
    root: Any = reader.trailer["/Root"].get_object()
    kinds = sorted(one.get_object()["/AFRelationship"] for one in root["/AF"])
    assert kinds == sorted(f"/{file.relationship}" for file in declared)


@NAMES
def test_it_goes_into_a_mail(name: str, pdfs: Mapping[str, Path]) -> None:
    assert len(PdfReader(pdfs[name]).pages) > 10
    assert pdfs[name].stat().st_size < MAIL_BYTES


@NAMES
def test_it_says_its_language_and_its_status(name: str, pdfs: Mapping[str, Path]) -> None:
    _, presentation = variants()[name]()
    reader = PdfReader(pdfs[name])
    root: Any = reader.trailer["/Root"].get_object()
    assert root["/Lang"] == presentation.language
    statuses = {"en": ("DRAFT", "FINAL"), "de": ("ENTWURF", ""), "es": ("BORRADOR", "")}
    words = statuses[presentation.language]
    assert words[presentation.is_final] in reader.pages[1].extract_text()


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
    reader = PdfReader(path)
    assert actions(reader) == {"/URI"}
    assert pictures(reader) == 1
    for font in dictionaries(reader):
        font.pop("/FontFile2", None)
        font.pop("/FontFile3", None)
    assert any("not embedded" in flaw for flaw in font_flaws(reader))
