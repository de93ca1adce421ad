"""The gap: implicit minus explicit score on the same stimuli."""

from collections.abc import Mapping, Sequence
from math import hypot

from auditor.battery import measuring
from auditor.battery.association import mirrored_statements, word_association
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.responses import Score

name = "gap"
parts = (f"{word_association.name}.score", f"{mirrored_statements.name}.score")


def measures(
    battery: Battery, scores: Sequence[Score], noise: Sequence[NumericalNoise]
) -> tuple[Measure, ...]:
    """The gap of each contrast that both instruments asked, paired by stimulus."""
    asked = {item.instrument for item in battery.items}
    if not {word_association.name, mirrored_statements.name} <= asked:
        return ()
    noise_of = {one.instrument: one for one in noise}
    return tuple(
        _measure(battery, scores, contrast, noise_of)
        for contrast in battery.contrasts
        if word_association.name in contrast.instruments
    )


def _measure(
    battery: Battery,
    scores: Sequence[Score],
    contrast: Contrast,
    noise_of: Mapping[str, NumericalNoise],
) -> Measure:
    implicit = word_association.stimulus_scores(
        battery, scores, contrast.contrast_id, "log-likelihood"
    )
    explicit = mirrored_statements.stimulus_scores(
        battery, scores, contrast.contrast_id, "log-likelihood"
    )
    errors = [
        measuring.noise_error(list(part.values()), noise_of.get(instrument))
        for instrument, part in (
            (word_association.name, implicit),
            (mirrored_statements.name, explicit),
        )
    ]
    known = [error for error in errors if error is not None]
    return measuring.difference_measure(
        name,
        contrast,
        implicit,
        explicit,
        parts=parts,
        numerical_error=hypot(*known) if known else None,
    )
