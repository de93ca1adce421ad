"""Every kind of document on several runs: what any document must be, each of them is.

To have one checked by veraPDF, by axe and by the tests of PDFs, add a line to `documents`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.core.presentation import Language
from auditor.reporting.comparison.comparison_document import comparison_document
from auditor.reporting.document import Document
from auditor.reporting.html import render_document_html
from auditor.reporting.language import speaking
from auditor.reporting.pdf import Attachment, write_pdf
from tests.reporting.comparison_builders import three_checkpoints, two_quantisations
from tests.reporting.fleet_builders import document as fleet_document
from tests.reporting.history_builders import document as history

CARRIED = (
    Attachment(name="numbers.json", content=b"{}\n", description="every number"),
    Attachment(
        name="manifest.sha256", content=b"00  x\n", description="hashes", relationship="Supplement"
    ),
)
"""What each PDF is given to carry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentVariant:
    """A document that is printed in the tests."""

    make: Callable[[], Document]
    """Called within `speaking`, in the variant's language."""
    language: Language = "en"


def documents() -> Mapping[str, DocumentVariant]:
    """Each by the name of its page; no report in `variants` has the same."""
    return {
        "comparison": DocumentVariant(make=lambda: comparison_document(two_quantisations())),
        "comparison-german": DocumentVariant(
            make=lambda: comparison_document(three_checkpoints()), language="de"
        ),
        "fleet": DocumentVariant(make=fleet_document, language="de"),
        "history": DocumentVariant(
            make=lambda: history(6, "en", models=("Assistant-v2 <b>", "Assistant-v3"))
        ),
        "history-spanish": DocumentVariant(make=lambda: history(18, "es"), language="es"),
    }


def document_page(name: str) -> str:
    """A document's HTML."""
    variant = documents()[name]
    with speaking(variant.language):
        return render_document_html(variant.make())


def print_document(name: str, html: str, path: Path) -> None:
    """A document's PDF, with what it carries."""
    variant = documents()[name]
    with speaking(variant.language):
        created = variant.make().created
    write_pdf(html, CARRIED, path, created=created)
