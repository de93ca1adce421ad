"""Activation patching: does the identifier's state decide what the model says that it refers to?

A question asks what an ambiguous word refers to, in the model's own form. The residual state at
the word is replaced, at one layer, by the state that a sentence gave the same word at that layer,
where the sentence's beginning had decided its sense (Zhang & Nanda 2023: another prompt's state
rather than noise, and a difference of logits; Sun et al. 2025 for the question). Both orders of
the options are asked, and three controls put in what carries no sense of the word:

* `unrelated`: the state of an unrelated word in the word's place in the same sentence, so all that
  the sentence itself brings along;
* `random`: the middle of both states, moved by half their distance along a random direction;
* `wrong-layer`: the identifier's state half the depth away. It is put in as it is, not rescaled:
  norms grow with depth, so it may be far from the size that the layer expects. Layers share one
  residual stream, so this control can carry the sense and then only says that it is not bound to
  its layer.

States put in after the last block reach no later token, so there the answer must stay as it is.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.core.encoding import EncodedPrompt
from auditor.core.layer_evidence import PatchEvidence, PatchRead
from auditor.core.mentions import locate
from auditor.core.model import ReadableModel
from auditor.core.senses import Concept, LayerPlan, Mention, SenseQuestion
from auditor.probing.cached_passes import can_share_beginning
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.hooks import Edit
from auditor.probing.patch_sources import Patch, choose_pairs, read_patches
from auditor.probing.replies import encode_replies
from auditor.probing.variants import PASS_TOKENS, Row, score_variants


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question about a word in one order of the options, in the model's tokens."""

    encoded: EncodedPrompt
    """The continuations are the social option and the other one, in this order."""
    position: int
    """Where states are put in: the last sub-token of the word's last occurrence."""


def patch_concept(
    model: ReadableModel,
    blocks: DecoderBlocks,
    concept: Concept,
    questions: Sequence[SenseQuestion],
    plan: LayerPlan,
    *,
    seed: int,
    pass_tokens: int = PASS_TOKENS,
) -> PatchEvidence:
    """Patch the states of the first pairs of sentences into questions about their word.

    Words and questions take turns over the pairs: pair i has word i modulo their number, and the
    questions go on by one when the words have gone round. Orders of options are always crossed.

    Args:
        model: Whose network, form and tokenizer.
        blocks: Its decoder blocks.
        concept: Whose words.
        questions: What is asked.
        plan: How many pairs and layers.
        seed: Of the random directions, together with concept, pair and layer.
        pass_tokens: Computed at once; it may change results in their last digits.

    Raises:
        LayersNotFound: States cannot be read, or a word's token cannot be found.
    """
    pairs = choose_pairs(concept, questions, plan.n_patched_pairs)
    patches = read_patches(model, blocks, concept, pairs, plan.n_patched_layers, seed)
    asked: dict[tuple[str, str], list[Patch]] = defaultdict(list)
    by_id = {question.question_id: question for question in questions}
    for pair in pairs:
        asked[pair.word, pair.question.question_id] += patches[pair.index]
    shares: bool | None = None
    unpatched: list[tuple[str, str, bool, float]] = []
    rows: list[PatchRead] = []
    for (word, question_id), of_question in asked.items():
        for social_first in (True, False):
            question = ask(model, by_id[question_id], word, concept.names, social_first)
            if shares is None:
                shares = can_share_beginning(model, blocks, question.encoded.prompt_ids)
            before, *values = patched_log_odds(
                model,
                blocks,
                question,
                [None, *of_question],
                shares_beginning=shares,
                pass_tokens=pass_tokens,
            )
            unpatched.append((word, question_id, social_first, before))
            rows += [
                PatchRead(
                    layer=patch.layer,
                    source_layer=patch.source_layer,
                    kind=patch.kind,
                    cluster=patch.cluster,
                    word=word,
                    sense=patch.sense,
                    question_id=question_id,
                    social_first=social_first,
                    log_odds=value,
                )
                for patch, value in zip(of_question, values, strict=True)
            ]
    return PatchEvidence(unpatched=tuple(unpatched), rows=tuple(rows))


def ask(
    model: ReadableModel,
    question: SenseQuestion,
    word: str,
    names: tuple[str, str],
    social_first: bool,
) -> AskedQuestion:
    """A question about a word in the model's form; an option follows the reply's beginning."""
    first, second = names if social_first else names[::-1]
    text = question.text.format(word=word, option_1=first, option_2=second)
    mention = Mention(mention_id=f"{question.question_id}/{word}", text=text, word=word, cluster="")
    prefix = question.reply_prefix
    return AskedQuestion(
        encoded=encode_replies(model, text, names, reply_prefix=prefix).text,
        position=locate(model, mention, reply_prefix=prefix).position,
    )


def patched_log_odds(
    model: ReadableModel,
    blocks: DecoderBlocks,
    question: AskedQuestion,
    patches: Sequence[Patch | None],
    *,
    shares_beginning: bool,
    pass_tokens: int = PASS_TOKENS,
) -> list[float]:
    """log P(social option) − log P(other option) after each patch; None leaves states alone."""
    n_beginning = question.position if shares_beginning else 0
    size = max(1, pass_tokens // (len(question.encoded.prompt_ids) - n_beginning))
    values: list[float] = []
    for start in range(0, len(patches), size):
        chunk = patches[start : start + size]
        (likelihoods,) = score_variants(
            model,
            blocks,
            [question.encoded],
            len(chunk),
            partial(_edits, chunk, question.position),
            first_edit=question.position,
            shares_beginning=shares_beginning,
        )
        values += (likelihoods[:, 0] - likelihoods[:, 1]).tolist()
    return values


def _edits(
    patches: Sequence[Patch | None], position: int, rows: Sequence[Row], start: int
) -> Mapping[int, Edit]:
    """Each layer's edit replaces the state in the rows of that layer's patches alone."""
    if position < start:
        return {}
    places: dict[int, list[tuple[int, NDArray[np.float32]]]] = defaultdict(list)
    for place, row in enumerate(rows):
        patch = patches[row.variant]
        if patch is not None:
            places[patch.layer].append((place, patch.state))
    return {layer: _put(found, position - start) for layer, found in places.items()}


def _put(places: Sequence[tuple[int, NDArray[np.float32]]], column: int) -> Edit:
    rows = torch.tensor([row for row, _ in places])
    new = torch.from_numpy(np.stack([state for _, state in places]))

    def edit(states: Tensor) -> Tensor:
        edited = states.clone()
        edited[rows.to(states.device), column] = new.to(states)
        return edited

    return edit
