"""Chart 9 as numbers: scores against the size of the model, or against its training step. Pure.

`size_figure` draws it.
"""

from dataclasses import dataclass
from typing import Literal

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
    step: int | None = None
    """Of its training."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeChart:
    """Scores over all categories, by number of parameters or by training step."""

    title: str
    alt: str
    points: tuple[SizePoint, ...]
    """From small to large, or from early to late."""
    axis: Literal["parameters", "steps"] = "parameters"
