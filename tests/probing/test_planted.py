"""The planted model does what its description says: else it tests nothing."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from auditor.core.mentions import Located, find_positions, locate
from auditor.core.senses import Mention, Sense
from auditor.probing.decoder_blocks import DecoderBlocks, find_decoder_blocks
from auditor.probing.hooks import edit_states
from auditor.probing.reading import read_states
from tests.probing.planted import (
    CONCEPT,
    N_LAYERS,
    NAMES,
    UNRELATED,
    PlantedModel,
    planted_concept,
    planted_model,
    planted_questions,
)


@pytest.mark.parametrize("layer", [1, 3, 5])
def test_the_sense_is_in_the_state_from_the_planted_layer_on(layer: int) -> None:
    model = planted_model(layer)
    sentences = planted_concept().sentences
    states = _read(model, [each.mention for each in sentences])[:, :, CONCEPT]
    is_social = np.array([each.sense == "social" for each in sentences])
    assert not states[:, :layer].any()
    assert states[is_social, layer:].min() > 1
    assert states[~is_social, layer:].max() < -1


def test_an_unrelated_word_has_no_sense() -> None:
    model = planted_model(2)
    text = planted_concept().sentences[0].mention.text.rpartition(" ")[0]
    word = UNRELATED[0]
    mention = Mention(mention_id="u", text=f"{text} {word}", word=word, cluster="u")
    states = _read(model, [mention])[0, :, CONCEPT]
    assert np.abs(states).max() < 0.3


@pytest.mark.parametrize("layer", [2, 4])
def test_a_state_put_in_decides_the_answer_from_the_planted_layer_to_the_last_but_one(
    layer: int,
) -> None:
    model = planted_model(layer)
    blocks = find_decoder_blocks(model.module)
    mentions: dict[Sense, Mention] = {
        each.sense: each.mention
        for each in planted_concept().sentences[:4]
        if each.mention.word == "black"
    }
    sources = _read(model, [mentions["social"], mentions["other"]])
    moved = [
        _log_odds(model, blocks, at, sources[0, at]) - _log_odds(model, blocks, at, sources[1, at])
        for at in range(N_LAYERS + 1)
    ]
    assert np.abs(moved[:layer]).max() < 0.5
    assert min(moved[layer:N_LAYERS]) > 4
    assert abs(moved[N_LAYERS]) < 1e-5


@torch.inference_mode()
def _log_odds(
    model: PlantedModel, blocks: DecoderBlocks, layer: int, state: NDArray[np.float32]
) -> float:
    question = planted_questions()[0]
    text = question.text.format(word="black", option_1=NAMES[0], option_2=NAMES[1])
    ids, positions = find_positions(model, text, ["black"], reply=question.reply_prefix)

    def put_in(states: torch.Tensor) -> torch.Tensor:
        new = states.clone()
        new[:, list(positions)] = torch.from_numpy(state)
        return new

    with edit_states(blocks, {layer: put_in}):
        logits = model.module(torch.tensor([ids])).logits[0, -1]
    social, other = model.tokenizer.convert_tokens_to_ids(list(NAMES))
    return float(logits[social] - logits[other])


def _read(model: PlantedModel, mentions: list[Mention]) -> NDArray[np.float32]:
    located: list[Located] = [locate(model, mention) for mention in mentions]
    return read_states(model, find_decoder_blocks(model.module), located)
