"""What the model writes about its own states, and where that is believed."""

from collections.abc import Iterable, Sequence

from auditor.core.layer_evidence import WordReading
from auditor.core.layer_results import ReadingPoint, ReadingResult
from auditor.core.senses import Sense

LEAST_KNOWN_RIGHT = 0.5
"""Share of known answers that must be read: where most of them are missed, what is read of an
unknown answer is more likely wrong than right."""
MOST_DEGENERATE = 0.5
"""Share of readings that may be degenerate: where most of them are, the rest are exceptions."""


def conclude_readings(readings: Sequence[WordReading]) -> ReadingResult | None:
    """Shares by layer, in the order of layers; None where nothing was read."""
    if not readings:
        return None
    points = tuple(
        _point(layer, [r for r in readings if r.layer == layer])
        for layer in sorted({r.layer for r in readings})
    )
    return ReadingResult(
        points=points,
        believed=tuple(point.layer for point in points if _is_believed(point)),
        examples=_examples(readings),
    )


def _point(layer: int, readings: Sequence[WordReading]) -> ReadingPoint:
    known = [r for r in readings if r.kind == "known-answer"]
    senses = [r for r in readings if r.kind == "sense"]
    return ReadingPoint(
        layer=layer,
        n=len(senses),
        n_known=len(known),
        known_right=_share(r.is_right is True for r in known),
        degenerate=_share(r.is_degenerate for r in senses),
        relevant=_share(r.is_relevant for r in senses),
        social_in_social=_names_social(senses, "social"),
        social_in_other=_names_social(senses, "other"),
    )


def _names_social(readings: Sequence[WordReading], sense: Sense) -> float | None:
    """Share that names the social sense, of the sentences of `sense`; SelfIE's filter applied."""
    return _share(
        r.names_social
        for r in readings
        if r.sense == sense and r.is_relevant and not r.is_degenerate
    )


def _share(hits: Iterable[bool]) -> float | None:
    counted = list(hits)
    return sum(counted) / len(counted) if counted else None


def _is_believed(point: ReadingPoint) -> bool:
    return (
        point.known_right is not None
        and point.degenerate is not None
        and point.known_right >= LEAST_KNOWN_RIGHT
        and point.degenerate <= MOST_DEGENERATE
    )


def _examples(readings: Sequence[WordReading]) -> tuple[tuple[int, str, str], ...]:
    """The first reading of a social sentence at each layer, as it came, good or bad."""
    first: dict[int, WordReading] = {}
    for reading in readings:
        if reading.sense == "social":
            first.setdefault(reading.layer, reading)
    return tuple((layer, first[layer].mention_id, first[layer].text) for layer in sorted(first))
