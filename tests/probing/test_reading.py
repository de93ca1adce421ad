from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from torch import nn

from auditor.core.mentions import Located, locate
from auditor.core.senses import Mention
from auditor.errors import LayersNotFound
from auditor.probing import reading
from auditor.probing.decoder_blocks import DecoderBlocks, find_decoder_blocks
from auditor.probing.reading import mean_embeddings, read_states
from tests.probing.tiny_models import (
    ATTENTION_FAMILIES,
    HIDDEN,
    N_LAYERS,
    WINDOW,
    TinyModel,
    tiny_model,
)

TEXTS = (
    "all black",
    "The one beside the other one is black, and the one without a name is white.",
    "black and white",
    "Another pair of words; each stands for things. Black or white or black",
    "It is black",
    "all black and what follows is never looked at: pair pair pair",
)
BEGUN = Located(mention_id="begun", token_ids=(7, 8, 9, 10), position=3)


def located(model: TinyModel, texts: Sequence[str] = TEXTS) -> list[Located]:
    return [
        locate(model, Mention(mention_id=str(number), text=text, word="black", cluster="c"))
        for number, text in enumerate(texts)
    ]


@torch.inference_mode()
def by_transformers(model: TinyModel, each: Located, *, n_read: int) -> NDArray[np.float32]:
    """States of all layers but the last, which transformers norms, shape (n_layers, hidden)."""
    ids = torch.tensor([each.token_ids[:n_read]], device=model.module.device)
    states = model.module(ids, output_hidden_states=True, use_cache=False).hidden_states
    read: NDArray[np.float32] = (
        torch.stack([state[0, each.position] for state in states[:-1]]).float().cpu().numpy()
    )
    return read


def relative_error(left: NDArray[np.float32], right: NDArray[np.float32]) -> float:
    return float(np.linalg.norm(left - right) / np.linalg.norm(right))


class Passes:
    """What goes through a network while it is watched: shapes of token ids."""

    def __init__(self, body: Any) -> None:
        self.shapes: list[tuple[int, ...]] = []
        body.register_forward_pre_hook(self._watch, with_kwargs=True)

    def _watch(self, _: nn.Module, __: Any, kwargs: dict[str, Any]) -> None:
        self.shapes.append(tuple(kwargs["input_ids"].shape))

    @property
    def n_tokens(self) -> int:
        return sum(rows * width for rows, width in self.shapes)


