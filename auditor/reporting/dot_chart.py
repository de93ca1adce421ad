"""A chart of estimates as numbers: rows, series, an axis. Pure; `dot_figure` draws it."""

from dataclasses import dataclass
from typing import Literal

from auditor.reporting.blocks import Dot, VerdictMark

SeriesKey = Literal[
    "likelihood",
    "written",
    "question",
    "instruction",
    "neutral-instruction",
    "chain-of-thought",
    "match-statistics",
    "without-adapter",
    "with-adapter",
    "earlier",
    "later",
]
Scale = Literal["score", "ratio"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One kind of mark: what it stands for; its shape and colour follow from the key."""

    key: SeriesKey
    label: str
    """In English; translated where it is drawn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DotRow:
    """One row: an estimate for each series, and what stands beside them."""

    label: str
    dots: tuple[Dot | None, ...]
    """In the order of the chart's series."""
    beside: str = ""
    mark: VerdictMark | None = None
    is_control: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DotChart:
    """Estimates with their intervals on one axis."""

    title: str
    alt: str
    scale: Scale
    axis_label: str
    series: tuple[Series, ...]
    rows: tuple[DotRow, ...]
    limit: float | None = None
    """The policy's, where one holds for all rows."""
    null_size: float | None = None
    """Largest size of the null control; drawn as dotted lines on both sides of 0."""
    beside_head: str = ""
    verdict_head: str = ""
    is_connected: bool = False
    """Whether the estimates of a row are joined, as for the same items under conditions."""
