"""From what the layers show to the numbers of their charts. Pure."""

from collections.abc import Iterator, Sequence
from math import ceil, floor

from auditor.core.layer_results import ConceptResult, LayerResult, PatchingResult
from auditor.core.layer_results import Curve as Points
from auditor.reporting import rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.language import tr, tr_n
from auditor.reporting.layers.layer_chart import (
    Curve,
    LayerChart,
    PatchChart,
    PatchKey,
    PatchPanel,
    SensePanel,
)
from auditor.reporting.layers.layer_numbers import (
    at,
    effect,
    highest,
    layer_name,
    shares_apart,
    valued,
)
from auditor.reporting.layers.layer_sentences import category_of, concept_title, senses_of
from auditor.reporting.layers.layer_use_sentences import best_patched

PANELS = 4
"""Columns that fit on a page side by side."""
_KINDS: tuple[PatchKey, ...] = ("identifier", "unrelated", "random", "wrong-layer")
_FLOOR = 0.4
_SPAN = (-0.5, 1.0)


def sense_charts(result: LayerResult, concepts: Sequence[ConceptResult]) -> tuple[LayerChart, ...]:
    """Chart 3, on as many figures as it takes; all have the same axes."""
    ends = [p.low for c in concepts for p in c.probe.accuracy if p.low is not None]
    ends += [p.mean for c in concepts for p in c.probe.control]
    ends += [v for c in concepts if c.base for _, v in valued(c.base.accuracy)]
    low = floor(10 * min([_FLOOR, *ends])) / 10
    return tuple(
        LayerChart(
            title=_sense_title(some),
            alt=_sense_alt(some),
            n_layers=result.source.n_layers,
            n_base_layers=result.base.n_layers if result.base else None,
            floor=max(0.0, low),
            has_causal=any(c.patching and c.patching.above for c in some),
            panels=tuple(_sense_panel(c) for c in some),
        )
        for some in _grouped(concepts)
    )


def patch_charts(result: LayerResult, concepts: Sequence[ConceptResult]) -> tuple[PatchChart, ...]:
    """How far a state that is put in moves the answer; empty where none was."""
    patched = [c for c in concepts if c.patching is not None]
    span = _span([c.patching for c in patched if c.patching])
    return tuple(
        PatchChart(
            title=_patch_title(some),
            alt=_patch_alt(some),
            n_layers=result.source.n_layers,
            span=span,
            panels=tuple(_patch_panel(c, c.patching) for c in some if c.patching),
        )
        for some in _grouped(patched)
    )


def _grouped(concepts: Sequence[ConceptResult]) -> Iterator[list[ConceptResult]]:
    """Evenly over as few figures as can hold them."""
    if not concepts:
        return
    each = ceil(len(concepts) / ceil(len(concepts) / PANELS))
    for start in range(0, len(concepts), each):
        yield list(concepts[start : start + each])


def _curve(points: Points) -> Curve:
    known = valued(points)
    return Curve(
        layers=tuple(p.layer for p, _ in known),
        values=tuple(v for _, v in known),
        lows=tuple(v if p.low is None else p.low for p, v in known),
        highs=tuple(v if p.high is None else p.high for p, v in known),
    )


def _sense_panel(concept: ConceptResult) -> SensePanel:
    probe, base = concept.probe, concept.base
    best = highest(probe.accuracy)
    shares = {c.condition: _curve(c.points) for c in concept.awareness.curves}
    return SensePanel(
        title=concept_title(concept),
        social=senses_of(concept)[0],
        accuracy=_curve(probe.accuracy),
        control=Curve(
            layers=tuple(p.layer for p in probe.control),
            values=tuple(p.mean for p in probe.control),
            lows=tuple(p.mean for p in probe.control),
            highs=tuple(p.high for p in probe.control),
        ),
        limit=probe.limit,
        limit_text=shares_apart(best.value or 0.0 if best else 0.0, probe.limit)[1],
        peak=probe.peak if probe.above else None,
        causal=concept.patching.above if concept.patching else (),
        ambiguous=shares.get("ambiguous", Curve()),
        explicit=shares.get("explicit", Curve()),
        stated_social=shares.get("stated-social", Curve()),
        stated_other=shares.get("stated-other", Curve()),
        readable=concept.awareness.readable,
        base_accuracy=_curve(base.accuracy) if base else Curve(),
        base_ambiguous=_curve(base.ambiguous) if base else Curve(),
    )


def _patch_panel(concept: ConceptResult, patching: PatchingResult) -> PatchPanel:
    return PatchPanel(
        title=concept_title(concept),
        curves=tuple(
            (key, _curve(curve.points))
            for key in _KINDS
            for curve in patching.curves
            if curve.kind == key
        ),
        above=patching.above,
        peak=patching.peak,
    )


def _span(patchings: Sequence[PatchingResult]) -> tuple[float, float]:
    ends = [
        end
        for patching in patchings
        for curve in patching.curves
        for point, value in valued(curve.points)
        for end in (value, point.low, point.high)
        if end is not None
    ]
    return min([_SPAN[0], *ends]), max([_SPAN[1], *ends])


def _sense_title(concepts: Sequence[ConceptResult]) -> str:
    told = sum(bool(c.probe.above) for c in concepts)
    read = sum(bool(c.awareness.readable) for c in concepts)
    return tr_n(
        "Senses told apart in {told} of {n} concept, readable in the battery’s own prompts in "
        "{read}",
        "Senses told apart in {told} of {n} concepts, readable in the battery’s own prompts in "
        "{read}",
        len(concepts),
        told=told,
        read=read,
    )


def _sense_alt(concepts: Sequence[ConceptResult]) -> str:
    parts = []
    for concept in concepts:
        best = highest(concept.probe.accuracy)
        value, limit = shares_apart(best.value or 0.0 if best else 0.0, concept.probe.limit)
        values = {"concept": category_of(concept), "value": value, "limit": limit}
        parts.append(
            tr(
                "{concept}: {value} at {layer}, limit {limit}.",
                layer=layer_name(concept.probe.peak),
                **values,
            )
            if concept.probe.peak is not None and concept.probe.above
            else tr("{concept}: at most {value}, not above the limit {limit}.", **values)
        )
    return chart_alt(tr("Accuracy of a probe for the sense of a word, by layer."), parts)


def _patch_title(concepts: Sequence[ConceptResult]) -> str:
    used = sum(bool(c.patching and c.patching.above) for c in concepts)
    return tr_n(
        "The word’s state is shown to move the answer in {used} of {n} concept",
        "The word’s state is shown to move the answer in {used} of {n} concepts",
        len(concepts),
        used=used,
    )


def _patch_alt(concepts: Sequence[ConceptResult]) -> str:
    parts = []
    for concept in concepts:
        patching = concept.patching
        layer = best_patched(patching) if patching else None
        if patching is None or layer is None:
            continue
        own = next((c.points for c in patching.curves if c.kind == "identifier"), ())
        point = at(own, layer)
        value = effect(point.value) if point and point.value is not None else rounding.NONE
        values = {"concept": category_of(concept), "value": value, "layer": layer_name(layer)}
        parts.append(
            tr("{concept}: {value} at {layer}.", **values)
            if patching.above
            else tr("{concept}: {value} at {layer}, not beyond the controls.", **values)
        )
    return chart_alt(
        tr(
            "Effect of a state that is put in on the answer, in log-odds by layer, with three "
            "controls; the largest of each concept."
        ),
        parts,
    )
