"""Ask for the meaning of a slot into which a state is put, and write the reply down.

The slot of a reading prompt holds a placeholder that means nothing; its state at a low layer is
replaced, and the network goes on in words.
"""

from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.core.mentions import find_positions
from auditor.core.model import ReadableModel
from auditor.core.senses import ReadingPrompt
from auditor.errors import LayersNotFound
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.hooks import Edit, edit_states

N_WRITTEN = 12
"""Tokens of a reply."""
PLACEHOLDER = "x"
"""No reading prompt may hold it as a word of its own."""
_REREAD_ROWS = 16
"""At once: the logits of all their tokens are held, and vocabularies are large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotText:
    """A reading prompt as the network reads it."""

    token_ids: tuple[int, ...]
    slots: tuple[int, ...]
    """Positions whose states are replaced, ascending: one a slot, and prompts have one slot."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Insertion:
    """One state, and the layer at which it is put into the slot."""

    state: NDArray[np.float32]
    """Shape (hidden,)."""
    layer: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotReply:
    """What was written about one state, up to where the reply ended by itself."""

    token_ids: tuple[int, ...]
    relevance: float
    """Mean over its tokens of |p with the state − p without it|; 0 where there is none."""


def fill_slot(prompt: ReadingPrompt) -> str:
    """The message with a placeholder in its slot."""
    return prompt.text.replace("{slot}", PLACEHOLDER)


def encode_slot(model: ReadableModel, prompt: ReadingPrompt) -> SlotText:
    """A reading prompt in the model's own form, and where its slot is.

    Raises:
        LayersNotFound: The model's form, or its tokenizer, leaves the slot out.
    """
    token_ids, slots = find_positions(
        model, fill_slot(prompt), [PLACEHOLDER], reply=prompt.reply_prefix
    )
    if not slots:
        raise LayersNotFound(
            "The model's chat template changes the words of a message, so no state can be read "
            "in words; correct the template, or take it out to use the plain form."
        )
    return SlotText(token_ids=token_ids, slots=slots)


@torch.inference_mode()
def write_replies(
    model: ReadableModel,
    blocks: DecoderBlocks,
    text: SlotText,
    insertions: Sequence[Insertion],
    *,
    shares_beginning: bool,
) -> list[SlotReply]:
    """The likeliest replies about some states, and how far each is owed to its state.

    A reply is written token by token behind the text with the state, then read at one go behind
    the text as it is, which gives the probabilities without the state.

    Args:
        model: What writes.
        blocks: Its blocks.
        text: The reading prompt.
        insertions: Each makes a row of the pass.
        shares_beginning: Whether the network takes a cache, from `can_share_beginning`.

    Raises:
        LayersNotFound: The model puts out what is not a number.
    """
    ends = _find_ends(model)
    rows = _GrowingRows(model.module, keeps_cache=shares_beginning)
    if shares_beginning and text.slots[0] > 0:
        rows.read(torch.tensor([text.token_ids[: text.slots[0]]]))
    plain = rows.copy()
    with edit_states(blocks, _edits(rows, text.slots, insertions)):
        rows.repeat(len(insertions))
        unread = torch.tensor([text.token_ids[rows.length :]] * len(insertions))
        written, with_state = _write(rows, unread, ends)
    plain.read(torch.tensor([text.token_ids[plain.length : -1]]))
    last = torch.full_like(written[:, :1], text.token_ids[-1])
    without = _reread(plain, torch.hstack([last, written]))
    differences = (with_state - without).abs()
    if not bool(differences.isfinite().all()):
        raise LayersNotFound(
            "The model puts out numbers that are not finite once a state is put in: its weights "
            "need a wider type, try --dtype float32."
        )
    return _cut_replies(written, differences, ends)


