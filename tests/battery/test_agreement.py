"""Agreement of two models' decisions, against tables worked out by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.battery.decisions.agreement import (
    cohen_kappa,
    jaccard,
    mcnemar_p,
    positive_agreement,
    rejections,
    share_agreed,
    systemic_rejection_ratio,
)
from auditor.core.agreement import Rejections

HAND = Rejections(both=20, only_first=5, only_second=10, neither=15)
"""50 candidates: agree 35/50; chance (25·30 + 25·20)/2500 = 0.5; κ = (0.7 - 0.5)/0.5 = 0.4."""
NOBODY = Rejections(both=0, only_first=0, only_second=0, neither=9)
EVERYBODY = Rejections(both=9, only_first=0, only_second=0, neither=0)
EMPTY = Rejections(both=0, only_first=0, only_second=0, neither=0)

tables = st.builds(
    Rejections,
    both=st.integers(0, 40),
    only_first=st.integers(0, 40),
    only_second=st.integers(0, 40),
    neither=st.integers(0, 40),
)


def test_a_table_worked_out_by_hand() -> None:
    assert share_agreed(HAND) == pytest.approx(0.7)
    assert cohen_kappa(HAND) == pytest.approx(0.4)
    assert positive_agreement(HAND) == pytest.approx(40 / 55)
    assert jaccard(HAND) == pytest.approx(20 / 35)
    assert systemic_rejection_ratio(HAND) == pytest.approx((20 / 50) / ((25 / 50) * (30 / 50)))
    # 5 against 10 of 15: 2·(1 + 15 + 105 + 455 + 1365 + 3003)/2^15.
    assert mcnemar_p(HAND) == pytest.approx(2 * 4944 / 32768)


def test_high_agreement_at_an_extreme_base_rate_is_little_beyond_chance() -> None:
    # 94 in 100 agree; chance is (4·6 + 96·94)/10000 = 0.9048.
    table = Rejections(both=2, only_first=2, only_second=4, neither=92)
    assert share_agreed(table) == pytest.approx(0.94)
    assert cohen_kappa(table) == pytest.approx((0.94 - 0.9048) / (1 - 0.9048))
    assert (cohen_kappa(table) or 1) < 0.4


def test_what_is_undefined_is_none() -> None:
    for coefficient in (share_agreed, cohen_kappa, positive_agreement, jaccard, mcnemar_p):
        assert coefficient(EMPTY) is None
    assert systemic_rejection_ratio(EMPTY) is None
    assert cohen_kappa(NOBODY) is None
    assert cohen_kappa(EVERYBODY) is None
    assert positive_agreement(NOBODY) is None
    assert jaccard(NOBODY) is None
    assert systemic_rejection_ratio(NOBODY) is None
    assert systemic_rejection_ratio(EVERYBODY) == 1
    assert mcnemar_p(EVERYBODY) is None


def test_the_table_is_of_candidates_that_both_decided() -> None:
    first = {"a": False, "b": False, "c": True, "d": True, "only-first": False}
    second = {"a": False, "b": True, "c": False, "d": True, "only-second": True}
    assert rejections(first, second) == Rejections(both=1, only_first=1, only_second=1, neither=1)


@given(tables)
def test_swapping_the_models_changes_nothing(table: Rejections) -> None:
    swapped = Rejections(
        both=table.both,
        only_first=table.only_second,
        only_second=table.only_first,
        neither=table.neither,
    )
    for coefficient in (
        share_agreed,
        cohen_kappa,
        positive_agreement,
        jaccard,
        systemic_rejection_ratio,
        mcnemar_p,
    ):
        assert coefficient(table) == coefficient(swapped)


@given(tables)
def test_coefficients_stay_in_their_ranges_and_jaccard_is_below_positive_agreement(
    table: Rejections,
) -> None:
    kappa, positive, overlap = cohen_kappa(table), positive_agreement(table), jaccard(table)
    assert kappa is None or -1 - 1e-9 <= kappa <= 1 + 1e-9
    if positive is not None and overlap is not None:
        assert 0 <= overlap <= positive <= 1
        # Dice and Jaccard: D = 2J/(1 + J).
        assert positive == pytest.approx(2 * overlap / (1 + overlap))


@given(st.integers(1, 30), st.integers(1, 30))
def test_independent_rejections_have_ratio_1_and_kappa_0(a: int, b: int) -> None:
    table = Rejections(both=a * b, only_first=a * 31, only_second=b * 31, neither=31 * 31)
    assert systemic_rejection_ratio(table) == pytest.approx(1)
    assert cohen_kappa(table) == pytest.approx(0, abs=1e-12)
