"""Forward passes that go on from what the network remembers, with logits only where needed."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from auditor.core.model import REFUSALS, ReadableModel
from auditor.probing.cache_trials import agree
from auditor.probing.decoder_blocks import DecoderBlocks

_SOFTMAX_ROWS = 16
"""Rows of logits normalised at once: they stay in the processor's cache."""
_PROBE_TOKENS = 48

Tokens = tuple[int, ...]
Place = tuple[int, int]
"""Row and column of a pass."""


@torch.inference_mode()
def can_share_beginning(
    model: ReadableModel, blocks: DecoderBlocks, token_ids: Sequence[int]
) -> bool:
    """Whether the network gives its own numbers behind a cache that rows share, by trying.

    Args:
        model: Whose network and output layer.
        blocks: Its blocks.
        token_ids: Any text of the model's language; 48 tokens are used at most.
    """
    ids = tuple(token_ids[:_PROBE_TOKENS])
    half, quarter = len(ids) // 2, len(ids) * 3 // 4
    if half == quarter:
        return False
    try:
        # Twice: what comes behind the edited tokens goes on from a cache that went on from one.
        cache = read_beginnings(blocks, [ids[:half]], [0, 0])
        between = [ids[half:quarter]] * 2
        cache = forward(model, between, [(0, 0)], None, cache=cache, keeps_cache=True)[1]
        cache.batch_select_indices(torch.tensor([1, 1, 0]))
        places = [(2, column) for column in range(len(ids) - quarter)]
        shared, _ = forward(model, [ids[quarter:]] * 3, places, None, cache=cache, keeps_cache=True)
    except REFUSALS:
        return False
    places = [(0, column) for column in range(quarter, len(ids))]
    whole, _ = forward(model, [ids], places, None, cache=None, keeps_cache=False)
    # Logits may all lie far from zero, which means nothing.
    return agree(shared, whole, whole - whole.mean(-1, keepdim=True), model.module.dtype)


def read_beginnings(
    blocks: DecoderBlocks, beginnings: Sequence[Tokens], of_rows: Sequence[int]
) -> Any:
    """What the network remembers of beginnings of one length; None where they have no token.

    Args:
        blocks: Of the network.
        beginnings: Each is read once.
        of_rows: For each row that is to go on, the index of its beginning.
    """
    if not beginnings[0]:
        return None
    device = next(blocks.embeddings.parameters()).device
    read = blocks.body(input_ids=torch.tensor(beginnings, device=device), use_cache=True)
    cache: Any = read.past_key_values
    cache.batch_select_indices(torch.tensor(of_rows))
    return cache


def forward(
    model: ReadableModel,
    rows: Sequence[Tokens],
    places: Sequence[Place],
    tokens: Tensor | None,
    *,
    cache: Any,
    keeps_cache: bool,
) -> tuple[Tensor, Any]:
    """Logits in float32 after some places, shape (len(places), n_vocabulary), and the cache.

    No mask is needed: columns are consecutive in the text, and filling is never looked back at.

    Args:
        model: Whose network and output layer.
        rows: Token ids; behind the cache's, where there is one.
        places: Whose next token is wanted.
        tokens: For each place those that count, shape (len(places), any number); None for none.
        cache: What the rows go on from; the pass writes into it. None for rows that begin.
        keeps_cache: Whether the network is to remember the rows.
    """
    network = model.module
    inputs = rectangle(rows).to(network.device)
    flat = torch.tensor(
        [row * inputs.shape[1] + column for row, column in places], device=network.device
    )
    remembered = {} if cache is None else {"past_key_values": cache}
    with _only_places(network.get_output_embeddings(), flat, tokens):
        read = network(input_ids=inputs, use_cache=keeps_cache, **remembered)
    logits = read.logits.reshape(-1, read.logits.shape[-1])
    # A network that does without its output layer gives the logits of every token.
    logits = logits if len(logits) == len(places) else logits[flat.to(logits.device)]
    return logits.float(), read.past_key_values if keeps_cache else None


def log_probabilities(logits: Tensor, tokens: Tensor) -> list[list[float]]:
    """log P of each place's tokens, natural; logits and tokens have one row a place."""
    found: list[list[float]] = []
    for start in range(0, len(logits), _SOFTMAX_ROWS):
        chunk = logits[start : start + _SOFTMAX_ROWS].log_softmax(-1)
        ids = tokens[start : start + _SOFTMAX_ROWS].to(chunk.device)
        found += chunk.gather(-1, ids).tolist()
    return found


def rectangle(sequences: Sequence[Tokens]) -> Tensor:
    """Token ids, each row filled up on the right by its own first one."""
    width = max(map(len, sequences))
    return torch.tensor([[*ids, *[ids[0]] * (width - len(ids))] for ids in sequences])


@contextmanager
def _only_places(head: Any, flat: Tensor, tokens: Tensor | None) -> Iterator[None]:
    """Let the output layer, the widest of all, see only the hidden states that are asked for."""
    if head is None:
        yield
        return

    def narrow(_: Any, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *rest = args
        return (hidden.reshape(-1, hidden.shape[-1])[flat.to(hidden.device)][None], *rest)

    # An output layer of half precision may compute those tokens exactly that it is asked for.
    asks = tokens is not None and hasattr(head, "asked")
    handle = head.register_forward_pre_hook(narrow)
    try:
        if asks and tokens is not None:
            head.asked = tokens.to(flat.device)
        yield
    finally:
        handle.remove()
        if asks:
            head.asked = None
