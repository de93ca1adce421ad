"""What the report prints of a fix: every string, number and row, finished."""

from dataclasses import dataclass

from auditor.reporting.blocks import AnswerChart, Fact, ReadingText, Table, VerdictMark
from auditor.reporting.dot_chart import DotChart
from auditor.reporting.fix.fix_chart import DialChart, SideChart, SlopeChart, TrainingChart

FixChart = TrainingChart | SlopeChart | AnswerChart | SideChart | DialChart | DotChart


@dataclass(frozen=True, slots=True, kw_only=True)
class FixVerdict:
    """Whether a fix is accepted, why not, and the gate that says so."""

    mark: VerdictMark
    lead: str
    reasons: tuple[str, ...]
    """One a criterion that stands against it."""
    table: Table


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPart:
    """A part of what came of a fix."""

    name: str
    """Of its charts' files."""
    title: str
    lead: tuple[str, ...]
    points: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    charts: tuple[FixChart, ...] = ()
    tables: tuple[Table, ...] = ()
    openings: tuple[ReadingText, ...] = ()
    """First words that an arm writes most often, with how often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSection:
    """The fix; where there is none, the lead says why and all else is empty."""

    title: str
    lead: tuple[str, ...]
    verdict: FixVerdict | None
    parts: tuple[FixPart, ...]
    not_shown: tuple[str, ...]
    """What neither an accepted nor a withheld fix shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FixPage:
    """A fix alone, without an audit around it."""

    title: str
    language: str
    description: str
    generator: str
    fix: FixSection
    method: str
    provenance: tuple[Fact, ...]
    style: str = ""
