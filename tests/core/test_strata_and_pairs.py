"""Laws of what is pooled over strata and of what is paired; published values; coverage."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from auditor.core.paired import fieller_interval, rate_change_interval
from auditor.core.stats import (
    estimate_mean,
    estimate_ratio,
    estimate_stratified,
    rate_interval,
)

strata = st.lists(st.lists(st.floats(-1, 1), min_size=2, max_size=12), min_size=2, max_size=8)
pairs = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=60)


@given(strata)
def test_every_stratum_counts_the_same(values: list[list[float]]) -> None:
    found = estimate_stratified(values)
    assert found is not None
    assert found.value == pytest.approx(np.mean([np.mean(one) for one in values]))


@given(strata)
def test_what_lies_between_strata_is_no_error(values: list[list[float]]) -> None:
    shifted = [[value + 10 * place for value in one] for place, one in enumerate(values)]
    found, moved = estimate_stratified(values), estimate_stratified(shifted)
    assert found is not None
    assert moved is not None
    assert moved.standard_error == pytest.approx(found.standard_error, abs=1e-9)


def test_two_strata_are_welchs_test() -> None:
    first, second = [0.1, 0.5, 0.3, 0.9], [0.2, -0.4, 0.1, 0.6, -0.1, 0.3]
    found = estimate_stratified([first, [-value for value in second]])
    assert found is not None
    expected = scipy_stats.ttest_ind(first, second, equal_var=False)
    assert found.value * 2 == pytest.approx(np.mean(first) - np.mean(second))
    assert found.value / found.standard_error == pytest.approx(expected.statistic)
    assert found.degrees_of_freedom == int(expected.df)


def test_equal_strata_have_all_their_degrees_of_freedom() -> None:
    found = estimate_stratified([[0.0, 1.0, 2.0]] * 8)
    assert found is not None
    assert found.degrees_of_freedom == 16
    assert found.standard_error == pytest.approx(1 / sqrt(24))


def test_with_a_single_value_in_a_stratum_the_means_are_the_sample() -> None:
    found = estimate_stratified([[0.1], [0.5, 0.7], [0.2]])
    assert found == estimate_mean([0.1, 0.6, 0.2])


@pytest.mark.parametrize("values", [[], [[]], [[0.3]]])
def test_fewer_than_two_values_are_no_estimate(values: list[list[float]]) -> None:
    assert estimate_stratified(values) is None


@given(strata)
def test_labels_that_nothing_shares_change_nothing(values: list[list[float]]) -> None:
    labels = [[f"{place}/{index}" for index in range(len(one))] for place, one in enumerate(values)]
    found, labelled = estimate_stratified(values), estimate_stratified(values, labels=labels)
    assert found is not None
    assert labelled is not None
    assert labelled.standard_error == pytest.approx(found.standard_error)
    assert labelled.degrees_of_freedom == found.degrees_of_freedom


def test_strata_that_are_copies_of_one_another_count_once() -> None:
    column, words = [0.1, 0.4, -0.2, 0.5], ["a", "b", "c", "d"]
    alone = estimate_mean(column)
    copied = estimate_stratified([column] * 5, labels=[words] * 5)
    assert alone is not None
    assert copied is not None
    assert copied.standard_error == pytest.approx(alone.standard_error)


def test_labels_never_narrow_an_interval() -> None:
    opposite = estimate_stratified([[1.0, -1.0], [-1.0, 1.0]], labels=[["a", "b"], ["a", "b"]])
    assert opposite is not None
    assert opposite == estimate_stratified([[1.0, -1.0], [-1.0, 1.0]])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "deviations"),
    [([6] * 8, [0.3] * 8), ([6, 6, 12, 12, 6, 6, 6, 6], [0.1, 0.6, 0.3, 0.2, 0.1, 0.1, 0.9, 0.3])],
)
def test_the_stratified_interval_covers_as_often_as_it_says(
    sizes: list[int], deviations: list[float]
) -> None:
    rng = np.random.default_rng(3)
    means = np.linspace(-0.3, 0.3, len(sizes))
    covered = 0
    for _ in range(3000):
        drawn = [
            rng.normal(mean, deviation, n).tolist()
            for mean, deviation, n in zip(means, deviations, sizes, strict=True)
        ]
        found = estimate_stratified(drawn)
        assert found is not None
        interval = found.interval()
        covered += interval.low <= 0 <= interval.high
    assert 0.94 <= covered / 3000 <= 0.97


@pytest.mark.slow
@pytest.mark.parametrize("shared", [0.0, 0.3, 1.0])
def test_what_words_have_in_common_is_in_the_interval(shared: float) -> None:
    """As in the battery: of each stratum's twelve words some are in seven of eight strata."""
    rng = np.random.default_rng(4)
    labels = [[f"{s}/{i}" if i > 2 or s == 7 else f"all/{i}" for i in range(12)] for s in range(8)]
    covered = 0
    for _ in range(1500):
        common = {
            name: rng.normal() for name in sorted({name for names in labels for name in names})
        }
        drawn = [
            [sqrt(shared) * common[name] + sqrt(1 - shared) * rng.normal() for name in names]
            for names in labels
        ]
        found = estimate_stratified(drawn, labels=labels)
        assert found is not None
        interval = found.interval()
        covered += interval.low <= 0 <= interval.high
    assert covered / 1500 >= 0.92


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        # Both, only the first, only the second, neither; Newcombe's square-and-add interval.
        ((1, 1, 7, 12), (-0.507, -0.026)),  # Bentur et al. 2009, in Fagerland et al. 2014
        ((20, 12, 2, 16), (0.0562, 0.3292)),  # Newcombe 1998
    ],
)
def test_the_paired_rate_interval_is_newcombes(
    table: tuple[int, int, int, int], expected: tuple[float, float]
) -> None:
    both, first, second, neither = table
    one = [1] * both + [1] * first + [0] * second + [0] * neither
    other = [1] * both + [0] * first + [1] * second + [0] * neither
    found = rate_change_interval(other, one, [1] * len(one))
    assert found is not None
    digits = 3 if expected[0] < 0 else 4
    assert (round(found.low, digits), round(found.high, digits)) == expected


