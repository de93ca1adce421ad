"""Whether probes tell the two senses apart, and at which layers."""

from collections.abc import Sequence
from math import ceil

import numpy as np

from auditor.battery.layers.curves import Reads, share_curve, share_point, social_reads
from auditor.core.layer_evidence import ProbeEvidence, SentenceRead
from auditor.core.layer_results import ControlPoint, Curve, CurvePoint, ProbeResult
from auditor.core.senses import Sense

_BAND = 0.975
_ROUNDING = 1e-9


def conclude_probe(evidence: ProbeEvidence, *, level: float) -> ProbeResult:
    """Curves, control band and the layers above it; `level` is what the limit holds at."""
    accuracy = share_curve(correct_reads(evidence.sentences))
    limit = accuracy_limit(evidence.shuffled, level)
    found = {
        point.layer: point.value
        for point in accuracy
        if point.value is not None and point.value > limit + _ROUNDING
    }
    return ProbeResult(
        accuracy=accuracy,
        selectivity=_selectivity(evidence),
        control=_control(evidence.shuffled),
        limit=limit,
        level=level,
        words_alone=_words_alone(evidence.sentences),
        peak=max(found, key=lambda layer: found[layer], default=None),
        above=tuple(found),
    )


def correct_reads(sentences: Sequence[SentenceRead]) -> Reads:
    """Whether each sentence's own sense was read, by layer; clusters are pairs of sentences."""
    return social_reads(
        [[_sign(s.sense) * value for value in s.values] for s in sentences],
        [s.cluster for s in sentences],
    )


def accuracy_limit(shuffled: Sequence[Sequence[float]], level: float) -> float:
    """What the largest accuracy over layers exceeds with a chance of at most 1 - `level`.

    The true labels count as one relabelling more, so that the chance holds exactly and not only
    for many relabellings (Phipson & Smyth 2010). Too few of them to say so give 1, which nothing
    exceeds.
    """
    largest = sorted(max(by_layer) for by_layer in shuffled)
    rank = ceil(level * (len(largest) + 1) - _ROUNDING)
    return largest[rank - 1] if rank <= len(largest) else 1.0


def _sign(sense: Sense) -> float:
    return 1.0 if sense == "social" else -1.0


def _selectivity(evidence: ProbeEvidence) -> Curve:
    clusters = {s.cluster for s in evidence.sentences}
    return tuple(
        CurvePoint(
            layer=layer,
            value=seen - float(np.mean(memorised)),
            low=None,
            high=None,
            n=len(evidence.sentences),
            n_clusters=len(clusters),
        )
        for layer, (seen, memorised) in enumerate(
            zip(evidence.seen_pairs, zip(*evidence.memorised, strict=True), strict=True)
        )
    )


def _control(shuffled: Sequence[Sequence[float]]) -> tuple[ControlPoint, ...]:
    return tuple(
        ControlPoint(
            layer=layer,
            mean=float(np.mean(accuracies)),
            high=float(np.quantile(accuracies, _BAND, method="higher")),
        )
        for layer, accuracies in enumerate(zip(*shuffled, strict=True))
    )


def _words_alone(sentences: Sequence[SentenceRead]) -> CurvePoint:
    reads = social_reads(
        [[_sign(s.sense) * s.words_alone] for s in sentences], [s.cluster for s in sentences]
    )
    return share_point(0, reads.hits[:, 0], reads.clusters)
