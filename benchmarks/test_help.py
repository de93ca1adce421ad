"""`auditor --help` against an empty Python: what a user waits for before anything begins."""

import subprocess
import sys
from time import perf_counter

from pytest_benchmark.fixture import BenchmarkFixture

AT_MOST_SECONDS = 0.3
AT_MOST_RATIO = 12.0
"""Times an empty Python, so that a slow machine does not fail it; 0.3 s on a usual one."""


def start(*arguments: str) -> None:
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True)


def fastest(*arguments: str) -> float:
    """Seconds of the fastest of five starts: the others measure the machine's other work."""
    seconds = []
    for _ in range(5):
        before = perf_counter()
        start(*arguments)
        seconds.append(perf_counter() - before)
    return min(seconds)


def test_help_is_instant(benchmark: BenchmarkFixture) -> None:
    benchmark(start, "-m", "auditor", "--help")


def test_an_empty_python_for_comparison(benchmark: BenchmarkFixture) -> None:
    benchmark(start, "-c", "pass")


def test_help_costs_little_more_than_an_empty_python(is_measuring: bool) -> None:
    empty, helped = fastest("-c", "pass"), fastest("-m", "auditor", "--help")
    assert not is_measuring or helped <= AT_MOST_SECONDS or helped / empty <= AT_MOST_RATIO