@given(pairs)
def test_a_paired_rate_interval_holds_the_change_and_has_a_width(
    asked: list[tuple[bool, bool]],
) -> None:
    before, after = zip(*asked, strict=True)
    found = rate_change_interval(before, after, [1] * len(asked))
    turned = rate_change_interval(after, before, [1] * len(asked))
    assert found is not None
    assert turned is not None
    change = (sum(after) - sum(before)) / len(asked)
    assert -1 <= found.low <= change + 1e-12
    assert change - 1e-12 <= found.high <= 1
    assert found.high - found.low > 0.01
    assert (turned.low, turned.high) == pytest.approx((-found.high, -found.low))


def test_a_rate_that_stays_at_0_may_still_have_risen_a_little() -> None:
    found = rate_change_interval([0] * 48, [0] * 48, [4] * 48)
    single = rate_interval([0] * 48, [4] * 48)
    assert found is not None
    assert single is not None
    assert found.high == pytest.approx(single.high)


def test_no_answers_have_no_interval() -> None:
    assert rate_change_interval([], [], []) is None


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.2, 1)), min_size=3, max_size=20))
def test_fiellers_ends_are_the_ratios_that_the_paired_test_just_rejects(
    rows: list[tuple[float, float]],
) -> None:
    tops, bottoms = zip(*rows, strict=True)
    found = fieller_interval(tops, bottoms)
    if found is None or found.high - found.low < 1e-3 or found.high - found.low > 100:
        return
    for end in (found.low, found.high):
        p = estimate_mean([top - end * bottom for top, bottom in rows])
        assert p is not None
        assert p.p_zero() == pytest.approx(0.05, abs=1e-4)
    ratio = estimate_ratio(tops, bottoms)
    assert ratio is not None
    assert found.low <= ratio.value <= found.high


def test_a_ratio_to_what_may_be_0_has_no_interval() -> None:
    assert fieller_interval([0.5, 0.4, 0.6], [0.9, -0.8, 0.1]) is None
    assert fieller_interval([0.5], [0.9]) is None
