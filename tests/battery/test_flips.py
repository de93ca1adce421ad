"""Flips, ambiguity, discrepancy: numbers worked out by hand, and laws."""

from itertools import combinations, product
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from auditor.battery.decisions.flips import (
    deviation_bounds,
    discrepancy,
    estimate_difference,
    flip_bounds,
    flip_rate,
    is_ambiguous,
    near_threshold,
    noise_of_flips,
    self_consistency,
    spread,
)

decisions = st.lists(st.booleans(), min_size=2, max_size=24)


@pytest.mark.parametrize(
    ("said", "rate", "ambiguous", "consistency"),
    [
        ([True, True, True, True], 0.0, False, 1.0),
        ([True, True, True, False], 0.5, True, 0.5),
        ([True, True, False, False], 1.0, True, 1 / 3),
        ([False, False, False, False], 0.0, False, 1.0),
        # K = 5: p = 0.6, 1 - |0.2|; 2·3·2/(5·4) = 0.6 of the pairs disagree.
        ([True, False, True, False, True], 0.8, True, 0.4),
        ([True, False], 1.0, True, 0.0),
    ],
)
def test_flips_worked_out_by_hand(
    said: list[bool], rate: float, ambiguous: bool, consistency: float
) -> None:
    assert flip_rate(said) == pytest.approx(rate)
    assert is_ambiguous(said) is ambiguous
    assert self_consistency(said) == pytest.approx(consistency)


@pytest.mark.parametrize("said", [[], [True]])
def test_one_decision_cannot_flip(said: list[bool]) -> None:
    assert flip_rate(said) is None
    assert is_ambiguous(said) is None
    assert self_consistency(said) is None


@given(decisions)
def test_flips_do_not_know_which_answer_is_yes(said: list[bool]) -> None:
    other = [not one for one in said]
    assert flip_rate(said) == flip_rate(other)
    assert self_consistency(said) == pytest.approx(self_consistency(other))
    assert is_ambiguous(said) == ((flip_rate(said) or 0) > 0)


@given(decisions)
def test_self_consistency_is_the_share_of_pairs_that_agree(said: list[bool]) -> None:
    pairs = list(combinations(said, 2))
    assert self_consistency(said) == pytest.approx(sum(a == b for a, b in pairs) / len(pairs))


@given(st.integers(0, 6), st.integers(0, 6), st.integers(0, 4))
def test_bounds_hold_every_way_in_which_unusable_answers_could_have_come_out(
    n_yes: int, n_no: int, n_unusable: int
) -> None:
    low, high = flip_bounds(n_yes, n_no, n_unusable)
    if n_yes + n_no + n_unusable < 2:
        assert (low, high) == (0, 1)
        return
    rates = [
        flip_rate([True] * n_yes + [False] * n_no + list(rest))
        for rest in product([True, False], repeat=n_unusable)
    ]
    assert low == pytest.approx(min(r for r in rates if r is not None))
    assert high == pytest.approx(max(r for r in rates if r is not None))


def test_discrepancy_is_of_the_variant_that_departs_most_from_the_shipped_one() -> None:
    table = {
        "shipped": {"a": True, "b": True, "c": False, "d": False},
        "second": {"a": True, "b": False, "c": False, "d": False},
        "third": {"a": False, "b": False, "c": True, "d": False},
        "fourth": {"a": False},
    }
    found = discrepancy({**table, "fourth": {}}, shipped="shipped")
    assert found is not None
    assert found.by_variant == {"second": 0.25, "third": 0.75}
    assert (found.largest, found.value) == ("third", 0.75)
    # Candidates that one of the two did not decide are not compared.
    assert (discrepancy(table, shipped="shipped") or found).by_variant["fourth"] == 1.0
    assert discrepancy({"shipped": {"a": True}}, shipped="shipped") is None
    assert discrepancy(table, shipped="absent") is None


@given(st.lists(st.lists(st.booleans(), min_size=4, max_size=4), min_size=2, max_size=6))
def test_discrepancy_is_never_above_ambiguity(rows: list[list[bool]]) -> None:
    # Marx et al. (2020): a candidate on which one variant departs is ambiguous.
    table = {str(v): {str(c): said for c, said in enumerate(row)} for v, row in enumerate(rows)}
    found = discrepancy(table, shipped="0")
    ambiguity = np.mean([bool(is_ambiguous(column)) for column in zip(*rows, strict=True)])
    assert found is not None
    assert found.value <= ambiguity


