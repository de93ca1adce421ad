"""Read which sense an ambiguous word has at each layer, with the controls that this needs.

Three controls say what an accuracy is worth: sentences relabelled at random within their pairs
(what chance gives, all layers at once), the control task of Hewitt & Liang 2019 (what a probe can
memorise), and a probe on mean token embeddings (what the words of the sentence give away).
"""

import zlib
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from auditor.core.layer_evidence import AwarenessRead, ProbeEvidence, SentenceRead
from auditor.core.mentions import locate
from auditor.core.model import ReadableModel
from auditor.core.quoting import quote
from auditor.core.senses import Concept, LayerPlan, SenseSentence
from auditor.errors import BatteryInvalid
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.linear_probe import (
    DUST,
    Array,
    accuracy,
    fit_probe,
    held_out_values,
    make_design,
    relabel,
    seen_pair_values,
)
from auditor.probing.reading import mean_embeddings, read_states

_N_FOLDS = 5
_DIGITS = 5
"""Significant digits of a stored decision value."""
_DECIMALS = 4
"""Of a stored accuracy."""

States = NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeDirections:
    """Where the two senses of one concept lie apart at each layer."""

    vectors: Array
    """Shape (n_layers + 1, hidden), unit length, the social sense at their ends; zeros in a layer
    whose states do not differ, as the embeddings do not."""
    midpoints: Array
    """Shape (n_layers + 1,): the projection half way between the means of the two senses."""


def probe_concept(
    model: ReadableModel,
    blocks: DecoderBlocks,
    concept: Concept,
    plan: LayerPlan,
    *,
    seed: int,
) -> tuple[ProbeEvidence, tuple[AwarenessRead, ...], ProbeDirections]:
    """Classify the concept's sentences at every layer, and read the battery's prompts.

    Args:
        model: Whose network, form and tokenizer.
        blocks: Its decoder blocks.
        concept: At least two words, and two pairs of sentences.
        plan: How many relabellings.
        seed: Of folds and relabellings, together with the concept.

    Raises:
        BatteryInvalid: A pair lacks a sense of a word, or there are too few words or pairs.
    """
    located = [locate(model, each.mention) for each in concept.sentences]
    states = read_states(model, blocks, located)
    evidence = classify_sentences(
        concept.sentences,
        states,
        mean_embeddings(model, blocks, located),
        n_shuffles=plan.n_shuffles,
        rng=np.random.default_rng([seed, zlib.crc32(concept.concept_id.encode())]),
    )
    prompts = [locate(model, each.mention) for each in concept.awareness]
    values, directions = read_prompts(concept, states, read_states(model, blocks, prompts))
    return evidence, _awareness_reads(concept, values), directions


def classify_sentences(
    sentences: Sequence[SenseSentence],
    states: States,
    embeddings: States,
    *,
    n_shuffles: int,
    rng: np.random.Generator,
) -> ProbeEvidence:
    """Held-out readings of sentences, and of the same sentences relabelled.

    Args:
        sentences: Every pair with both senses of every word.
        states: At the words, shape (n, n_layers + 1, hidden).
        embeddings: Mean token embeddings, shape (n, hidden).
        n_shuffles: Relabellings; each is the same at every layer.
        rng: Draws the folds and the relabellings.

    Raises:
        BatteryInvalid: A pair lacks a sense of a word, or there are too few words or pairs.
    """
    _check(sentences)
    clusters = [each.mention.cluster for each in sentences]
    words = [each.mention.word for each in sentences]
    n_folds = min(_N_FOLDS, len(set(clusters)))
    design = make_design(words, clusters, n_folds=n_folds, rng=rng)
    signs = _signs(sentences)
    targets = np.column_stack([signs, relabel(signs, design.pairs, n_shuffles, rng=rng)])
    by_layer = states.swapaxes(0, 1)
    with _one_thread():
        held_out = [held_out_values(layer, targets, design) for layer in by_layer]
        seen = [accuracy(seen_pair_values(layer, targets, design), targets) for layer in by_layer]
        alone = held_out_values(embeddings, targets[:, :1], design)[:, 0]
    unseen = [accuracy(values, targets) for values in held_out]
    return ProbeEvidence(
        sentences=_sentence_reads(
            sentences, np.column_stack([values[:, 0] for values in held_out]), alone
        ),
        shuffled=_rounded(np.stack(unseen)[:, 1:].T),
        memorised=_rounded(np.stack(seen)[:, 1:].T),
        seen_pairs=_rounded(np.stack(seen)[:, :1].T)[0],
    )


