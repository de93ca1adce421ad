"""Made-up readings of the inside of a model, of the shapes that real ones have.

`layer_evidence()` has two concepts: one whose senses come apart in the middle layers, with every
kind of causal evidence, and one that no probe tells apart. Seeded, so that pages drawn from it do
not change.
"""

from dataclasses import dataclass
from itertools import product
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from auditor.core.items import Tier
from auditor.core.layer_evidence import (
    AblationEvidence,
    AblationRead,
    AwarenessRead,
    ConceptEvidence,
    LayerEvidence,
    PatchEvidence,
    PatchKind,
    PatchRead,
    ProbeEvidence,
    SentenceRead,
    WordReading,
)
from auditor.core.senses import AWARENESS_CONDITIONS, AwarenessCondition, Sense

Reals = NDArray[np.float64]

SENSES: tuple[Sense, ...] = ("social", "other")
QUESTIONS = ("refers-to", "means")
READING_PROMPTS = ("repeat", "define", "describe")
MEAN_BY_CONDITION: dict[AwarenessCondition, float] = {
    "ambiguous": -0.6,
    "stated-social": 1.0,
    "stated-other": -1.0,
    "explicit": 0.4,
}
"""Mean decision value where the senses are told apart best, in standard deviations."""
CORRELATION_OF_LAYERS = 0.9
"""Correlation of the noise of neighbouring layers: a state is the last one and a little more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """How a made-up concept behaves; the signal rises to the peak and falls behind it."""

    concept_id: str = "race.black-white"
    category: str = "race"
    label: str = "black and white: people or colours"
    words: tuple[str, ...] = ("black", "white")
    names: tuple[str, str] = ("people", "colours")
    signal: float = 2.4
    """Distance of a sense from the boundary at the peak, in standard deviations; 0 is none."""
    peak: float = 0.45
    """Depth of the peak, as a share of the layers."""
    is_causal: bool = True
    patch_effect: float = 3.0
    """Log-odds that the state moves the answer at the peak."""
    ablation: float = 0.6
    """Share of the association's log-odds that is left without the direction."""


CLEAR = Shape()
SILENT = Shape(
    concept_id="gender.pink-blue",
    category="gender",
    label="pink and blue: people or colours",
    words=("pink", "blue"),
    signal=0.0,
    is_causal=False,
)


def layer_evidence(
    *shapes: Shape,
    model: str = "SmolLM2-135M-Instruct",
    n_layers: int = 30,
    n_pairs: int = 24,
    n_shuffles: int = 200,
    tier: Tier = "standard",
    draw: int = 0,
) -> LayerEvidence:
    """Evidence of these concepts, of `CLEAR` and `SILENT` where none is given.

    `draw` seeds the noise: another one is another model asked the same (as a base model would be).
    """
    rng = np.random.default_rng(draw)
    return LayerEvidence(
        schema=1,
        model=model,
        weights_sha256=f"{draw:064x}",
        adapter_sha256=None,
        architecture="LlamaForCausalLM",
        n_layers=n_layers,
        dtype="bfloat16",
        is_dequantised=True,
        blocks="model.layers",
        tier=tier,
        seed=0,
        senses_version="1",
        senses_sha256="5e" * 32,
        planned=tuple(shape.concept_id for shape in shapes or (CLEAR, SILENT)),
        concepts=tuple(
            concept_evidence(shape, rng, n_layers, n_pairs, n_shuffles)
            for shape in shapes or (CLEAR, SILENT)
        ),
    )


def concept_evidence(
    shape: Shape, rng: np.random.Generator, n_layers: int, n_pairs: int, n_shuffles: int
) -> ConceptEvidence:
    """One concept: relabelled sentences come from the same noise as the true ones."""
    strength = _strength(shape, n_layers)
    causal = shape.is_causal
    return ConceptEvidence(
        concept_id=shape.concept_id,
        category=shape.category,
        label=shape.label,
        words=shape.words,
        names=shape.names,
        probe=_probe(shape, strength, rng, n_pairs, n_shuffles),
        awareness=_awareness(shape, strength, rng),
        patching=_patching(shape, strength, rng) if causal else None,
        ablation=_ablation(shape, rng, n_layers) if causal else None,
        readings=_readings(shape, strength, rng) if causal else (),
    )


