"""Rates, ratios and paired tests against tables worked out by hand and published numbers."""

from collections.abc import Mapping, Sequence
from math import exp, log, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr, stdtrit

from auditor.battery.decisions.paired_tests import detectable_gap, mcnemar_exact
from auditor.battery.decisions.selection_rates import (
    most_selected,
    rate_difference,
    rate_ratio,
    shortfall,
)
from auditor.battery.decisions.tallies import Decision, Tally, tally


def decisions(table: Mapping[str, tuple[int, int, int]], n_clusters: int = 10) -> list[Decision]:
    """For each group how many are selected, not selected and undecided, dealt over clusters."""
    made: list[Decision] = []
    for group, counts in table.items():
        outcomes: Sequence[bool | None] = (
            [True] * counts[0] + [False] * counts[1] + [None] * counts[2]
        )
        for place, outcome in enumerate(outcomes):
            made.append(
                Decision(
                    cluster=f"c{place % n_clusters}",
                    application=(str(place),),
                    group=group,
                    side="target",
                    is_selected=outcome,
                )
            )
    return made


def tallies(table: Mapping[str, tuple[int, int, int]], n_clusters: int = 10) -> dict[str, Tally]:
    return {one.group: one for one in tally(decisions(table, n_clusters))}


def test_impact_ratio_of_a_hand_worked_table() -> None:
    """48 of 80 and 12 of 40: rates .60 and .30, ratio .50 (four-fifths rule: below .80)."""
    groups = tallies({"A": (48, 32, 0), "B": (12, 28, 0)})
    reference = most_selected(tuple(groups.values()))
    assert reference is groups["A"]
    ratio = rate_ratio(groups["B"], groups["A"])
    assert ratio.value == pytest.approx(0.5)
    assert rate_ratio(groups["B"], groups["A"], "rejected").value == pytest.approx(0.7 / 0.4)
    # 40 persons at the rate .60 would be 24; 12 were selected.
    assert shortfall(groups["B"], groups["A"]).value == pytest.approx(12)
    assert ratio.interval is not None
    assert ratio.interval.low < 0.5 < ratio.interval.high


def test_rejections_can_double_where_selections_pass_the_four_fifths_rule() -> None:
    groups = tallies({"A": (98, 2, 0), "B": (96, 4, 0)})
    assert rate_ratio(groups["B"], groups["A"]).value == pytest.approx(96 / 98)
    assert rate_ratio(groups["B"], groups["A"], "rejected").value == pytest.approx(2.0)


def test_limits_without_variation_are_newcombes_and_donner_and_zous() -> None:
    """One decision a cluster: 0 of 10 against 10 of 10; Wilson [0, .278] and [.722, 1]."""
    groups = tallies({"A": (10, 0, 0), "B": (0, 10, 0)})
    gap, ratio = (
        rate_difference(groups["A"], groups["B"]),
        rate_ratio(groups["B"], groups["A"]),
    )
    limit = 3.8415 / (10 + 3.8415)
    assert gap.interval is not None
    assert gap.interval.low == pytest.approx(1 - sqrt(2) * limit, abs=1e-4)
    assert gap.interval.high == pytest.approx(1.0)
    assert ratio.interval is not None
    expected = limit / sqrt((1 - limit) * (1 + limit))
    assert ratio.interval.high == pytest.approx(expected, abs=1e-4)


def test_a_group_of_which_nobody_is_selected_has_the_ratio_0_with_an_upper_end() -> None:
    groups = tallies({"A": (20, 20, 0), "B": (0, 40, 0)})
    ratio = rate_ratio(groups["B"], groups["A"])
    assert ratio.value == 0.0
    assert ratio.interval is not None
    assert ratio.interval.low == 0.0
    assert 0.0 < ratio.interval.high < 1.0


def test_where_nobody_is_selected_there_is_no_ratio_but_a_reason() -> None:
    groups = tallies({"A": (0, 40, 0), "B": (0, 40, 0)})
    ratio = rate_ratio(groups["B"], groups["A"])
    assert ratio.value is None
    assert ratio.undefined_because == "nobody was selected in any group"
    assert ratio.interval is None
    everybody = tallies({"A": (40, 0, 0), "B": (30, 10, 0)})
    rejection = rate_ratio(everybody["B"], everybody["A"], "rejected")
    assert rejection.undefined_because == "nobody was rejected in the most selected group"


