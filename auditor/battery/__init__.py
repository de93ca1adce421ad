"""Pure: the instruments of the fixed battery."""

from auditor.battery import conditions, gap
from auditor.battery.association import mirrored_statements, relative_decision, word_association
from auditor.battery.decisions import admissions, hiring, stability
from auditor.battery.guise import guise_interaction, matched_guise
from auditor.battery.pronouns import pronoun_occupation
from auditor.battery.questions import bbq_questions, question_answering
from auditor.battery.silence import is_silent, without_likelihoods
from auditor.core.instrument import (
    Battery,
    Instrument,
    NumericalNoise,
    PairingInstrument,
    StandaloneInstrument,
)
from auditor.core.measures import Measure
from auditor.core.responses import Score

PAIRING_INSTRUMENTS: dict[str, PairingInstrument] = {
    word_association.name: word_association,
    mirrored_statements.name: mirrored_statements,
}
STANDALONE_INSTRUMENTS: dict[str, StandaloneInstrument] = {
    relative_decision.name: relative_decision,
    question_answering.name: question_answering,
    pronoun_occupation.name: pronoun_occupation,
    hiring.name: hiring,
    admissions.name: admissions,
    matched_guise.ENGLISH.name: matched_guise.ENGLISH,
    matched_guise.RUSSIAN.name: matched_guise.RUSSIAN,
    stability.name: stability,
}
BATTERY_INSTRUMENTS: tuple[str, ...] = (*PAIRING_INSTRUMENTS, *STANDALONE_INSTRUMENTS)
"""In the order in which they are asked and reported."""
INSTRUMENTS: dict[str, Instrument] = {
    **PAIRING_INSTRUMENTS,
    **STANDALONE_INSTRUMENTS,
    bbq_questions.name: bbq_questions,
}
"""Those of the battery, and BBQ's own items where the user brings them."""

POLICY_MEASURES: tuple[str, ...] = (
    *(
        f"{name}.{kind}"
        for name in BATTERY_INSTRUMENTS
        for kind in ("score", "text-score", "invalid-rate")
    ),
    gap.name,
)
"""Measures that a policy may set a limit for."""


def measure_all(
    battery: Battery, scores: tuple[Score, ...], noise: tuple[NumericalNoise, ...]
) -> tuple[Measure, ...]:
    """Every measure of every instrument that was asked, then those between instruments
    and those under conditions."""
    noise_of = {one.instrument: one for one in noise}
    plain = conditions.in_condition(battery, "question")
    asked = {item.instrument for item in plain.items}
    measures = (
        *(
            measure
            for name, instrument in INSTRUMENTS.items()
            if name in asked
            for measure in instrument.measures(plain, scores, noise_of.get(name))
        ),
        *gap.measures(plain, scores, noise),
        *guise_interaction.measures(plain, scores, noise),
        *conditions.measures(battery, scores, noise_of, INSTRUMENTS),
    )
    return tuple(map(without_likelihoods, measures)) if is_silent(scores) else measures


def instrument_of(measure: str) -> str:
    """The instrument whose contrasts have this measure; the gap has those of the implicit one."""
    return word_association.name if measure == gap.name else measure.partition(".")[0]
