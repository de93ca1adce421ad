import csv
from math import tanh
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from auditor.core.correlation import Correlation, correlate, regress, root_mean_square

STATISTICS = Path(__file__).parents[3] / "shared/data/winogender/occupations-stats.tsv"

numbers = st.lists(
    st.floats(min_value=-10, max_value=10).map(lambda x: round(x, 3)), min_size=4, max_size=40
)


@pytest.mark.skipif(not STATISTICS.exists(), reason="the Winogender statistics are not here")
def test_the_published_correlation_of_text_and_labour_statistics() -> None:
    """Rudinger et al. (2018): r = 0.67 over 60 occupations."""
    with STATISTICS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    found = correlate(
        [float(row["bergsma_pct_female"]) for row in rows],
        [float(row["bls_pct_female"]) for row in rows],
    )
    assert found is not None
    assert found.n == 60
    assert found.value == pytest.approx(0.672, abs=0.0005)


def test_sixty_pairs_tell_a_correlation_of_0_35_from_none() -> None:
    assert Correlation(value=0.1, n=60).minimum_detectable_effect() == pytest.approx(
        0.354, abs=1e-3
    )


def test_the_interval_that_the_methods_literature_gives_for_a_small_correlation() -> None:
    interval = Correlation(value=0.10, n=60).interval()
    assert interval.low == pytest.approx(-0.158, abs=0.002)
    assert interval.high == pytest.approx(0.345, abs=0.002)


@given(numbers, st.integers(min_value=0, max_value=1000))
def test_it_agrees_with_scipy(first: list[float], seed: int) -> None:
    second = [float(x) for x in np.random.default_rng(seed).normal(size=len(first))]
    found = correlate(first, second)
    if np.std(first) < 1e-6:
        return
    assert found is not None
    referee = scipy_stats.pearsonr(first, second)
    assert found.value == pytest.approx(referee.statistic, abs=1e-9)
    expected = referee.confidence_interval(0.95)
    if abs(found.value) < 1 - 1e-9:
        assert found.interval().low == pytest.approx(expected.low, abs=1e-6)
        assert found.interval().high == pytest.approx(expected.high, abs=1e-6)
    line = regress(second, first)
    assert line is not None
    fitted = scipy_stats.linregress(first, second)
    assert line.value == pytest.approx(fitted.slope, abs=1e-6)
    assert line.standard_error == pytest.approx(fitted.stderr, abs=1e-6)


@pytest.mark.parametrize(
    ("first", "second"),
    [((1.0, 2.0, 3.0), (1.0, 2.0, 3.0)), ((1.0,) * 8, tuple(range(8))), ((), ())],
)
def test_what_does_not_vary_has_no_correlation(
    first: tuple[float, ...], second: tuple[float, ...]
) -> None:
    assert correlate(first, second) is None


def test_a_perfect_correlation_lies_in_its_interval() -> None:
    found = correlate([1.0, 2.0, 3.0, 4.0], [2.0, 4.0, 6.0, 8.0])
    assert found is not None
    assert found.value == pytest.approx(1.0)
    assert found.interval().low <= found.value <= found.interval().high


@given(st.lists(st.floats(min_value=-1, max_value=1), min_size=2, max_size=30))
def test_a_root_mean_square_lies_in_its_interval(values: list[float]) -> None:
    found = root_mean_square(values)
    assert found is not None
    assert found.value == pytest.approx(float(np.sqrt(np.mean(np.square(values)))))
    assert found.interval().low <= found.value + 1e-12
    assert found.value <= found.interval().high + 1e-12


def test_the_standard_error_of_r_shrinks_to_none_as_r_nears_one() -> None:
    assert (
        Correlation(value=tanh(5), n=20).standard_error
        < Correlation(value=0.2, n=20).standard_error
    )
