"""The PDF: archived, tagged, the same bytes, and closed to what a model writes."""

import subprocess
import sys
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from auditor.errors import ReportNotRendered
from auditor.reporting import pdf
from auditor.reporting.html import render_html
from auditor.reporting.pdf import Attachment, write_pdf
from auditor.reporting.report import summarise
from tests.reporting.builders import result
from tests.reporting.hostile import hostile_texts, quoting
from tests.reporting.standalone_builders import standalone_result

pytestmark = pytest.mark.one_thread

CREATED = "2026-11-21T21:53:41+00:00"
FILES = (
    Attachment(name="scores.csv", content=b"run,model\n", description="measures"),
    Attachment(name="measures.json", content=b'{"a": 1}', description="measures"),
    Attachment(
        name="manifest.sha256", content=b"00  x\n", description="hashes", relationship="Supplement"
    ),
)
SMALL = (
    '<!DOCTYPE html><html lang="en"><head><title>t</title></head><body><h1>t</h1>{}</body></html>'
)


def render(html: str, path: Path, **settings: float) -> None:
    write_pdf(html, FILES, path, created=CREATED, **settings)  # type: ignore[arg-type]


def page_text(path: Path, number: int) -> str:
    return PdfReader(path).pages[number - 1].extract_text()


def catalog(reader: PdfReader) -> Any:
    """The document's root, whose types pypdf leaves open."""
    return reader.trailer["/Root"].get_object()


def full_result() -> str:
    return render_html(summarise(result()))


def hostile_result() -> str:
    """The whole report with every hostile text quoted in it, several to a card."""
    texts = [text for _, text in sorted(hostile_texts().items())]
    return render_html(summarise(quoting(result(), texts)))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "report.pdf"
    render(full_result(), path)
    return path


@pytest.mark.slow
def test_page_two_is_the_whole_summary(report: Path) -> None:
    text = page_text(report, 2)
    for word in ("Summary", "pass", "warn", "fail", "inconclusive", "not measurable"):
        assert word in text
    assert "Decisions asked of you" in text
    assert "fields to complete" in text
    assert "not a legal opinion" in " ".join(text.split())
    assert page_text(report, 3).lstrip().find("Contents") < 200


@pytest.mark.slow
def test_every_section_is_in_the_outline_and_the_contents_count_pages(report: Path) -> None:
    reader = PdfReader(report)
    titles = {str(one.title): one for one in reader.outline[1:] if not isinstance(one, list)} | {
        str(one.title): one
        for part in reader.outline
        if isinstance(part, list)
        for one in part
        if not isinstance(one, list)
    }
    contents = " ".join(page_text(report, 3).split())
    for entry in summarise(result()).contents:
        page = reader.get_destination_page_number(titles[entry.title])
        assert page is not None
        assert f"{entry.title} {page + 1}" in contents


@pytest.mark.slow
def test_page_two_is_the_whole_summary_with_every_instrument(tmp_path: Path) -> None:
    path = tmp_path / "whole.pdf"
    render(render_html(summarise(standalone_result())), path)
    text = " ".join(page_text(path, 2).split())
    assert "Worst verdict of each test on each category" in text
    assert "fields to complete" in text
    assert "not a legal opinion" in text
    assert page_text(path, 3).lstrip().find("Contents") < 200


@pytest.mark.slow
def test_it_says_that_it_is_archived_and_accessible(report: Path) -> None:
    reader = PdfReader(report)
    root = catalog(reader)
    metadata = root["/Metadata"].get_object().get_data()
    assert b'pdfaid:part="3"' in metadata
    assert b"<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert root["/MarkInfo"]["/Marked"]
    assert reader.metadata is not None
    assert str(reader.metadata.title).startswith("Bias audit of")


@pytest.mark.slow
def test_it_carries_the_files_it_was_given_and_no_other(report: Path) -> None:
    reader = PdfReader(report)
    assert {name: content for name, [content] in reader.attachments.items()} == {
        file.name: file.content for file in FILES
    }
    kinds = [one.get_object()["/AFRelationship"] for one in catalog(reader)["/AF"]]
    assert sorted(kinds) == ["/Data", "/Data", "/Supplement"]


@pytest.mark.slow
def test_header_cells_have_scopes_and_figures_lie_on_their_page(report: Path) -> None:
    reader = PdfReader(report)
    scopes: set[str] = set()
    boxes: list[list[float]] = []
    for number in range(1, int(str(reader.trailer["/Size"]))):
        element = reader.get_object(number)
        if not isinstance(element, dict):
            continue
        if element.get("/S") == "/TH":
            scopes.add(element["/A"]["/Scope"])
        if element.get("/S") == "/Figure":
            boxes.append([float(corner) for corner in element["/A"]["/BBox"]])
    assert scopes == {"/Row", "/Column"}
    assert len(boxes) >= 3
    for left, bottom, right, top in boxes:
        assert 0 <= left < right <= 596
        assert 0 <= bottom < top <= 842


