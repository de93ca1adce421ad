"""Cells by application and by stratum, and what chance alone would make of them.

A stratum is a test in one of its contexts and one order of the answers. What rejects at different
rates is never taken for one: that alone makes agreement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from auditor.battery.fix.effects import effect_of
from auditor.battery.reviewing.coefficients import NO_SPREAD
from auditor.battery.reviewing.decisions import Candidate
from auditor.core.agreement import Rejections
from auditor.core.fix_results import Effect
from auditor.core.stats import estimate_ratio

_COVARIANCE = (-0.25, 0.25)
"""What the covariance of two rejections can be."""

Strata = Mapping[str, Rejections]
"""Cells by stratum."""
Decided = Sequence[tuple[Candidate, tuple[bool | None, ...]]]
"""Candidates with what each model decided."""


def cells_by_cluster(decisions: Decided, *, is_stratified: bool) -> list[Strata]:
    """Cells of the candidates that both decided about, by cluster, then by stratum."""
    counts: dict[str, dict[str, list[int]]] = {}
    for one, said in decisions:
        if None not in said:
            strata = counts.setdefault(one.cluster, {})
            cell = 2 * bool(said[0]) + bool(said[1])
            strata.setdefault(stratum_of(one) if is_stratified else "", [0, 0, 0, 0])[cell] += 1
    return [{name: _cells(*kept) for name, kept in strata.items()} for strata in counts.values()]


def stratum_of(one: Candidate) -> str:
    """What rejects at different rates is never taken for one: that alone makes agreement.

    Nor is what stands in different orders: two models that follow the order agree blindly.
    """
    return f"{one.instrument}/{one.context}/{one.order}"


def over_clusters(clusters: Sequence[Strata]) -> dict[str, Rejections]:
    """The cells of each stratum over all clusters."""
    found: dict[str, list[Rejections]] = {}
    for strata in clusters:
        for name, cells in strata.items():
            found.setdefault(name, []).append(cells)
    return {name: summed(kept) for name, kept in found.items()}


def expected_both(clusters: Sequence[Strata]) -> float:
    """Rejected by both, had the two decided independently of one another in each stratum."""
    return sum(one.first * one.second / one.n for one in over_clusters(clusters).values())


def excess_of(clusters: Sequence[Strata]) -> Effect:
    """The covariance of the two rejections within strata: Σ(x - P_A)(y - P_B)/n over clusters.

    The products are its influence function, so that their spread over clusters is its error.
    """
    whole = over_clusters(clusters)
    rates = {name: (one.first / one.n, one.second / one.n) for name, one in whole.items()}
    products = [
        sum(
            cells.both - p * cells.second - q * cells.first + p * q * cells.n
            for name, cells in strata.items()
            for p, q in (rates[name],)
        )
        for strata in clusters
    ]
    sizes = [float(sum(cells.n for cells in strata.values())) for strata in clusters]
    found = estimate_ratio(products, sizes)
    effect = effect_of(found, n=round(sum(sizes)), n_clusters=len(clusters), within=_COVARIANCE)
    if found is not None and found.standard_error < NO_SPREAD:
        return replace(effect, interval=None)
    return effect


def summed(tables: Sequence[Rejections]) -> Rejections:
    """Cells added up."""
    return _cells(
        sum(one.both for one in tables),
        sum(one.only_first for one in tables),
        sum(one.only_second for one in tables),
        sum(one.neither for one in tables),
    )


def _cells(both: int, only_first: int, only_second: int, neither: int) -> Rejections:
    return Rejections(both=both, only_first=only_first, only_second=only_second, neither=neither)
