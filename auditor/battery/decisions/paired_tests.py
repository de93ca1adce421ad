"""Tests on pairs of copies that are decided differently, and what such a test can detect."""

from math import comb, sqrt

from scipy.special import ndtri

from auditor.core.stats import POWER


def mcnemar_exact(only_reference: int, only_target: int) -> float | None:
    """Two-sided exact p of McNemar's test on the pairs decided differently; None without one.

    Pairs are taken as independent; those of one resume are not, so the clustered intervals govern.
    """
    n = only_reference + only_target
    if n == 0:
        return None
    tail = sum(comb(n, k) for k in range(min(only_reference, only_target) + 1))
    return min(1.0, tail / (1 << (n - 1)))


def detectable_gap(n_pairs: int, discordant_share: float) -> float | None:
    """Gap in selection rates that McNemar's test at 5 % detects with 80 % power (Connor 1987).

    Solves n g² = (a √ψ + b √(ψ - g²))² for g, where ψ is the share of pairs decided differently
    and a and b are the normal quantiles of level and power. None where no gap is detectable that
    such a share allows.
    """
    level, power = float(ndtri(0.975)), float(ndtri(POWER))
    root = n_pairs - level**2 + power**2
    if discordant_share <= 0 or root < 0:
        return None
    gap = (
        sqrt(discordant_share) * (sqrt(n_pairs) * level + power * sqrt(root)) / (n_pairs + power**2)
    )
    return float(gap) if gap <= discordant_share else None
