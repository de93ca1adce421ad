"""Results of layers as they could be, and hostile ones, from a seeded generator."""

from dataclasses import replace

import numpy as np

from auditor.core.layer_results import (
    AblationResult,
    AwarenessCurve,
    AwarenessResult,
    BaseResult,
    ConceptResult,
    ControlPoint,
    Curve,
    CurvePoint,
    LayerResult,
    LayerSource,
    PatchCurve,
    PatchingResult,
    ProbeResult,
    ReadingPoint,
    ReadingResult,
)
from auditor.core.results import AuditResult
from auditor.core.senses import AWARENESS_CONDITIONS
from tests.reporting.builders import result

N_LAYERS = 30
N_PAIRS, N_SENTENCES, N_WORDINGS = 24, 96, 8
PATCHED = (0, 4, 8, 12, 16, 20, 24, 30)
SHARES = {"ambiguous": 0.42, "stated-social": 0.93, "stated-other": 0.12, "explicit": 0.71}
"""Share read in the social sense where the probe is best."""


def curve_point(
    layer: int,
    value: float | None,
    error: float = 0.05,
    *,
    n: int = N_SENTENCES,
    n_clusters: int = N_PAIRS,
    edges: tuple[float, float] = (-9.0, 9.0),
) -> CurvePoint:
    """A value with a normal interval."""
    return CurvePoint(
        layer=layer,
        value=value,
        low=None if value is None else max(edges[0], value - 2 * error),
        high=None if value is None else min(edges[1], value + 2 * error),
        n=n,
        n_clusters=n_clusters,
    )


def share_point(layer: int, value: float, *, n: int = N_SENTENCES, k: int = N_PAIRS) -> CurvePoint:
    value = min(1.0, max(0.0, value))
    error = max(0.012, float(np.sqrt(value * (1 - value) / k) / 1.6))
    return curve_point(layer, value, error, n=n, n_clusters=k, edges=(0.0, 1.0))


def hill(peak: float, width: float = 0.28) -> list[float]:
    """From 0 to 1 and back over the layers, 1 at a share of the depth."""
    depth = np.arange(N_LAYERS + 1) / N_LAYERS
    return [float(v) for v in np.exp(-0.5 * ((depth - peak) / width) ** 2)]


def probe(strength: float, peak: float, rng: np.random.Generator) -> ProbeResult:
    values = [0.5 + strength * h + float(rng.normal(0, 0.012)) for h in hill(peak)]
    values[0] = 0.5
    limit = 0.662
    above = tuple(i for i, v in enumerate(values) if v > limit)
    return ProbeResult(
        accuracy=tuple(share_point(i, v) for i, v in enumerate(values)),
        selectivity=tuple(
            CurvePoint(
                layer=i, value=0.4 * (v - 0.45), low=None, high=None, n=N_SENTENCES, n_clusters=24
            )
            for i, v in enumerate(values)
        ),
        control=tuple(
            ControlPoint(layer=i, mean=0.5 + float(rng.normal(0, 0.004)), high=0.6)
            for i in range(N_LAYERS + 1)
        ),
        limit=limit,
        level=0.9875,
        words_alone=share_point(0, 0.5 + strength / 4),
        peak=max(above, key=lambda i: values[i]) if above else None,
        above=above,
    )


def awareness(peak: float, readable: tuple[int, ...]) -> AwarenessResult:
    n = N_WORDINGS * 4
    curves = {
        name: tuple(
            share_point(i, 0.5 + (SHARES[name] - 0.5) * h, n=n, k=N_WORDINGS)
            for i, h in enumerate(hill(peak))
        )
        for name in AWARENESS_CONDITIONS
    }

    def minus(one: Curve, other: Curve) -> Curve:
        return tuple(
            curve_point(a.layer, (a.value or 0.0) - (b.value or 0.0), 0.06, n=n, n_clusters=8)
            for a, b in zip(one, other, strict=True)
        )

    return AwarenessResult(
        curves=tuple(AwarenessCurve(condition=c, points=curves[c]) for c in AWARENESS_CONDITIONS),
        anchor=minus(curves["stated-social"], curves["stated-other"]),
        readable=readable,
        difference=minus(curves["ambiguous"], curves["explicit"]),
    )


def patching(size: float, rng: np.random.Generator) -> PatchingResult:
    heights = hill(0.35, 0.2)

    def curve(kind: str, scale: float) -> PatchCurve:
        return PatchCurve(
            kind=kind,
            points=tuple(
                curve_point(i, scale * heights[i] + float(rng.normal(0, 0.04)), 0.15)
                for i in PATCHED
            ),
        )

    own = curve("identifier", size)
    above = tuple(p.layer for p in own.points if p.low is not None and p.low > 0.2)
    return PatchingResult(
        curves=(own, *(curve(k, 0.06) for k in ("unrelated", "random", "wrong-layer"))),
        peak=max(above, key=lambda i: heights[i]) if above else None,
        above=above,
    )


def ablation(change: float, *, n_random: int = 20, p: float | None = 1 / 21) -> AblationResult:
    return AblationResult(
        from_layer=9,
        before=curve_point(9, 0.42, 0.04),
        after=curve_point(9, 0.42 + change, 0.04),
        difference=curve_point(9, change, 0.03),
        random_differences=tuple(0.004 * (i - n_random / 2) for i in range(n_random)),
        p_value=p,
        log_likelihood_change=-0.08,
    )


