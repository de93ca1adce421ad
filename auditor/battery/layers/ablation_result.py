"""What the word-association score does without the probe's direction."""

from collections.abc import Mapping, Sequence

import numpy as np

from auditor.battery.clusters import to_score
from auditor.battery.layers.curves import mean_point
from auditor.core.layer_evidence import AblationEvidence, AblationRead
from auditor.core.layer_results import AblationResult
from auditor.core.stats import cluster_means

_SCORES = (-1.0, 1.0)
_DIFFERENCES = (-2.0, 2.0)


def conclude_ablation(evidence: AblationEvidence) -> AblationResult | None:
    """Scores with and without the direction, paired; None where none was answered both ways."""
    rows: dict[str, list[AblationRead]] = {}
    for row in sorted(evidence.rows, key=lambda row: (row.direction, row.item_id)):
        rows.setdefault(row.direction, []).append(row)
    whole, cut = rows.pop("none", []), rows.pop("probe", [])
    before, after = _scores(whole), _scores(cut)
    differences = _differences(after, before)
    if not differences:
        return None
    random = [_differences(_scores(some), before) for some in rows.values()]
    random_means = tuple(float(np.mean(some)) for some in random if some)
    layer = evidence.from_layer
    return AblationResult(
        from_layer=layer,
        before=mean_point(layer, list(before.values()), n=len(whole), within=_SCORES),
        after=mean_point(layer, list(after.values()), n=len(cut), within=_SCORES),
        difference=mean_point(layer, differences, n=len(whole) + len(cut), within=_DIFFERENCES),
        random_differences=random_means,
        p_value=_rank_p(float(np.mean(differences)), random_means),
        log_likelihood_change=_log_likelihood_change(whole, cut),
    )


def _scores(rows: Sequence[AblationRead]) -> dict[str, float]:
    """The score of each stimulus: tanh(ℓ/2) of its mean log-odds, as the battery's own."""
    log_odds = cluster_means([row.log_odds for row in rows], [row.cluster for row in rows])
    return {cluster: to_score(value) for cluster, value in sorted(log_odds.items())}


def _differences(after: Mapping[str, float], before: Mapping[str, float]) -> list[float]:
    return [after[cluster] - before[cluster] for cluster in after if cluster in before]


def _rank_p(difference: float, random: Sequence[float]) -> float | None:
    if not random:
        return None
    as_large = sum(abs(other) >= abs(difference) for other in random)
    return (1 + as_large) / (1 + len(random))


def _log_likelihood_change(whole: Sequence[AblationRead], cut: Sequence[AblationRead]) -> float:
    before = {row.item_id: row.log_likelihood for row in whole}
    changes = [row.log_likelihood - before[row.item_id] for row in cut if row.item_id in before]
    return float(np.mean(changes))
