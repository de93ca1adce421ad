"""What machines and mails are given of a run, written before its report. Needs no model."""

from dataclasses import replace

from auditor.core.presentation import Presentation
from auditor.core.results import AuditResult
from auditor.reporting.exports.junit import junit_xml
from auditor.reporting.exports.model_card import model_card
from auditor.reporting.exports.results_json import results_json
from auditor.reporting.exports.sarif import results_sarif
from auditor.reporting.exports.summary_txt import summary_text
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
    """Write them all; in the language that is being spoken where they are for people.

    No file of the run is named in them by its hash: the report has the hashes of these.
    """
    unhashed = replace(result, files=())
    report = summarise(unhashed, presentation)
    told = {
        RESULTS: results_json(unhashed),
        JUNIT: junit_xml(unhashed),
        SARIF: results_sarif(unhashed, folder.content(POLICY).decode()),
        MODEL_CARD: model_card(report, unhashed, presentation),
        SUMMARY: summary_text(report),
    }
    for name, text in told.items():
        folder.write_bytes(name, text.encode())
