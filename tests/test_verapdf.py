"""Every report's PDF is PDF/A-3a and PDF/UA-1 at once, says veraPDF."""

import shutil
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

import pytest

from auditor.workflows.proofs.sign import SignRequest, sign_run
from auditor.workflows.rendering import Conclusion
from tests.proof.signers import make_signer, write_signer
from tests.reporting.document_variants import documents
from tests.reporting.variants import variants
from tests.verapdf import Verification, missing_because, validate, validate_all

MISSING = missing_because()
FLAVOURS = ("PDFUA_1", "PDFA_3_A")
AUDIT = "whole-audit"
SIGNED = "signed-audit"

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(MISSING is not None, reason=str(MISSING)),
]


@pytest.fixture(scope="module")
def signed_audit(whole_audit: Conclusion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The PDF of a whole audit, once it is signed."""
    home = tmp_path_factory.mktemp("signed")
    shutil.copytree(whole_audit.folder.path, home / "run")
    key = write_signer(make_signer(kind="rsa"), home / "keys")
    sign_run(SignRequest(folder=home / "run", key=key), on_output=lambda _said: None)
    return home / "run" / "report.pdf"


@pytest.fixture(scope="module")
def verifications(
    pdfs: Mapping[str, Path], whole_audit: Conclusion, signed_audit: Path
) -> Mapping[tuple[str, str], Verification]:
    """What veraPDF says of each report, by its name and the profile."""
    audited = whole_audit.folder.path / str(whole_audit.pdf)
    paths = {**pdfs, AUDIT: audited, SIGNED: signed_audit}
    with ThreadPoolExecutor(len(FLAVOURS)) as pool:
        said = pool.map(lambda flavour: validate_all(flavour, list(paths.values())), FLAVOURS)
        return {
            (name, flavour): verified[path]
            for flavour, verified in zip(FLAVOURS, said, strict=True)
            for name, path in paths.items()
        }


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("name", [*variants(), *documents(), AUDIT, SIGNED])
def test_the_report_satisfies(
    name: str, flavour: str, verifications: Mapping[tuple[str, str], Verification]
) -> None:
    verification = verifications[name, flavour]
    assert verification.failures == ()
    assert verification.is_compliant
    # A document may have a page or two; a report never has.
    assert verification.n_checks > (100 if name in documents() else 1000)


def test_an_untagged_pdf_does_not(tmp_path: Path) -> None:
    """So that the tests above could fail."""
    weasyprint = import_module("weasyprint")
    path = tmp_path / "untagged.pdf"
    weasyprint.HTML(string="<p>No language, no title, no tags.").write_pdf(path)
    verification = validate("PDFUA_1", path)
    assert not verification.is_compliant
    assert any("MarkInfo" in failure for failure in verification.failures)
