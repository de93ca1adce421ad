"""The beginning that many texts share, such as a chat template's system message, computed once."""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import torch

from auditor.core.model import REFUSALS
from auditor.core.trie import shared_length
from auditor.probing.cache_trials import agree
from auditor.probing.decoder_blocks import DecoderBlocks

_LEAST_TOKENS = 4
"""A shorter beginning is not worth a pass of its own."""
_PROBE_TOKENS = 8
"""Of a text that is read both ways: enough to lay positions and mask bare."""

Tokens = tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedPrefix:
    """Tokens that a network has read, and what it remembers of them."""

    token_ids: Tokens
    _cache: Any

    def cache(self, n_rows: int) -> Any:
        """What one pass over `n_rows` texts goes on from; the pass writes into it."""
        cache = deepcopy(self._cache)
        if n_rows > 1:
            cache.batch_repeat_interleave(n_rows)
        return cache


@torch.inference_mode()
def read_prefix(
    blocks: DecoderBlocks, sequences: Sequence[Tokens], *, at_most: int
) -> SharedPrefix | None:
    """Read what all sequences begin with, at most some tokens of it, and leave each a token.

    None where that is not worth it, or where this network does not give its own states behind a
    cache: one sequence is read both ways to see.
    """
    if len(sequences) < 2:
        return None
    # What the first and the last in lexical order share, all share.
    n_shared = shared_length(min(sequences), max(sequences))
    length = min(n_shared, at_most, *(len(ids) - 1 for ids in sequences))
    if length < _LEAST_TOKENS:
        return None
    ids = sequences[0][: length + _PROBE_TOKENS]
    try:
        cache = _run(blocks, ids[:length], use_cache=True).past_key_values
        prefix = SharedPrefix(token_ids=ids[:length], _cache=cache)
        behind = _run(blocks, ids[length:], past_key_values=prefix.cache(2), n_rows=2)
        alone = _run(blocks, ids, use_cache=False)
    except REFUSALS:
        return None
    expected = alone.last_hidden_state[:, length:].expand(2, -1, -1)
    found = behind.last_hidden_state
    return prefix if agree(found, expected, expected, found.dtype) else None


def _run(blocks: DecoderBlocks, ids: Tokens, *, n_rows: int = 1, **settings: Any) -> Any:
    device = next(blocks.embeddings.parameters()).device
    return blocks.body(input_ids=torch.tensor([ids] * n_rows, device=device), **settings)
