"""Two models' decisions about the same candidates: do they agree, and whom do both reject?

Kappa collapses at extreme base rates, so no coefficient is shown without the four cells. What is
undefined is None.
"""

from collections.abc import Mapping
from math import comb

from auditor.core.agreement import Rejections


def rejections(first: Mapping[str, bool], second: Mapping[str, bool]) -> Rejections:
    """The table of two models' decisions, True for selected, by candidate.

    Only candidates that both decided count: who compares must say how many were left out.
    """
    shared = [(first[c], second[c]) for c in first if c in second]
    return Rejections(
        both=shared.count((False, False)),
        only_first=shared.count((False, True)),
        only_second=shared.count((True, False)),
        neither=shared.count((True, True)),
    )


def share_agreed(table: Rejections) -> float | None:
    """Share of the candidates about whom the two agree; None without any."""
    return _over(table.both + table.neither, table.n)


def cohen_kappa(table: Rejections) -> float | None:
    """Agreement beyond chance, (p_o - p_e)/(1 - p_e) (Cohen 1960).

    None where chance alone makes them agree always: both select all, or both reject all.
    """
    n = table.n
    if not n:
        return None
    observed = (table.both + table.neither) / n
    chance = (table.first * table.second + (n - table.first) * (n - table.second)) / n**2
    return None if chance == 1 else (observed - chance) / (1 - chance)


def positive_agreement(table: Rejections) -> float | None:
    """Agreement on the rejected set, 2·n_RR/(n_R· + n_·R); None where nobody is rejected."""
    return _over(2 * table.both, table.first + table.second)


def jaccard(table: Rejections) -> float | None:
    """Rejected by both among those rejected by either; None where nobody is rejected."""
    return _over(table.both, table.both + table.only_first + table.only_second)


def systemic_rejection_ratio(table: Rejections) -> float | None:
    """P(both reject)/(P_A·P_B): 1 if independent, more if the same people are shut out by both.

    Outcome homogenisation. None where one of them rejects nobody.
    """
    return _over(table.both * table.n, table.first * table.second)


def mcnemar_p(table: Rejections) -> float | None:
    """Two-sided exact p of equal rejection rates, from the discordant pairs (McNemar 1947).

    None without a discordant pair.
    """
    fewer, n = min(table.only_first, table.only_second), table.only_first + table.only_second
    if not n:
        return None
    return min(1.0, 2 * sum(comb(n, k) for k in range(fewer + 1)) / (1 << n))


def _over(top: float, bottom: float) -> float | None:
    return top / bottom if bottom else None