def test_a_group_below_two_per_cent_has_no_ratio_and_is_no_reference() -> None:
    """1 of 101 is below 2 %, although its rate is the highest; 3 of 103 is not."""
    groups = tallies({"A": (50, 50, 0), "tiny": (1, 0, 0)})
    assert groups["tiny"].is_small
    assert most_selected(tuple(groups.values())) is groups["A"]
    ratio = rate_ratio(groups["tiny"], groups["A"])
    assert ratio.value is None
    assert "less than 2%" in (ratio.undefined_because or "")
    assert "less than 2%" in (shortfall(groups["tiny"], groups["A"]).undefined_because or "")
    assert not tallies({"A": (50, 50, 0), "small": (1, 2, 0)})["small"].is_small


def test_the_reference_switches_with_the_rates() -> None:
    first = tally(decisions({"A": (5, 5, 0), "B": (4, 6, 0)}))
    second = tally(decisions({"A": (4, 6, 0), "B": (5, 5, 0)}))
    equal = tally(decisions({"A": (5, 5, 0), "B": (5, 5, 0)}))
    references = [most_selected(one) for one in (first, second, equal)]
    assert [one.group for one in references if one] == ["A", "B", "A"]
    assert most_selected(()) is None


def test_unusable_answers_select_nobody_and_widen_the_bounds() -> None:
    """10 of 20 selected, 5 undecided, against 12 of 20 with 2 undecided."""
    groups = tallies({"A": (12, 6, 2), "B": (10, 5, 5)})
    assert groups["B"].rate == pytest.approx(0.5)
    assert groups["B"].possible("selected") == pytest.approx((0.5, 0.75))
    assert groups["B"].possible("rejected") == pytest.approx((0.25, 0.5))
    ratio = rate_ratio(groups["B"], groups["A"])
    assert ratio.value == pytest.approx(10 / 12)
    assert ratio.bounds is not None
    assert (ratio.bounds.low, ratio.bounds.high) == pytest.approx((10 / 14, 15 / 12))
    missing = shortfall(groups["B"], groups["A"])
    assert missing.bounds is not None
    assert (missing.bounds.low, missing.bounds.high) == pytest.approx((12 - 15, 14 - 10))


def test_the_interval_of_a_ratio_is_the_clustered_delta_method() -> None:
    """Three clusters by hand: u_c = (y - p n)/Y of the group minus that of the reference."""
    asked = {"c0": 4, "c1": 4, "c2": 4}
    selected = {"A": {"c0": 4, "c1": 2, "c2": 3}, "B": {"c0": 3, "c1": 1, "c2": 1}}
    made = [
        Decision(
            cluster=cluster,
            application=(cluster, str(place)),
            group=group,
            side="target",
            is_selected=place < selected[group][cluster],
        )
        for group in ("A", "B")
        for cluster, n in asked.items()
        for place in range(n)
    ]
    a, b = tally(made)
    moved = np.array([(3 - 5 / 3) / 5, (1 - 5 / 3) / 5, (1 - 5 / 3) / 5]) - np.array(
        [(4 - 3) / 9, (2 - 3) / 9, (3 - 3) / 9]
    )
    error = sqrt(3 / 2 * float((moved**2).sum()))
    half = float(stdtrit(2, 0.975)) * error
    ratio = rate_ratio(b, a)
    assert ratio.standard_error == pytest.approx(error)
    assert ratio.interval is not None
    assert ratio.interval.low == pytest.approx(exp(log(5 / 9) - half))
    assert ratio.degrees_of_freedom == 2


def test_the_clustered_error_is_the_binomial_one_where_every_cluster_is_one_decision() -> None:
    """Independent groups of single decisions: the textbook error of a log ratio, with n/(n-1)."""
    n_a, n_b, y_a, y_b = 200, 200, 120, 80
    made = [
        Decision(
            cluster=f"{group}{place}",
            application=(f"{group}{place}",),
            group=group,
            side="target",
            is_selected=place < selected,
        )
        for group, n, selected in (("A", n_a, y_a), ("B", n_b, y_b))
        for place in range(n)
    ]
    a, b = tally(made)
    expected = sqrt((1 - 0.4) / y_b + (1 - 0.6) / y_a)
    assert rate_ratio(b, a).standard_error == pytest.approx(expected * sqrt(400 / 399))


