"""Time stamps (RFC 3161), in the PDF and beside it, from an authority on this machine."""

import shutil
import subprocess
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from auditor.errors import SignatureRefused
from auditor.proof.hook import read_command, run_command
from auditor.proof.pdf_signature import check_pdf_signature
from tests.proof.signers import make_signer, signed_pdf, small_pdf
from tests.proof.time_stamps import make_authority, served, stamp

pytestmark = [
    pytest.mark.slow,
    pytest.mark.one_thread,
    pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed"),
]
SIGNER = make_signer()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_authority(tmp_path_factory.mktemp("time") / "authority")


def test_a_trusted_authority_says_when_it_was_signed(authority: Path) -> None:
    with served(partial(stamp, authority)) as url:
        pdf = signed_pdf(SIGNER, time_stamp_url=url)
    root = (authority / "root.pem").read_bytes()
    assert "own clock" in check_pdf_signature(pdf, trusted=(SIGNER.pem,)).said
    stamped = check_pdf_signature(pdf, trusted=(SIGNER.pem, root))
    assert stamped.kind == "valid"
    assert "by a trusted time stamp" in stamped.said
    assert check_pdf_signature(pdf, trusted=(root,)).kind == "untrusted"


def test_a_certificate_that_expired_since_counts_with_a_time_stamp(authority: Path) -> None:
    issuer = make_signer("Root", is_authority=True)
    brief = make_signer(issuer=issuer, ends=datetime.now(UTC) + timedelta(seconds=3))
    with served(partial(stamp, authority)) as url:
        plain = signed_pdf(brief, issuer)
        pdf = signed_pdf(brief, issuer, time_stamp_url=url)
    time.sleep(3.5)
    root = (authority / "root.pem").read_bytes()
    late = check_pdf_signature(plain, trusted=(issuer.pem, root))
    assert late.kind == "untrusted"
    assert "expired on" in late.said
    assert check_pdf_signature(pdf, trusted=(issuer.pem,)).kind == "untrusted"
    assert check_pdf_signature(pdf, trusted=(issuer.pem, root)).kind == "valid"
    named = check_pdf_signature(plain, trusted=(brief.pem, issuer.pem))
    assert named.kind == "valid"
    assert "which expired on" in named.said


@pytest.mark.parametrize(
    ("answer", "status"),
    [(b"", 500), (b"no time stamp \x1b[2J", 200), (b"\x30\x03\x02\x01\x02", 200)],
    ids=["error", "garbage", "wrong"],
)
def test_an_answer_that_is_no_time_stamp_stops_the_signature(answer: bytes, status: int) -> None:
    with served(lambda _query: answer, status) as url:
        refuse_to_sign(url)


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/", "ftp://127.0.0.1/", "nonsense"])
def test_an_address_that_leads_nowhere_stops_the_signature(url: str) -> None:
    refuse_to_sign(url)


def refuse_to_sign(url: str) -> None:
    with pytest.raises(SignatureRefused, match="gave no time stamp") as refused:
        signed_pdf(SIGNER, time_stamp_url=url)
    assert str(refused.value).isprintable()


def test_a_time_stamp_beside_the_report_is_checked_by_openssl(
    authority: Path, tmp_path: Path
) -> None:
    report = tmp_path / "report.pdf"
    report.write_bytes(small_pdf())
    command = read_command("openssl ts -query -data {file} -sha256 -cert -out {file}.tsq")
    run_command(command, report, run_id="x", on_output=lambda _said: None)
    reply = stamp(authority, (tmp_path / "report.pdf.tsq").read_bytes())
    (tmp_path / "report.pdf.tsr").write_bytes(reply)

    def verifies() -> bool:
        done = subprocess.run(
            ["openssl", "ts", "-verify", "-data", report, "-in", f"{report}.tsr",
             "-CAfile", authority / "root.pem"],
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        return "Verification: OK" in done.stdout

    assert verifies()
    report.write_bytes(small_pdf() + b"\n")
    assert not verifies()
