"""Groups of blocks, and ranks that make them equally large."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.fix import LayerGroup
from auditor.fixing.layer_groups import group_blocks, plan_ranks

GROUPS: tuple[LayerGroup, ...] = ("early", "late", "all")


def size(costs: list[int], ranks: dict[int, int]) -> int:
    return sum(rank * costs[block] for block, rank in ranks.items())


def test_halves_of_thirty() -> None:
    assert group_blocks(30, "early") == tuple(range(15))
    assert group_blocks(30, "late") == tuple(range(15, 30))
    assert plan_ranks([3072] * 30, "early", 8) == dict.fromkeys(range(15), 16)
    assert plan_ranks([3072] * 30, "all", 8) == dict.fromkeys(range(30), 8)


def test_ranks_that_do_not_divide_evenly_differ_by_one() -> None:
    assert plan_ranks([10] * 5, "early", 3) == {0: 8, 1: 7}
    assert plan_ranks([10] * 5, "late", 3) == {3: 8, 4: 7}


@given(st.integers(2, 90))
def test_early_and_late_are_apart_and_of_one_size(n_blocks: int) -> None:
    early, late = (set(group_blocks(n_blocks, group)) for group in GROUPS[:2])
    assert not early & late
    assert len(early) == len(late) >= (n_blocks - 1) / 2
    assert max(early) < min(late)
    assert early | late <= set(group_blocks(n_blocks, "all"))


@given(st.integers(1, 90), st.integers(1, 64), st.integers(1, 20_000))
def test_all_groups_of_equal_blocks_have_the_same_count(
    n_blocks: int, rank: int, cost: int
) -> None:
    costs = [cost] * n_blocks
    sizes = {size(costs, plan_ranks(costs, group, rank)) for group in GROUPS}
    assert sizes == {rank * cost * n_blocks}


@given(st.lists(st.sampled_from([0, 60, 100, 130]), min_size=2, max_size=40), st.integers(1, 16))
def test_unequal_blocks_fall_short_by_less_than_one_rank(costs: list[int], rank: int) -> None:
    for group in GROUPS:
        if not any(costs[block] for block in group_blocks(len(costs), group)):
            with pytest.raises(ValueError, match=f"None of the {group} blocks"):
                plan_ranks(costs, group, rank)
            continue
        ranks = plan_ranks(costs, group, rank)
        assert 0 <= rank * sum(costs) - size(costs, ranks) < max(costs)
        assert all(costs[block] for block in ranks)
