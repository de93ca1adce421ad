"""What the report prints: every string, number and row, finished. The template only places them."""

from dataclasses import dataclass

from auditor.reporting.blocks import (
    AnswerChart,
    Fact,
    GapChart,
    QuoteText,
    Table,
    Todo,
    VerdictMark,
)
from auditor.reporting.dot_chart import DotChart
from auditor.reporting.fields import FilledFields
from auditor.reporting.fix.fix_section import FixSection
from auditor.reporting.layers.layer_section import LayerSection
from auditor.reporting.reviews.review_chart import ReviewChart
from auditor.reporting.standards.crosswalk import CrosswalkSection
from auditor.reporting.standards.selection import SelectionSection


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
    mitigation: Todo | Fact
    """What is done about it: a box, or what the organisation declared."""
    quotes: tuple[QuoteText, ...]
    evidence: str = ""
    """What stands above the quotes."""
    criterion_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """One of the counts on the summary page."""

    number: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What the cover shows of the organisation; what there is none of is empty."""

    name: str = ""
    logo: str = ""
    """As a data URI, of a PNG made by `prompt_library.logo`."""
    logo_alt: str = ""
    footer: str = ""
    classification: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cover:
    """Page 1."""

    model: str
    mark: VerdictMark
    verdict_line: str
    tally_line: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Page 2."""

    sentences: tuple[str, ...]
    table: Table | None
    """Verdicts by category; None where nothing was asked."""
    chart: GapChart | DotChart | None
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
    not_run: tuple[str, ...]
    """Tests of this version of the battery that were left out."""
    outside: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Register:
    """Every criterion of the policy."""

    lead: str
    tables: tuple[Table, ...]
    """Those that were asked, by instrument."""
    footnote: str
    not_asked: tuple[str, ...]
    """The others, counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """How explicit and implicit scores compare."""

    lead: str
    chart: GapChart
    table: Table


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

    title: str
    lead: str
    charts: tuple[tuple[GapChart, Table], ...]
    """Categories with several wordings."""
    others: Table | None
    """All the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of an instrument's section: what its own measures show."""

    title: str
    lead: str
    points: tuple[str, ...] = ()
    """What the numbers show, one by one."""
    chart: DotChart | ReviewChart | None = None
    tables: tuple[Table, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentSection:
    """One instrument with contrasts of its own."""

    section_id: str
    title: str
    lead: tuple[str, ...]
    chart: DotChart
    table: Table
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """Whether an instruction changes what was measured."""

    lead: tuple[str, ...]
    parts: tuple[Part, ...]
    """One for each instrument."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AdapterSection:
    """What an adapter changes; where it was not measured, the lead says why."""

    title: str
    lead: tuple[str, ...]
    parts: tuple[Part, ...]
    """One for each language, then hiring."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSection:
    """The run beside others; where they could not be compared, the lead says why."""

    section_id: str
    title: str
    lead: tuple[str, ...]
    chart: ReviewChart | None = None
    tables: tuple[Table, ...] = ()
    parts: tuple[Part, ...]


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
    not_shown: str
    """What these checks leave open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the contents."""

    section_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """The whole report."""

    title: str
    status: str
    """DRAFT or FINAL, in the report's language."""
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
    is_declared: bool
    """Whether a server declares what ran, and nothing of it was read."""
    scope: Scope
    register: Register
    gap: Gap | None
    answers: Answers | None
    ladders: Ladders | None
    instruments: tuple[InstrumentSection, ...]
    conditions: Conditions | None
    adapter: AdapterSection | None
    layers: LayerSection | None
    fix: FixSection | None
    reviews: tuple[ReviewSection, ...]
    """Other models on the same questions, then what changed since an earlier run."""
    controls: tuple[Control, ...]
    cards_lead: str
    cards: tuple[Card, ...]
    undecided: tuple[Table, ...]
    """The criteria that were asked and not decided, by instrument."""
    undecided_note: str
    limitations: Limitations
    method: Method
    catalogue: tuple[Table, ...]
    glossary: tuple[Term, ...]
    provenance: Provenance
    selection: SelectionSection | None
    """Selection by the categories of NYC's rule; only beside the standards."""
    standards: CrosswalkSection | None
    filled: FilledFields
    """The fields that people fill."""
    letterhead: Letterhead | None = None
    style: str = ""
    """Rules that follow those of `report.css`, as `brand_style` makes them."""
