"""`contrib/auditor-review`: the folder, the baseline, the lock, and the exit code."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from auditor.cli import COMMANDS
from tests.contrib import SCRIPT
from tests.contrib.stub import StubAuditor

ROOT = Path(__file__).parents[2]
DATE = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
Review = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def stub(tmp_path: Path) -> StubAuditor:
    return StubAuditor(tmp_path / "stub").ends_with(0)


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    return tmp_path / "all reports"


@pytest.fixture
def environment(stub: StubAuditor, reports: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "AUDITOR": str(stub.path),
        "AUDITOR_REPORTS": str(reports),
    }


@pytest.fixture
def review(environment: dict[str, str]) -> Review:
    def call(*arguments: str, **changed: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [SCRIPT, *arguments], env={**environment, **changed}, capture_output=True, text=True
        )

    return call


def folders(series: Path) -> list[Path]:
    return sorted(path for path in series.iterdir() if path.is_dir())


def begun(series: Path, name: str, *, days_ago: float = 0) -> Path:
    """A run that was begun and not finished."""
    record = series / name / "run.json"
    record.parent.mkdir(parents=True)
    record.touch()
    then = time.time() - days_ago * 24 * 3600
    os.utime(record, (then, then))
    return record.parent


def test_a_review_is_a_dated_run_against_the_last_of_its_series(
    review: Review, stub: StubAuditor, reports: Path
) -> None:
    done = review("assistant", "run", "my models/a.gguf", "--policy", "with blank.yaml")
    [folder] = folders(reports / "assistant")
    assert DATE.fullmatch(folder.name)
    assert stub.calls() == [
        [
            "run", "my models/a.gguf", "--out", str(folder),
            "--baseline", f"latest:{reports}/assistant", "--policy", "with blank.yaml",
        ]
    ]  # fmt: skip
    assert done.stdout == f"the summary\n{folder}\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_a_fleet_is_reviewed_too(review: Review, stub: StubAuditor, reports: Path) -> None:
    done = review("all", "fleet", "fleet.toml", "--jobs", "2")
    [folder] = folders(reports / "all")
    assert stub.calls() == [["fleet", "fleet.toml", "--out", str(folder), "--jobs", "2"]]
    assert done.stdout == f"a line of auditor\n{folder}\n"


@pytest.mark.parametrize("command", ["run", "fleet"])
@pytest.mark.parametrize("status", [0, 1, 2, 3, 130])
def test_the_exit_code_is_auditors(
    review: Review, stub: StubAuditor, status: int, command: str
) -> None:
    stub.ends_with(status)
    done = review("assistant", command, "something")
    assert done.returncode == status
    assert ("the summary" in done.stdout) == (command == "run" and status <= 1)


@pytest.mark.parametrize("command", ["run", "fleet"])
def test_an_interrupted_review_goes_on_in_its_folder(
    review: Review, stub: StubAuditor, reports: Path, command: str
) -> None:
    stub.ends_with(130)
    review("assistant", command, "something")
    [folder] = folders(reports / "assistant")
    stub.ends_with(0)
    done = review("assistant", command, "something")
    assert folders(reports / "assistant") == [folder]
    assert done.stderr == f"auditor-review: going on with {folder}\n"


@pytest.mark.parametrize("command", ["run", "fleet"])
def test_a_finished_review_is_left_alone(
    review: Review, stub: StubAuditor, reports: Path, command: str
) -> None:
    review("assistant", command, "something")
    time.sleep(1.1)
    review("assistant", command, "something")
    assert len(folders(reports / "assistant")) == len(stub.calls()) == 2


def test_a_fleet_with_a_broken_model_is_a_finished_review(
    review: Review, stub: StubAuditor, reports: Path
) -> None:
    stub.ends_with(2)
    review("all", "fleet", "fleet.toml")
    time.sleep(1.1)
    review("all", "fleet", "fleet.toml")
    assert len(folders(reports / "all")) == 2


def test_what_broke_off_long_ago_stays_as_it_is(review: Review, reports: Path) -> None:
    old = begun(reports / "assistant", "2026-01-01T030000Z", days_ago=8)
    review("assistant", "run", "a.gguf")
    first, second = folders(reports / "assistant")
    assert first == old
    assert [path.name for path in first.iterdir()] == ["run.json"]
    assert (second / "manifest.sha256").exists()


def test_what_was_left_before_a_finished_review_is_not_gone_on_with(
    review: Review, reports: Path
) -> None:
    begun(reports / "assistant", "2026-01-01T030000Z")
    later = begun(reports / "assistant", "2026-01-02T030000Z")
    (later / "manifest.sha256").touch()
    done = review("assistant", "run", "a.gguf")
    assert len(folders(reports / "assistant")) == 3
    assert done.stderr == ""


def test_systemds_state_directory_is_where_reports_go_else(
    review: Review, environment: dict[str, str], tmp_path: Path
) -> None:
    del environment["AUDITOR_REPORTS"]
    review("assistant", "run", "a.gguf", STATE_DIRECTORY=str(tmp_path / "state"))
    assert len(folders(tmp_path / "state" / "assistant")) == 1


def test_others_cannot_read_what_a_model_wrote(review: Review, reports: Path) -> None:
    review("assistant", "run", "a.gguf")
    [folder] = folders(reports / "assistant")
    assert [path.stat().st_mode & 0o007 for path in (reports, folder, *folder.iterdir())] == [
        0, 0, 0, 0, 0,
    ]  # fmt: skip


def test_two_reviews_of_a_name_never_run_at_once(
    review: Review, stub: StubAuditor, environment: dict[str, str], reports: Path
) -> None:
    stub.ends_with(0, seconds=30)
    command = [str(SCRIPT), "assistant", "run", "a.gguf"]
    with subprocess.Popen(command, env=environment, start_new_session=True) as first:
        wait_for(stub.calls)
        stub.ends_with(0)
        refused = review("assistant", "run", "a.gguf")
        other = review("other", "run", "a.gguf")
        os.killpg(first.pid, signal.SIGKILL)
    assert refused.returncode == 2
    assert f"another review of assistant is running in {reports}/assistant" in refused.stderr
    assert other.returncode == 0
    assert review("assistant", "run", "a.gguf").returncode == 0


def test_the_lock_outlives_a_script_that_is_killed(
    review: Review, stub: StubAuditor, environment: dict[str, str]
) -> None:
    stub.ends_with(0, seconds=30)
    command = [str(SCRIPT), "assistant", "run", "a.gguf"]
    with subprocess.Popen(command, env=environment, start_new_session=True) as script:
        wait_for(stub.calls)
        script.kill()
        script.wait()
        refused = review("assistant", "run", "a.gguf")
        os.killpg(script.pid, signal.SIGKILL)
    assert refused.returncode == 2


def wait_for(happened: Callable[[], object]) -> None:
    deadline = time.monotonic() + 10
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


INTERRUPTIBLE = """
import pathlib, sys, time
try:
    pathlib.Path(sys.argv[1]).touch()
    time.sleep(30)
