"""Where reviews stand on the axis of a trend: by date, or in order where that crowds. Pure."""

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

NARROWEST = 0.35
"""Share of an even spacing that two neighbours must be apart for dates to set their places."""


def places_of(moments: Sequence[datetime]) -> tuple[tuple[float, ...], bool]:
    """Places from 0 to 1 of moments in ascending order, and whether they are to scale."""
    n = len(moments)
    if n < 2:
        return (0.5,) * n, True
    even = tuple(place / (n - 1) for place in range(n))
    whole = (moments[-1] - moments[0]).total_seconds()
    if whole <= 0:
        return even, n == 2
    dated = tuple((moment - moments[0]).total_seconds() / whole for moment in moments)
    nearest = min(after - before for before, after in pairwise(dated))
    return (dated, True) if nearest >= NARROWEST / (n - 1) else (even, False)


def spaced(places: Sequence[float], apart: float) -> tuple[int, ...]:
    """Which of these have room for a label: the first, the last, and others as they fit between."""
    if not places:
        return ()
    last = len(places) - 1
    kept = [0]
    for one in range(1, last):
        is_free = places[one] - places[kept[-1]] >= apart and places[last] - places[one] >= apart
        kept += [one] if is_free else []
    if last and places[last] - places[0] >= apart:
        kept.append(last)
    return tuple(kept)
