"""Impact ratios and shortfalls: one group's selection rate against that of another.

The arithmetic of audit studies and of New York City's rule on automated employment decision tools
(6 RCNY 5-301): the impact ratio of a group is its selection rate over that of the group that is
selected most. An answer that decides nothing is an outcome for the applicant: not selected.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.battery.decisions.rate_intervals import (
    difference_error,
    difference_interval,
    log_ratio_error,
    ratio_interval,
)
from auditor.battery.decisions.tallies import SMALL_SHARE, Outcome, Tally
from auditor.core.measures import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A ratio or a number of persons, or why there is none."""

    value: float | None = None
    undefined_because: str | None = None
    interval: Interval | None = None
    equivalence_interval: Interval | None = None
    bounds: Interval | None = None
    """Without assumptions on the unusable answers, against the same reference; None where they
    leave a ratio unbounded."""
    standard_error: float | None = None
    """Clustered; of a ratio, that of its logarithm. None where nothing varies between clusters."""
    degrees_of_freedom: int | None = None


def most_selected(tallies: Sequence[Tally]) -> Tally | None:
    """The group that ratios refer to: the highest rate among those large enough; None if none is.

    Of equal rates the first counts. The reference can change from run to run, so a ratio is never
    shown without it; and being the largest of several rates, it is flattered by chance.
    """
    large = [one for one in tallies if not one.is_small]
    return max(large, key=lambda one: one.rate, default=None)


def rate_ratio(group: Tally, reference: Tally, outcome: Outcome = "selected") -> Quantity:
    """Rate of the group over that of the reference, paired by cluster."""
    because = _no_ratio(group, reference, outcome)
    if because is not None:
        return Quantity(undefined_because=because)
    error = log_ratio_error(group, reference, outcome)
    low, high = group.possible(outcome)
    low_reference, high_reference = reference.possible(outcome)
    return Quantity(
        value=group.rate_of(outcome) / reference.rate_of(outcome),
        interval=ratio_interval(group, reference, outcome, 0.95),
        equivalence_interval=ratio_interval(group, reference, outcome, 0.90),
        bounds=(
            Interval(low=low / high_reference, high=high / low_reference, level=1.0)
            if low_reference > 0
            else None
        ),
        standard_error=error,
        degrees_of_freedom=None if error is None else len(group.asked) - 1,
    )


def rate_difference(first: Tally, second: Tally) -> Quantity:
    """First selection rate minus the second, paired by cluster."""
    error = difference_error(first, second)
    (low, high), (low_2, high_2) = first.possible("selected"), second.possible("selected")
    return Quantity(
        value=first.rate - second.rate,
        interval=difference_interval(first, second, 0.95),
        equivalence_interval=difference_interval(first, second, 0.90),
        bounds=Interval(low=low - high_2, high=high - low_2, level=1.0),
        standard_error=error,
        degrees_of_freedom=None if error is None else len(first.asked) - 1,
    )


def shortfall(group: Tally, reference: Tally) -> Quantity:
    """Persons of the group that would have been selected besides, at the reference's rate."""
    if group.is_small:
        return Quantity(undefined_because=_TOO_SMALL)
    gap, n = rate_difference(reference, group), group.n_persons
    return replace(
        gap,
        value=(gap.value or 0.0) * n,
        interval=_scaled(gap.interval, n),
        equivalence_interval=_scaled(gap.equivalence_interval, n),
        bounds=_scaled(gap.bounds, n),
        standard_error=None if gap.standard_error is None else gap.standard_error * n,
    )


_TOO_SMALL = f"the group is less than {SMALL_SHARE:.0%} of the applications"


def _no_ratio(group: Tally, reference: Tally, outcome: Outcome) -> str | None:
    """Why a ratio cannot be formed; None where it can."""
    if group.is_small:
        return _TOO_SMALL
    if reference.rate_of(outcome) == 0:
        if outcome == "selected":
            return "nobody was selected in any group"
        return "nobody was rejected in the most selected group"
    return None


def _scaled(interval: Interval | None, by: float) -> Interval | None:
    if interval is None:
        return None
    return Interval(low=interval.low * by, high=interval.high * by, level=interval.level)
