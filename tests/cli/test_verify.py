"""`auditor verify` on the terminal."""

import json
from pathlib import Path

import pytest

from auditor.cli import run_command_line
from tests.workflows.proven_runs import copy_of, flip, ledger_lines, make_runs, write_ledger


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_runs(tmp_path_factory.mktemp("proven") / "reports")


@pytest.fixture
def home(finished: Path, tmp_path: Path) -> Path:
    return copy_of(finished, tmp_path / "reports")


def test_the_first_line_is_the_outcome(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["verify", str(home / "one")]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[0] == "intact"
    assert not said.err
    flip(home / "one" / "results.json", 300)
    flip(home / "one" / "responses.jsonl", 300)
    assert run_command_line(["verify", str(home / "one")]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "altered: responses.jsonl, results.json"
    assert "ALTERED  responses.jsonl: is not what the run wrote." in lines
    (home / "one" / "manifest.sha256").unlink()
    assert run_command_line(["verify", str(home / "one"), "--ledger", str(home / "none")]) == 2
    assert capsys.readouterr().out.startswith("cannot check: one")


def test_many_altered_files_are_counted_on_the_first_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for path in (home / "one").glob("*.json"):
        flip(path, 5)
    assert run_command_line(["verify", str(home / "one")]) == 1
    first = capsys.readouterr().out.splitlines()[0]
    assert first.startswith("altered: ")
    assert first.rpartition(" and ")[2].endswith(" more")


def test_json_says_the_same(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_ledger(home, ledger_lines(home)[1:])
    assert run_command_line(["verify", str(home / "ledger.jsonl"), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["outcome"] == "altered"
    assert told["exit_code"] == 1
    assert "ledger.jsonl line 1" in told["subjects"]
    assert {one["state"] for one in told["checks"]} <= {"ok", "note", "altered", "cannot"}


def test_numbers_are_computed_again_on_request(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command_line(["verify", str(home / "two"), "--recompute"]) == 0
    assert "byte for byte the same" in capsys.readouterr().out


@pytest.mark.parametrize("target", ["none", "text.txt", "empty"])
def test_what_cannot_be_checked_is_one_sentence(
    target: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "text.txt").write_text("Dear reader\n")
    (tmp_path / "empty").mkdir()
    assert run_command_line(["verify", str(tmp_path / target)]) == 2
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert "report.pdf" in said[1]


def test_a_path_that_cannot_be_read_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Also for the superuser, whom no permission stops.
    assert run_command_line(["verify", str(tmp_path / ("x" * 300))]) == 2
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2
    assert said[1].endswith("cannot be read (File name too long).")


def test_hostile_names_reach_the_terminal_harmless(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (home / "one" / "\x1b]0;owned\x07.txt").write_text("x")
    lines = ledger_lines(home)
    entry = json.loads(lines[0])
    lines[0] = json.dumps({**entry, "seq": 9, "run_id": "\x1b[2J"}).encode() + b"\n"
    write_ledger(home, lines)
    assert run_command_line(["verify", str(home / "one")]) == 1
    out = capsys.readouterr().out
    assert "owned" in out
    assert "\x1b" not in out
    assert "\x07" not in out


def test_a_notice_of_the_ledger_stands_on_standard_error(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_ledger(home, ledger_lines(home)[1:])
    assert run_command_line(["report", str(home / "one"), "--no-pdf"]) in (0, 1)
    said = capsys.readouterr()
    assert said.err.count("is broken") == 1
    assert "is broken" not in said.out
