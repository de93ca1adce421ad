"""Charts of layers as numbers: a panel a concept, a curve a condition. Pure.

`layer_figure` and `patch_figure` draw them.
"""

from dataclasses import dataclass
from typing import Literal

PatchKey = Literal["identifier", "unrelated", "random", "wrong-layer"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """Values with 95 % intervals by layer; a layer without a value is left out."""

    layers: tuple[int, ...] = ()
    values: tuple[float, ...] = ()
    lows: tuple[float, ...] = ()
    highs: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SensePanel:
    """One concept: how well its senses are told apart, and which one is read in prompts."""

    title: str
    social: str
    """What the word stands for in the social sense, as in `people`."""
    accuracy: Curve
    control: Curve
    """Mean of relabelled sentences, up to its 97.5th percentile."""
    limit: float
    limit_text: str
    peak: int | None
    causal: tuple[int, ...]
    """Layers whose state was shown to move the answer."""
    ambiguous: Curve
    explicit: Curve
    stated_social: Curve
    stated_other: Curve
    readable: tuple[int, ...]
    base_accuracy: Curve = Curve()
    base_ambiguous: Curve = Curve()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerChart:
    """Chart 3: one column a concept, two rows, shared axes."""

    title: str
    alt: str
    n_layers: int
    n_base_layers: int | None
    floor: float
    """Where the axis of accuracies begins, the same in all charts of a report."""
    has_causal: bool
    panels: tuple[SensePanel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchPanel:
    """One concept: how far a state that is put in moves the answer."""

    title: str
    curves: tuple[tuple[PatchKey, Curve], ...]
    above: tuple[int, ...]
    peak: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchChart:
    """Effects of patched states in log-odds, one column a concept, shared axes."""

    title: str
    alt: str
    n_layers: int
    span: tuple[float, float]
    """Ends of the axis of effects, the same in all charts of a report."""
    panels: tuple[PatchPanel, ...]
