"""Shares, means and differences by layer: values, intervals, and what has none."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from auditor.battery.layers.curves import (
    Reads,
    mean_point,
    paired_curve,
    share_curve,
    share_point,
    social_reads,
    unpaired_curve,
)
from auditor.core.layer_results import CurvePoint

decisions = st.sampled_from([-1.5, -0.2, 0.0, 0.3, 2.0])


def reads(by_cluster: Sequence[Sequence[float]], *, prefix: str = "", n_layers: int = 1) -> Reads:
    """Hits by cluster, the same at every layer."""
    hits = [[hit] * n_layers for some in by_cluster for hit in some]
    names = [f"{prefix}{place:02d}" for place, some in enumerate(by_cluster) for _ in some]
    return Reads(hits=np.asarray(hits, dtype=np.float64), clusters=tuple(names))


def holds(point: CurvePoint) -> bool:
    assert point.value is not None
    assert point.low is not None
    assert point.high is not None
    return point.low <= point.value <= point.high


def test_positive_reads_social_and_zero_counts_half() -> None:
    read = social_reads([[0.1, -3.0, 0.0], [2.0, 1.0, -0.0]], ["a", "b"])
    assert read.hits.tolist() == [[1.0, 0.0, 0.5], [1.0, 1.0, 0.5]]


def test_no_reading_has_an_empty_curve() -> None:
    nothing = social_reads([], [])
    something = reads([[1.0], [0.0]])
    assert share_curve(nothing) == ()
    assert paired_curve(nothing, something) == ()
    assert unpaired_curve(something, nothing) == ()


@given(st.lists(st.lists(decisions, min_size=3, max_size=3), min_size=1, max_size=24))
def test_a_share_lies_in_its_interval_and_mirrors_with_the_sign(rows: list[list[float]]) -> None:
    clusters = [f"{place // 3}" for place in range(len(rows))]
    curve = share_curve(social_reads(rows, clusters))
    mirrored = share_curve(social_reads([[-v for v in row] for row in rows], clusters))
    assert [point.layer for point in curve] == [0, 1, 2]
    for point, other in zip(curve, mirrored, strict=True):
        assert holds(point)
        assert other.value == pytest.approx(1 - (point.value or 0.0))
        assert other.low == pytest.approx(1 - (point.high or 0.0))


@pytest.mark.parametrize("hit", [0.0, 1.0])
def test_clusters_that_all_agree_still_have_a_wide_interval(hit: float) -> None:
    point = share_point(7, [hit] * 12, [f"{place // 2}" for place in range(12)])
    assert (point.layer, point.value, point.n, point.n_clusters) == (7, hit, 12, 6)
    assert holds(point)
    # Wilson's at six of six: 1 / (1 + z²/6).
    assert (point.low if hit else 1 - (point.high or 0.0)) == pytest.approx(0.610, abs=1e-3)


def test_the_mean_over_clusters_has_the_t_interval() -> None:
    means = [0.4, 0.1, 0.6, 0.3]
    expected = scipy_stats.ttest_1samp(means, 0).confidence_interval()
    point = mean_point(3, means, n=16)
    assert (point.low, point.high) == pytest.approx((expected.low, expected.high))
    assert (point.n, point.n_clusters) == (16, 4)
    assert mean_point(3, means, n=16, within=(0.2, 0.5)).low == 0.2


@pytest.mark.parametrize("means", [[], [0.3], [0.3, 0.3, 0.3]])
def test_no_interval_without_spread_between_clusters(means: list[float]) -> None:
    point = mean_point(1, means, n=len(means))
    assert (point.low, point.high) == (None, None)
    assert (point.value is None) == (not means)


def test_a_paired_difference_has_the_paired_t_interval() -> None:
    first, second = [[1.0, 1.0], [1.0, 0.0], [1.0, 1.0]], [[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]]
    (point,) = paired_curve(reads(first), reads(second))
    expected = scipy_stats.ttest_rel([1, 0.5, 1], [0, 0, 0.5]).confidence_interval()
    assert point.value == pytest.approx(2 / 3)
    assert point.low == pytest.approx(expected.low)
    # A difference of shares cannot be larger.
    assert expected.high > 1
    assert point.high == 1
    assert (point.n, point.n_clusters) == (12, 3)


def test_only_clusters_in_both_are_paired() -> None:
    first, second = reads([[1.0], [0.0], [1.0]]), reads([[0.0], [0.0]])
    (point,) = paired_curve(first, second)
    assert point.value == 0.5
    assert point.n_clusters == 2


def test_an_unpaired_difference_has_welchs_interval() -> None:
    first = [[1.0, 1.0], [1.0, 0.0], [1.0, 1.0], [0.0, 1.0], [1.0, 1.0]]
    second = [[0.0, 0.0], [0.0, 1.0], [0.0, 0.0], [1.0, 1.0]]
    (point,) = unpaired_curve(reads(first, prefix="a"), reads(second, prefix="b"))
    test = scipy_stats.ttest_ind(np.mean(first, axis=1), np.mean(second, axis=1), equal_var=False)
    expected = test.confidence_interval()
    assert point.value == pytest.approx(0.8 - 0.375)
    assert point.low is not None
    # Degrees of freedom are rounded down, which makes the interval a little wider.
    assert expected.low - 0.06 < point.low <= expected.low
    assert (point.n, point.n_clusters) == (18, 9)


@given(st.lists(st.tuples(decisions, decisions), min_size=2, max_size=12))
def test_differences_lie_in_their_intervals_and_change_sign_with_the_order(
    pairs: list[tuple[float, float]],
) -> None:
    clusters = [f"{place:02d}" for place in range(len(pairs))]
    first, second = (social_reads([[pair[i]] for pair in pairs], clusters) for i in (0, 1))
    for curve_of in (paired_curve, unpaired_curve):
        (point,), (mirrored,) = curve_of(first, second), curve_of(second, first)
        assert holds(point)
        assert point.low != point.high
        assert mirrored.value == pytest.approx(-(point.value or 0.0))
        assert mirrored.low == pytest.approx(-(point.high or 0.0))


def test_complete_agreement_widens_as_newcombe_and_not_as_t() -> None:
    """Six wordings read as social when social is stated, and none of six else."""
    one, none = reads([[1.0] * 4] * 6), reads([[0.0] * 4] * 6)
    (point,) = paired_curve(one, none)
    assert (point.value, point.high) == (1.0, 1.0)
    # Newcombe (1998), method 10: 1 - √2 · (1 - Wilson's lower end at six of six).
    assert point.low == pytest.approx(1 - np.sqrt(2) * 0.39034, abs=1e-4)
    assert unpaired_curve(one, none)[0].low == pytest.approx(point.low)
