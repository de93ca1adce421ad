"""How much farther from zero a paired mean lies than before, whatever the signs of the two."""

from dataclasses import dataclass

from auditor.core.measures import Interval
from auditor.core.stats import Estimate

LEVEL = 0.90
"""Of the interval: either end of it is wrong at most once in twenty times."""
_ARM = 0.95
"""Level of the intervals that it is made of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Worsening:
    """w = |after| - |before| of two means over the same stimuli.

    |x| is the larger of x and -x, so that w is the larger of min(d, t) and min(-t, -d), with d the
    difference after - before and t the total after + before. Both are means of paired values, with
    ordinary t intervals, and no sign has to be known. Taking the sizes of the two means instead
    would favour the later run: the size of a mean whose true value is near 0 is too large on
    average, and a baseline near 0 would look worse than it was.
    """

    difference: Estimate
    total: Estimate

    @property
    def value(self) -> float:
        """|after| - |before| of the means themselves."""
        d, t = self.difference.value, self.total.value
        return _formula((d, d), (t, t))[0]

    def interval(self) -> Interval:
        """The same formula of the ends of the two 95 % intervals.

        Where the signs are clear it is the 95 % interval of the difference in the direction of the
        scores. Where they are not, it holds for every choice of them: w is at most its upper end
        if, for either sign of the one mean, one of two limits at 97.5 % holds for the other's
        (Bonferroni), and both signs of the first are asked for (Berger 1982); likewise below. So
        w lies beyond either end at most 5 times in 100, whatever the true scores are. Since |w| is
        the smaller of |d| and |t|, neither end is farther from 0 than either of them can be: the
        same answers, of whatever sign, changed by nothing. That costs no level, for it errs only
        where an interval that the ends rest on does.
        """
        d, t = self.difference.interval(_ARM), self.total.interval(_ARM)
        low, high = _formula((d.low, d.high), (t.low, t.high))
        farthest = min(max(-one.low, one.high) for one in (d, t))
        return Interval(low=max(low, -farthest) + 0.0, high=high, level=LEVEL)

    def p_at_most(self, margin: float) -> float:
        """One-sided p of w being at most `margin`: under 5 % exactly where the interval's lower
        end lies above it."""
        d, t = self.difference, self.total
        upwards = max(d.p_at_most(margin), t.p_at_most(margin))
        downwards = max(t.turned().p_at_most(margin), d.turned().p_at_most(margin))
        return min(1.0, 2 * min(upwards, downwards))


def _formula(difference: tuple[float, float], total: tuple[float, float]) -> tuple[float, float]:
    """The larger of min(d, t) and min(-t, -d), at the low ends and at the high ones."""
    (d_low, d_high), (t_low, t_high) = difference, total
    # Adding 0 makes a negative zero an ordinary one.
    return (
        max(min(d_low, t_low), min(-t_high, -d_high)) + 0.0,
        max(min(d_high, t_high), min(-t_low, -d_low)) + 0.0,
    )
