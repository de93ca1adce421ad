"""Selection by group as it is printed: a chart as numbers, and tables. Pure."""

from dataclasses import dataclass

from auditor.reporting.blocks import Dot, Table

SECTION_ID = "selection"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioRow:
    """One group: its ratio to the reference, or the reference itself."""

    label: str
    dot: Dot | None
    """None for the reference, and where no ratio could be formed."""
    is_reference: bool
    n: int
    beside: str
    """Ratio and interval as text."""
    n_text: str
    unknown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioBlock:
    """Groups that are compared with each other."""

    title: str
    rows: tuple[RatioRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RatioChart:
    """Chart 4: impact ratios of all groups on one logarithmic axis; `ratio_figure` draws it."""

    title: str
    alt: str
    blocks: tuple[RatioBlock, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionSection:
    """Selection rates and impact ratios of the hiring screen, by the categories of the rule."""

    title: str
    lead: tuple[str, ...]
    chart: RatioChart | None
    tables: tuple[Table, ...]

    @property
    def places(self) -> dict[str, str]:
        """Ids of the section and its tables, with what they are called."""
        return {SECTION_ID: self.title, **{one.table_id: one.caption for one in self.tables}}
