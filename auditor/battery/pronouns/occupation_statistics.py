"""How the model's pronouns compare with the statistics: an occupation at a time."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp

import numpy as np

from auditor.battery.clusters import Scored, is_valid
from auditor.battery.measuring import undefined
from auditor.battery.pronouns.occupation_items import NAME
from auditor.core.correlation import Correlation, RootMeanSquare, correlate, regress
from auditor.core.correlation import root_mean_square as rms
from auditor.core.items import Contrast
from auditor.core.measures import Interval, Measure
from auditor.core.stats import Estimate, cluster_means, estimate_mean

LEAST_SPREAD = 0.005
"""Standard deviation of a probability below which its correlation is that of rounding errors."""

Range = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    """One contrast's responses, and the probabilities of its occupations by word."""

    contrast: Contrast
    scored: Sequence[Scored]
    two_way: Mapping[str, float]
    """Of "she" against "he" alone."""
    three_way: Mapping[str, float]
    """Of "she" among all three."""
    shares: Mapping[str, float]
    """Of women, from 0 to 1; empty where none are known."""

    def blank(self, measure: str, unit: str) -> Measure:
        because = "fewer than two occupations" if self.two_way else "no answer could be scored"
        row = undefined(f"{NAME}.{measure}", self.contrast, because, scored=self.scored)
        return replace(row, unit=unit, n_clusters=len(self.two_way))

    def known(self, values: Mapping[str, float]) -> tuple[list[float], list[float]]:
        """Values and shares of the occupations that have both."""
        words = [word for word in values if word in self.shares]
        return [values[word] for word in words], [self.shares[word] for word in words]


def pronoun_measures(contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
    """How likely each pronoun is, how much that varies, and how it follows the statistics."""
    table = _table(contrast, scored)
    rows = [
        _mean(table, f"probability-{word}", list(_by_occupation(scored, _share_of(place)).values()))
        for place, word in enumerate(("she", "he", "they"))
    ]
    rows.append(_spread(table))
    if table.shares:
        rows += _against_statistics(table)
    return rows


def resolved_measures(contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
    """How much more readily "she" than "he" is taken to mean the occupation (Rudinger et al.)."""
    means = {
        pronoun: _by_occupation(
            [s for s in scored if s.item.factor("pronoun") == pronoun], _share_of(0)
        )
        for pronoun in ("she", "he")
    }
    both = [word for word in means["she"] if word in means["he"]]
    differences = {word: means["she"][word] - means["he"][word] for word in both}
    table = replace(_table(contrast, scored), two_way=differences)
    blank = table.blank("resolution-difference", "difference")
    estimate = estimate_mean(list(differences.values()))
    return [
        blank if estimate is None else _filled(blank, estimate, (-1.0, 1.0)),
        _correlation(table, "resolution-correlation", differences),
    ]


def _table(contrast: Contrast, scored: Sequence[Scored]) -> _Table:
    shares = {
        s.item.factor("occupation"): float(dict(s.item.factors)["percent-women"]) / 100
        for s in scored
        if "percent-women" in dict(s.item.factors)
    }
    return _Table(
        contrast=contrast,
        scored=scored,
        two_way=_by_occupation(scored, lambda s: 1 / (1 + exp(-_capped(s.score.value or 0.0)))),
        three_way=_by_occupation(scored, _share_of(0)),
        shares=shares,
    )


def _capped(log_odds: float) -> float:
    """exp() overflows beyond some 700; a probability is 0 or 1 long before."""
    return min(max(log_odds, -500.0), 500.0)


def _share_of(place: int) -> Callable[[Scored], float]:
    return lambda s: s.score.probabilities[place]


def _by_occupation(scored: Sequence[Scored], value: Callable[[Scored], float]) -> dict[str, float]:
    kept = [s for s in scored if is_valid(s)]
    return cluster_means([value(s) for s in kept], [s.item.factor("occupation") for s in kept])


def _against_statistics(table: _Table) -> list[Measure]:
    values, shares = table.known(table.two_way)
    return [
        _correlation(table, "correlation", table.two_way),
        _correlation(table, "correlation-three-way", table.three_way),
        _slope(table, values, shares),
        _distance(table, "rmse-to-statistics", values, shares),
        _distance(table, "rmse-to-half", values, [0.5] * len(values)),
    ]


def _correlation(table: _Table, measure: str, values: Mapping[str, float]) -> Measure:
    blank = table.blank(measure, "correlation")
    ours, shares = table.known(values)
    spread = float(np.std(ours, ddof=1)) if len(ours) > 1 else 0.0
    found = correlate(ours, shares) if spread >= LEAST_SPREAD else None
    if found is None:
        because = f"the probability hardly differs between occupations (SD {spread:.4f})"
        return replace(blank, undefined_because=because if len(ours) > 3 else "too few occupations")
    return _filled(blank, found, (-1.0, 1.0))


def _slope(table: _Table, values: list[float], shares: list[float]) -> Measure:
    """1 is what following the statistics gives, 0 what ignoring them gives."""
    blank = table.blank("slope", "slope")
    found = regress(values, shares)
    return blank if found is None else _filled(blank, found, None)


def _distance(table: _Table, measure: str, values: list[float], targets: list[float]) -> Measure:
    blank = table.blank(measure, "difference")
    found = rms([value - target for value, target in zip(values, targets, strict=True)])
    return blank if found is None else _filled(blank, found, (0.0, 1.0))


def _spread(table: _Table) -> Measure:
    """Standard deviation of P(she) among all three pronouns, between occupations."""
    blank = table.blank("spread", "difference")
    values = np.asarray(list(table.three_way.values()))
    if len(values) < 2:
        return blank
    stretch = (len(values) / (len(values) - 1)) ** 0.5
    found = rms([float(value) for value in (values - values.mean()) * stretch])
    return blank if found is None else _filled(blank, found, (0.0, 1.0))


def _mean(table: _Table, measure: str, values: list[float]) -> Measure:
    blank = table.blank(measure, "rate")
    estimate = estimate_mean(values)
    return blank if estimate is None else _filled(blank, estimate, (0.0, 1.0))


def _filled(
    blank: Measure, found: Estimate | Correlation | RootMeanSquare, within: Range | None
) -> Measure:
    """The blank with a value, its intervals and its power."""
    interval, narrow = _intervals(found, within)
    least = None
    degrees: int | None = None
    if isinstance(found, Estimate):
        least, degrees = found.minimum_detectable_effect(), found.degrees_of_freedom
    elif isinstance(found, Correlation):
        least, degrees = found.minimum_detectable_effect(), found.n - 2
    else:
        degrees = found.square.degrees_of_freedom
    return replace(
        blank,
        value=found.value,
        undefined_because=None,
        interval=interval,
        equivalence_interval=narrow,
        bounds=_bounds(blank, found.value, within),
        standard_error=found.standard_error,
        degrees_of_freedom=degrees,
        minimum_detectable_effect=least,
    )


def _intervals(
    found: Estimate | Correlation | RootMeanSquare, within: Range | None
) -> tuple[Interval, Interval]:
    if isinstance(found, Estimate):
        return found.interval(0.95, within=within), found.interval(0.90, within=within)
    return found.interval(0.95), found.interval(0.90)


def _bounds(blank: Measure, value: float, within: Range | None) -> Interval | None:
    """Without assumptions: the value itself where every answer counts, else the whole range."""
    if not blank.n_unscored:
        return Interval(low=value, high=value, level=1.0)
    return None if within is None else Interval(low=within[0], high=within[1], level=1.0)