def _strength(shape: Shape, n_layers: int) -> Reals:
    """Signal by layer: none in the embeddings, most at the peak, half of it at the end."""
    depth = np.arange(n_layers + 1) / n_layers
    return shape.signal * np.interp(depth, [0.0, shape.peak, 1.0], [0.0, 1.0, 0.5])


def _noise(rng: np.random.Generator, n: int, n_values: int) -> Reals:
    """Standard normal noise, (n, n_values), correlated over layers."""
    rho = CORRELATION_OF_LAYERS
    fresh = rng.standard_normal((n, n_values))
    kept = fresh.copy()
    for layer in range(1, n_values):
        kept[:, layer] = rho * kept[:, layer - 1] + np.sqrt(1 - rho**2) * fresh[:, layer]
    return kept


def _floats(values: Reals) -> tuple[float, ...]:
    return tuple(float(value) for value in np.round(values, 4))


def _sentence_keys(shape: Shape, n_pairs: int) -> list[tuple[str, str, Sense]]:
    clusters = [f"{shape.concept_id}/{pair:02d}" for pair in range(n_pairs)]
    return list(product(clusters, shape.words, SENSES))


def _probe(
    shape: Shape, strength: Reals, rng: np.random.Generator, n_pairs: int, n_shuffles: int
) -> ProbeEvidence:
    keys = _sentence_keys(shape, n_pairs)
    signs = np.array([1.0 if sense == "social" else -1.0 for _, _, sense in keys])
    values = signs[:, None] * strength + _noise(rng, len(keys), len(strength))
    alone = 0.2 * signs * (shape.signal > 0) + rng.standard_normal(len(keys))
    return ProbeEvidence(
        sentences=tuple(
            SentenceRead(
                mention_id=f"{cluster}/{sense}/{word}",
                cluster=cluster,
                word=word,
                sense=sense,
                values=_floats(row),
                words_alone=float(lone),
            )
            for (cluster, word, sense), row, lone in zip(keys, values, alone, strict=True)
        ),
        shuffled=tuple(
            _floats((signs[:, None] * _noise(rng, len(keys), len(strength)) > 0).mean(axis=0))
            for _ in range(n_shuffles)
        ),
        memorised=tuple(
            _floats((0.4 + _noise(rng, len(keys), len(strength)) > 0).mean(axis=0))
            for _ in range(n_shuffles)
        ),
        seen_pairs=_floats(
            (0.3 + strength + _noise(rng, len(keys), len(strength)) > 0).mean(axis=0)
        ),
    )


def _awareness(
    shape: Shape, strength: Reals, rng: np.random.Generator, n_wordings: int = 12
) -> tuple[AwarenessRead, ...]:
    reads: list[AwarenessRead] = []
    for condition in AWARENESS_CONDITIONS:
        # The explicit task is put in other words: its wordings pair with none of the implicit.
        task = "explicit" if condition == "explicit" else "implicit"
        for wording in range(n_wordings):
            of_wording = MEAN_BY_CONDITION[condition] + 0.3 * rng.standard_normal()
            noise = _noise(rng, len(shape.words), len(strength))
            reads += [
                AwarenessRead(
                    mention_id=f"{shape.concept_id}/{condition}/{wording:02d}/{word}",
                    cluster=f"{task}/{wording:02d}",
                    word=word,
                    condition=condition,
                    values=_floats(of_wording * strength + row),
                )
                for word, row in zip(shape.words, noise, strict=True)
            ]
    return tuple(reads)


def patched_layers(n_layers: int, n_patched: int = 8) -> tuple[int, ...]:
    """Layers evenly spread from the first to the last block."""
    return tuple(int(layer) for layer in np.round(np.linspace(1, n_layers, n_patched)))


