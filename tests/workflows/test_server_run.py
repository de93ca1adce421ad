"""Whole audits of a scripted server: undisturbed, disturbed, interrupted, and without numbers."""

import json
import subprocess
import sys
import time
from functools import partial
from itertools import cycle, islice
from pathlib import Path

import pytest

from auditor.backends.server import model as server_model
from auditor.backends.server.client import Patience
from auditor.cli import run_command_line
from tests.backends.completion_server import NAME, Scripted, Trouble, serving

INSTRUMENTS = ("admissions",)
N_OPENING = 12
"""Completions that are asked for before the first question, or a few more."""
TROUBLES: tuple[Trouble, ...] = ("500", "503", "429", "cut", "garbage", "not-json", "nan", "short")


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = partial(Patience, attempts=4, first_pause=0.001, longest_pause=0.01, seconds=5.0)
    monkeypatch.setattr(server_model, "Patience", quick)


def audit(address: str, out: Path, *more: str) -> int:
    instruments = [text for name in INSTRUMENTS for text in ("--instrument", name)]
    return run_command_line(
        [
            *("run", NAME, "--backend", "server", "--url", address, "--tier", "quick"),
            *(*instruments, "--no-pdf", "--out", str(out), *more),
        ]
    )


def evidence(out: Path) -> bytes:
    return (out / "responses.jsonl").read_bytes()


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    with serving(Scripted(key="sesame")) as address, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AUDITOR_TEST_KEY", "sesame")
        assert audit(address, out, "--api-key-env", "AUDITOR_TEST_KEY") in (0, 1)
    return out


@pytest.fixture(scope="module")
def silent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a server that gives no log-likelihoods."""
    out = tmp_path_factory.mktemp("silent") / "run"
    with serving(Scripted(dialect="llama-server")) as address:
        assert audit(address, out) in (0, 1)
    return out


def test_everything_that_names_the_weights_says_that_they_are_declared(undisturbed: Path) -> None:
    html = (undisturbed / "report.html").read_text()
    sha256 = json.loads((undisturbed / "run.json").read_text())["model"]["weights_sha256"]
    assert html.count("eclared by the server, not measured") >= 4
    assert "read from the files themselves" not in html
    assert "The verdicts hold for these weights" not in html
    assert f"sha256 {sha256[:16]}…" not in html
    assert "scripted/model" in html
    assert "Declared by the server, not measured:" in (undisturbed / "modelcard.md").read_text()
    for name in ("junit.xml", "results.sarif"):
        text = (undisturbed / name).read_text().lower()
        assert "weights" not in text
        assert sha256 in text
    assert "where its layers cannot be reached" in html


def test_the_key_is_recorded_nowhere(undisturbed: Path) -> None:
    for path in undisturbed.iterdir():
        if path.is_file():
            assert b"sesame" not in path.read_bytes(), path.name


def test_a_disturbed_run_has_the_same_evidence(undisturbed: Path, tmp_path: Path) -> None:
    kinds = list(islice(cycle(TROUBLES), 1000))
    scripted = Scripted(
        trouble=lambda n: kinds[n // 13] if n % 13 == 0 and n > N_OPENING else None,
        delay=lambda n: 0.003 * (n % 3),
    )
    with serving(scripted) as address:
        assert audit(address, tmp_path / "run", "--concurrency", "3") in (0, 1)
    assert evidence(tmp_path / "run") == evidence(undisturbed)


def test_trouble_at_the_opening_changes_nothing(undisturbed: Path, tmp_path: Path) -> None:
    kinds = cycle(TROUBLES[1:])
    scripted = Scripted(trouble=lambda n: next(kinds) if n < 2 * N_OPENING and n % 2 else None)
    with serving(scripted) as address:
        assert audit(address, tmp_path / "run", "--concurrency", "1") in (0, 1)
    assert evidence(tmp_path / "run") == evidence(undisturbed)


def test_a_server_that_went_away_is_waited_for(
    undisturbed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scripted = Scripted(trouble=lambda n: "503" if n > 150 else None)
    out = tmp_path / "run"
    with serving(scripted) as address:
        assert audit(address, out) == 2
        assert "the same command goes on" in capsys.readouterr().err
        kept = evidence(out)
        assert 0 < len(kept) < len(evidence(undisturbed))
        scripted.trouble = lambda _n: None
        scripted.card["root"] = "another/model"
        assert audit(address, out) == 2
        assert "not the same: model weights" in capsys.readouterr().err
        del scripted.card["root"]
        assert audit(address, out) in (0, 1)
    assert evidence(out).startswith(kept)
    assert evidence(out) == evidence(undisturbed)


@pytest.mark.slow
@pytest.mark.one_thread
def test_a_killed_run_goes_on_where_it_was(undisturbed: Path, tmp_path: Path) -> None:
    """As `kill -9` does it, in the middle of the questions."""
    out = tmp_path / "run"
    with serving(Scripted(delay=lambda _n: 0.01)) as address:
        command = [
            *(sys.executable, "-m", "auditor", "run", NAME, "--backend", "server"),
            *("--url", address, "--tier", "quick", "--instrument", *INSTRUMENTS),
            *("--no-pdf", "--out", str(out)),
        ]
        with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
            while process.poll() is None and not (out / "responses.jsonl").exists():
                time.sleep(0.01)
            process.kill()
        kept = evidence(out)
        assert 0 < len(kept) < len(evidence(undisturbed))
        assert audit(address, out) in (0, 1)
    assert evidence(out) == evidence(undisturbed)


def test_without_log_likelihoods_the_report_says_so(silent: Path) -> None:
    findings = json.loads((silent / "findings.json").read_text())["findings"]
    asked = [one for one in findings if one["reasons"] != ["not-asked"]]
    scores = [one for one in asked if "text" not in one["measure_id"].partition("[")[0]]
    assert scores
    assert {one["verdict"] for one in scores} == {"not measurable"}
    assert {reason for one in scores for reason in one["reasons"]} == {"no-likelihoods"}
    html = (silent / "report.html").read_text()
    assert "the server gives no log-likelihoods" in html
    assert "none: only written answers could be scored" in html
    assert "no-likelihoods" not in html


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--backend", "server"], "needs --url"),
        (["--url", "http://127.0.0.1:9/v1"], "add --backend server"),
        (["--concurrency", "2"], "add --backend server"),
        *(
            (["--backend", "server", "--url", "http://127.0.0.1:9/v1", *more], f"{more[0]} needs")
            for more in (
                ["--adapter", "adapter"],
                ["--base", "demo"],
                ["--fix", "lora"],
                ["--layers-at", "model.layers"],
                ["--dtype", "float32"],
                ["--gpu-layers", "1"],
            )
        ),
        (["--backend", "server", "--url", "http://127.0.0.1:9/v1"], "no connection"),
        (["--backend", "server", "--url", "http://a@127.0.0.1:9/v1"], "--api-key-env"),
    ],
)
def test_what_cannot_be_meant_is_one_sentence(
    options: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "run"
    assert run_command_line(["run", NAME, "--tier", "quick", "--out", str(out), *options]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert not out.exists()
