"""The files of a document on several runs: its numbers, the page, its charts, hashes, the PDF."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from auditor.core.presentation import UNBRANDED, Brand, Language, Paper, Presentation
from auditor.errors import ReportNotRendered
from auditor.prompt_library.brand import load_brand
from auditor.reporting.brand_style import brand_style
from auditor.reporting.document import Document
from auditor.reporting.html import document_chart_files, render_document_html
from auditor.reporting.letterhead import letterhead
from auditor.reporting.pdf import Attachment, write_pdf
from auditor.store import MANIFEST, RunFolder


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a document on several runs looks."""

    language: Language = "en"
    paper: Paper = "A4"
    brand: Path | None = None
    wants_pdf: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """Where a document stands."""

    html: Path
    pdf: Path | None
    """None where the PDF could not be made; `pdf_missing_because` says why."""
    pdf_missing_because: str | None


def presented(look: Look) -> Presentation:
    """A look with its brand read.

    Raises:
        BrandInvalid: The brand file is not one.
    """
    brand: Brand = load_brand(look.brand) if look.brand else UNBRANDED
    return Presentation(language=look.language, paper=look.paper, brand=brand)


def write_document(
    folder: RunFolder,
    name: str,
    document: Document,
    *,
    presentation: Presentation,
    files: Sequence[tuple[str, str]],
    wants_pdf: bool,
) -> Printed:
    """Write `name`.html, its charts, a manifest, and `name`.pdf that carries the files.

    Called within `speaking`; `files` are those of the folder that hold the numbers, each with what
    it is. A failed PDF loses nothing.
    """
    told = replace(document, letterhead=letterhead(presentation), style=brand_style(presentation))
    html = render_document_html(told)
    folder.write_bytes(f"{name}.html", html.encode())
    charts = {f"charts/{name}-{file}": svg for file, svg in document_chart_files(told).items()}
    for file, svg in charts.items():
        folder.write_bytes(file, svg.encode())
    folder.write_manifest([*(file for file, _ in files), *charts, f"{name}.html"])
    target = folder.path / f"{name}.pdf"
    # An older PDF beside newer numbers would be believed.
    target.unlink(missing_ok=True)
    because = "left out by --no-pdf" if not wants_pdf else None
    if wants_pdf:
        try:
            write_pdf(html, _attachments(folder, files), target, created=told.created)
        except ReportNotRendered as error:
            because = str(error)
    return Printed(
        html=folder.path / f"{name}.html",
        pdf=target if because is None else None,
        pdf_missing_because=because,
    )


def _attachments(folder: RunFolder, files: Sequence[tuple[str, str]]) -> list[Attachment]:
    carried = [*files, (MANIFEST, "hashes of the document's files, for sha256sum -c")]
    return [
        Attachment(name=name, content=folder.content(name), description=what)
        for name, what in carried
    ]
