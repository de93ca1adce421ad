"""What the report says about one instrument in every audit. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentText:
    """What the report says about one instrument in every audit: marked, translated where used.

    `hazard`, `asks` and `asks_in_text` may name the groups as `{target}` and `{reference}`.
    """

    heading: str
    """Its plain name, as a section has it."""
    title: str
    """Its plain name with the name that is typed."""
    score: str
    """What its score is called in a sentence."""
    above_zero: str
    """The sentence on what a score above zero means."""
    asks: str
    """The plain question that a criterion on its score asks."""
    asks_in_text: str
    hazard: str
    measured: str
    limits: tuple[str, ...]
    critique: str
