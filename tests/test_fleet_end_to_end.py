"""Real fleets of the demo model as a user runs them: on one machine, and over a Ray cluster."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import takewhile
from pathlib import Path
from secrets import token_hex
from socket import socket
from tempfile import TemporaryDirectory

import pytest
from pypdf import PdfReader

from auditor.backends import resolve_model
from tests.battery.bbq_builders import lines

pytestmark = [pytest.mark.slow, pytest.mark.one_thread]

FLEET = """
title = "Three models"
tier = "quick"
instruments = ["bbq"]
bbq = "few.jsonl"
probe = false
pdf = false
threads = 1

[[model]]
name = "small"
model = "demo"

[[model]]
name = "broken"
model = "broken.gguf"

[[model]]
name = "seeded"
model = "demo"
seed = 1
"""
EVIDENCE = ("responses.jsonl", "measures.json")
AUDITED = ("small", "seeded")
needs_ray = pytest.mark.skipif(
    find_spec("ray") is None, reason="Ray is not installed: pip install 'auditor[ray]'"
)


def fleet(
    *arguments: str | Path, timeout: float = 300, own: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "auditor", "fleet", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=timeout,
        env={**os.environ, **(own or {})},
    )


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fleet of three with few questions; one model's file was cut short."""
    folder = tmp_path_factory.mktemp("fleet")
    few = (json.dumps(line) + "\n" for line in lines(n_templates=2, per_template=1))
    (folder / "few.jsonl").write_text("".join(few))
    demo = resolve_model("demo").path
    assert demo is not None
    with demo.open("rb") as whole:
        (folder / "broken.gguf").write_bytes(whole.read(3_000_000))
    path = folder / "fleet.toml"
    path.write_text(FLEET)
    return path


@pytest.fixture(scope="module")
def sequential(file: Path) -> tuple[Path, subprocess.CompletedProcess[str]]:
    out = file.parent / "sequential"
    return out, fleet(file, "--out", out)


def test_two_reports_one_clear_failure_and_a_summary(
    sequential: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, done = sequential
    assert done.returncode == 2, done.stderr
    assert "broken.gguf is cut short: it has 3,000,000 bytes" in done.stdout
    for name in AUDITED:
        assert (out / name / "report.html").exists()
    assert not (out / "broken").exists()
    assert (out / "broken.log").read_text().count("\n") == 1
    told = json.loads((out / "fleet.json").read_text())["fleet"]
    endings = [one["ending"] for one in told["models"]]
    assert endings[1] == "could-not-audit"
    assert set(endings[::2]) <= {"within-policy", "exceeds-policy"}
    assert told["exit_code"] == 2
    checked = subprocess.run(
        ["sha256sum", "--check", "--quiet", "manifest.sha256"], cwd=out, check=False
    )
    assert checked.returncode == 0


def test_the_summary_is_printed_and_carries_its_numbers(
    sequential: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    out, _ = sequential
    pdf = PdfReader(out / "fleet.pdf")
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for said in ("Three models", "Could not be audited", "is cut short", "small", "seeded"):
        assert said in text
    assert set(pdf.attachments) == {"fleet.json", "fleet.toml", "manifest.sha256"}
    assert pdf.attachments["fleet.json"] == [(out / "fleet.json").read_bytes()]


def test_interrupted_it_ends_its_child_and_the_same_command_goes_on(
    file: Path, sequential: tuple[Path, subprocess.CompletedProcess[str]]
) -> None:
    one, out = file.with_name("one.toml"), file.parent / "interrupted"
    one.write_text(FLEET.partition('[[model]]\nname = "broken"')[0])
    command = [sys.executable, "-m", "auditor", "fleet", str(one), "--out", str(out), "--no-pdf"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    while process.poll() is None and not (out / "small" / "responses.jsonl").exists():
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "goes on where it stopped" in said
    assert not (out / "fleet.json").exists()
    assert fleet(one, "--out", out, "--no-pdf").returncode in (0, 1)
    for name in EVIDENCE:
        whole = (sequential[0] / "small" / name).read_bytes()
        assert (out / "small" / name).read_bytes() == whole


@pytest.fixture(scope="module")
def cluster() -> Iterator[tuple[str, Mapping[str, str]]]:
    """Two Ray nodes of one processor each, on this machine: address, and what lets one in."""
    own = {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token_hex(32)}
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with (
        # A short path, since sockets are in it; by default Ray would leave a note of this cluster
        # where `--ray auto` looks.
        TemporaryDirectory(prefix="ray-") as folder,
        ray_node(
            own, "--head", f"--port={port}", "--include-dashboard=false", f"--temp-dir={folder}"
        ),
        ray_node(own, f"--address=127.0.0.1:{port}"),
    ):
        yield f"127.0.0.1:{port}", own


@contextmanager
def ray_node(own: Mapping[str, str], *arguments: str) -> Iterator[None]:
    """A node that ends with this process; `ray stop` would end those of others, too."""
    ray = Path(sys.executable).with_name("ray")
    process = subprocess.Popen(
        [ray, "start", "--block", "--num-cpus=1", "--object-store-memory=100000000", *arguments],
        env={**os.environ, **own, "RAY_USAGE_STATS_ENABLED": "0"},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        said = list(takewhile(lambda line: "Ray runtime started" not in line, process.stdout))
        assert process.poll() is None, "".join(said)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=60)


@needs_ray
def test_two_ray_workers_measure_the_same(
    cluster: tuple[str, Mapping[str, str]],
    file: Path,
    sequential: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    address, own = cluster
    out = file.parent / "cluster"
    done = fleet(file, "--out", out, "--ray", address, "--no-pdf", own=own)
    assert done.returncode == 2, done.stderr
    for model in AUDITED:
        for name in EVIDENCE:
            whole = (sequential[0] / model / name).read_bytes()
            assert (out / model / name).read_bytes() == whole
    told = json.loads((out / "fleet.json").read_text())["fleet"]
    assert told["placed"] == "ray"
    assert "is cut short" in told["models"][1]["because"]
    assert not list(out.glob(".fleet-*"))


@needs_ray
def test_a_cluster_that_is_not_there_is_one_sentence(file: Path, tmp_path: Path) -> None:
    done = fleet(file, "--out", tmp_path / "out", "--ray", "127.0.0.1:1", timeout=120)
    assert done.returncode == 2
    assert "No Ray cluster can be used at 127.0.0.1:1" in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "out").exists()
