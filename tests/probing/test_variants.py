"""Sharing a beginning changes nothing but the time; edits reach only what they are meant for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.encoding import EncodedPrompt
from auditor.core.items import Prompt
from auditor.errors import LayersNotFound
from auditor.probing.cached_passes import can_share_beginning
from auditor.probing.decoder_blocks import DecoderBlocks, find_decoder_blocks
from auditor.probing.hooks import Edit
from auditor.probing.replies import encode_replies
from auditor.probing.variants import Row, score_variants
from tests.backends.tiny_checkpoint import WINDOW, write_tiny_checkpoint
from tests.probing.tiny_models import tiny_model

FAMILIES = ["llama", "qwen2", "mistral", "gemma2", "gemma3_text", "gpt_neox", "bloom"]
TEXT = (
    "The two words stand for two things, and each of the things has one name of its own; "
    "pair black and white with the one or the other."
)
REPLIES = ("black, and the other one is white", "white", "a")


class Refusing(nn.Module):
    """A body that keeps no cache, as architectures have that remember otherwise."""

    def __init__(self, body: nn.Module) -> None:
        super().__init__()
        self.body = body

    def forward(self, **inputs: Any) -> Any:
        if inputs.get("use_cache"):
            raise TypeError("no cache")
        return self.body(**inputs)


@pytest.fixture(scope="module")
def open_family(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[TransformersModel, DecoderBlocks]]:
    root = tmp_path_factory.mktemp("variants")
    opened: dict[str, tuple[TransformersModel, DecoderBlocks]] = {}

    def open_once(family: str) -> tuple[TransformersModel, DecoderBlocks]:
        if family not in opened:
            model = _open(root / family, family)
            opened[family] = model, find_decoder_blocks(model.module)
        return opened[family]

    return open_once


def _open(folder: Path, family: str) -> TransformersModel:
    return TransformersModel(
        write_tiny_checkpoint(folder, family), OpenOptions(n_threads=1, dtype="float32")
    )


def _encoded(model: TransformersModel, prefix: str = "It is") -> EncodedPrompt:
    return encode_replies(model, TEXT, REPLIES, reply_prefix=prefix).text


def shifted(position: int) -> Callable[[Sequence[Row], int], Mapping[int, Edit]]:
    """Variant k moves every state from a position on by k, in layers 0 and 1."""

    def edits_of(rows: Sequence[Row], start: int) -> Mapping[int, Edit]:
        by = torch.tensor([float(row.variant) for row in rows])

        def edit(states: Tensor) -> Tensor:
            edited = states.clone()
            # Not the same everywhere: a layer norm would take that out again.
            direction = torch.arange(states.shape[-1]) % 2 - 0.5
            edited[:, max(position - start, 0) :] += by[:, None, None] * direction
            return edited

        return {0: edit, 1: edit}

    return edits_of


def unedited(_: Sequence[Row], __: int) -> Mapping[int, Edit]:
    return {}


@pytest.mark.parametrize("family", ["gpt2", "opt"])
def test_positions_that_are_learned_go_on_behind_a_shared_beginning(family: str) -> None:
    model = tiny_model(family)
    blocks = find_decoder_blocks(model.module)
    text = encode_replies(model, TEXT, REPLIES, reply_prefix="It is").text
    assert can_share_beginning(model, blocks, text.prompt_ids)
    shared, whole = (
        score_variants(
            model, blocks, [text], 3, shifted(20), first_edit=20, shares_beginning=shares
        )
        for shares in (True, False)
    )
    np.testing.assert_allclose(shared, whole, rtol=1e-4, atol=1e-4)


def test_texts_of_one_length_share_a_pass_and_keep_their_own_beginnings(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]],
) -> None:
    model, blocks = open_family("llama")
    text = _encoded(model)
    ids = text.prompt_ids
    texts = [
        text,
        replace(text, prompt_ids=(*ids[:5], *ids[5:12][::-1], *ids[12:])),
        replace(text, prompt_ids=(*ids[:30], *ids[30:40][::-1], *ids[40:])),
    ]
    together = score_variants(
        model, blocks, texts, 2, shifted(25), first_edit=25, shares_beginning=True
    )
    for each, values in zip(texts, together, strict=True):
        alone = score_variants(
            model, blocks, [each], 2, shifted(25), first_edit=25, shares_beginning=True
        )
        np.testing.assert_allclose(values, alone[0], rtol=1e-4, atol=1e-4)
    assert len(np.unique(together[:, 0, 0].round(3))) == 3
    with pytest.raises(ValueError, match="one length"):
        score_variants(
            model,
            blocks,
            [text, replace(text, prompt_ids=ids[:-1])],
            2,
            unedited,
            first_edit=25,
            shares_beginning=True,
        )


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("first_edit", [0, 11, 55, 10_000])
def test_a_shared_beginning_gives_the_numbers_of_whole_rows(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]],
    family: str,
    first_edit: int,
) -> None:
    model, blocks = open_family(family)
    text = _encoded(model)
    assert len(text.prompt_ids) > 55 > WINDOW
    shared, whole = (
        score_variants(
            model,
            blocks,
            [text],
            3,
            shifted(min(first_edit, len(text.prompt_ids) + 1)),
            first_edit=first_edit,
            shares_beginning=shares,
        )
        for shares in (True, False)
    )
    np.testing.assert_allclose(shared, whole, rtol=1e-4, atol=1e-4)
    # The edits do something, and more of it to the later variants.
    assert np.abs(whole[0, 1:, 0] - whole[0, 0, 0]).min() > 1e-2


@pytest.mark.parametrize("family", [*FAMILIES, "mamba"])
def test_without_edits_it_is_what_the_backend_scores(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]], family: str
) -> None:
    model, blocks = open_family(family)
    (expected,) = model.log_likelihoods(
        [
            Prompt(
                prompt_id="p",
                item_id="i",
                mode="log-likelihood",
                text=TEXT,
                reply_prefix="It is",
                continuations=REPLIES,
            )
        ]
    )
    text = _encoded(model)
    shares = can_share_beginning(model, blocks, text.prompt_ids)
    assert shares == (family != "mamba")
    values = score_variants(
        model, blocks, [text], 2, unedited, first_edit=9, shares_beginning=shares
    )
    np.testing.assert_allclose(values, [[expected.values] * 2], rtol=1e-4, atol=1e-4)


def test_single_tokens_need_no_second_pass(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]],
) -> None:
    model, blocks = open_family("llama")
    text = replace(_encoded(model), continuation_ids=((5,), (6,)))
    lengths: list[int] = []
    counter = blocks.blocks[0].register_forward_pre_hook(
        lambda _, args: lengths.append(args[0].shape[0] * args[0].shape[1])
    )
    score_variants(model, blocks, [text], 4, unedited, first_edit=30, shares_beginning=True)
    counter.remove()
    assert lengths == [30, 4 * (len(text.prompt_ids) - 30)]


def test_a_network_that_keeps_no_cache_is_seen(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]],
) -> None:
    model, blocks = open_family("llama")
    refusing = replace(blocks, body=Refusing(blocks.body))
    assert can_share_beginning(model, blocks, _encoded(model).prompt_ids)
    assert not can_share_beginning(model, refusing, _encoded(model).prompt_ids)


def test_a_cache_that_gives_other_numbers_is_not_used(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]],
) -> None:
    model, blocks = open_family("llama")

    def forget(_: nn.Module, args: Any, kwargs: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        cache = kwargs.get("past_key_values")
        seen = cache.get_seq_length() if cache is not None else 0
        width = kwargs["hidden_states"].shape[1] if "hidden_states" in kwargs else args[0].shape[1]
        # As a network that counts positions from the cut: it runs, but reads another text.
        angles = kwargs["position_embeddings"]
        if seen:
            kwargs["position_embeddings"] = tuple(each.flip(1) for each in angles)
        assert angles[0].shape[1] == width
        return args, kwargs

    handle = blocks.blocks[1].register_forward_pre_hook(forget, with_kwargs=True)
    try:
        assert not can_share_beginning(model, blocks, _encoded(model).prompt_ids)
    finally:
        handle.remove()


def _n_hooks(module: nn.Module) -> int:
    return sum(len(each._forward_hooks) + len(each._forward_pre_hooks) for each in module.modules())


def test_no_hook_stays_behind_even_on_failure(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]],
) -> None:
    model, blocks = open_family("llama")
    text = _encoded(model)
    before = _n_hooks(model.module)

    def fails(_: Tensor) -> Tensor:
        raise ZeroDivisionError

    score_variants(model, blocks, [text], 2, shifted(20), first_edit=20, shares_beginning=True)
    assert _n_hooks(model.module) == before
    with pytest.raises(ZeroDivisionError):
        score_variants(
            model,
            blocks,
            [text],
            2,
            lambda _, __: {1: fails},
            first_edit=20,
            shares_beginning=True,
        )
    assert _n_hooks(model.module) == before


def test_numbers_that_are_not_finite_are_refused(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]],
) -> None:
    model, blocks = open_family("llama")
    with pytest.raises(LayersNotFound, match="not finite"):
        score_variants(
            model,
            blocks,
            [_encoded(model)],
            1,
            lambda _, __: {1: lambda states: states * float("nan")},
            first_edit=0,
            shares_beginning=True,
        )


def test_answers_that_the_tokenizer_does_not_tell_apart_are_refused(
    open_family: Callable[[str], tuple[TransformersModel, DecoderBlocks]],
) -> None:
    model, _ = open_family("llama")
    with pytest.raises(LayersNotFound, match="apart"):
        encode_replies(model, TEXT, ("black", "black"))
