"""Chart 9 as numbers: scores against the size of the model. Pure; `size_figure` draws it."""

from dataclasses import dataclass

from auditor.reporting.blocks import Dot


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePoint:
    """One model."""

    label: str
    family: str
    """Models of one family are joined by a line; never those of different ones."""
    n_parameters: int
    implicit: Dot | None
    explicit: Dot | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeChart:
    """Scores over all categories, by number of parameters."""

    title: str
    alt: str
    points: tuple[SizePoint, ...]
    """From small to large."""
