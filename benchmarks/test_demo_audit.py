"""The quick demo audit, PDF included, and its report alone, as whole processes.

    pytest benchmarks/test_demo_audit.py -s

Each is printed in seconds and as a ratio to the start of the libraries that it cannot do without,
taken in the same run, so that figures from two machines can be told apart.
"""

import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest

AUDIT_GOAL, REPORT_GOAL = 360.0, 8.0
"""Seconds on two cores."""
LIBRARIES = "import llama_cpp, matplotlib, weasyprint, scipy.special"


def seconds(*arguments: str | Path) -> float:
    before = perf_counter()
    done = subprocess.run([sys.executable, *map(str, arguments)], capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr
    return perf_counter() - before


@pytest.fixture(scope="module")
def unit() -> float:
    """Seconds to start Python with the libraries; the fastest of three."""
    return min(seconds("-c", LIBRARIES) for _ in range(3))


def say(what: str, taken: float, goal: float, unit: float) -> None:
    sys.stdout.write(
        f"\n{what}: {taken:.1f} s (goal {goal:.0f} s), {taken / unit:.1f} x the start of its "
        f"libraries ({unit:.2f} s)\n"
    )


@pytest.fixture(scope="module")
def audited(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, float]:
    out = tmp_path_factory.mktemp("demo") / "run"
    # Where nothing is measured, one instrument is enough to see that it works.
    only = (
        ("--instrument", "admissions", "--no-probe")
        if request.config.getoption("benchmark_disable")
        else ()
    )
    taken = seconds("-m", "auditor", "run", "demo", "--tier", "quick", *only, "--out", out)
    return out, taken


def test_the_quick_demo_audit(audited: tuple[Path, float], unit: float) -> None:
    out, taken = audited
    say("demo audit, quick, with PDF", taken, AUDIT_GOAL, unit)
    assert (out / "report.pdf").exists()


def test_the_report_alone(audited: tuple[Path, float], unit: float) -> None:
    out, _ = audited
    taken = seconds("-m", "auditor", "report", out)
    say("report from stored answers", taken, REPORT_GOAL, unit)
    assert (out / "report.pdf").exists()
