"""Ids of everything in a report that a standard can be pointed to. Pure."""

from auditor.battery import INSTRUMENTS
from auditor.reporting.instrument_pages import section_id
from auditor.reporting.standards.selection_pages import TABLE_IDS

SECTION_IDS: tuple[str, ...] = (
    "summary",
    "reading",
    "system",
    "scope",
    "register",
    "gap",
    "answers",
    "ladder",
    *(section_id(name) for name in INSTRUMENTS),
    "selection",
    "conditions",
    "adapter",
    "layers",
    "fix",
    "models",
    "baseline",
    "controls",
    "findings",
    "limitations",
    "method",
    "catalogue",
    "standards",
    "sign-off",
    "glossary",
    "provenance",
)
EVIDENCE_IDS: tuple[str, ...] = (*SECTION_IDS, *TABLE_IDS)
"""A test asks that every standard names these only, and that a report has them."""
