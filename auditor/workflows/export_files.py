"""What machines and mails are given of a run, written before its report. Needs no model."""

from dataclasses import replace

from auditor.core.presentation import Presentation
from auditor.core.results import AuditResult
from auditor.reporting.exports.junit import junit_xml
from auditor.reporting.exports.model_card import model_card
from auditor.reporting.exports.results_json import results_json
from auditor.reporting.exports.sarif import results_sarif
from auditor.reporting.exports.summary_txt import summary_text
from auditor.reporting.language import speaking
from auditor.reporting.redaction import redact
from auditor.reporting.report import summarise
from auditor.store import RunFolder
from auditor.workflows.run_files import (
    JUNIT,
    MODEL_CARD,
    POLICY,
    RESULTS,
    SARIF,
    SUMMARY,
)


def write_exports(folder: RunFolder, result: AuditResult, presentation: Presentation) -> None:
    """Write them all, redacted; English for machines, the report's language for people.

    No file of the run is named in them by its hash: the report has the hashes of these.
    """
    unhashed = replace(result, files=())
    told = {**_for_machines(folder, unhashed, presentation), **_for_people(unhashed, presentation)}
    for name, text in told.items():
        folder.write_bytes(name, text.encode())


def _for_machines(
    folder: RunFolder, result: AuditResult, presentation: Presentation
) -> dict[str, str]:
    with speaking("en"):
        shown = redact(result, presentation.redacted)
        return {
            RESULTS: results_json(shown),
            JUNIT: junit_xml(shown),
            SARIF: results_sarif(shown, folder.content(POLICY).decode()),
        }


def _for_people(result: AuditResult, presentation: Presentation) -> dict[str, str]:
    with speaking(presentation.language):
        shown = redact(result, presentation.redacted)
        report = summarise(shown, presentation)
        return {
            MODEL_CARD: model_card(report, shown, presentation),
            SUMMARY: summary_text(report),
        }