except KeyboardInterrupt:
    sys.exit(130)
"""


def test_an_interruption_is_passed_on_as_130(
    stub: StubAuditor, environment: dict[str, str], tmp_path: Path
) -> None:
    started = tmp_path / "started"
    code = tmp_path / "interruptible.py"
    code.write_text(INTERRUPTIBLE, encoding="utf-8")
    stub.path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{code}" "{started}"\n')
    command = [str(SCRIPT), "assistant", "run", "a.gguf"]
    with subprocess.Popen(command, env=environment, start_new_session=True) as script:
        wait_for(started.exists)
        os.killpg(script.pid, signal.SIGINT)
        assert script.wait(timeout=10) == 130


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say what to review"),
        (("assistant", "run"), "say what to review"),
        (("../up", "run", "a.gguf"), "'../up' cannot name a series"),
        (("..", "run", "a.gguf"), "'..' cannot name a series"),
        (("-x", "run", "a.gguf"), "'-x' cannot name a series"),
        (("a b", "run", "a.gguf"), "'a b' cannot name a series"),
        (("", "run", "a.gguf"), "'' cannot name a series"),
        (("assistant", "probe", "a.gguf"), "'probe' makes no review"),
    ],
)
def test_a_wrong_call_is_one_sentence_and_makes_nothing(
    review: Review, stub: StubAuditor, reports: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = review(*arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not reports.exists()
    assert stub.calls() == []


@pytest.mark.parametrize("command", ["run", "fleet"])
def test_an_auditor_that_cannot_start_is_no_finding(
    review: Review, stub: StubAuditor, command: str
) -> None:
    stub.cannot_start()
    done = review("assistant", command, "something")
    assert done.returncode == 2
    assert "ended with 1 and left no" in done.stderr


def test_a_missing_auditor_is_said(review: Review) -> None:
    done = review("assistant", "run", "a.gguf", AUDITOR="/nowhere/auditor")
    assert done.returncode == 2
    assert "there is no command /nowhere/auditor" in done.stderr


def test_a_place_that_cannot_be_written_is_said(review: Review, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = review("assistant", "run", "a.gguf", AUDITOR_REPORTS=str(tmp_path / "file"))
    assert done.returncode == 2
    assert "set AUDITOR_REPORTS to a folder that you may write to" in done.stderr


def test_it_calls_commands_that_auditor_has() -> None:
    assert set(re.findall(r'"\$AUDITOR" (\w+)', SCRIPT.read_text(encoding="utf-8"))) <= set(
        COMMANDS
    )


@pytest.mark.slow
@pytest.mark.one_thread
def test_two_reviews_of_a_real_run_are_compared(
    review: Review, environment: dict[str, str], reports: Path, tmp_path: Path
) -> None:
    """With auditor itself, whose model is scripted."""
    program = tmp_path / "scripted"
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tests.contrib.scripted "$@"\n')
    program.chmod(0o755)
    environment.update(AUDITOR=str(program), PYTHONPATH=str(ROOT))
    first = review("assistant", "run", "scripted", "--tier", "quick")
    time.sleep(1.1)
    second = review("assistant", "run", "scripted", "--tier", "quick")
    assert (first.returncode, first.stderr) == (1, "")
    assert (second.returncode, second.stderr) == (1, "")
    assert first.stdout.startswith("FAIL")
    earlier, later = folders(reports / "assistant")
    assert json.loads((earlier / "baseline.json").read_text())["kind"] == "no-earlier-run"
    baseline = json.loads((later / "baseline.json").read_text())
    assert baseline["first"]["run_id"] == json.loads((earlier / "run.json").read_text())["run_id"]
    assert baseline["changes"]
