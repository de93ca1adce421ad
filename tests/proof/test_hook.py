"""A signing command of the user's: what it is given, what it may not do, and how it fails."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from auditor.errors import SignatureRefused
from auditor.proof.hook import read_command, run_command

PYTHON = sys.executable
CONTENT = b"what is to be signed\n"
needs_minisign = pytest.mark.skipif(
    shutil.which("minisign") is None, reason="minisign is not installed"
)
needs_openssl = pytest.mark.skipif(
    shutil.which("openssl") is None, reason="openssl is not installed"
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a file; rm -rf $HOME"
    path.write_bytes(CONTENT)
    return path


def run(command: str, file: Path, *, hidden: str | None = None) -> bytes:
    """What the command said."""
    said: list[bytes] = []
    run_command(
        read_command(command, hidden=hidden), file, run_id="20260101T-ab", on_output=said.append
    )
    return b"".join(said)


def python(code: str) -> str:
    """A command that runs Python on the file, which is its last argument."""
    return f"{PYTHON} -c '{code}' {{run_id}} {{file}}"


def test_it_gets_the_file_whole_and_the_runs_id(file: Path) -> None:
    assert run(python("import sys; print(sys.argv[1:])"), file).decode().strip() == str(
        ["20260101T-ab", str(file)]
    )


def test_no_shell_reads_it(file: Path) -> None:
    said = run(f"{PYTHON} -c 'import sys; print(sys.argv[1:])' '$HOME' '|' {{file}}", file)
    assert b"'$HOME', '|'" in said


def test_a_passphrase_in_the_environment_is_not_its_business(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_PASSPHRASE", "open sesame")
    shown = python("import os; print(sorted(os.environ.items()))")
    assert b"sesame" in run(shown, file)
    assert b"sesame" not in run(shown, file, hidden="KEY_PASSPHRASE")


def test_how_it_failed_is_one_sentence(file: Path) -> None:
    code = 'import sys; print("first"); sys.stderr.write("no such key\\n"); sys.exit(7)'
    with pytest.raises(SignatureRefused) as refused:
        run(python(code), file)
    assert str(refused.value) == (
        f"The signing command ended with exit code 7 on {file.name}: no such key"
    )


def test_a_file_that_it_changed_is_put_back(file: Path) -> None:
    code = 'import sys; open(sys.argv[2], "a").write("!")'
    with pytest.raises(SignatureRefused, match="changed"):
        run(python(code), file)
    assert file.read_bytes() == CONTENT
    with pytest.raises(SignatureRefused, match="changed"):
        run(python("import os, sys; os.remove(sys.argv[2])"), file)
    assert file.read_bytes() == CONTENT


def test_what_it_leaves_running_is_not_waited_for(file: Path) -> None:
    code = (
        "import subprocess, sys; "
        'subprocess.Popen([sys.executable, "-c", "import time; time.sleep(20)"]); print("done")'
    )
    assert run(python(code), file) == b"done\n"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("minisign -S", "no {file}"),
        ("", "no {file}"),
        ("{file}", "no {file}"),
        ("minisign 'open {file}", "mend its quotes"),
        ("/nowhere/minisign {file}", "cannot be found"),
    ],
)
def test_a_command_that_cannot_be_one_is_refused(command: str, said: str) -> None:
    with pytest.raises(SignatureRefused, match=said):
        read_command(command)


@needs_minisign
def test_minisign_signs_and_finds_a_changed_byte(file: Path, tmp_path: Path) -> None:
    key, public = tmp_path / "minisign.key", tmp_path / "minisign.pub"
    subprocess.run(
        ["minisign", "-G", "-W", "-s", key, "-p", public], check=True, capture_output=True
    )
    run(f"minisign -S -s {key} -m {{file}} -t {{run_id}}", file)

    def verifies() -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["minisign", "-V", "-p", public, "-m", file],
            check=False, capture_output=True, text=True,
        )  # fmt: skip

    assert "Trusted comment: 20260101T-ab" in verifies().stdout
    file.write_bytes(CONTENT + b"!")
    assert verifies().returncode == 1


@needs_minisign
def test_minisigns_own_words_are_passed_on(file: Path) -> None:
    with pytest.raises(SignatureRefused, match=r"exit code 2 .*no-such-key: No such file"):
        run("minisign -S -s no-such-key -m {file}", file)


@needs_openssl
def test_openssl_makes_a_time_stamp_request(file: Path) -> None:
    run("openssl ts -query -data {file} -sha256 -cert -out {file}.tsq", file)
    shown = subprocess.run(
        ["openssl", "ts", "-query", "-in", f"{file}.tsq", "-text"],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert "Hash Algorithm: sha256" in shown.stdout