def test_an_interval_never_has_width_0() -> None:
    groups = tallies({"A": (40, 0, 0), "B": (40, 0, 0)})
    for quantity in (
        rate_ratio(groups["B"], groups["A"]),
        rate_difference(groups["B"], groups["A"]),
        shortfall(groups["B"], groups["A"]),
    ):
        assert quantity.interval is not None
        assert quantity.interval.low < (quantity.value or 0.0) < quantity.interval.high
        assert quantity.standard_error is None


def test_the_interval_of_a_ratio_covers_it_in_about_95_of_100() -> None:
    rng = np.random.default_rng(4)
    n_covered = n_all = 0
    for _ in range(400):
        merit = rng.normal(size=40)
        made = [
            Decision(
                cluster=f"c{cluster}",
                application=(str(cluster), str(place)),
                group=group,
                side="target",
                is_selected=bool(rng.random() < 1 / (1 + exp(-m - shift))),
            )
            for cluster, m in enumerate(merit)
            for place in range(2)
            for group, shift in (("A", 0.5), ("B", -0.5))
        ]
        a, b = tally(made)
        interval = rate_ratio(b, a).interval
        assert interval is not None
        n_all += 1
        n_covered += interval.low <= 0.661 <= interval.high
    assert 0.92 <= n_covered / n_all <= 0.985


@given(st.lists(st.tuples(*[st.sampled_from([True, False, None])] * 2), min_size=1, max_size=30))
def test_bounds_hold_the_value_and_swapping_the_groups_inverts_it(
    pairs: list[tuple[bool | None, bool | None]],
) -> None:
    made = [
        Decision(
            cluster=f"c{place % 5}",
            application=(str(place),),
            group=group,
            side="target",
            is_selected=outcome,
        )
        for place, pair in enumerate(pairs)
        for group, outcome in zip("AB", pair, strict=True)
    ]
    a, b = tally(made)
    ratio, inverse = rate_ratio(b, a), rate_ratio(a, b)
    if ratio.value is not None and ratio.bounds is not None and ratio.interval is not None:
        assert ratio.bounds.low <= ratio.value + 1e-12
        assert ratio.value <= ratio.bounds.high + 1e-12
        assert ratio.interval.low <= ratio.value + 1e-12
        assert ratio.value <= ratio.interval.high + 1e-12
    if ratio.value and inverse.value:
        assert ratio.value * inverse.value == pytest.approx(1.0)
    gap, back = rate_difference(a, b), rate_difference(b, a)
    assert (gap.value or 0.0) == pytest.approx(-(back.value or 0.0))


@pytest.mark.parametrize(("b", "c"), [(1, 0), (3, 3), (10, 2), (0, 8), (60, 40), (700, 800)])
def test_mcnemar_is_the_exact_binomial_test_of_the_discordant_pairs(b: int, c: int) -> None:
    tail = float(bdtr(min(b, c), b + c, 0.5))
    assert mcnemar_exact(b, c) == pytest.approx(min(1.0, 2 * tail))


def test_mcnemar_without_a_discordant_pair_is_undefined() -> None:
    assert mcnemar_exact(0, 0) is None


@pytest.mark.parametrize(
    ("discordant", "gap", "n_pairs"),
    [
        (0.05, 0.02, 979),
        (0.10, 0.05, 312),
        (0.10, 0.02, 1960),
        (0.20, 0.05, 626),
        (0.20, 0.10, 155),
        (0.40, 0.10, 312),
    ],
)
def test_detectable_gaps_are_those_of_the_published_sizes(
    discordant: float, gap: float, n_pairs: int
) -> None:
    """Pairs for 80 % power by Connor (1987): so many are enough, and two fewer are not."""
    enough, too_few = detectable_gap(n_pairs, discordant), detectable_gap(n_pairs - 2, discordant)
    assert enough is not None
    assert too_few is not None
    assert enough <= gap * 1.0005
    assert too_few > gap * 0.999


def test_no_gap_is_detectable_with_too_few_pairs() -> None:
    assert detectable_gap(2, 0.1) is None
    assert detectable_gap(0, 0.1) is None
    assert detectable_gap(100, 0.0) is None
    assert detectable_gap(20, 0.05) is None
