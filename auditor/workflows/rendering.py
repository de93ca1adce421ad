"""A run's report and what stands beside it: exports, HTML, charts, manifest, PDF."""

from dataclasses import dataclass, replace
from hashlib import sha256

from auditor.core.presentation import Presentation
from auditor.core.results import AuditResult
from auditor.errors import ReportNotRendered
from auditor.reporting.html import chart_files, render_html
from auditor.reporting.language import speaking
from auditor.reporting.pages import Report
from auditor.reporting.pdf import Attachment, write_pdf
from auditor.reporting.redaction import is_withheld, redact
from auditor.reporting.report import summarise
from auditor.store import MANIFEST, RunFolder
from auditor.workflows.export_files import write_exports
from auditor.workflows.fix_files import fix_evidence, shipped
from auditor.workflows.questions import BBQ_COPY
from auditor.workflows.run_files import evidence_files

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

    @property
    def exceeds_policy(self) -> bool:
        """Whether the audit exits with 1."""
        return self.result.exit_code == EXCEEDS_POLICY


def render_run(
    folder: RunFolder, result: AuditResult, presentation: Presentation, *, wants_pdf: bool
) -> Conclusion:
    """Write everything that a reader is given of a run."""
    write_exports(folder, result, presentation)
    told = replace(result, files=evidence_files(folder))
    with speaking(presentation.language):
        report = summarise(redact(told, presentation.redacted), presentation)
        html = _write_html(folder, report)
    because: str | None = "left out by --no-pdf"
    if wants_pdf:
        because = _write_pdf(folder, told, presentation, html)
    return Conclusion(
        result=told,
        folder=folder,
        html="report.html",
        pdf="report.pdf" if because is None else None,
        pdf_missing_because=because,
    )


def _write_html(folder: RunFolder, report: Report) -> str:
    """The page, its charts and the hashes of everything."""
    html = render_html(report)
    folder.write_bytes("report.html", html.encode())
    charts = {f"charts/{name}": svg for name, svg in chart_files(report).items()}
    for name, svg in charts.items():
        folder.write_bytes(name, svg.encode())
    names = [file.name for file in evidence_files(folder)]
    names += [BBQ_COPY] if (folder.path / BBQ_COPY).exists() else []
    recorded = {*names, *fix_evidence(folder), *shipped(folder)}
    folder.write_manifest([*recorded, *charts, "report.html"])
    return html


def _write_pdf(
    folder: RunFolder, result: AuditResult, presentation: Presentation, html: str
) -> str | None:
    """Why there is no PDF; None when there is one. A failed PDF never loses the audit."""
    target = folder.path / "report.pdf"
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
    target.unlink(missing_ok=True)
    try:
        write_pdf(html, attachments, target, created=result.finished)
    except ReportNotRendered as error:
        return str(error)
    digest = sha256(target.read_bytes()).hexdigest()
    folder.write_bytes("report.pdf.sha256", f"{digest}  report.pdf\n".encode())
    return None
