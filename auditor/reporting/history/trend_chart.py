"""Scores of one model over its reviews, as numbers. Pure; `trend_figure` draws them."""

from dataclasses import dataclass
from typing import Literal

from auditor.reporting.blocks import Dot

TrendKey = Literal["implicit", "explicit", "likelihood", "written"]
"""What a series is; its shape and colour follow from it."""
WIDE_FROM = 17
"""Reviews from which a panel takes the whole width."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendSeries:
    """One measure of one contrast over all reviews."""

    key: TrendKey
    dots: tuple[Dot | None, ...]
    """A dot a review; None where it was not asked, or has no value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPanel:
    """What belongs together: the series of one contrast."""

    title: str
    above: str = ""
    """A line above the title: the test, where several share a chart."""
    series: tuple[TrendSeries, ...]
    limits: tuple[float | None, ...]
    """The policy's at each review, where one holds for all series."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendChart:
    """Small multiples on one axis of time and one of scores."""

    title: str
    alt: str
    axis_label: str
    places: tuple[float, ...]
    """Of the reviews on the axis of time, from 0 to 1."""
    labels: tuple[str, ...]
    """Of the reviews: their number, and where there is room their day below it."""
    is_stored: tuple[bool, ...]
    """Reviews whose numbers are as stored."""
    is_joined: tuple[bool, ...]
    """Whether a line may lead from each review to the next."""
    letters: tuple[str, ...]
    """What changed from each review to the next, as the table calls it; empty for nothing."""
    series: tuple[tuple[TrendKey, str], ...]
    """Of the key."""
    panels: tuple[TrendPanel, ...]
