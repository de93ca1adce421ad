"""Attention over a token trie, in blocks, as an attention function of transformers.

In depth-first order, what a block of tokens sees lies in the block itself or among the ancestors
of its first token. So each block looks at few keys, and the cost grows with the number of tokens,
not with its square.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import transformers
from torch import Tensor, nn

from auditor.core.trie import TokenTrie

BLOCK = 64
"""Tokens of a block."""
_NAME = "auditor_trie"
_UNKNOWN = ("position_bias", "s_aux")
"""Arguments of attention functions that change the result, and are not done here."""


@dataclass(frozen=True, slots=True)
class TrieLayout:
    """What each block of a trie's tokens looks at."""

    keys: Tensor
    """Token indices, shape (n_blocks, n_keys)."""
    mask: Tensor
    """0 where a token sees a key, else the lowest number; shape (n_blocks, 1, BLOCK, n_keys)."""


def lay_out(trie: TokenTrie, dtype: torch.dtype, device: torch.device) -> TrieLayout:
    """Divide a trie into blocks; what fills up the last one looks at the first token."""
    n, n_blocks = trie.n_nodes, -(-trie.n_nodes // BLOCK)
    seen = [
        [*_ancestors(trie, start), *range(start, min(start + BLOCK, n))]
        for start in range(0, n, BLOCK)
    ]
    keys = np.zeros((n_blocks, max(map(len, seen))), dtype=np.int64)
    for block, each in enumerate(seen):
        keys[block, : len(each)] = each
    is_key = np.arange(keys.shape[1]) < np.array([[len(each)] for each in seen])
    queries = np.arange(n_blocks * BLOCK).reshape(n_blocks, BLOCK, 1)
    ends = np.asarray(trie.ends)[keys][:, None]
    visible = (keys[:, None] <= queries) & (queries < ends) & is_key[:, None]
    visible[..., 0] |= queries[..., 0] >= n
    mask = torch.full(visible.shape, torch.finfo(dtype).min, dtype=dtype)
    mask.masked_fill_(torch.from_numpy(visible), 0)
    return TrieLayout(keys=torch.from_numpy(keys).to(device), mask=mask[:, None].to(device))


@contextmanager
def trie_attention(network: Any) -> Iterator[None]:
    """Let a network of transformers attend by `trie_layout` while the context lasts."""
    own = network.config._attn_implementation
    try:
        network.set_attn_implementation(_NAME)
        yield
    finally:
        network.set_attn_implementation(own)


def _ancestors(trie: TokenTrie, node: int) -> list[int]:
    found: list[int] = []
    node = trie.parents[node]
    while node >= 0:
        found.append(node)
        node = trie.parents[node]
    return found[::-1]


def _attend(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    trie_layout: TrieLayout,
    scaling: float | None = None,
    softcap: float | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """Attention of one trie: (1, heads, tokens, width) in, (1, tokens, heads, width) out.

    The mask given is for other functions; the layout says all.
    """
    del module, attention_mask
    if any(others.get(name) is not None for name in _UNKNOWN):
        raise NotImplementedError("attention with a bias or a sink")
    n, n_blocks, n_keys = query.shape[2], *trie_layout.keys.shape
    n_groups, width = key.shape[1], key.shape[3]
    scaling = width**-0.5 if scaling is None else scaling
    # Query heads that share a key head stand below one another, in one product.
    filled = nn.functional.pad(query[0] * scaling, (0, 0, 0, n_blocks * BLOCK - n))
    queries = filled.reshape(n_groups, -1, n_blocks, BLOCK, width).permute(2, 0, 1, 3, 4)
    keys, values = (
        each[0][:, trie_layout.keys].transpose(0, 1).reshape(n_blocks * n_groups, n_keys, width)
        for each in (key, value)
    )
    scores = torch.bmm(queries.reshape(len(keys), -1, width), keys.transpose(1, 2))
    if softcap is not None:
        scores = softcap * torch.tanh(scores / softcap)
    scores = scores.reshape(n_blocks, -1, BLOCK, n_keys) + trie_layout.mask
    weights = scores.softmax(-1).reshape(len(keys), -1, n_keys)
    seen = torch.bmm(weights, values).reshape(n_blocks, -1, BLOCK, width)
    return seen.transpose(1, 2).flatten(0, 1)[None, :n], None


transformers.AttentionInterface.register(_NAME, _attend)
