"""Replies about states, against the same computed the long way."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from auditor.core.mentions import Located
from auditor.core.senses import ReadingPrompt
from auditor.errors import LayersNotFound
from auditor.probing.decoder_blocks import find_decoder_blocks
from auditor.probing.hooks import edit_states
from auditor.probing.reading import read_states
from auditor.probing.slot_texts import (
    N_WRITTEN,
    Insertion,
    SlotText,
    encode_slot,
    write_replies,
)
from tests.probing.tiny_models import ATTENTION_FAMILIES, FAMILIES, HIDDEN, TinyModel, tiny_model

_PROMPT = ReadingPrompt(
    prompt_id="r1", text="The two words {slot} stand for one", reply_prefix="the other"
)


def _states(n: int) -> np.ndarray:
    return (4 * np.random.default_rng(5).standard_normal((n, HIDDEN))).astype(np.float32)


def _insertions(n: int = 3) -> list[Insertion]:
    return [Insertion(state=state, layer=row % 3) for row, state in enumerate(_states(n))]


def _write_at_length(
    model: TinyModel, text: SlotText, insertion: Insertion | None, n_tokens: int
) -> tuple[list[int], list[float]]:
    """Every token from a pass over the whole text, and its probability."""
    edits = {}
    if insertion is not None:
        state = torch.from_numpy(insertion.state)

        def put_in(states: torch.Tensor) -> torch.Tensor:
            new = states.clone()
            new[:, list(text.slots)] = state
            return new

        edits[insertion.layer] = put_in
    ids, found = list(text.token_ids), []
    with torch.inference_mode(), edit_states(find_decoder_blocks(model.module), edits):
        for _ in range(n_tokens):
            chances = model.module(input_ids=torch.tensor([ids])).logits[0, -1].softmax(-1)
            ids.append(int(chances.argmax()))
            found.append(float(chances.max()))
    return ids[len(text.token_ids) :], found


def _chances_behind(model: TinyModel, text: SlotText, reply: list[int]) -> list[float]:
    with torch.inference_mode():
        logits = model.module(input_ids=torch.tensor([[*text.token_ids, *reply]])).logits[0]
    start = len(text.token_ids) - 1
    return [float(logits[start + n].softmax(-1)[token]) for n, token in enumerate(reply)]


def test_the_slot_is_found_in_the_message() -> None:
    model = tiny_model()
    text = encode_slot(model, _PROMPT)
    (slot,) = text.slots
    assert model.tokenizer.decode([text.token_ids[slot]]).strip() == "x"
    assert model.tokenizer.decode(text.token_ids[slot + 1 :]).startswith(" stand for one")


def test_a_form_that_loses_the_slot_is_refused() -> None:
    model = replace(tiny_model(), form="<|im_start|>no message here")
    with pytest.raises(LayersNotFound, match="chat template"):
        encode_slot(model, _PROMPT)


@pytest.mark.parametrize("family", ATTENTION_FAMILIES)
@pytest.mark.parametrize("shares_beginning", [True, False])
def test_replies_are_those_of_passes_over_the_whole_text(
    family: str, shares_beginning: bool
) -> None:
    model = tiny_model(family)
    text, insertions = encode_slot(model, _PROMPT), _insertions()
    replies = write_replies(
        model,
        find_decoder_blocks(model.module),
        text,
        insertions,
        shares_beginning=shares_beginning,
    )
    for insertion, reply in zip(insertions, replies, strict=True):
        n_tokens = len(reply.token_ids)
        ids, with_state = _write_at_length(model, text, insertion, N_WRITTEN)
        assert reply.token_ids == tuple(ids[:n_tokens])
        assert n_tokens == N_WRITTEN or ids[n_tokens] < 3  # One of the three special tokens.
        without = _chances_behind(model, text, ids[:n_tokens])
        pairs = zip(with_state, without, strict=False)
        expected = sum(abs(p - q) for p, q in pairs) / n_tokens if n_tokens else 0.0
        assert reply.relevance == pytest.approx(expected, abs=1e-4)
    assert max(reply.relevance for reply in replies) > 0.01


def test_networks_without_a_cache_are_read_the_long_way() -> None:
    model = tiny_model("mamba")
    text, insertions = encode_slot(model, _PROMPT), _insertions(2)
    replies = write_replies(
        model, find_decoder_blocks(model.module), text, insertions, shares_beginning=False
    )
    for insertion, reply in zip(insertions, replies, strict=True):
        ids, _ = _write_at_length(model, text, insertion, len(reply.token_ids))
        assert reply.token_ids == tuple(ids)


@pytest.mark.parametrize("layer", [0, 1, 2, 3])
@pytest.mark.parametrize("family", FAMILIES)
def test_the_very_state_that_stands_there_changes_nothing(family: str, layer: int) -> None:
    model = tiny_model(family)
    blocks = find_decoder_blocks(model.module)
    text = encode_slot(model, _PROMPT)
    place = Located(mention_id="own", token_ids=text.token_ids, position=text.slots[0])
    own = read_states(model, blocks, [place])[0, layer]
    (reply,) = write_replies(
        model,
        blocks,
        text,
        [Insertion(state=own, layer=layer)],
        shares_beginning=family != "mamba",
    )
    ids, _ = _write_at_length(model, text, None, N_WRITTEN)
    assert reply.token_ids == tuple(ids[: len(reply.token_ids)])
    assert reply.relevance == pytest.approx(0.0, abs=1e-5)


def test_a_reply_ends_before_its_end_and_only_what_is_written_counts() -> None:
    model = tiny_model()
    blocks, text = find_decoder_blocks(model.module), encode_slot(model, _PROMPT)
    insertions = _insertions(1)
    ids, with_state = _write_at_length(model, text, insertions[0], N_WRITTEN)
    model.module.generation_config.eos_token_id = [ids[4]]
    (reply,) = write_replies(model, blocks, text, insertions, shares_beginning=True)
    n_tokens = ids.index(ids[4])
    assert reply.token_ids == tuple(ids[:n_tokens])
    without = _chances_behind(model, text, ids[:n_tokens])
    pairs = zip(with_state, without, strict=False)
    expected = [abs(p - q) for p, q in pairs]
    assert reply.relevance == pytest.approx(np.mean(expected) if expected else 0.0, abs=1e-4)


def test_a_reply_that_ends_at_once_owes_nothing_to_its_state() -> None:
    model = tiny_model()
    blocks, text = find_decoder_blocks(model.module), encode_slot(model, _PROMPT)
    (first, *_), _ = _write_at_length(model, text, _insertions(1)[0], 1)
    model.module.config.eos_token_id = first
    (reply,) = write_replies(model, blocks, text, _insertions(1), shares_beginning=True)
    assert reply.token_ids == ()
    assert reply.relevance == 0.0


def test_company_changes_no_reply() -> None:
    model = tiny_model()
    blocks, text = find_decoder_blocks(model.module), encode_slot(model, _PROMPT)
    insertions = _insertions(20)
    together = write_replies(model, blocks, text, insertions, shares_beginning=True)
    for insertion, reply in list(zip(insertions, together, strict=True))[::6]:
        (alone,) = write_replies(model, blocks, text, [insertion], shares_beginning=True)
        assert alone.token_ids == reply.token_ids
        assert alone.relevance == pytest.approx(reply.relevance, abs=1e-5)


def test_a_state_that_is_not_finite_is_refused_and_leaves_no_hook() -> None:
    model = tiny_model()
    broken = Insertion(state=np.full(HIDDEN, np.nan, dtype=np.float32), layer=2)
    with pytest.raises(LayersNotFound, match="not finite"):
        write_replies(
            model,
            find_decoder_blocks(model.module),
            encode_slot(model, _PROMPT),
            [broken],
            shares_beginning=True,
        )
    assert not any(
        each._forward_hooks or each._forward_pre_hooks for each in model.module.modules()
    )
