"""The report's PDF is PDF/A-3a and PDF/UA-1 at once, says veraPDF."""

from importlib import import_module
from pathlib import Path

import pytest

from auditor.prompt_library import load_battery
from auditor.workflows.audit import AuditRequest, audit_model
from tests.battery_models import leaning
from tests.verapdf import missing_because, validate

MISSING = missing_because()

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MISSING is not None, reason=str(MISSING)),
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of a whole audit of a scripted model."""
    out = tmp_path_factory.mktemp("runs") / "scripted"
    request = AuditRequest(model="scripted", tier="quick")
    model = leaning(load_battery("quick"), 0.6, seed=3)
    conclusion = audit_model(model, request, out=out, on_batch=lambda _done, _total: None)
    assert conclusion.pdf is not None, conclusion.pdf_missing_because
    return out / conclusion.pdf


@pytest.mark.parametrize("flavour", ["PDFUA_1", "PDFA_3_A"])
def test_the_report_satisfies(flavour: str, report: Path) -> None:
    verification = validate(flavour, report)
    assert verification.failures == ()
    assert verification.is_compliant
    assert verification.n_checks > 1000


def test_an_untagged_pdf_does_not(tmp_path: Path) -> None:
    """So that the tests above could fail."""
    weasyprint = import_module("weasyprint")
    path = tmp_path / "untagged.pdf"
    weasyprint.HTML(string="<p>No language, no title, no tags.").write_pdf(path)
    verification = validate("PDFUA_1", path)
    assert not verification.is_compliant
    assert any("MarkInfo" in failure for failure in verification.failures)
