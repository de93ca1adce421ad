"""How a report is presented, and what its organisation declares. Never changes a number."""

from dataclasses import dataclass
from typing import Literal, get_args

from auditor.core.standards import NO_STANDARDS, Crosswalk

Language = Literal["en", "de", "es"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
Paper = Literal["A4", "Letter"]
PAPERS: tuple[Paper, ...] = get_args(Paper)
Redaction = Literal["outputs", "paths", "host"]
"""Texts of the model; places in the file system and the command; the machine that ran the audit."""
REDACTIONS: tuple[Redaction, ...] = get_args(Redaction)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """The audit file: what the organisation declares, and nobody verified."""

    organisation: str
    answers: tuple[tuple[str, str], ...]
    """Field id and text."""
    mitigations: tuple[tuple[str, str], ...]
    """Criterion id, as in `implicit/gender.terms`, and what is done, by whom, until when."""
    standards: tuple[str, ...]
    """Ids of the standards that the crosswalk shows; all of them where empty."""
    sha256: str
    """Of the file as given."""

    def answer(self, field_id: str) -> str | None:
        """What was declared for a field."""
        return dict(self.answers).get(field_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Brand:
    """How the organisation's reports look; verdict colours and the disclaimer stay."""

    name: str = ""
    logo_png: bytes | None = None
    accent: str = ""
    """As in `#005A8C`; at least 4.5:1 on white. Empty for the shipped one."""
    footer: str = ""
    classification: str = ""
    """As in `Confidential`."""


UNBRANDED = Brand()


@dataclass(frozen=True, slots=True, kw_only=True)
class Presentation:
    """Everything about a report that does not follow from the evidence."""

    language: Language = "en"
    paper: Paper = "A4"
    brand: Brand = UNBRANDED
    about: About | None = None
    redacted: tuple[Redaction, ...] = ()
    is_final: bool = False
    """Whether it is given out as final: a draft says so on every page."""
    crosswalk: Crosswalk = NO_STANDARDS


PLAIN = Presentation()
