"""A branded PDF: archived as the plain one, one picture, running lines, whole on either paper."""

from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from auditor.core.presentation import Brand, Paper, Presentation
from auditor.prompt_library.logo import load_logo
from auditor.reporting.brand_style import brand_style
from auditor.reporting.html import render_html
from auditor.reporting.letterhead import letterhead
from auditor.reporting.pdf import write_pdf
from auditor.reporting.report import summarise
from tests.logos import RGBA, png
from tests.reporting.builders import result
from tests.verapdf import missing_because, validate

pytestmark = [pytest.mark.slow, pytest.mark.one_thread]

CREATED = "2026-11-21T21:53:41+00:00"
MISSING = missing_because()
SIZES = {"A4": (595.3, 841.9), "Letter": (612.0, 792.0)}
"""Points."""


def written(folder: Path, paper: Paper) -> Path:
    (folder / "logo.png").write_bytes(png(300, 80, colour=RGBA, pixel=b"\x7a\x1f\x5c\xc0"))
    brand = Brand(
        name="Example Bank",
        logo_png=load_logo(folder / "logo.png"),
        accent="#7A1F5C",
        footer="Example Bank AG, Model Risk, " + "a long line " * 6,
        classification="Strictly confidential",
    )
    presentation = Presentation(brand=brand, paper=paper)
    report = replace(
        summarise(result()), letterhead=letterhead(presentation), style=brand_style(presentation)
    )
    path = folder / f"{paper}.pdf"
    write_pdf(render_html(report), (), path, created=CREATED)
    return path


@pytest.fixture(scope="module", params=["A4", "Letter"])
def pdf(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(tmp_path_factory.mktemp("brand"), request.param)


def test_every_page_is_of_the_paper(pdf: Path) -> None:
    for page in PdfReader(pdf).pages:
        size = (float(page.mediabox.width), float(page.mediabox.height))
        assert size == pytest.approx(SIZES[pdf.stem], abs=0.1)


def test_cover_and_summary_have_a_page_each(pdf: Path) -> None:
    cover, summary, contents = (page.extract_text() for page in PdfReader(pdf).pages[:3])
    assert "Example Bank" in cover
    assert "Summary" not in cover
    assert "Summary" in summary
    assert "fields to complete" in summary
    assert "Contents" in contents
    assert "Decisions asked of you" not in contents


def test_margins_carry_classification_footer_and_run(pdf: Path) -> None:
    run = result().record.run_id
    for page in PdfReader(pdf).pages[1:]:
        text = page.extract_text()
        for line in ("Strictly confidential", "DRAFT", "Example Bank AG, Model Risk", run):
            assert line in text


def test_the_logo_is_the_only_picture_and_is_not_smoothed(pdf: Path) -> None:
    reader = PdfReader(pdf)
    pictures = [
        one.get_object()
        for page in reader.pages
        for one in (page.get("/Resources", {}).get("/XObject") or {}).values()
        if one.get_object().get("/Subtype") == "/Image"
    ]
    assert len({id(one) for one in pictures}) == 1
    assert str(pictures[0].get("/Interpolate", False)) == "False"
    assert pictures[0]["/ColorSpace"] == "/DeviceRGB"
    assert "/SMask" not in pictures[0]


@pytest.mark.skipif(MISSING is not None, reason=str(MISSING))
@pytest.mark.parametrize("flavour", ["PDFUA_1", "PDFA_3_A"])
def test_it_satisfies(flavour: str, pdf: Path) -> None:
    verification = validate(flavour, pdf)
    assert verification.failures == ()
    assert verification.is_compliant


def test_the_same_brand_gives_the_same_bytes(tmp_path: Path) -> None:
    first = written(tmp_path, "Letter").read_bytes()
    assert written(tmp_path, "Letter").read_bytes() == first
