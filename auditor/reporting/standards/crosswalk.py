"""The crosswalk as it is printed: each requirement with who answers it, and where."""

from dataclasses import dataclass
from typing import Literal

State = Literal["measured", "in-report", "declared", "in-part", "open", "not-run"]
"""What stands against a requirement: found by the tool, standing text of the report, said by the
organisation, or nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """A place in this report."""

    target: str
    """Id of the section or table."""
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequirementRow:
    """One thing that a standard asks for."""

    clause: str
    asks: str
    note: str
    state: State
    who: str
    evidence: tuple[Evidence, ...]
    """Empty where nothing of it is in this report."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardTable:
    """One standard, as it stood on a day."""

    table_id: str
    title: str
    status: str
    source: str
    note: str
    """What this report is not under it."""
    rows: tuple[RequirementRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkSection:
    """All standards that the report shows."""

    title: str
    lead: tuple[str, ...]
    standards: tuple[StandardTable, ...]
