"""What pages are made of: cells, tables, charts as numbers, boxes to complete. Pure."""

from dataclasses import dataclass
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
    last: str = ""
    """One below these, as for the interval that a verdict rests on."""
    kind: Literal["text", "number", "code"] = "text"
    mark: VerdictMark | None = None
    target: str = ""
    """Id of the section that the cell refers to; empty for none."""
    file: str = ""
    """Path, from the page, of the file that the cell names; a link on a screen. Empty for none."""


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
    kind: str = ""
    """Its class in the style sheet; empty for its own id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One estimate in a chart: value, 95 % interval, bounds without assumptions."""

    value: float
    low: float
    high: float
    bound_low: float
    bound_high: float
    is_measurable: bool = True
    """False for a number that the model's answers do not allow to be read."""


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
    verdict_head: str = "verdict"
    """Whose verdict stands beside the rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBar:
    """One bar of the chart of answers: shares of all answers, which add up to 1."""

    label: str
    stereotype: float
    neutral: float
    unusable: float
    counter: float
    n: str
    ruled_by: str = ""
    """What decided in place of the meaning, so that no side is taken; empty for nothing."""


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
    box_id: str = ""
    """What the table of open fields links to; empty for none."""


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
class ReadingText:
    """What the model wrote about one of its own states, cleaned."""

    state: str
    answer: str