def _patching(
    shape: Shape, strength: Reals, rng: np.random.Generator, n_pairs: int = 6
) -> PatchEvidence:
    layers = patched_layers(len(strength) - 1)
    # A state that comes after the last block that reads it moves nothing.
    fall = np.interp(layers, [0, 0.6 * layers[-1], layers[-1]], [1.0, 1.0, 0.0])
    rows: list[PatchRead] = []
    kinds: tuple[PatchKind, ...] = get_args(PatchKind)
    clusters = _clusters(shape, n_pairs)
    for place, kind, key in product(range(len(layers)), kinds, product(clusters, SENSES)):
        (cluster, sense), layer = key, layers[place]
        size = shape.patch_effect * strength[layer] / max(shape.signal, 1e-9) * fall[place]
        moved = (1 if sense == "social" else -1) * size / 2 if kind == "identifier" else 0.0
        for word, question, social_first in product(shape.words, QUESTIONS, (True, False)):
            rows.append(
                PatchRead(
                    layer=layer,
                    source_layer=layers[-1 - place] if kind == "wrong-layer" else layer,
                    kind=kind,
                    cluster=cluster,
                    word=word,
                    sense=sense,
                    question_id=question,
                    social_first=social_first,
                    log_odds=float(_unpatched(social_first) + moved + 0.4 * rng.standard_normal()),
                )
            )
    return PatchEvidence(
        unpatched=tuple(
            (word, question, social_first, _unpatched(social_first))
            for word, question, social_first in product(shape.words, QUESTIONS, (True, False))
        ),
        rows=tuple(rows),
    )


def _unpatched(social_first: bool) -> float:
    return -0.4 + (1.1 if social_first else -1.1)


def _clusters(shape: Shape, n_pairs: int) -> list[str]:
    return [f"{shape.concept_id}/{pair:02d}" for pair in range(n_pairs)]


def _ablation(
    shape: Shape, rng: np.random.Generator, n_layers: int, n_stimuli: int = 12, n_random: int = 20
) -> AblationEvidence:
    directions = ["none", "probe", *(f"random-{index:02d}" for index in range(n_random))]
    kept = {"none": 1.0, "probe": shape.ablation}
    rows: list[AblationRead] = []
    for stimulus in range(n_stimuli):
        log_odds = 0.8 + 0.3 * rng.standard_normal()
        for order, direction in product(range(4), directions):
            bias = log_odds * kept.get(direction, 1.0) + (0.9 if order % 2 else -0.9)
            is_moved = direction != "none"
            rows.append(
                AblationRead(
                    item_id=f"{shape.concept_id}/stimulus-{stimulus:02d}/{order}",
                    cluster=f"stimulus-{stimulus:02d}",
                    direction=direction,
                    log_odds=float(bias + 0.05 * is_moved * rng.standard_normal()),
                    log_likelihood=-14.0 - stimulus / 10 - 0.1 * is_moved,
                )
            )
    return AblationEvidence(from_layer=round(shape.peak * n_layers), rows=tuple(rows))


def _readings(
    shape: Shape, strength: Reals, rng: np.random.Generator, n_pairs: int = 4
) -> tuple[WordReading, ...]:
    layers = patched_layers(len(strength) - 1)
    readings: list[WordReading] = []
    for layer, prompt in product(layers, READING_PROMPTS):
        depth = layer / layers[-1]
        for known in range(4):
            is_right = bool(rng.random() < 0.9 - 0.7 * depth)
            text = "It is the capital of France." if is_right else "It is a word."
            readings.append(
                WordReading(
                    layer=layer,
                    mention_id=f"known/{known}",
                    kind="known-answer",
                    sense=None,
                    prompt_id=prompt,
                    text=text,
                    relevance=0.4,
                    is_relevant=True,
                    is_degenerate=False,
                    is_right=is_right,
                    names_social=False,
                    names_other=False,
                )
            )
        for cluster, word, sense in product(_clusters(shape, n_pairs), shape.words, SENSES):
            is_told = bool(rng.random() < 0.5 + 0.4 * strength[layer] / max(shape.signal, 1e-9))
            is_degenerate = bool(rng.random() < 0.1 + 0.5 * depth**2)
            reads_social = (sense == "social") == is_told
            name = shape.names[0] if reads_social else shape.names[1]
            relevance = float(np.round(rng.uniform(0.0, 0.5), 4))
            readings.append(
                WordReading(
                    layer=layer,
                    mention_id=f"{cluster}/{sense}/{word}",
                    kind="sense",
                    sense=sense,
                    prompt_id=prompt,
                    text="the the the the" if is_degenerate else f"It is about {name}.",
                    relevance=relevance,
                    is_relevant=relevance > 0.05,
                    is_degenerate=is_degenerate,
                    is_right=None,
                    names_social=reads_social and not is_degenerate,
                    names_other=not reads_social and not is_degenerate,
                )
            )
    return tuple(readings)
