"""At which of many layers paired differences lie above zero, all layers considered."""

import itertools

import numpy as np

from auditor.battery.layers.curves import Reals

_MOST_EXACT = 12
"""Clusters up to which all sign patterns are tried."""
_N_SAMPLED = 4096
"""Patterns tried beyond."""
_ROUNDING = 1e-12


def flip_p_values(differences: Reals) -> Reals:
    """One-sided p of each layer, adjusted for all: is the mean above what flipped signs give?

    Were the two conditions alike, each cluster's difference could as well have the other sign,
    at all layers at once. The largest mean over layers, over all patterns of signs, is what a
    lucky layer reaches; layers are taken out from the largest on (Westfall & Young 1993, step-down
    maxT). Neighbouring layers say nearly the same, so this asks less than Holm's correction, and
    it stays exact where all clusters agree and a t test finds no error at all. With n clusters no
    p is below 2⁻ⁿ: fewer than five can show nothing at 5 %.

    Args:
        differences: Shape (clusters, layers).

    Returns:
        Shape (layers,).
    """
    means = _sign_patterns(len(differences)) @ differences / len(differences)
    order = np.argsort(means[0], kind="stable")
    largest = np.maximum.accumulate(means[:, order], axis=1)
    alone = (largest >= means[0, order] - _ROUNDING).mean(axis=0)
    p_values = np.empty(len(order))
    p_values[order] = np.maximum.accumulate(alone[::-1])[::-1]
    return p_values


def _sign_patterns(n: int) -> Reals:
    """Shape (patterns, n); the first is all +1, which is what was observed."""
    if n <= _MOST_EXACT:
        return np.asarray(list(itertools.product((1.0, -1.0), repeat=n)))
    patterns = np.random.default_rng(0).choice((1.0, -1.0), size=(_N_SAMPLED, n))
    patterns[0] = 1.0
    return patterns
