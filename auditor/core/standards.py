"""Rules that a report can give evidence for, as dated data. No report alone meets any of them."""

from dataclasses import dataclass
from typing import Literal

FieldPart = Literal["system", "risk", "sign-off", "standards"]
"""Where a field stands in the report: system under audit, risk, signatures, the rules."""
Source = Literal["measured", "report", "declared", "person"]
"""Who can answer a requirement: the tool by what it found in this run, the report by its standing
text or its shape alone, the organisation in its audit file, a person by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing that no measurement can say, and the organisation has to."""

    field_id: str
    """As in `intended-purpose`: its name in the audit file."""
    label: str
    rule: str
    """Where it is asked for, as in `AI Act Annex IV 1`."""
    part: FieldPart
    is_required: bool
    """Whether a report without it stays a draft."""
    standards: tuple[str, ...] = ()
    """Ids of the standards that ask for it; asked whatever the standards are where empty."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One thing that a standard asks for, and what of this report is evidence for it."""

    clause: str
    """As in `Annex IV 2(g)`."""
    asks: str
    by: Source
    evidence: tuple[str, ...] = ()
    """Ids of the sections of the report that hold it."""
    field_ids: tuple[str, ...] = ()
    """Fields that the organisation answers it with."""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standard:
    """A law, a standard or a checklist, as it stood on a day."""

    standard_id: str
    """As in `ai-act`."""
    title: str
    as_of: str
    """ISO 8601 date of the reading of its status."""
    status: str
    """In force, draft, repealed, voluntary; with its dates."""
    source: str
    """Where that was read."""
    note: str
    """What this report is not under it."""
    requirements: tuple[Requirement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crosswalk:
    """All standards, and the fields that they leave to people."""

    fields: tuple[Field, ...]
    standards: tuple[Standard, ...]
    sha256: str
    """Over the files that it was read from."""


NO_STANDARDS = Crosswalk(fields=(), standards=(), sha256="")
"""No rule is shown, and nothing is asked of people but what is done about each finding."""