@pytest.mark.parametrize("family", ATTENTION_FAMILIES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_a_mention_read_alone_has_exactly_the_states_of_transformers(
    family: str, dtype: torch.dtype
) -> None:
    model = tiny_model(family)
    model.module.to(dtype)
    blocks = find_decoder_blocks(model.module)
    for each in located(model):
        states = read_states(model, blocks, [each])
        assert states.shape == (1, N_LAYERS + 1, HIDDEN)
        assert states.dtype == np.float32
        expected = by_transformers(model, each, n_read=each.position + 1)
        np.testing.assert_array_equal(states[0, :-1], expected)


@pytest.mark.parametrize("family", ATTENTION_FAMILIES)
def test_what_follows_the_mention_and_what_is_read_beside_it_do_not_matter(family: str) -> None:
    model = tiny_model(family)
    blocks = find_decoder_blocks(model.module)
    mentions = located(model)
    assert len(mentions[3].token_ids) > 2 * WINDOW
    states = read_states(model, blocks, mentions)
    for each, read in zip(mentions, states, strict=True):
        whole = by_transformers(model, each, n_read=len(each.token_ids))
        # Float32 sums in another order; a wrong mask or position gives errors near 1.
        assert relative_error(read[:-1], whole) < 1e-5
        assert relative_error(read, read_states(model, blocks, [each])[0]) < 1e-5


def test_in_half_precision_batches_differ_by_rounding_only() -> None:
    model = tiny_model("llama")
    model.module.to(torch.bfloat16)
    blocks = find_decoder_blocks(model.module)
    mentions = located(model)
    states = read_states(model, blocks, mentions)
    alone = np.concatenate([read_states(model, blocks, [each]) for each in mentions])
    assert relative_error(states, alone) < 0.03  # bfloat16 has 8 bits: 0.004 a step


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")
def test_states_of_a_network_on_a_gpu_come_to_the_processor() -> None:
    model = tiny_model("llama")
    mentions = located(model)
    expected = read_states(model, find_decoder_blocks(model.module), mentions)
    model.module.to("cuda")
    blocks = find_decoder_blocks(model.module)
    assert relative_error(read_states(model, blocks, mentions), expected) < 1e-3
    assert mean_embeddings(model, blocks, mentions).shape == (len(TEXTS), HIDDEN)


def test_the_last_layer_is_before_the_final_norm() -> None:
    model = tiny_model("llama")
    (each,) = located(model, TEXTS[:1])
    states = torch.tensor(read_states(model, find_decoder_blocks(model.module), [each])[0])
    ids = torch.tensor([each.token_ids[: each.position + 1]])
    with torch.inference_mode():
        torch.testing.assert_close(
            model.module.lm_head(model.module.model.norm(states[-1])),
            model.module(ids).logits[0, -1],
        )


def test_the_order_of_the_mentions_is_kept_and_changes_nothing_else() -> None:
    model = tiny_model("llama")
    blocks = find_decoder_blocks(model.module)
    mentions = located(model)
    order = [4, 0, 0, 3, 5, 1, 2, 3]
    states = read_states(model, blocks, mentions)
    again = read_states(model, blocks, [mentions[index] for index in order])
    np.testing.assert_array_equal(again, states[order])


@settings(deadline=None)
@given(
    texts=st.lists(
        st.lists(st.integers(3, 12), min_size=1, max_size=40).map(tuple), min_size=1, max_size=9
    ),
    data=st.data(),
)
def test_any_set_of_texts_is_read_as_each_alone(texts: list[tuple[int, ...]], data: Any) -> None:
    mentions = [
        Located(mention_id="m", token_ids=ids, position=data.draw(st.integers(0, len(ids) - 1)))
        for ids in texts
    ]
    states = read_states(LLAMA, LLAMA_BLOCKS, mentions)
    for each, read in zip(mentions, states, strict=True):
        assert relative_error(read, read_states(LLAMA, LLAMA_BLOCKS, [each])[0]) < 1e-5


LLAMA = tiny_model("llama")
LLAMA_BLOCKS = find_decoder_blocks(LLAMA.module)


def test_batches_are_cut_to_the_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    model = tiny_model("llama")
    blocks = find_decoder_blocks(model.module)
    expected = read_states(model, blocks, located(model))
    monkeypatch.setattr(reading, "_BATCH_TOKENS", 60)
    passes = Passes(blocks.body)
    assert relative_error(read_states(model, blocks, located(model)), expected) < 1e-5
    assert max(rows * width for rows, width in passes.shapes if rows > 1) <= 60
    assert len(passes.shapes) > 4


def test_nothing_behind_the_mention_is_computed() -> None:
    model = tiny_model("llama")
    blocks = find_decoder_blocks(model.module)
    passes = Passes(blocks.body)
    (each,) = located(model, ["all black and " + "what follows " * 30])
    read_states(model, blocks, [each])
    assert passes.shapes == [(1, each.position + 1)]


def test_several_mentions_in_one_text_take_one_pass_of_one_row() -> None:
    model = tiny_model("llama")
    blocks = find_decoder_blocks(model.module)
    passes = Passes(blocks.body)
    ids = tuple(range(3, 30))
    mentions = [Located(mention_id="m", token_ids=ids, position=at) for at in (4, 26, 11, 4)]
    states = read_states(model, blocks, mentions)
    assert passes.shapes == [(1, 27)]
    np.testing.assert_array_equal(states[0], states[3])
    for each, read in zip(mentions, states, strict=True):
        assert relative_error(read[:-1], by_transformers(model, each, n_read=27)) < 1e-5


def test_what_all_texts_begin_with_is_computed_once() -> None:
    model = tiny_model("llama")
    blocks = find_decoder_blocks(model.module)
    passes = Passes(blocks.body)
    system = tuple(range(3, 103))
    mentions = [
        Located(mention_id="m", token_ids=(*system, tail, tail), position=101)
        for tail in range(3, 53)
    ]
    states = read_states(model, blocks, mentions)
    assert passes.n_tokens < 100 + 50 * 2 + 110
    expected = by_transformers(model, mentions[7], n_read=102)
    assert relative_error(states[7, :-1], expected) < 1e-5


def test_no_mentions_give_no_states() -> None:
    assert read_states(LLAMA, LLAMA_BLOCKS, []).shape == (0, N_LAYERS + 1, HIDDEN)
    assert mean_embeddings(LLAMA, LLAMA_BLOCKS, []).shape == (0, HIDDEN)


def test_a_list_that_does_not_run_in_every_pass_holds_no_decoder_blocks() -> None:
    model = tiny_model("llama")
    model.module.model.idle = nn.ModuleList([nn.Identity(), nn.Identity()])
    blocks = find_decoder_blocks(model.module, path="model.idle")
    with pytest.raises(LayersNotFound, match=r"model\.idle do not each run once"):
        read_states(model, blocks, [BEGUN])


def test_blocks_that_run_out_of_order_are_refused() -> None:
    found = find_decoder_blocks(LLAMA.module)
    turned = DecoderBlocks(
        name="turned", blocks=found.blocks[::-1], embeddings=found.embeddings, body=found.body
    )
    with pytest.raises(LayersNotFound, match="turned do not run one after the other"):
        read_states(LLAMA, turned, [BEGUN])


def test_states_that_are_no_numbers_are_refused() -> None:
    model = tiny_model("llama")
    with torch.no_grad():
        model.module.model.layers[1].mlp.down_proj.weight.mul_(1e38)
    with pytest.raises(LayersNotFound, match="try --dtype float32"):
        read_states(model, find_decoder_blocks(model.module), [BEGUN])


def test_the_network_is_as_it_was() -> None:
    model = tiny_model("llama")
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    ids = torch.tensor([BEGUN.token_ids])
    with torch.inference_mode():
        logits = model.module(ids).logits
        read_states(model, find_decoder_blocks(model.module), located(model))
        assert torch.equal(model.module(ids).logits, logits)
    for name, value in model.module.state_dict().items():
        assert torch.equal(value, before[name])


def test_mean_embeddings_know_the_words_up_to_the_mention_but_not_their_order() -> None:
    table = LLAMA.module.get_input_embeddings().weight.detach().numpy()
    mentions = [
        Located(mention_id="1", token_ids=(5, 9, 5, 30), position=2),
        Located(mention_id="2", token_ids=(9, 5, 5, 31), position=2),
        Located(mention_id="3", token_ids=(9, 5, 5, 31), position=3),
    ]
    means = mean_embeddings(LLAMA, LLAMA_BLOCKS, mentions)
    assert means.dtype == np.float32
    np.testing.assert_allclose(means[0], (2 * table[5] + table[9]) / 3, rtol=1e-5)
    np.testing.assert_allclose(means[1], means[0], rtol=1e-5)
    np.testing.assert_allclose(means[2], (2 * table[5] + table[9] + table[31]) / 4, rtol=1e-5)


def test_mean_embeddings_are_of_the_embeddings_as_the_network_scales_them() -> None:
    model = tiny_model("gemma2")
    blocks = find_decoder_blocks(model.module)
    each = Located(mention_id="1", token_ids=(5,), position=0)
    first = read_states(model, blocks, [each])[:, 0]
    np.testing.assert_array_equal(mean_embeddings(model, blocks, [each]), first)
