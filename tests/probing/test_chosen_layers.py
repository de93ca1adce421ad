"""Layers are spread over the whole model."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.probing.chosen_layers import choose_layers


@pytest.mark.parametrize(
    ("n_layers", "n", "chosen"),
    [
        (30, 7, (0, 5, 10, 15, 20, 25, 30)),
        (30, 8, (0, 4, 9, 13, 17, 21, 26, 30)),
        (3, 9, (0, 1, 2, 3)),
        (12, 2, (0, 12)),
        (12, 1, (0, 12)),
        (0, 4, (0,)),
    ],
)
def test_layers_are_evenly_spread(n_layers: int, n: int, chosen: tuple[int, ...]) -> None:
    assert choose_layers(n_layers, n) == chosen


@given(n_layers=st.integers(1, 200), n=st.integers(2, 300))
def test_as_many_distinct_layers_as_there_are_with_steps_that_differ_by_one_at_most(
    n_layers: int, n: int
) -> None:
    chosen = choose_layers(n_layers, n)
    steps = {after - before for before, after in pairwise(chosen)}
    assert len(chosen) == min(n, n_layers + 1)
    assert (chosen[0], chosen[-1]) == (0, n_layers)
    assert min(steps) >= 1
    assert max(steps) - min(steps) <= 1
