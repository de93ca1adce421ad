"""Whose states are patched into questions, and the controls that take their place."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from auditor.core.layer_evidence import PatchKind
from auditor.core.mentions import find_words, locate
from auditor.core.model import ReadableModel
from auditor.core.senses import Concept, Mention, Sense, SenseQuestion
from auditor.probing.chosen_layers import choose_layers
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.reading import read_states

_SENSES: tuple[Sense, Sense] = ("social", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """One state to be put in at one layer."""

    layer: int
    source_layer: int
    kind: PatchKind
    cluster: str
    sense: Sense
    state: NDArray[np.float32]
    """Shape (hidden,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentencePair:
    """Two sentences with one word, a social and another sense, and what is asked about it."""

    index: int
    cluster: str
    word: str
    question: SenseQuestion
    mentions: tuple[Mention, Mention]
    """In the order of `_SENSES`."""


def choose_pairs(
    concept: Concept, questions: Sequence[SenseQuestion], n: int
) -> list[SentencePair]:
    """The first pairs of sentences, each with the word and the question that are its turn."""
    mentions = {
        (each.mention.cluster, each.mention.word, each.sense): each.mention
        for each in concept.sentences
    }
    clusters = list(dict.fromkeys(cluster for cluster, _, _ in mentions))[:n]
    pairs = []
    for index, cluster in enumerate(clusters):
        word = concept.words[index % len(concept.words)]
        question = questions[index // len(concept.words) % len(questions)]
        social, other = (mentions[cluster, word, sense] for sense in _SENSES)
        pairs.append(
            SentencePair(
                index=index, cluster=cluster, word=word, question=question, mentions=(social, other)
            )
        )
    return pairs


def read_patches(
    model: ReadableModel,
    blocks: DecoderBlocks,
    concept: Concept,
    pairs: Sequence[SentencePair],
    n_layers: int,
    seed: int,
) -> list[list[Patch]]:
    """For each pair the states of every kind, layer and sense."""
    sources = [
        source
        for pair in pairs
        for mention in pair.mentions
        for source in (
            mention,
            _with_word(mention, concept.unrelated[pair.index % len(concept.unrelated)]),
        )
    ]
    located = [locate(model, source) for source in sources]
    states = read_states(model, blocks, located)
    states = states.reshape(len(pairs), len(_SENSES), 2, *states.shape[1:])
    layers = choose_layers(len(blocks.blocks), n_layers)
    key = [seed, zlib.crc32(concept.concept_id.encode())]
    return [
        [
            patch
            for layer in layers
            for patch in _of_every_kind(pair.cluster, layer, states[pair.index], [*key, pair.index])
        ]
        for pair in pairs
    ]


def _of_every_kind(
    cluster: str, layer: int, states: NDArray[np.float32], key: Sequence[int]
) -> Iterator[Patch]:
    """The identifier's states and their controls.

    `states` has shape (senses, 2, n_layers + 1, hidden): of the identifier and of the unrelated
    word.
    """
    identifiers, unrelated = states[:, 0], states[:, 1]
    away = (layer + identifiers.shape[1] // 2) % identifiers.shape[1]
    random = _random_pair(identifiers[:, layer], np.random.default_rng([*key, layer]))
    for place, sense in enumerate(_SENSES):
        put_in: tuple[tuple[PatchKind, int, NDArray[np.float32]], ...] = (
            ("identifier", layer, identifiers[place, layer]),
            ("unrelated", layer, unrelated[place, layer]),
            ("random", layer, random[place]),
            ("wrong-layer", away, identifiers[place, away]),
        )
        for kind, source_layer, state in put_in:
            yield Patch(
                layer=layer,
                source_layer=source_layer,
                kind=kind,
                cluster=cluster,
                sense=sense,
                state=state,
            )


def _random_pair(states: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Two states as far apart as these, around the same middle, along a random direction.

    What a difference of this size does whatever it is about: two unrelated random vectors would
    also take everything else out of the state, and move the answer for that.

    Args:
        states: Of the two senses, shape (2, hidden).
        rng: Draws the direction.
    """
    social, other = states.astype(np.float64)
    direction = rng.standard_normal(len(social))
    half = np.linalg.norm(social - other) / 2 * direction / np.linalg.norm(direction)
    middle = (social + other) / 2
    return np.stack([middle + half, middle - half]).astype(np.float32)


def _with_word(mention: Mention, word: str) -> Mention:
    """The same sentence with another word in the place of its own, where that stands last."""
    start, end = find_words(mention.text, [mention.word])[-1]
    return replace(
        mention,
        mention_id=f"{mention.mention_id}/{word}",
        text=f"{mention.text[:start]}{word}{mention.text[end:]}",
        word=word,
    )
