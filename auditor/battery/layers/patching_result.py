"""Whether a state put into a question decides the answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from auditor.battery.layers.curves import ERROR_RATE, mean_point
from auditor.core.layer_evidence import PatchEvidence, PatchKind, PatchRead
from auditor.core.layer_results import PatchCurve, PatchingResult
from auditor.core.stats import estimate_mean

KINDS: tuple[PatchKind, ...] = get_args(PatchKind)
"""The identifier's state, then its controls."""
_JUDGED_BY: tuple[PatchKind, ...] = ("unrelated", "random")
"""Not by the state of another layer: layers share one residual stream, so that it may carry the
sense itself. It is shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Effects:
    """One kind of state at one layer."""

    by_cluster: tuple[float, ...]
    """Mean log-odds after a social source minus after the other."""
    n: int
    """Questions answered."""

    @property
    def value(self) -> float | None:
        return float(np.mean(self.by_cluster)) if self.by_cluster else None


def conclude_patching(evidence: PatchEvidence) -> PatchingResult | None:
    """Effects by layer and kind, and where the identifier's is real; None without any patch."""
    if not evidence.rows:
        return None
    layers = sorted({row.layer for row in evidence.rows})
    effects = {
        kind: {layer: _effects(rows) for layer, rows in _by_layer(evidence.rows, kind).items()}
        for kind in KINDS
    }
    level = 1 - ERROR_RATE / len(layers)
    above = [layer for layer in layers if _is_above(effects, layer, level)]
    sizes = {layer: effects["identifier"][layer].value or 0.0 for layer in above}
    return PatchingResult(
        curves=tuple(
            PatchCurve(
                kind=kind,
                points=tuple(
                    mean_point(layer, of.by_cluster, n=of.n) for layer, of in by_layer.items()
                ),
            )
            for kind, by_layer in effects.items()
        ),
        peak=max(sizes, key=lambda layer: sizes[layer], default=None),
        above=tuple(above),
    )


def _by_layer(rows: Sequence[PatchRead], kind: PatchKind) -> dict[int, list[PatchRead]]:
    mine = [row for row in rows if row.kind == kind]
    return {
        layer: [row for row in mine if row.layer == layer]
        for layer in sorted({row.layer for row in mine})
    }


def _effects(rows: Sequence[PatchRead]) -> _Effects:
    """Of the clusters that gave states of both senses; orders, questions and words averaged."""
    clusters = {row.cluster: (list[float](), list[float]()) for row in rows}
    for row in rows:
        clusters[row.cluster][row.sense != "social"].append(row.log_odds)
    return _Effects(
        by_cluster=tuple(
            float(np.mean(social) - np.mean(other))
            for _, (social, other) in sorted(clusters.items())
            if social and other
        ),
        n=len(rows),
    )


def _is_above(effects: dict[PatchKind, dict[int, _Effects]], layer: int, level: float) -> bool:
    """Whether the interval at `level` lies above zero, and the value above the size of
    what an unrelated word and a random direction do.

    Without a control, or without any spread between clusters, nothing is claimed.
    """
    mine = effects["identifier"].get(layer)
    estimate = estimate_mean(mine.by_cluster) if mine else None
    controls = [effects[kind][layer].value for kind in _JUDGED_BY if layer in effects[kind]]
    known = [abs(value) for value in controls if value is not None]
    if estimate is None or estimate.standard_error == 0 or not known:
        return False
    return estimate.interval(level).low > 0 and estimate.value > max(known)