def read_prompts(
    concept: Concept, states: States, prompt_states: States
) -> tuple[Array, ProbeDirections]:
    """Decision values of the battery's prompts, from probes on all sentences.

    Args:
        concept: Its sentences and prompts.
        states: Of the sentences, shape (n, n_layers + 1, hidden).
        prompt_states: Of the prompts, shape (n_prompts, n_layers + 1, hidden).

    Returns:
        Shape (n_prompts, n_layers + 1), and the probes' directions.
    """
    numbers = {word: number for number, word in enumerate(sorted(concept.words))}
    words = np.array([numbers[each.mention.word] for each in concept.sentences], dtype=np.intp)
    asked = np.array([numbers[each.mention.word] for each in concept.awareness], dtype=np.intp)
    signs = _signs(concept.sentences)
    values = np.zeros(prompt_states.shape[:2])
    with _one_thread():
        probes = [fit_probe(layer, signs, words) for layer in states.swapaxes(0, 1)]
        for layer, probe in enumerate(probes if len(asked) else []):
            values[:, layer] = probe.decide(prompt_states[:, layer], asked)
    return values, ProbeDirections(
        vectors=np.stack([probe.direction for probe in probes]),
        midpoints=np.array([probe.midpoint for probe in probes]),
    )


def _one_thread() -> AbstractContextManager[object]:
    """On matrices this small, threads only wait for each other: with two it takes five times."""
    limits: AbstractContextManager[object] = threadpool_limits(limits=1, user_api="blas")
    return limits


def _check(sentences: Sequence[SenseSentence]) -> None:
    """Balance is what the splits, the boundary and the relabellings rest on."""
    words = {each.mention.word for each in sentences}
    clusters = {each.mention.cluster for each in sentences}
    if len(words) < 2 or len(clusters) < 2:
        raise BatteryInvalid(
            f"A concept needs two words and two pairs of sentences, not {len(words)} and "
            f"{len(clusters)}; add to it in the prompts of the senses."
        )
    cells = {(each.mention.cluster, each.mention.word, each.sense) for each in sentences}
    if not len(sentences) == len(cells) == 2 * len(words) * len(clusters):
        raise BatteryInvalid(
            f"A pair of sentences with the words {quote(', '.join(sorted(words)))} has not each "
            "word once in each sense; correct it in the prompts of the senses."
        )


def _signs(sentences: Sequence[SenseSentence]) -> Array:
    return np.array([1.0 if each.sense == "social" else -1.0 for each in sentences])


def _sentence_reads(
    sentences: Sequence[SenseSentence], values: Array, alone: Array
) -> tuple[SentenceRead, ...]:
    return tuple(
        SentenceRead(
            mention_id=each.mention.mention_id,
            cluster=each.mention.cluster,
            word=each.mention.word,
            sense=each.sense,
            values=_stored(by_layer),
            words_alone=_stored([by_words])[0],
        )
        for each, by_layer, by_words in zip(sentences, values, alone, strict=True)
    )


def _awareness_reads(concept: Concept, values: Array) -> tuple[AwarenessRead, ...]:
    return tuple(
        AwarenessRead(
            mention_id=each.mention.mention_id,
            cluster=each.mention.cluster,
            word=each.mention.word,
            condition=each.condition,
            values=_stored(by_layer),
        )
        for each, by_layer in zip(concept.awareness, values, strict=True)
    )


def _stored(values: Sequence[float] | Array) -> tuple[float, ...]:
    """Decision values without digits that mean nothing; one that decides nothing is 0."""
    return tuple(
        0.0 if abs(value) < DUST else float(f"{value:.{_DIGITS}g}") for value in map(float, values)
    )


def _rounded(accuracies: Array) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(value), _DECIMALS) for value in row) for row in accuracies)
