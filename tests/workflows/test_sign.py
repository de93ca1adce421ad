"""A finished run is signed: what is written, what is refused, and what checks it afterwards."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from auditor.errors import SignatureRefused
from auditor.proof.attestation import ENVELOPE, STATEMENT
from auditor.proof.envelope import payload_of
from auditor.proof.hook import read_command
from auditor.proof.pdf_signature import check_pdf_signature
from auditor.proof.signing_key import KeySource
from auditor.store import RunFolder
from auditor.workflows.presenting import AS_STORED
from auditor.workflows.proofs.attesting import attest, look_for_signatures, lost_signatures
from auditor.workflows.proofs.sign import Signing, SignRequest, sign_run
from auditor.workflows.report import rerender
from tests.proof.signers import make_signer, write_signer
from tests.workflows.proven_runs import (
    REQUEST,
    add_pdf,
    audit,
    check,
    copy_of,
    flip,
    hash_anew,
    ledger_lines,
    pdf_of,
)

SIGNER = make_signer()
COPY = 'import shutil, sys; shutil.copy(sys.argv[1], sys.argv[1] + ".sig")'


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("signed") / "reports"
    audit(home / "one")
    add_pdf(home / "one", pdf_of(home / "one"))
    attest(RunFolder(home / "one"), has_pdf=True)
    return home


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    return copy_of(finished, tmp_path / "reports") / "one"


@pytest.fixture
def key(tmp_path: Path) -> KeySource:
    return write_signer(SIGNER, tmp_path / "keys")


def sign(run: Path, key: KeySource | None = None, command: str | None = None) -> Signing:
    request = SignRequest(folder=run, key=key, command=read_command(command) if command else None)
    return sign_run(request, on_output=lambda _said: None)


def files_of(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes() for path in home.rglob("*") if path.is_file()
    }


def trusted(run: Path) -> tuple[Path, ...]:
    path = run.parent / "trusted.pem"
    path.write_bytes(SIGNER.pem)
    return (path,)


def python(code: str) -> str:
    return f"{sys.executable} -c '{code}' {{file}}"


def test_pdf_and_statement_are_signed_and_stand_in_the_ledger(run: Path, key: KeySource) -> None:
    signing = sign(run, key)
    assert signing.files == ("report.pdf", "report.pdf.sha256", STATEMENT, ENVELOPE)
    assert (signing.subject, signing.certificate_sha256) == ("CN=J. Doe", SIGNER.sha256)
    pdf = (run / "report.pdf").read_bytes()
    assert check_pdf_signature(pdf, trusted=(SIGNER.pem,)).kind == "valid"
    assert payload_of((run / ENVELOPE).read_bytes()) == (run / STATEMENT).read_bytes()
    last = json.loads(ledger_lines(run.parent)[-1])
    assert (last["event"], set(last["files"])) == ("signed", set(signing.files))
    found = check(run, trusted=trusted(run))
    assert found.exit_code == 0
    assert {one.state for one in found.checks} == {"ok"}


def test_who_trusts_somebody_else_cannot_check_it(
    run: Path, key: KeySource, tmp_path: Path
) -> None:
    sign(run, key)
    other = write_signer(make_signer(), tmp_path / "other")
    assert other.certificate is not None
    found = check(run, trusted=(other.certificate,))
    assert (found.exit_code, found.subjects) == (2, ("report.pdf",))


def test_nothing_of_the_key_is_kept(run: Path, tmp_path: Path) -> None:
    source = write_signer(SIGNER, tmp_path / "locked", b"open sesame")
    sign(run, source)
    assert source.key is not None
    lines = [line for line in source.key.read_bytes().splitlines() if len(line) > 20]
    for content in files_of(run.parent).values():
        assert b"sesame" not in content
        assert b"PRIVATE KEY" not in content
        assert not any(line in content for line in lines)
        assert str(source.key).encode() not in content


def test_a_second_signature_is_refused(run: Path, key: KeySource) -> None:
    sign(run, key)
    before = files_of(run.parent)
    with pytest.raises(SignatureRefused, match="signed already"):
        sign(run, key)
    assert files_of(run.parent) == before


def test_what_is_refused_leaves_everything_as_it_was(
    run: Path, key: KeySource, tmp_path: Path
) -> None:
    other = write_signer(make_signer(), tmp_path / "other")
    locked = write_signer(SIGNER, tmp_path / "locked", b"open sesame")
    before = files_of(run.parent)
    for source in (replace(key, key=other.key), replace(locked, passphrase=b"sesame")):
        with pytest.raises(SignatureRefused):
            sign(run, source)
    (run / "report.pdf").rename(run.parent / "elsewhere.pdf")
    with pytest.raises(SignatureRefused, match=r"has no report\.pdf: .*auditor report"):
        sign(run, key)
    (run.parent / "elsewhere.pdf").rename(run / "report.pdf")
    assert files_of(run.parent) == before


@pytest.mark.parametrize("name", ["report.pdf", "report.html", "findings.json", STATEMENT])
def test_nothing_that_was_altered_is_signed(name: str, run: Path, key: KeySource) -> None:
    flip(run / name, 200)
    hash_anew(run)
    before = files_of(run.parent)
    with pytest.raises(SignatureRefused, match="auditor verify"):
        sign(run, key)
    assert files_of(run.parent) == before


@pytest.mark.parametrize("name", [STATEMENT, ENVELOPE, "report.pdf"])
def test_what_was_signed_cannot_change(name: str, run: Path, key: KeySource) -> None:
    sign(run, key)
    flip(run / name, len((run / name).read_bytes()) // 2)
    (run.parent / "ledger.jsonl").unlink()
    found = check(run)
    assert found.exit_code == 1
    assert name in found.subjects


def test_a_statement_that_says_better_is_found_without_a_ledger(run: Path) -> None:
    (run.parent / "ledger.jsonl").unlink()
    told = json.loads((run / STATEMENT).read_text())
    told["predicate"]["passedTests"] += told["predicate"]["failedTests"]
    (run / STATEMENT).write_text(json.dumps(told, indent=1, sort_keys=True) + "\n")
    assert check(run).subjects == (STATEMENT,)
    (run / STATEMENT).unlink()
    assert check(run).exit_code == 0
    (run / ENVELOPE).write_bytes(b"{}")
    assert check(run).subjects == (STATEMENT,)


def test_the_statement_of_another_pdf_names_the_pdf(run: Path) -> None:
    pdf = (run / "report.pdf").read_bytes()
    add_pdf(run, pdf + b"\n")
    assert check(run).subjects == ("report.pdf",)


def test_a_report_made_again_loses_the_signed_statement(run: Path, key: KeySource) -> None:
    sign(run, key)
    conclusion = rerender(run, wants_pdf=False)
    assert not (run / ENVELOPE).exists()
    told = json.loads((run / STATEMENT).read_text())
    assert [one["name"] for one in told["subject"]] == ["report.html"]
    # The signed PDF is still there, as it was.
    assert conclusion.signature_notices == ()


def test_signatures_of_an_earlier_report_are_named(run: Path, key: KeySource) -> None:
    sign(run, key, python(COPY))
    folder = RunFolder(run)
    before = look_for_signatures(folder)
    assert lost_signatures(folder, before) == ()
    add_pdf(run, pdf_of(run))
    assert lost_signatures(folder, before) == (
        "report.pdf was signed, and this one is not: sign it with `auditor sign`.",
        "of the earlier report.pdf, and not of this one: report.pdf.sig.",
    )
    unsigned = look_for_signatures(folder)
    (run / "report.pdf").write_bytes(b"another")
    assert len(lost_signatures(folder, unsigned)) == 1


def test_a_command_signs_the_report_and_the_manifest(run: Path) -> None:
    signing = sign(run, command=python(COPY))
    assert signing.files == ("manifest.sha256.sig", "report.pdf.sig")
    assert signing.subject is None
    assert (run / "report.pdf.sig").read_bytes() == (run / "report.pdf").read_bytes()
    last = json.loads(ledger_lines(run.parent)[-1])
    assert set(last["files"]) == {"report.pdf", *signing.files}
    found = check(run)
    assert found.exit_code == 0
    assert not any("is not part of the run" in one.said for one in found.checks)
    flip(run / "report.pdf.sig", 3)
    assert check(run).subjects == ("report.pdf.sig",)


def test_a_statement_beside_a_signed_report_cannot_go(run: Path) -> None:
    sign(run, command=python(COPY))
    (run / STATEMENT).unlink()
    found = check(run)
    assert (found.exit_code, found.subjects) == (1, (STATEMENT,))


def test_a_pdf_of_an_earlier_report_is_not_signed(run: Path, key: KeySource) -> None:
    in_german = replace(AS_STORED, language="de")
    rerender(run, presentation=in_german, wants_pdf=False)
    before = files_of(run.parent)
    assert check(run).exit_code == 0
    for command in (None, python(COPY)):
        with pytest.raises(SignatureRefused, match=r"is of an earlier report: .*auditor report"):
            sign(run, None if command else key, command)
    assert files_of(run.parent) == before


def test_after_a_failed_command_the_signature_of_the_key_stands(run: Path, key: KeySource) -> None:
    with pytest.raises(SignatureRefused, match="exit code 3"):
        sign(run, key, python("import sys; sys.exit(3)"))
    assert check(run, trusted=trusted(run)).exit_code == 0


def test_a_command_may_not_touch_the_run(run: Path) -> None:
    code = 'import pathlib, sys; pathlib.Path(sys.argv[1]).with_name("run.json").write_text("{}")'
    with pytest.raises(SignatureRefused, match=r"changed run\.json"):
        sign(run, command=python(code))


def test_a_command_that_leaves_nothing_adds_no_line(run: Path) -> None:
    before = ledger_lines(run.parent)
    assert sign(run, command=python("pass")).files == ()
    assert ledger_lines(run.parent) == before


@pytest.mark.slow
@pytest.mark.one_thread
def test_a_printed_report_is_signed_printed_again_and_signed_again(
    tmp_path: Path, key: KeySource
) -> None:
    run = tmp_path / "reports" / "one"
    audit(run, request=replace(REQUEST, wants_pdf=True))
    unsigned = (run / "report.pdf").read_bytes()
    sign(run, key)
    assert (run / "report.pdf").read_bytes().startswith(unsigned)
    assert check(run, trusted=trusted(run)).exit_code == 0
    (said,) = rerender(run).signature_notices
    assert said == "report.pdf was signed, and this one is not: sign it with `auditor sign`."
    assert (run / "report.pdf").read_bytes() == unsigned
    assert check(run).exit_code == 0
    sign(run, key)
    assert check(run, trusted=trusted(run)).exit_code == 0
