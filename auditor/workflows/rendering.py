"""A run's report and what stands beside it: exports, HTML, charts, manifest, PDF."""

from dataclasses import dataclass, replace

from auditor.core.presentation import Presentation
from auditor.core.results import AuditResult
from auditor.errors import ReportNotRendered
from auditor.reporting.html import chart_files, render_html
from auditor.reporting.language import speaking
from auditor.reporting.pages import Report
from auditor.reporting.pdf import Attachment, write_pdf
from auditor.reporting.redaction import is_withheld, redact
from auditor.reporting.report import summarise
from auditor.store import MANIFEST, PDF, PDF_HASH, RunFolder
from auditor.workflows.export_files import write_exports
from auditor.workflows.proofs.attesting import attest, look_for_signatures, lost_signatures
from auditor.workflows.run_files import covered_files, evidence_files

EXCEEDS_POLICY = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What came of an audit."""

    result: AuditResult
    folder: RunFolder
    html: str
    """Name of the report in the folder."""
    pdf: str | None
    """None where the PDF could not be made; `pdf_missing_because` says why."""
    pdf_missing_because: str | None
    ledger_notices: tuple[str, ...] = ()
    """What is to be said of the ledger, as that it could not be written; sentences."""
    signature_notices: tuple[str, ...] = ()
    """What is to be said of signatures that an earlier report had; sentences."""

    @property
    def exceeds_policy(self) -> bool:
        """Whether the audit exits with 1."""
        return self.result.exit_code == EXCEEDS_POLICY


def render_run(
    folder: RunFolder, result: AuditResult, presentation: Presentation, *, wants_pdf: bool
) -> Conclusion:
    """Write everything that a reader is given of a run."""
    signed = look_for_signatures(folder)
    write_exports(folder, result, presentation)
    told = replace(result, files=evidence_files(folder))
    with speaking(presentation.language):
        report = summarise(redact(told, presentation.redacted), presentation)
        html = _write_html(folder, report)
    because: str | None = "left out by --no-pdf"
    if wants_pdf:
        because = _write_pdf(folder, told, presentation, html)
    attest(folder, has_pdf=because is None)
    return Conclusion(
        result=told,
        folder=folder,
        html="report.html",
        pdf=PDF if because is None else None,
        pdf_missing_because=because,
        signature_notices=lost_signatures(folder, signed),
    )


def _write_html(folder: RunFolder, report: Report) -> str:
    """The page, its charts and the hashes of everything."""
    html = render_html(report)
    folder.write_bytes("report.html", html.encode())
    charts = {f"charts/{name}": svg for name, svg in chart_files(report).items()}
    for name, svg in charts.items():
        folder.write_bytes(name, svg.encode())
    for name in folder.files_below("charts/*.svg"):
        if name not in charts:
            # Drawn for an earlier report, of what this one does not have.
            (folder.path / name).unlink()
    folder.write_manifest([*covered_files(folder), *charts, "report.html"])
    return html


def _write_pdf(
    folder: RunFolder, result: AuditResult, presentation: Presentation, html: str
) -> str | None:
    """Why there is no PDF; None when there is one. A failed PDF never loses the audit."""
    target = folder.path / PDF
    embedded = [
        (file.name, file.description)
        for file in result.files
        if file.is_embedded and not is_withheld(file.name, presentation.redacted)
    ]
    embedded.append((MANIFEST, "hashes of the run's files, for sha256sum -c"))
    attachments = [
        Attachment(name=name, content=(folder.path / name).read_bytes(), description=what)
        for name, what in embedded
    ]
    # An older PDF beside newer measures would be believed.
    for name in (PDF, PDF_HASH):
        (folder.path / name).unlink(missing_ok=True)
    try:
        write_pdf(html, attachments, target, created=result.finished)
    except ReportNotRendered as error:
        return str(error)
    folder.write_bytes(PDF_HASH, f"{folder.sha256_of(PDF)}  {PDF}\n".encode())
    return None