def readings(believed: tuple[int, ...], text: str) -> ReadingResult:
    return ReadingResult(
        points=tuple(
            ReadingPoint(
                layer=i,
                n=36,
                n_known=12,
                known_right=0.75 if i in believed else 0.08,
                degenerate=0.4,
                relevant=0.55,
                social_in_social=0.5 if i in believed else None,
                social_in_other=0.1 if i in believed else None,
            )
            for i in PATCHED
        ),
        believed=believed,
        examples=tuple((i, f"race.black-white/03/social/{i}", text) for i in PATCHED),
    )


def clear_concept(text: str = "black people who live in the city") -> ConceptResult:
    """Told apart, read in prompts, used, and with readings that are believed."""
    rng = np.random.default_rng(3)
    found = probe(0.44, 0.55, rng)
    return ConceptResult(
        concept_id="race.black-white",
        category="race",
        label="black and white: people or colours",
        words=("black", "white"),
        names=("people", "colours"),
        n_sentences=N_SENTENCES,
        n_pairs=N_PAIRS,
        probe=found,
        awareness=awareness(0.55, tuple(i for i in found.above if 8 <= i <= 27)),
        patching=patching(1.3, rng),
        ablation=ablation(-0.19),
        readings=readings((8, 12, 16), text),
    )


def blank_concept() -> ConceptResult:
    """Nowhere above the control band; nothing is read, and patching shows nothing."""
    rng = np.random.default_rng(5)
    return ConceptResult(
        concept_id="age.old-young",
        category="age",
        label="old and young: people or things",
        words=("old", "young"),
        names=("people", "things"),
        n_sentences=N_SENTENCES,
        n_pairs=N_PAIRS,
        probe=probe(0.08, 0.5, rng),
        awareness=awareness(0.5, ()),
        patching=patching(0.1, rng),
        ablation=ablation(-0.02, n_random=8, p=0.667),
        readings=readings((), "the the the the"),
    )


def unread_concept() -> ConceptResult:
    """Told apart in sentences, and not to be read in prompts."""
    rng = np.random.default_rng(7)
    return replace(
        blank_concept(),
        concept_id="socio-economic-status.poor-rich",
        category="socio-economic-status",
        label="poor and rich: people or soils and sauces",
        words=("poor", "rich"),
        names=("people", "soils and sauces"),
        probe=probe(0.3, 0.6, rng),
        patching=None,
        ablation=None,
        readings=None,
    )


def small_concept() -> ConceptResult:
    """Read at one layer alone."""
    rng = np.random.default_rng(9)
    found = probe(0.22, 0.4, rng)
    return replace(
        unread_concept(),
        concept_id="sexual-orientation.gay-straight",
        category="sexual-orientation",
        label="gay and straight: people, or moods and lines",
        words=("gay", "straight"),
        names=("people", "moods and lines"),
        probe=found,
        awareness=awareness(0.4, found.above[:1]),
    )


def source(name: str = "SmolLM2-135M-Instruct", *, is_dequantised: bool = True) -> LayerSource:
    return LayerSource(
        model=name,
        weights_sha256="cd" * 32,
        adapter_sha256=None,
        architecture="LlamaForCausalLM",
        n_layers=N_LAYERS,
        dtype="bfloat16",
        is_dequantised=is_dequantised,
        blocks="model.layers",
    )


def layer_result(*concepts: ConceptResult, is_dequantised: bool = True) -> LayerResult:
    """Four concepts of every kind, or these."""
    told = concepts or (clear_concept(), blank_concept(), unread_concept(), small_concept())
    return LayerResult(
        schema=1,
        source=source(is_dequantised=is_dequantised),
        base=None,
        base_missing_because=None,
        tier="quick",
        seed=0,
        senses_version="1.0.0",
        senses_sha256="78" * 32,
        n_shuffles=200,
        concepts=told,
    )


def with_base(told: LayerResult, *, n_layers: int = N_LAYERS) -> LayerResult:
    """The same beside a base model, which tells the senses apart a little less."""
    is_paired = n_layers == N_LAYERS

    def of(concept: ConceptResult) -> BaseResult:
        own = concept.awareness.curves[0].points

        def lower(points: Curve, by: float) -> Curve:
            return tuple(
                share_point(p.layer, (p.value or 0.0) - by, n=p.n, k=p.n_clusters)
                for p in points[: n_layers + 1]
            )

        return BaseResult(
            accuracy=lower(concept.probe.accuracy, 0.06),
            ambiguous=lower(own, -0.14),
            accuracy_difference=tuple(curve_point(p.layer, 0.06, 0.02) for p in own)
            if is_paired
            else (),
            ambiguous_difference=tuple(
                curve_point(p.layer, -0.14, 0.05, n=32, n_clusters=8) for p in own
            )
            if is_paired
            else (),
        )

    return replace(
        told,
        base=replace(source("SmolLM2-135M"), n_layers=n_layers),
        concepts=tuple(replace(c, base=of(c)) for c in told.concepts),
    )


def layered(told: LayerResult | None = None) -> AuditResult:
    """The builders' audit with these layers, or those of `layer_result`."""
    return replace(result(), layers=told or layer_result())