class _GrowingRows:
    """Texts of one length that go on together; what was read is not read again where it can be."""

    def __init__(self, network: Any, *, keeps_cache: bool) -> None:
        self._network = network
        self._keeps_cache = keeps_cache
        self._cache: Any = None
        self._ids = torch.empty((1, 0), dtype=torch.long, device=network.device)
        self.length = 0
        """Tokens of each row, those that are just being read included."""

    def read(self, ids: Tensor, *, n_logits: int = 1) -> Tensor:
        """Float32 logits after the last of some new tokens, shape (rows, n_logits, vocabulary)."""
        n_new = ids.shape[1]
        self.length += n_new
        self._ids = torch.hstack([self._ids, ids.to(self._ids.device)])
        kept = {"past_key_values": self._cache} if self._cache is not None else {}
        read = self._network(
            input_ids=self._ids[:, -n_new:] if self._keeps_cache else self._ids,
            use_cache=self._keeps_cache,
            logits_to_keep=n_logits,
            **kept,
        )
        self._cache = read.past_key_values if self._keeps_cache else None
        logits: Tensor = read.logits[:, -n_logits:].float()
        return logits

    def repeat(self, n_rows: int) -> None:
        """Make many rows of the one that there is."""
        self._ids = self._ids.repeat(n_rows, 1)
        if self._cache is not None:
            self._cache.batch_repeat_interleave(n_rows)

    def copy(self) -> "_GrowingRows":
        """The same texts, to go on in another way."""
        twin = _GrowingRows(self._network, keeps_cache=self._keeps_cache)
        twin._cache, twin._ids, twin.length = deepcopy(self._cache), self._ids, self.length
        return twin


def _write(rows: _GrowingRows, unread: Tensor, ends: Tensor) -> tuple[Tensor, Tensor]:
    """The likeliest tokens, one after the other, and their probabilities; both (rows, tokens)."""
    tokens, found = [], []
    for _ in range(N_WRITTEN):
        following = rows.read(unread)[:, -1]
        unread = following.argmax(-1, keepdim=True)
        tokens.append(unread)
        found.append((following.gather(-1, unread) - following.logsumexp(-1, keepdim=True)).exp())
        if bool(torch.isin(torch.hstack(tokens), ends).any(-1).all()):
            break
    return torch.hstack(tokens), torch.hstack(found)


def _reread(rows: _GrowingRows, ids: Tensor) -> Tensor:
    """Probability of each token behind the first one, shape (rows, tokens − 1)."""
    found = []
    n_steps = ids.shape[1] - 1
    for start in range(0, len(ids), _REREAD_ROWS):
        some, twins = ids[start : start + _REREAD_ROWS], rows.copy()
        twins.repeat(len(some))
        logits = twins.read(some[:, :-1], n_logits=n_steps)
        chosen = logits.gather(-1, some[:, 1:, None])[..., 0]
        found.append((chosen - logits.logsumexp(-1)).exp())
    return torch.vstack(found)


def _edits(
    rows: _GrowingRows, slots: Sequence[int], insertions: Sequence[Insertion]
) -> dict[int, Edit]:
    return {
        layer: _put_in(rows, slots, insertions, layer)
        for layer in sorted({each.layer for each in insertions})
    }


def _put_in(
    rows: _GrowingRows, slots: Sequence[int], insertions: Sequence[Insertion], layer: int
) -> Callable[[Tensor], Tensor]:
    """The edit of one layer; the rows of other layers, and rows without a state, stay."""
    edited = [row for row, each in enumerate(insertions) if each.layer == layer]
    states = torch.from_numpy(np.stack([insertions[row].state for row in edited]))

    def put_in(state: Tensor) -> Tensor:
        start = rows.length - state.shape[1]
        if slots[0] < start:  # The slot was read before, and its state is in the cache.
            return state
        new = state.clone()
        for slot in slots:
            new[edited, slot - start] = states.to(state)
        return new

    return put_in


def _find_ends(model: ReadableModel) -> Tensor:
    """Tokens that are no text: the end of the reply, of a turn, and all other special ones."""
    tokenizer, module = model.tokenizer, model.module
    added = getattr(tokenizer, "added_tokens_decoder", {})
    ends = {token for token, each in added.items() if getattr(each, "special", False)}
    for holder in (module.generation_config, module.config.get_text_config(), tokenizer):
        ids = getattr(holder, "eos_token_id", None)
        ends.update(ids if isinstance(ids, list | tuple) else [] if ids is None else [ids])
    return torch.tensor(sorted(ends), dtype=torch.long, device=module.device)


def _cut_replies(written: Tensor, differences: Tensor, ends: Tensor) -> list[SlotReply]:
    """Both of shape (rows, tokens)."""
    replies = []
    lengths = torch.isin(written, ends).cumsum(-1).eq(0).sum(-1).tolist()
    for ids, found, length in zip(written.tolist(), differences.tolist(), lengths, strict=True):
        relevance = sum(found[:length]) / length if length else 0.0
        replies.append(SlotReply(token_ids=tuple(ids[:length]), relevance=relevance))
    return replies
