"""`auditor sign` on the command line: options that go together, exit codes, output."""

import json
from pathlib import Path

import pytest

from auditor.cli import run_command_line
from auditor.store import RunFolder
from auditor.workflows.proofs.attesting import attest
from tests.proof.signers import make_signer, write_signer
from tests.workflows.proven_runs import add_pdf, audit, copy_of, pdf_of

SIGNER = make_signer()


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
def key(tmp_path: Path) -> list[str]:
    source = write_signer(SIGNER, tmp_path / "keys", b"open sesame")
    return ["--key", str(source.key), "--cert", str(source.certificate)]


def test_it_says_who_signed_and_what(
    run: Path,
    key: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("SIGNING_PASSPHRASE", "open sesame")
    asked = ["sign", str(run), *key, "--passphrase-env", "SIGNING_PASSPHRASE", "--json"]
    assert run_command_line(asked) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["certificate_sha256"] == SIGNER.sha256
    assert str(run / "report.pdf") in told["files"]
    assert run_command_line(["verify", str(run), "--trust", key[-1]]) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "Name --key with --cert, or --pkcs12, or --command."),
        (["--key", "k"], "--key and --cert go together."),
        (["--cert", "c"], "--key and --cert go together."),
        (["--key", "k", "--cert", "c", "--pkcs12", "p"], "not both."),
        (["--command", "sign {file}", "--tsa", "http://x"], "go with --key or --pkcs12."),
        (["--pkcs12", "p", "--passphrase-env", "NOT_SET_HERE"], "no variable NOT_SET_HERE"),
        (["--pkcs12", "/nowhere.p12"], "Cannot read /nowhere.p12"),
        (["--command", "no-such-program {file}"], "no-such-program cannot be found"),
        (["--command", "sh"], "has no {file}"),
    ],
)
def test_what_is_missing_is_one_sentence(
    options: list[str], said: str, run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["sign", str(run), *options]) == 2
    shown = capsys.readouterr()
    assert said in shown.err.splitlines()[-1]
    assert shown.out == ""


def test_a_wrong_key_is_one_sentence(
    run: Path, key: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["sign", str(run), *key]) == 2
    (said,) = capsys.readouterr().err.splitlines()
    assert said.startswith("auditor: ")
    assert "locked with a passphrase" in said


def test_a_folder_that_is_no_run_is_refused(
    tmp_path: Path, key: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["sign", str(tmp_path / "nothing"), *key]) == 2
    assert "is not a run folder" in capsys.readouterr().err
    assert not (tmp_path / "nothing").exists()
