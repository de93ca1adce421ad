"""How closely two lists of numbers go together, and how far apart they lie."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import atanh, sqrt, tanh

import numpy as np
from scipy.special import ndtri

from auditor.core.measures import Interval
from auditor.core.stats import POWER, Estimate, estimate_mean


@dataclass(frozen=True, slots=True, kw_only=True)
class Correlation:
    """Pearson's r of `n` pairs; interval and power by Fisher's z (Fisher 1921)."""

    value: float
    n: int

    @property
    def standard_error(self) -> float:
        """Of r itself, at large n."""
        return (1 - self.value**2) / sqrt(self.n - 1)

    def interval(self, level: float = 0.95) -> Interval:
        """Two-sided; never of width 0, and never beyond -1 and 1."""
        z = atanh(min(max(self.value, -1 + 1e-12), 1 - 1e-12))
        half = float(ndtri(0.5 + level / 2)) / sqrt(self.n - 3)
        low, high = tanh(z - half), tanh(z + half)
        # Rounding may leave r = 1 outside.
        return Interval(low=min(low, self.value), high=max(high, self.value), level=level)

    def minimum_detectable_effect(self, level: float = 0.95) -> float:
        """The r that is told from 0 with 80 % power; 0.35 for 60 pairs."""
        return tanh(float(ndtri(0.5 + level / 2) + ndtri(POWER)) / sqrt(self.n - 3))


def correlate(first: Sequence[float], second: Sequence[float]) -> Correlation | None:
    """Pearson's r; None for fewer than four pairs, or where one list does not vary."""
    x, y = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if len(x) < 4 or x.std() == 0 or y.std() == 0:
        return None
    x, y = x - x.mean(), y - y.mean()
    r = float((x * y).sum() / np.sqrt((x * x).sum() * (y * y).sum()))
    return Correlation(value=min(max(r, -1.0), 1.0), n=len(x))


def regress(outcome: Sequence[float], predictor: Sequence[float]) -> Estimate | None:
    """Slope of a least-squares line; None for fewer than three pairs, or a constant predictor."""
    x, y = np.asarray(predictor, dtype=np.float64), np.asarray(outcome, dtype=np.float64)
    spread = float(((x - x.mean()) ** 2).sum()) if len(x) > 2 else 0.0
    if spread == 0:
        return None
    slope = float(((x - x.mean()) * (y - y.mean())).sum()) / spread
    residuals = y - y.mean() - slope * (x - x.mean())
    variance = float((residuals**2).sum()) / (len(x) - 2) / spread
    return Estimate(value=slope, standard_error=sqrt(variance), degrees_of_freedom=len(x) - 2)


@dataclass(frozen=True, slots=True, kw_only=True)
class RootMeanSquare:
    """Root of the mean square, by way of the mean square's own estimate."""

    square: Estimate

    @property
    def value(self) -> float:
        """In the unit of the values."""
        return sqrt(self.square.value)

    @property
    def standard_error(self) -> float:
        """By the delta method; 0 where every value is 0."""
        return self.square.standard_error / (2 * self.value) if self.value > 0 else 0.0

    def interval(self, level: float = 0.95) -> Interval:
        """Roots of the ends of the mean square's t interval, cut at 0."""
        inner = self.square.interval(level)
        return Interval(low=sqrt(max(0.0, inner.low)), high=sqrt(inner.high), level=level)


def root_mean_square(values: Sequence[float]) -> RootMeanSquare | None:
    """Of independent values; None for fewer than two."""
    square = estimate_mean([value * value for value in values])
    return None if square is None else RootMeanSquare(square=square)
