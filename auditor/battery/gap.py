"""The gap: implicit minus explicit score on the same stimuli."""

from collections.abc import Sequence
from math import hypot, sqrt

from auditor.battery import measuring, mirrored_statements, word_association
from auditor.core.instrument import Battery, NumericalNoise
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
    by_item = {score.item_id: score for score in scores if score.mode == "log-likelihood"}
    return tuple(
        measuring.difference_measure(
            name,
            contrast,
            word_association.stimulus_scores(battery, scores, contrast.contrast_id),
            mirrored_statements.stimulus_scores(battery, scores, contrast.contrast_id),
            parts=parts,
            noise_error=_noise_error(battery, by_item, contrast.contrast_id, noise),
        )
        for contrast in battery.contrasts
    )


def _noise_error(
    battery: Battery, asked: dict[str, Score], contrast_id: str, noise: Sequence[NumericalNoise]
) -> float:
    """Both parts' numerical noise on the score scale, at its largest slope of one half."""
    errors = [0.0]
    for one in noise:
        mine = measuring.items_of(battery, one.instrument, contrast_id)
        n_items = sum(item.item_id in asked for item in mine)
        errors.append(one.standard_deviation / 2 / sqrt(max(1, n_items)))
    return hypot(*errors)
