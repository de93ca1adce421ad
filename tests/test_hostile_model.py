"""A model that attacks whatever reads it: the whole way from its answers to every output."""

import csv
import re
from io import StringIO
from itertools import cycle

import pytest
from pypdf import PdfReader

from auditor.cli.outcome import echo_outcome
from auditor.core.policy import Verdict
from auditor.prompt_library import load_battery
from auditor.store import RunFolder
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.rendering import Conclusion
from tests.fakes import ScriptedModel
from tests.reporting.hostile import hostile_texts
from tests.verapdf import missing_because, validate

pytestmark = [pytest.mark.slow, pytest.mark.one_thread]

ATTACHED = {
    "finish.json",
    "junit.xml",
    "ledger-entry.json",
    "manifest.sha256",
    "modelcard.md",
    "policy.json",
    "results.json",
    "results.sarif",
    "run.json",
    "scores.csv",
    "summary.txt",
}


@pytest.fixture(scope="module")
def conclusion(tmp_path_factory: pytest.TempPathFactory) -> Conclusion:
    texts = cycle(hostile_texts().values())
    model = ScriptedModel(
        load_battery("quick"),
        lambda item: [-1.0] * len(item.continuations),
        lambda _: next(texts),
    )
    return audit_model(
        model,
        AuditRequest(model="scripted", tier="quick"),
        out=tmp_path_factory.mktemp("hostile") / "run",
        on_batch=lambda _done, _all: None,
    )


def test_it_is_neither_fair_nor_biased(conclusion: Conclusion) -> None:
    assert {f.verdict for f in conclusion.result.findings} == {Verdict.NOT_MEASURABLE}


def test_the_evidence_can_be_read_back(conclusion: Conclusion) -> None:
    written = [r.text for r in RunFolder(conclusion.folder.path).responses() if r.mode == "text"]
    expected = {
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        for text in hostile_texts().values()
    }
    assert set(written) == expected


def test_the_page_has_no_tag_of_the_models(conclusion: Conclusion) -> None:
    page = (conclusion.folder.path / "report.html").read_text(encoding="utf-8")
    tags = {name.lower() for name in re.findall(r"<\s*([a-zA-Z][a-zA-Z0-9]*)", page)}
    assert not tags & {"script", "iframe", "object", "embed", "base", "form", "svg", "audio"}
    assert not re.search(r"<[^>]+\son\w+\s*=", page)
    assert 'href="javascript:' not in page


def test_no_cell_is_a_formula(conclusion: Conclusion) -> None:
    text = (conclusion.folder.path / "scores.csv").read_text(encoding="utf-8")
    for row in csv.reader(StringIO(text)):
        for cell in row:
            assert not re.match(r"[=@\t\r]|[+-](?![\d.])", cell), cell


def test_the_terminal_gets_no_control_character(
    conclusion: Conclusion, capsys: pytest.CaptureFixture[str]
) -> None:
    echo_outcome(conclusion, as_json=False)
    echo_outcome(conclusion, as_json=True)
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", capsys.readouterr().out)


def test_the_pdf_carries_our_files_alone_and_runs_nothing(conclusion: Conclusion) -> None:
    reader = PdfReader(conclusion.folder.path / "report.pdf")
    assert set(reader.attachments) == ATTACHED
    raw = (conclusion.folder.path / "report.pdf").read_bytes()
    assert b"/JavaScript" not in raw
    assert b"/Launch" not in raw
    links = {
        str(annotation.get_object()["/A"]["/URI"])
        for page in reader.pages
        for annotation in page.get("/Annots", [])
        if "/URI" in annotation.get_object().get("/A", {})
    }
    assert not links


@pytest.mark.skipif(missing_because() is not None, reason=str(missing_because()))
@pytest.mark.parametrize("flavour", ["PDFUA_1", "PDFA_3_A"])
def test_the_pdf_still_conforms(flavour: str, conclusion: Conclusion) -> None:
    assert validate(flavour, conclusion.folder.path / "report.pdf").failures == ()
