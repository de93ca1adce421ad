"""The installed command on the real demo model, as a user runs it."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from auditor.backends import resolve_model

pytestmark = pytest.mark.slow

WITH_LAYERS = ("--tier", "quick", "--instrument", "word-association", "--no-pdf")
ALONE = (*WITH_LAYERS, "--no-probe")
N_KILLS = 10


def auditor(*arguments: str | Path, timeout: float = 900) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "auditor", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "run"
    done = auditor("run", "demo", *ALONE, "--out", out)
    assert done.returncode in (0, 1), done.stderr
    return out


def test_two_undisturbed_runs_are_identical(undisturbed: Path, tmp_path: Path) -> None:
    done = auditor("run", "demo", *ALONE, "--out", tmp_path / "again", "--json")
    summary = json.loads(done.stdout)
    assert done.returncode == summary["exit_code"]
    assert sum(summary["verdicts"].values()) == len(summary["findings"])
    for name in ("responses.jsonl", "measures.json"):
        assert (tmp_path / "again" / name).read_bytes() == (undisturbed / name).read_bytes()


def test_killed_ten_times_it_ends_with_the_same_bytes(undisturbed: Path, tmp_path: Path) -> None:
    out, evidence = tmp_path / "run", tmp_path / "run" / "responses.jsonl"
    whole = (undisturbed / "responses.jsonl").stat().st_size
    # Spread over the run: whenever the evidence has grown by about a twelfth, give or take.
    rng = random.Random(4)
    for kill in range(N_KILLS):
        process = subprocess.Popen(
            [sys.executable, "-m", "auditor", "run", "demo", *ALONE, "--out", str(out)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        goal = whole * (kill + rng.random()) / (N_KILLS + 2)
        while process.poll() is None and _size(evidence) < goal:
            time.sleep(0.005)
        time.sleep(rng.random() * 0.05)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    done = auditor("run", "demo", *ALONE, "--out", out)
    assert done.returncode in (0, 1), done.stderr
    for name in ("responses.jsonl", "measures.json", "findings.json"):
        assert (out / name).read_bytes() == (undisturbed / name).read_bytes()


def test_the_report_can_be_made_again_without_the_model(undisturbed: Path, tmp_path: Path) -> None:
    copy = tmp_path / "run"
    shutil.copytree(undisturbed, copy)
    for name in ("measures.json", "findings.json", "report.html"):
        (copy / name).unlink()
    done = auditor("report", copy, "--no-pdf")
    assert done.returncode in (0, 1), done.stderr
    for name in ("measures.json", "findings.json", "report.html"):
        assert (copy / name).read_bytes() == (undisturbed / name).read_bytes()


def test_another_seed_is_refused_in_the_same_folder(undisturbed: Path) -> None:
    before = (undisturbed / "responses.jsonl").read_bytes()
    done = auditor("run", "demo", *ALONE, "--seed", "5", "--out", undisturbed)
    assert done.returncode == 2
    assert "seed" in done.stderr
    assert (undisturbed / "responses.jsonl").read_bytes() == before


def test_control_c_leaves_a_run_that_goes_on(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    process = subprocess.Popen(
        [sys.executable, "-m", "auditor", "run", "demo", *ALONE, "--out", str(out)],
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and _size(out / "responses.jsonl") == 0:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "goes on where it stopped" in said
    assert auditor("run", "demo", *ALONE, "--out", out).returncode in (0, 1)
    assert (out / "measures.json").read_bytes() == (undisturbed / "measures.json").read_bytes()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("truncated", "cut short: it has 30,000,000 bytes"),
        ("text", "not a GGUF file"),
        ("empty", "empty"),
        ("pickle", "safetensors"),
        ("missing", "There is no"),
    ],
)
def test_a_damaged_model_is_one_sentence(damage: str, said: str, tmp_path: Path) -> None:
    model = _damaged(damage, tmp_path)
    done = auditor("run", model, *ALONE, "--out", tmp_path / "run")
    assert done.returncode == 2, done.stderr
    assert said in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not done.stdout


def _size(path: Path) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except FileNotFoundError:
        return 0


def _damaged(damage: str, folder: Path) -> Path:
    path = folder / "model.gguf"
    if damage == "truncated":
        demo = resolve_model("demo").path
        assert demo is not None
        path.write_bytes(demo.read_bytes()[:30_000_000])
    elif damage == "text":
        path.write_text("This is not a model.\n" * 100)
    elif damage == "empty":
        path.touch()
    elif damage == "pickle":
        path = folder / "model"
        path.mkdir()
        (path / "config.json").write_text('{"model_type": "llama"}')
        (path / "pytorch_model.bin").write_bytes(b"\x80\x04")
    return path


def test_layers_are_read_afterwards_and_concluded_again(undisturbed: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    shutil.copytree(undisturbed, out)
    assert auditor("run", "demo", *WITH_LAYERS, "--out", out).returncode in (0, 1)
    assert (out / "responses.jsonl").read_bytes() == (undisturbed / "responses.jsonl").read_bytes()
    layers = (out / "layers.json").read_bytes()
    race = json.loads(layers)["concepts"][0]
    peak, limit = race["probe"]["peak"], race["probe"]["limit"]
    assert race["concept_id"] == "race.black-white"
    assert race["probe"]["accuracy"][peak]["value"] > limit
    assert race["probe"]["accuracy"][0]["value"] == 0.5
    page = " ".join((out / "report.html").read_text(encoding="utf-8").split())
    assert f"best at layer {peak}:" in page.replace("\xa0", " ").replace("&nbsp;", " ")
    assert auditor("report", out, "--no-pdf").returncode in (0, 1)
    assert (out / "layers.json").read_bytes() == layers
    checked = subprocess.run(
        ["sha256sum", "-c", "manifest.sha256"], cwd=out, capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0
    assert "layer-evidence.json: OK" in checked.stdout
