"""A document on several runs (a comparison, a history, a fleet): what it prints, finished."""

from dataclasses import dataclass

from auditor.reporting.blocks import Fact, Table, VerdictMark
from auditor.reporting.pages import Entry, Letterhead, ReviewSection


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Every string, number and row; `document.html.jinja2` only places them."""

    kicker: str
    """What kind of document it is, above the title: `Comparison of models`."""
    title: str
    language: str
    created: str
    """UTC, ISO 8601: of the newest thing in it, so that equal runs give equal bytes."""
    description: str
    generator: str
    run_id: str
    """What the foot of a page calls it, as in `3 runs`."""
    mark: VerdictMark | None = None
    """What it all comes to, where the document judges."""
    verdict_line: str = ""
    facts: tuple[Fact, ...]
    """On the cover."""
    summary: tuple[str, ...]
    """The sentences that somebody reads who reads nothing else."""
    summary_table: Table | None = None
    reviews: tuple[ReviewSection, ...]
    method: tuple[Fact, ...]
    provenance: tuple[Fact, ...]
    files: Table | None = None
    """What it was made from, by content."""
    commands: tuple[Fact, ...] = ()
    """How to check it."""
    disclaimer: str
    letterhead: Letterhead | None = None
    style: str = ""

    @property
    def contents(self) -> tuple[Entry, ...]:
        """Its sections between the summary and the end."""
        return tuple(Entry(section_id=one.section_id, title=one.title) for one in self.reviews)