def test_near_the_threshold_is_below_half_a_unit_of_log_odds() -> None:
    assert near_threshold([0.49, -0.49, 0.5, -3.0]) == 0.5
    assert near_threshold([]) is None


def test_spread_is_range_and_deviation_of_the_formats() -> None:
    assert spread([0.2, 0.6]) == pytest.approx((0.4, 0.2))
    assert spread([0.1, 0.4, 0.7]) == pytest.approx((0.6, sqrt(0.06)))
    assert spread([0.4]) is None


@given(st.lists(st.floats(0, 1), min_size=2, max_size=12))
def test_the_deviation_lies_within_what_the_range_allows(rates: list[float]) -> None:
    wide, deviation = spread(rates) or (0.0, 0.0)
    low, high = deviation_bounds(wide, wide, len(rates))
    assert low - 1e-9 <= deviation <= high + 1e-9


def test_what_never_flipped_in_five_candidates_is_not_proven_never_to_flip() -> None:
    # Three zeros and half of +1 and of -1 more, of 7: variance 1/7, error sqrt(1/49).
    estimate = estimate_difference([0.0] * 5)
    assert estimate is not None
    assert estimate.value == 0
    assert estimate.standard_error == pytest.approx(1 / 7)
    assert estimate.interval(0.90).high > 0.25
    many = estimate_difference([0.0] * 200)
    assert many is not None
    assert many.interval(0.90).high < 0.01
    assert estimate_difference([0.3]) is None


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=30), st.floats(0, 0.2))
def test_the_error_is_never_below_the_plain_one_and_noise_adds_to_it(
    differences: list[float], noise: float
) -> None:
    estimate = estimate_difference(differences)
    noisy = estimate_difference(differences, noise_error=noise)
    plain = float(np.std(differences, ddof=1)) / sqrt(len(differences))
    assert estimate is not None
    assert noisy is not None
    assert estimate.value == pytest.approx(float(np.mean(differences)))
    assert estimate.standard_error >= plain - 1e-12
    assert estimate.standard_error > 0
    assert noisy.standard_error == pytest.approx(sqrt(estimate.standard_error**2 + noise**2))


def test_the_interval_of_a_rare_difference_holds_as_often_as_it_says() -> None:
    # 10 cards, of which one in twenty differs by a whole flip: a plain t interval holds in 40 %.
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(400):
        differences = np.where(rng.random(10) < 0.05, 1.0, 0.0)
        estimate = estimate_difference(list(differences))
        assert estimate is not None
        interval = estimate.interval()
        held += interval.low <= 0.05 <= interval.high
    assert held >= 0.93 * 400


def test_noise_flips_only_what_is_near_the_threshold() -> None:
    assert noise_of_flips([8.0, -8.0], 0.2) < 1e-6
    # At the threshold itself the decision is a coin's: deviation 1/2 a variant, times 2/K.
    assert noise_of_flips([0.0] * 4, 0.2) == pytest.approx(1.0)
    assert noise_of_flips([0.0, 9.0, 9.0, 9.0], 0.2) == pytest.approx(0.25)
    assert noise_of_flips([0.0], 0.0) == 0


@given(st.lists(st.floats(-2, 2), min_size=2, max_size=6))
def test_noise_moves_a_flip_rate_no_more_than_is_said(values: list[float]) -> None:
    # Every outcome with its probability, were the noise of the variants independent.
    sigma = 0.4
    yes = [float(ndtr(value / sigma)) for value in values]
    outcomes = list(product([True, False], repeat=len(values)))
    weights = [
        float(np.prod([p if said else 1 - p for p, said in zip(yes, outcome, strict=True)]))
        for outcome in outcomes
    ]
    rates = np.asarray([flip_rate(outcome) for outcome in outcomes], dtype=np.float64)
    variance = np.average((rates - np.average(rates, weights=weights)) ** 2, weights=weights)
    assert sqrt(variance) <= noise_of_flips(values, sigma) + 1e-9
