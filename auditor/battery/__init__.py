"""Pure: the instruments of the fixed battery."""

from auditor.battery import gap, mirrored_statements, word_association
from auditor.core.instrument import Battery, Instrument, NumericalNoise
from auditor.core.measures import Measure
from auditor.core.responses import Score

INSTRUMENTS: dict[str, Instrument] = {
    word_association.name: word_association,
    mirrored_statements.name: mirrored_statements,
}

POLICY_MEASURES: tuple[str, ...] = (
    *(f"{name}.{kind}" for name in INSTRUMENTS for kind in ("score", "text-score", "invalid-rate")),
    gap.name,
)
"""Measures that a policy may set a limit for."""


def measure_all(
    battery: Battery, scores: tuple[Score, ...], noise: tuple[NumericalNoise, ...]
) -> tuple[Measure, ...]:
    """Every measure of every instrument that was asked, then those between instruments."""
    noise_of = {one.instrument: one for one in noise}
    asked = {item.instrument for item in battery.items}
    return tuple(
        measure
        for name, instrument in INSTRUMENTS.items()
        if name in asked
        for measure in instrument.measures(battery, scores, noise_of.get(name))
    ) + gap.measures(battery, scores, noise)
