"""What the report prints of the layers: every string, number and row, finished."""

from dataclasses import dataclass

from auditor.reporting.blocks import Fact, ReadingText, Table
from auditor.reporting.layers.layer_chart import LayerChart, PatchChart


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFinding:
    """What the layers show about one concept: in words alone, and with its numbers."""

    title: str
    lead: str
    lines: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPart:
    """A part of what the layers show."""

    title: str
    lead: str
    findings: tuple[Fact, ...] = ()
    charts: tuple[LayerChart | PatchChart, ...]
    tables: tuple[Table, ...]
    readings: tuple[ReadingText, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSection:
    """Inside the model; where it could not be read, the lead says why and all else is empty."""

    title: str
    lead: tuple[str, ...]
    findings: tuple[LayerFinding, ...]
    """One a concept."""
    parts: tuple[LayerPart, ...]
    not_shown: tuple[str, ...]
    """What a layer curve does not show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerPage:
    """The layers of a model alone, without an audit around them."""

    title: str
    language: str
    description: str
    generator: str
    layers: LayerSection
    method: str
    provenance: tuple[Fact, ...]
    style: str = ""
