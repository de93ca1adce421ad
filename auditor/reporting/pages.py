"""What the report prints: every string, number and row, finished. The template only places them."""

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictMark:
    """A verdict as a reader sees it: sign and word; the class carries the colour."""

    sign: str
    word: str
    css: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One cell of a table."""

    text: str
    note: str = ""
    """A second, smaller line."""
    more: str = ""
    """A third one, as for bounds."""
    kind: Literal["text", "number", "code"] = "text"
    mark: VerdictMark | None = None
    target: str = ""
    """Id of the section that the cell refers to; empty for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """The head of a column."""

    text: str
    kind: Literal["text", "number", "code"] = "text"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table whose first column names its rows."""

    table_id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    footnote: str = ""
    is_dense: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One estimate in a chart: value, 95 % interval, bounds without assumptions."""

    value: float
    low: float
    high: float
    bound_low: float
    bound_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class GapRow:
    """One row of the chart of explicit against implicit."""

    label: str
    explicit: Dot | None
    implicit: Dot | None
    gap: str
    mark: VerdictMark | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GapChart:
    """Chart 1: explicit and implicit score of each row on one axis."""

    title: str
    alt: str
    limit: float | None
    rows: tuple[GapRow, ...]
    is_small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBar:
    """One bar of the chart of answers: shares of all answers, which add up to 1."""

    label: str
    stereotype: float
    neutral: float
    unusable: float
    counter: float
    n: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerPanel:
    """The bars of one instrument."""

    title: str
    bars: tuple[AnswerBar, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerChart:
    """Chart 2: what the written answers were."""

    title: str
    alt: str
    panels: tuple[AnswerPanel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Todo:
    """A box that only a person can fill."""

    label: str
    rule: str
    """Why it is asked, with the name of the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """A line of a list of facts."""

    label: str
    text: str
    is_code: bool = False
    mark: Literal["measured", "declared", ""] = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuoteText:
    """A question and what the model wrote, cleaned."""

    question: str
    answer: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One finding in the six fields of a bias scenario (prEN 18283)."""

    card_id: str
    title: str
    mark: VerdictMark
    lead: str
    """One sentence: what was found."""
    at_risk: str
    hazard: str
    measured: str
    """The test and what its contrast does and does not measure."""
    limit: str
    observed: str
    in_text: str
    reasons: tuple[str, ...]
    trigger: str
    todo: Todo
    quotes: tuple[QuoteText, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One of the counts on the summary page."""

    number: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Page 1."""

    model: str
    mark: VerdictMark
    verdict_line: str
    policy_line: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Page 2."""

    sentences: tuple[str, ...]
    table: Table
    chart: GapChart
    decisions: tuple[str, ...]
    counts: tuple[Count, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VerdictMeaning:
    """One line of how to read the signs."""

    mark: VerdictMark
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What was tested and what was not."""

    matrix: Table
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the written answers were."""

    unusable: tuple[QuoteText, ...]
    """A few that no rule could score."""
    lead: str
    chart: AnswerChart
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ladders:
    """The same categories in other words, and other groups of them."""

    lead: str
    charts: tuple[tuple[GapChart, Table], ...]
    """Categories with several wordings."""
    others: Table | None
    """All the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """One control: what it shows, in a sentence and in numbers."""

    title: str
    lead: str
    table: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limitations:
    """Standing limits of the tests, and those met in this run."""

    standing: tuple[str, ...]
    met: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """How it was done, so that somebody else can do it."""

    paragraphs: tuple[Fact, ...]
    rule: tuple[str, ...]
    noise: Table | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """A word of the glossary."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provenance:
    """The last page: what it takes to check all the others."""

    facts: tuple[Fact, ...]
    weights: Table
    versions: Table
    files: Table
    commands: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the contents."""

    section_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report."""

    title: str
    status: Literal["DRAFT", "FINAL"]
    language: str
    created: str
    """ISO 8601, for the document's metadata."""
    generator: str
    description: str
    run_id: str
    disclaimer: str
    contents: tuple[Entry, ...]
    cover: Cover
    summary: Summary
    signs: tuple[VerdictMeaning, ...]
    reading: tuple[str, ...]
    system: tuple[Fact, ...]
    system_todos: tuple[Todo, ...]
    scope: Scope
    register_lead: str
    register: Table
    gap_lead: str
    gap_chart: GapChart
    gap_table: Table
    answers: Answers
    ladders: Ladders | None
    controls: tuple[Control, ...]
    cards_lead: str
    cards: tuple[Card, ...]
    undecided: Table | None
    limitations: Limitations
    method: Method
    catalogue: tuple[Table, ...]
    sign_off: tuple[Todo, ...]
    glossary: tuple[Term, ...]
    provenance: Provenance
    n_todos: int = field(default=0)
