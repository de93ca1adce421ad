"""Standing text on every instrument: construct, hazard, limits, critique, and its names. Pure."""

from collections.abc import Mapping

from auditor.reporting import association_texts, decision_texts
from auditor.reporting.instrument_text import InstrumentText

INSTRUMENTS: Mapping[str, InstrumentText] = {**association_texts.TEXTS, **decision_texts.TEXTS}