@pytest.mark.slow
def test_two_processes_write_the_same_bytes(report: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pdf"
    render(full_result(), again)
    assert sha256(again.read_bytes()).digest() == sha256(report.read_bytes()).digest()


@pytest.mark.slow
def test_hostile_answers_stay_text(report: Path, tmp_path: Path) -> None:
    path = tmp_path / "hostile.pdf"
    render(hostile_result(), path)
    reader = PdfReader(path)
    assert set(reader.attachments) == {file.name for file in FILES}
    for page in reader.pages:
        assert not page.images
        for one in page.get("/Annots", []):
            assert "/A" not in one.get_object() or "/URI" not in one.get_object()["/A"]
    root = catalog(reader)
    assert "/OpenAction" not in root
    assert "/JavaScript" not in root.get("/Names", {})
    assert page_text(path, 1) == page_text(report, 1)
    assert page_text(path, 2) == page_text(report, 2)


@pytest.mark.parametrize(
    "attack",
    [
        '<img src="file:///etc/hostname" alt="x">',
        '<img src="http://127.0.0.1:9/x.png" alt="x">',
        '<img src="data:image/png;base64,AAAA" alt="x">',
        '<link rel=attachment href="file:///etc/hostname">',
        "<p style='background:url(file:///etc/hostname)'>x</p>",
        "<style>@import 'file:///etc/hostname';</style>",
    ],
)
@pytest.mark.slow
def test_a_page_that_loads_something_is_refused(attack: str, tmp_path: Path) -> None:
    with pytest.raises(ReportNotRendered):
        render(SMALL.format(attack), tmp_path / "x.pdf")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_chart_that_loads_something_is_refused(tmp_path: Path) -> None:
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" '
        'width="10" height="10"><image xlink:href="file:///etc/hostname" width="9" height="9"/>'
        "</svg>"
    )
    source = f"data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}"
    with pytest.raises(ReportNotRendered, match="tried to load"):
        render(SMALL.format(f'<img src="{source}" alt="x">'), tmp_path / "x.pdf")


@pytest.mark.slow
def test_an_image_without_alternative_is_refused(tmp_path: Path) -> None:
    """WeasyPrint only logs it; the file would not be PDF/UA."""
    source = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="
    with pytest.raises(ReportNotRendered, match="alt"):
        render(SMALL.format(f'<img src="{source}">'), tmp_path / "x.pdf")


@pytest.mark.slow
def test_an_older_report_outlives_a_failure(tmp_path: Path) -> None:
    path = tmp_path / "report.pdf"
    path.write_bytes(b"older")
    with pytest.raises(ReportNotRendered):
        render(SMALL.format('<img src="file:///x" alt="x">'), path)
    assert path.read_bytes() == b"older"


def test_time_runs_out_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReportNotRendered, match=r"not ready after 0\.05 s"):
        render(SMALL.format(""), tmp_path / "x.pdf", timeout=0.05)


@pytest.mark.slow
def test_memory_runs_out_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(ReportNotRendered, match="safe"):
        render(SMALL.format("<p>x</p>" * 50), tmp_path / "x.pdf", memory_bytes=40 * 1024**2)


@pytest.mark.parametrize(
    ("code", "stderr", "said"),
    [
        (1, "OSError: cannot load library 'libgobject-2.0-0'", "apt-get install"),
        (1, "Trace\nMemoryError", "more memory"),
        (-11, "", "signal 11"),
        (1, "NotRendered: \x1b[31mred", "⟨U+001B⟩"),
    ],
)
def test_failures_are_explained(code: int, stderr: str, said: str) -> None:
    sentence = pdf._explain(code, stderr)
    assert said in sentence
    assert "\n" not in sentence


def test_a_module_in_the_working_folder_is_not_run(tmp_path: Path) -> None:
    """Audits are started in folders full of other people's files."""
    (tmp_path / "weasyprint.py").write_text("raise SystemExit('hijacked')")
    code = (
        "from pathlib import Path; from auditor.reporting.pdf import write_pdf; "
        "from auditor.errors import ReportNotRendered\n"
        "try: write_pdf('<p>', [], Path('x.pdf'), created='2026-01-01T00:00:00+00:00')\n"
        "except ReportNotRendered as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "hijacked" not in done.stdout + done.stderr
