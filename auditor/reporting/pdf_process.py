"""The child process of `pdf`: reads one request on standard input, writes one PDF, ends.

Exit code 0, or 1 with the reason as the last line of standard error.
"""

import gc
import json
import logging
import resource
import sys
from base64 import b64decode
from datetime import datetime
from importlib import import_module
from typing import Any

from auditor.reporting.fonts import font_faces

VARIANT = "pdf/a-3a"
PDF_UA = b"""
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#"
 xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag><rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq><rdf:li rdf:parseType="Resource">
<pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description>
</rdf:li></rdf:Seq></pdfaSchema:property>
</rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description>
"""
"""The PDF/UA identifier, and the description of its schema that PDF/A asks for."""


class NotRendered(Exception):
    """The page may not become a PDF; the text says why."""


def main() -> int:
    """Render the request on standard input."""
    request = json.load(sys.stdin)
    limit = int(request["memory_bytes"])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # One document, and the process ends: looking for garbage takes a fifth of the time and finds
    # 3 % of the memory.
    gc.disable()
    try:
        render(request)
    except MemoryError:
        sys.stderr.write("MemoryError\n")
        return 1
    # BaseException: WeasyPrint's fatal fetching error is not an Exception.
    except BaseException as error:
        sys.stderr.write(f"{type(error).__name__}: {error}".replace("\n", " ") + "\n")
        return 1
    return 0


def render(request: dict[str, Any]) -> None:
    """Write the PDF that the request asks for.

    Raises:
        NotRendered: the page tried to load something, or WeasyPrint reported an error.
    """
    # Here, after the memory limit is set; and untyped, like the library.
    weasyprint: Any = import_module("weasyprint")
    fonts: Any = import_module("weasyprint.text.fonts")
    fetching = import_module("auditor.reporting.pdf_fetcher")

    errors = _collect_errors()
    fetcher = fetching.ReportFetcher()
    font_config = fonts.FontConfiguration()
    faces = weasyprint.CSS(string=font_faces(), url_fetcher=fetcher, font_config=font_config)
    page = weasyprint.HTML(string=request["html"], url_fetcher=fetcher, base_url=None)
    document = page.render(font_config=font_config, stylesheets=[faces], pdf_variant=VARIANT)
    if document.metadata.attachments:
        raise NotRendered("the page attaches a file")
    created = datetime.fromisoformat(request["created"])
    document.metadata.attachments = [
        weasyprint.Attachment(
            string=b64decode(one["content"]),
            name=one["name"],
            description=one["description"],
            relationship=one["relationship"],
            created=created,
            modified=created,
        )
        for one in sorted(request["attachments"], key=lambda one: str(one["name"]))
    ]
    _identify_as_pdf_ua(document.metadata)
    document.write_pdf(request["target"], pdf_variant=VARIANT, finisher=repair)
    # Refused images within a chart are swallowed by the SVG drawer, so the list is asked.
    if fetcher.blocked:
        raise NotRendered(f"the page tried to load {fetcher.blocked[0]}")
    if errors:
        raise NotRendered(errors[0])


def repair(_document: Any, pdf: Any) -> None:
    """Mend what WeasyPrint leaves: doubled `/AF`, header cells without scope, upside-down boxes."""
    associated = pdf.catalog.get("AF")
    if associated is not None:
        associated[:] = list(dict.fromkeys(item for item in associated if item.endswith(b" R")))
    heights = {page.reference: page for page in pdf.objects if _is(page, "Type", "/Page")}
    head_rows = {item for part in pdf.objects if _is(part, "S", "/THead") for item in part["K"]}
    head_cells = {
        cell
        for row in pdf.objects
        if _is(row, "S", "/TR") and row.reference in head_rows
        for cell in row["K"]
    }
    for element in pdf.objects:
        if _is(element, "S", "/TH") and "A" in element:
            element["A"]["Scope"] = "/Column" if element.reference in head_cells else "/Row"
        elif _is(element, "S", "/Figure") and "A" in element:
            _turn_box(element, heights[element["Pg"]])


def _turn_box(element: Any, page: Any) -> None:
    """From CSS pixels counted downwards to points counted upwards."""
    left, top, right, bottom = element["A"]["BBox"]
    height = page["MediaBox"][3]
    corners = (0.75 * left, height - 0.75 * bottom, 0.75 * right, height - 0.75 * top)
    element["A"]["BBox"][:] = [round(corner, 3) for corner in corners]


def _is(element: Any, key: str, value: str) -> bool:
    return isinstance(element, dict) and element.get(key) == value


def _identify_as_pdf_ua(metadata: Any) -> None:
    make = metadata.generate_rdf_metadata

    def make_both(*args: Any) -> bytes:
        made: bytes = make(*args)
        return made.replace(b"</rdf:RDF>", PDF_UA + b"</rdf:RDF>")

    metadata.generate_rdf_metadata = make_both


def _collect_errors() -> list[str]:
    """WeasyPrint only logs a missing alternative text, language or anchor; here they count."""
    found: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(record.getMessage()[:200])

    logger = logging.getLogger("weasyprint")
    logger.addHandler(Collector(level=logging.ERROR))
    logger.propagate = False
    return found


if __name__ == "__main__":
    sys.exit(main())
