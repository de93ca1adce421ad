"""The scale of a control: found in a fixed number of readings, whatever its divergence does."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from auditor.fixing.matching import N_EVALUATIONS, match_scale


def search(
    divergence: Callable[[float], float], target: float, highest: float
) -> tuple[float, list[float]]:
    asked: list[float] = []

    def counted(scale: float) -> float:
        asked.append(scale)
        return divergence(scale)

    return match_scale(counted, target, highest=highest), asked


def crossing(divergence: Callable[[float], float], target: float, highest: float) -> float:
    low, high = 0.0, highest
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if divergence(middle) < target else (low, middle)
    return high


SHAPES: dict[str, Callable[[float], float]] = {
    "square": lambda s: 0.3 * s**2,
    "cubic": lambda s: s**3,
    "linear": lambda s: 2 * s,
    "steep": lambda s: 0.003 * s**2 + 0.001 * s**6,
    "exponential": lambda s: 0.01 * math.expm1(s**2),
    "saturating": lambda s: 12 * -math.expm1(-0.01 * s**2 - 0.05 * s**4),
}
# No divergence grows linearly from 0 on, none is wanted that is near its largest, and none grows
# by a factor of a million between two scales.
TOLERANCES = {"linear": 0.25, "saturating": 0.15, "exponential": 0.1}


@pytest.mark.parametrize("shape", SHAPES)
@settings(max_examples=60, deadline=None)
@given(share=st.floats(0.001, 0.999), highest=st.floats(0.5, 4))
def test_a_crossing_is_found(shape: str, share: float, highest: float) -> None:
    divergence = SHAPES[shape]
    target = divergence(share * highest)
    scale, asked = search(divergence, target, highest)
    assert len(asked) == N_EVALUATIONS
    assert divergence(scale) == pytest.approx(target, rel=TOLERANCES.get(shape, 0.02))


@settings(max_examples=60, deadline=None)
@given(steps=st.lists(st.floats(0.01, 5), min_size=1, max_size=6), target=st.floats(0.001, 10))
def test_whatever_grows_is_never_left_behind(steps: list[float], target: float) -> None:
    """Even for stairs, the answer lies between the nearest scales that were tried."""

    def stairs(scale: float) -> float:
        return sum(step for index, step in enumerate(steps, 1) if scale >= index / 3)

    scale, asked = search(stairs, target, 3.0)
    low = max((each for each in asked if stairs(each) < target), default=0.0)
    high = min((each for each in asked if stairs(each) >= target), default=3.0)
    assert low <= scale <= high
    assert low <= crossing(stairs, target, 3.0) <= high or high == 3.0


def test_what_never_reaches_the_target_is_as_strong_as_it_may_be() -> None:
    assert search(lambda s: 0.01 * s, 0.5, 4.0) == (4.0, [4.0])
    assert search(lambda _: 0.0, 0.5, 4.0) == (4.0, [4.0])


def test_nothing_is_matched_by_nothing() -> None:
    assert search(lambda s: s, 0.0, 4.0) == (0.0, [])


@pytest.mark.parametrize("broken", [math.inf, math.nan])
def test_what_is_not_finite_is_too_much(broken: float) -> None:
    scale, asked = search(lambda s: broken if s > 0.5 else s**2, 0.04, 4.0)
    assert len(asked) == N_EVALUATIONS
    assert scale == pytest.approx(0.2, rel=0.01)
    scale, _ = search(lambda s: broken if s > 0.5 else s**2, 0.9, 4.0)
    assert scale <= 0.5
