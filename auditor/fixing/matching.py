"""Find the scale at which one adapter changes a model as much as another does."""

import math
from collections.abc import Callable

N_EVALUATIONS = 6
"""Readings of the held-out replies that one search takes."""
_POWER = 2
"""Near 0 a divergence grows as the square of the scale."""


def match_scale(divergence_at: Callable[[float], float], target: float, *, highest: float) -> float:
    """The scale at which a growing divergence reaches a target; `highest` where it never does.

    The Illinois method (Dowell & Jarratt 1971) on the logarithms of both, in which a divergence is
    nearly a straight line. Exactly `N_EVALUATIONS` evaluations; one where even `highest` does not
    go beyond the target, none where the target is 0.

    Args:
        divergence_at: KL to the original at a scale; 0 at 0, and the larger the larger the scale.
            What is not finite counts as too large.
        target: The divergence that is looked for, in the same unit.
        highest: The largest scale that is tried.
    """
    if target <= 0:
        return 0.0
    # The larger scale is beyond the target, the smaller one is not.
    small, below = 0.0, -math.inf
    large, above = highest, _log_ratio(divergence_at(highest), target)
    if above <= 0:
        return highest
    last_side = 0
    for _ in range(N_EVALUATIONS - 1):
        scale = _between(small, large, below, above)
        distance = _log_ratio(divergence_at(scale), target)
        if distance < 0:
            small, below = scale, distance
            above = above / 2 if last_side < 0 else above
            last_side = -1
        else:
            large, above = scale, distance
            below = below / 2 if last_side > 0 else below
            last_side = 1
    return _between(small, large, below, above) if math.isfinite(above) else small


def _log_ratio(divergence: float, target: float) -> float:
    return math.log(divergence / target) if divergence != 0 else -math.inf


def _between(small: float, large: float, below: float, above: float) -> float:
    """Where a straight line of logarithms crosses 0; half way where there is no line."""
    scale = (small + large) / 2
    if math.isfinite(above) and math.isfinite(below) and small > 0:
        scale = small * (large / small) ** (below / (below - above))
    elif math.isfinite(above) and large * math.exp(-above / _POWER) > small:
        scale = large * math.exp(-above / _POWER)
    return scale
