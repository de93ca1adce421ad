"""Read states in words: put one into a question about its meaning, and let the model answer.

After SelfIE (Chen et al. 2024, arXiv 2403.10949) and Patchscopes (Ghandeharioun et al. 2024,
arXiv 2401.06102), with the model's own chat form and with what tells a reading from chatter: its
relevance, whether it degenerates, and words whose reading is known. These settings were chosen by
the known answers alone, on SmolLM2-135M-Instruct (30 blocks; 15 words, sources at layers 0 to 21):

* A state is put in at layer 2, as in SelfIE; a state from layer 0 or 1 at its own layer, since
  later layers hold nothing of its size (put in at layer 2, 0 % of the embeddings were read; at
  layer 0, 53 to 80 %).
* It is put in as it is. SelfIE's code gives it the norm of the state that it replaces; so, 40 to
  80 % were read at layers 2 to 20, and as it is, 53 to 87 %.
* The slot is one token. One placeholder read 60 to 93 %, three or five 53 to 87 %.

There, states of layer 26 and above are read in at most one case of five: they hold the next word
rather than this one. A reading says nothing at layers where known answers are not read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from auditor.battery.layers.reading_quality import is_degenerate, is_relevant, names_any
from auditor.core.layer_evidence import WordReading
from auditor.core.mentions import locate
from auditor.core.model import ReadableModel
from auditor.core.senses import Concept, KnownAnswer, LayerPlan, Mention, ReadingPrompt, Sense
from auditor.probing.cached_passes import can_share_beginning
from auditor.probing.chosen_layers import choose_layers
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.reading import read_states
from auditor.probing.slot_texts import (
    Insertion,
    SlotReply,
    encode_slot,
    fill_slot,
    write_replies,
)

TARGET_LAYER = 2
"""Where states are put in; those of lower layers at their own."""
MAX_CHARACTERS = 200
"""Of a reading."""
_BATCH_ROWS = 64
"""Readings written at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A mention whose states are read in words, and by which prompt."""

    kind: Literal["sense", "known-answer"]
    mention: Mention
    sense: Sense | None
    answers: tuple[str, ...] | None
    """None for a sense."""
    prompt: ReadingPrompt


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """One state that is read, and its place among all of them."""

    place: int
    source: Source
    layer: int
    insertion: Insertion


def read_in_words(
    model: ReadableModel,
    blocks: DecoderBlocks,
    concept: Concept,
    readings: Sequence[ReadingPrompt],
    known_answers: Sequence[KnownAnswer],
    plan: LayerPlan,
) -> tuple[WordReading, ...]:
    """Readings of sentences of both senses and of known answers, by layer, then by source.

    Args:
        model: Reads, and is read.
        blocks: Its blocks.
        concept: Whose first `plan.n_read_pairs` pairs of sentences are read.
        readings: Prompts that take turns, the same for both sentences of a pair.
        known_answers: All of them are read.
        plan: How much is read.

    Raises:
        LayersNotFound: The model's form leaves a word or the slot out, or its states are not
            finite.
    """
    sources = [
        *choose_sentences(concept, readings, plan.n_read_pairs),
        *_known_sources(known_answers, readings),
    ]
    if not sources:
        return ()
    located = [locate(model, source.mention) for source in sources]
    states = read_states(model, blocks, located)
    layers = choose_layers(len(blocks.blocks), plan.n_patched_layers)
    # After the last block no token reads a state any more.
    highest = min(TARGET_LAYER, len(blocks.blocks) - 1)
    asked = _list_states(sources, layers, states, highest)
    replies: dict[int, WordReading] = {}
    for prompt in readings:
        share = [each for each in asked if each.source.prompt == prompt]
        for each, reply in zip(share, _write(model, blocks, prompt, share), strict=True):
            replies[each.place] = _read_reply(model, concept, each, reply)
    return tuple(replies[each.place] for each in asked)


def choose_sentences(
    concept: Concept, readings: Sequence[ReadingPrompt], n_pairs: int
) -> list[Source]:
    """The first pairs of sentences, each with one of the words and one of the prompts in turn."""
    clusters = list(dict.fromkeys(each.mention.cluster for each in concept.sentences))[:n_pairs]
    turns = {
        (cluster, concept.words[pair % len(concept.words)]): readings[pair % len(readings)]
        for pair, cluster in enumerate(clusters)
    }
    return [
        Source(
            kind="sense",
            mention=each.mention,
            sense=each.sense,
            answers=None,
            prompt=turns[each.mention.cluster, each.mention.word],
        )
        for each in concept.sentences
        if (each.mention.cluster, each.mention.word) in turns
    ]


def _known_sources(
    known_answers: Sequence[KnownAnswer], readings: Sequence[ReadingPrompt]
) -> list[Source]:
    return [
        Source(
            kind="known-answer",
            mention=each.mention,
            sense=None,
            answers=each.answers,
            prompt=readings[turn % len(readings)],
        )
        for turn, each in enumerate(known_answers)
    ]


def _list_states(
    sources: Sequence[Source], layers: Sequence[int], states: NDArray[np.float32], highest: int
) -> list[_Asked]:
    """Every source at every chosen layer, to be put in at `highest` at most.

    `states` has shape (sources, all layers, hidden).
    """
    pairs = [(layer, index) for layer in layers for index in range(len(sources))]
    return [
        _Asked(
            place=place,
            source=sources[index],
            layer=layer,
            insertion=Insertion(state=states[index, layer], layer=min(layer, highest)),
        )
        for place, (layer, index) in enumerate(pairs)
    ]


def _write(
    model: ReadableModel, blocks: DecoderBlocks, prompt: ReadingPrompt, asked: Sequence[_Asked]
) -> list[SlotReply]:
    """What is written about each state, in order; all have the same prompt."""
    text = encode_slot(model, prompt)
    shares_beginning = can_share_beginning(model, blocks, text.token_ids)
    replies: list[SlotReply] = []
    for start in range(0, len(asked), _BATCH_ROWS):
        batch = [each.insertion for each in asked[start : start + _BATCH_ROWS]]
        replies += write_replies(model, blocks, text, batch, shares_beginning=shares_beginning)
    return replies


def _read_reply(
    model: ReadableModel, concept: Concept, asked: _Asked, reply: SlotReply
) -> WordReading:
    source = asked.source
    text = _decode(model, reply.token_ids)
    social, other = concept.keywords
    return WordReading(
        layer=asked.layer,
        mention_id=source.mention.mention_id,
        kind=source.kind,
        sense=source.sense,
        prompt_id=source.prompt.prompt_id,
        text=text,
        relevance=reply.relevance,
        is_relevant=is_relevant(reply.relevance),
        is_degenerate=is_degenerate(
            text, f"{fill_slot(source.prompt)} {source.prompt.reply_prefix}"
        ),
        is_right=None if source.answers is None else names_any(text, source.answers),
        names_social=names_any(text, social),
        names_other=names_any(text, other),
    )


def _decode(model: ReadableModel, ids: Sequence[int]) -> str:
    """Text of a stranger, of bounded length; no file could hold a lone surrogate."""
    text: str = model.tokenizer.decode(
        list(ids), skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    sound = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return sound.strip()[:MAX_CHARACTERS]
