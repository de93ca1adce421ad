"""Charts of a fix as numbers: training, slopes, side effects, the dial. Pure.

`training_figure`, `slope_figure`, `side_figure` and `dial_figure` draw them.
"""

from dataclasses import dataclass
from typing import Literal

from auditor.reporting.blocks import Dot, VerdictMark

TrainingKey = Literal["fix", "seed", "control"]
Quantity = Literal["bias", "unusable", "replies"]
DialMark = Literal["original", "fixed", "scaled", "prompted", "erased", "control"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Numbers by step of one training."""

    key: TrainingKey
    steps: tuple[int, ...]
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingPanel:
    """One quantity of all trainings."""

    title: str
    lines: tuple[Line, ...]
    limit: float | None = None
    """What ends a training; None where nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingChart:
    """What training did, step by step; one panel a quantity, each on its own axis."""

    title: str
    alt: str
    n_steps: int
    kept_step: int
    panels: tuple[TrainingPanel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeEnds:
    """One score before and after; what stands under the panel is the paired change."""

    before: Dot
    after: Dot
    change: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopePanel:
    """One contrast, or what is pooled over them."""

    title: str
    implicit: SlopeEnds | None
    explicit: SlopeEnds | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlopeChart:
    """Chart 5: scores before and after, small multiples with one axis."""

    title: str
    alt: str
    span: tuple[float, float]
    """Ends of the axis of scores, the same in all charts of a report."""
    panels: tuple[SlopePanel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SideRow:
    """One criterion: its change as a share of what is allowed."""

    label: str
    dot: Dot | None
    """0 is no change, 1 the limit, above it is worse."""
    beside: str
    mark: VerdictMark


@dataclass(frozen=True, slots=True, kw_only=True)
class SideChart:
    """Chart 8: what else changed, each against its own limit."""

    title: str
    alt: str
    rows: tuple[SideRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DialDot:
    """One arm: where it stands across, and what it came to."""

    mark: DialMark
    across: float
    """Strength of the adapter; of other arms, the place of their column."""
    dots: tuple[Dot | None, ...]
    """In the order of the chart's panels; None where it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialPanel:
    """One quantity."""

    key: Quantity
    title: str
    limit: float | None = None
    """The gate's, counted from the original; None for none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DialChart:
    """The adapter's strength against what it changes, with what else could have been done."""

    title: str
    alt: str
    panels: tuple[DialPanel, ...]
    dial: tuple[DialDot, ...]
    """By strength."""
    others: tuple[DialDot, ...]
    other_labels: tuple[str, ...]
    """Of the columns beside the dial."""
