"""Laws, published values and SciPy as the referee."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from auditor.core.stats import (
    Estimate,
    cluster_means,
    difference_of_means,
    estimate_mean,
    estimate_ratio,
    holm,
    rate_interval,
    wilson_interval,
)

values = st.lists(st.floats(-1, 1), min_size=2, max_size=40)


def test_the_t_interval_equals_scipy() -> None:
    sample = [0.1, -0.2, 0.35, 0.4, 0.05, 0.0, 0.22]
    estimate = estimate_mean(sample)
    assert estimate is not None
    interval = estimate.interval()
    expected = scipy_stats.ttest_1samp(sample, 0).confidence_interval()
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high))
    assert estimate.p_zero() == pytest.approx(scipy_stats.ttest_1samp(sample, 0).pvalue)


def test_p_within_is_the_one_sided_test_against_the_limit() -> None:
    sample = [0.31, 0.25, 0.44, 0.38, 0.29]
    estimate = estimate_mean(sample)
    assert estimate is not None
    expected = scipy_stats.ttest_1samp(sample, 0.1, alternative="greater").pvalue
    assert estimate.p_within(0.1) == pytest.approx(expected)


@given(values)
def test_an_interval_holds_its_estimate_and_grows_with_its_level(sample: list[float]) -> None:
    estimate = estimate_mean(sample)
    assert estimate is not None
    narrow, wide = estimate.interval(0.90), estimate.interval(0.95)
    assert wide.low <= narrow.low <= estimate.value + 1e-12
    assert estimate.value - 1e-12 <= narrow.high <= wide.high


@given(values)
def test_a_swapped_sign_swaps_the_estimate(sample: list[float]) -> None:
    estimate, mirrored = estimate_mean(sample), estimate_mean([-value for value in sample])
    assert estimate is not None
    assert mirrored is not None
    assert mirrored.value == pytest.approx(-estimate.value)
    assert mirrored.p_zero() == pytest.approx(estimate.p_zero(), abs=1e-9)


@given(values, st.floats(0, 1))
def test_numerical_noise_never_narrows_an_interval(sample: list[float], noise: float) -> None:
    quiet, noisy = estimate_mean(sample), estimate_mean(sample, noise_error=noise)
    assert quiet is not None
    assert noisy is not None
    assert noisy.standard_error >= quiet.standard_error
    assert noisy.value == quiet.value


def test_a_difference_of_means_is_welchs() -> None:
    first, second = [0.3, 0.9, 0.4, 0.8, 0.75, 0.2], [0.1, 0.15, 0.05, 0.3]
    expected = scipy_stats.ttest_ind(first, second, equal_var=False)
    found = difference_of_means(estimate_mean(first), estimate_mean(second))
    assert found is not None
    assert found.value / found.standard_error == pytest.approx(expected.statistic)
    # Rounded down, so that the interval is a little wider and never narrower.
    assert found.degrees_of_freedom == int(expected.df)
    assert found.p_zero() >= expected.pvalue
    assert found.interval().low <= expected.confidence_interval().low


def test_a_difference_needs_both_means_and_some_degrees_of_freedom() -> None:
    still, known = estimate_mean([0.5, 0.5, 0.5]), estimate_mean([0.1, 0.2])
    assert difference_of_means(None, known) is None
    assert difference_of_means(known, None) is None
    between = difference_of_means(still, estimate_mean([1.0, 1.0]))
    assert between == Estimate(value=-0.5, standard_error=0.0, degrees_of_freedom=1)


def test_one_value_has_no_estimate() -> None:
    assert estimate_mean([0.4]) is None
    assert estimate_mean([]) is None


@pytest.mark.parametrize("n", [3, 8, 40])
def test_the_minimum_detectable_effect_is_detected_four_times_in_five(n: int) -> None:
    rng = np.random.default_rng(n)
    samples = rng.normal(size=(4000, n))
    # With the true standard error in the formula, power at the effect is 80 % by construction;
    # the estimated one varies, so the share is near 80 % and not exactly there.
    effect = Estimate(
        value=0, standard_error=1 / sqrt(n), degrees_of_freedom=n - 1
    ).minimum_detectable_effect()
    detected = np.mean(
        [
            scipy_stats.ttest_1samp(samples + effect, 0, axis=1).pvalue < 0.05,
        ]
    )
    assert detected == pytest.approx(0.80, abs=0.07)


def test_cluster_means_keep_first_appearance() -> None:
    means = cluster_means([1.0, 3.0, 5.0], ["b", "a", "b"])
    assert means == {"b": 3.0, "a": 3.0}
    assert list(means) == ["b", "a"]


@given(st.integers(0, 50), st.integers(1, 50))
def test_wilson_equals_scipy(successes: int, extra: int) -> None:
    n = successes + extra
    interval = wilson_interval(successes, n)
    assert interval is not None
    test = scipy_stats.binomtest(successes, n)  # type: ignore[attr-defined, unused-ignore]
    expected = test.proportion_ci(method="wilson")
    assert (interval.low, interval.high) == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_wilson_of_nothing_is_undefined() -> None:
    assert wilson_interval(0, 0) is None


def test_clusters_that_all_agree_count_as_many_responses_as_clusters() -> None:
    interval = rate_interval([4.0] * 10, [4.0] * 10)
    expected = wilson_interval(10, 10)
    assert interval == expected


def test_independent_responses_give_about_wilson_on_all() -> None:
    rng = np.random.default_rng(5)
    hits = rng.binomial(4, 0.3, size=400).astype(float)
    interval = rate_interval(list(hits), [4.0] * 400)
    plain = wilson_interval(float(hits.sum()), 1600)
    assert interval is not None
    assert plain is not None
    assert interval.high - interval.low == pytest.approx(plain.high - plain.low, rel=0.1)


def test_dependent_responses_widen_the_interval() -> None:
    hits = [4.0, 0.0] * 20
    interval = rate_interval(hits, [4.0] * 40)
    plain = wilson_interval(80, 160)
    assert interval is not None
    assert plain is not None
    assert interval.high - interval.low > 1.8 * (plain.high - plain.low)


def test_the_ratio_estimate_is_the_ratio_of_totals() -> None:
    estimate = estimate_ratio([1.0, 0.0, 3.0], [2.0, 1.0, 4.0])
    assert estimate is not None
    assert estimate.value == pytest.approx(4 / 7)


def test_holm_equals_the_published_example() -> None:
    # Holm (1979) steps down: 4·0.01, 3·0.013, 2·0.014, 1·0.19, kept monotone.
    assert holm([0.01, 0.013, 0.014, 0.190]) == pytest.approx((0.04, 0.04, 0.04, 0.19))
    assert holm([0.190, 0.01, 0.014, 0.013]) == pytest.approx((0.19, 0.04, 0.04, 0.04))
    assert holm([]) == ()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_lies_between_the_plain_p_and_bonferroni(p_values: list[float]) -> None:
    for plain, adjusted in zip(p_values, holm(p_values), strict=True):
        assert plain - 1e-12 <= adjusted <= min(
            1.0, plain * len(p_values)
        ) + 1e-9 or adjusted == max(holm(p_values))
