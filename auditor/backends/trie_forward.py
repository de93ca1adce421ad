"""One pass of a network over token tries, packed: what sequences share is computed once.

A trie is laid out as one row of tokens. Each token sees itself and its ancestors, by an additive
attention mask, and stands at its depth, by its position id; so it reads what it would read alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from auditor.core.trie import TokenTrie, build_trie

Step = tuple[int, int]
"""A node of a trie and a token that may follow it."""

_SOFTMAX_ROWS = 16
"""Rows of logits normalised at once: they stay in the processor's cache, 5 times faster."""
_PROBE_TOKENS = 20
_TOLERANCES = {torch.float32: 1e-3, torch.float64: 1e-3}
_HALF_TOLERANCE = 0.1
"""Relative error of logits; a wrong mask or position gives errors of the logits' own size."""
_REFUSALS = (
    AttributeError,
    AssertionError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""How networks answer to an attention mask that they have no use for."""


class Float32Head(nn.Module):
    """An output layer in float32 on a half-precision network.

    Logits of 16 are rounded to 1/16 in bfloat16: more than the effects that are measured.
    """

    def __init__(self, head: nn.Linear) -> None:
        super().__init__()
        self.weight = nn.Parameter(head.weight.detach().float(), requires_grad=False)
        self.bias = None
        if head.bias is not None:
            self.bias = nn.Parameter(head.bias.detach().float(), requires_grad=False)

    def forward(self, hidden: Tensor) -> Tensor:
        """Logits of hidden states of shape (..., width)."""
        return nn.functional.linear(hidden.float(), self.weight, self.bias)


def log_probabilities(
    network: Any,
    rows: Sequence[TokenTrie],
    steps: Sequence[Collection[Step]],
    *,
    shares_prefixes: bool,
) -> list[dict[Step, float]]:
    """log P(token | path to the node), natural, for the steps asked of each row.

    Args:
        network: A causal language model of transformers.
        rows: Tries that are computed together, each a row of the batch.
        steps: For each row, nodes and the tokens that may follow them.
        shares_prefixes: False: each trie is one sequence, and the plain mask is used.
    """
    asked: list[dict[int, list[int]]] = []
    for each in steps:
        following: dict[int, list[int]] = defaultdict(list)
        for node, token in sorted(each):
            following[node].append(token)
        asked.append(following)
    wanted = [(row, node) for row, tokens in enumerate(asked) for node in tokens]
    logits = logits_at(network, rows, wanted, shares_prefixes=shares_prefixes)
    known: list[dict[Step, float]] = [{} for _ in rows]
    for start in range(0, len(wanted), _SOFTMAX_ROWS):
        chunk = logits[start : start + _SOFTMAX_ROWS].float().log_softmax(-1)
        for (row, node), values in zip(wanted[start : start + _SOFTMAX_ROWS], chunk, strict=True):
            tokens = asked[row][node]
            for token, value in zip(tokens, values[tokens].tolist(), strict=True):
                known[row][node, token] = value
    return known


@torch.inference_mode()
def logits_at(
    network: Any,
    rows: Sequence[TokenTrie],
    wanted: Sequence[tuple[int, int]],
    *,
    shares_prefixes: bool,
) -> Tensor:
    """Logits after some (row, node), shape (len(wanted), n_vocabulary)."""
    inputs = _inputs(network, rows) if shares_prefixes else _plain_inputs(network, rows)
    width = inputs["input_ids"].shape[1]
    places = torch.tensor([row * width + node for row, node in wanted], device=network.device)
    with _only_rows(network.get_output_embeddings(), places):
        logits: Tensor = network(**inputs, use_cache=False).logits
    logits = logits.reshape(-1, logits.shape[-1])
    # A network that does without its output layer gives the logits of every token.
    return logits if len(logits) == len(wanted) else logits[places]


@contextmanager
def _only_rows(head: nn.Module | None, places: Tensor) -> Iterator[None]:
    """Let the output layer, the widest of all, see only the hidden states that are asked for."""
    if head is None:
        yield
        return

    def narrow(_: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *rest = args
        return (hidden.reshape(-1, hidden.shape[-1])[places][None], *rest)

    handle = head.register_forward_pre_hook(narrow)
    try:
        yield
    finally:
        handle.remove()


def _inputs(network: Any, rows: Sequence[TokenTrie]) -> dict[str, Tensor]:
    """Tokens, positions and the mask (rows, 1, tokens, tokens): 0 where one sees, else lowest."""
    width = max(row.n_nodes for row in rows)
    tokens = torch.zeros(len(rows), width, dtype=torch.long)
    positions = torch.zeros_like(tokens)
    # What fills up a row sees itself, because a softmax over nothing is not a number.
    seen = torch.eye(width, dtype=torch.bool).repeat(len(rows), 1, 1)
    for index, row in enumerate(rows):
        n = row.n_nodes
        tokens[index, :n] = torch.tensor(row.tokens)
        positions[index, :n] = torch.tensor(row.positions)
        seen[index, :n, :n] = torch.from_numpy(row.ancestor_mask())
    mask = torch.full(seen.shape, torch.finfo(network.dtype).min, dtype=network.dtype)
    mask.masked_fill_(seen, 0)
    return {
        "input_ids": tokens.to(network.device),
        "position_ids": positions.to(network.device),
        "attention_mask": mask[:, None].to(network.device),
    }


def _plain_inputs(network: Any, rows: Sequence[TokenTrie]) -> dict[str, Tensor]:
    """One sequence a row, filled up on the right, where no token of a causal network looks."""
    width = max(row.n_nodes for row in rows)
    tokens = torch.zeros(len(rows), width, dtype=torch.long)
    mask = torch.zeros_like(tokens)
    for index, row in enumerate(rows):
        tokens[index, : row.n_nodes] = torch.tensor(row.tokens)
        mask[index, : row.n_nodes] = 1
    return {
        "input_ids": tokens.to(network.device),
        "attention_mask": mask.to(network.device),
    }


def can_share_prefixes(network: Any, token_ids: Sequence[int]) -> bool:
    """Whether packed tries give this network's own numbers, by trying.

    Args:
        network: A causal language model of transformers.
        token_ids: Any text of the model's language; about 20 tokens are used.
    """
    probe = _probe(token_ids)
    # Two rows of unequal width, and in the first a branch inside and one at the root.
    rows = [build_trie(probe[:3]), build_trie(probe[3:])]
    places = [(0, path[-1]) for path in rows[0].paths] + [(1, path[-1]) for path in rows[1].paths]
    try:
        packed = logits_at(network, rows, places, shares_prefixes=True)
    except _REFUSALS:
        return False
    return _agree(network, packed, torch.cat([_last_logits(network, each) for each in probe]))


def is_causal(network: Any, token_ids: Sequence[int]) -> bool:
    """Whether what follows leaves a token's prediction alone, as in no encoder."""
    longest = _probe(token_ids)[0]
    middle = len(longest) // 2
    chain = build_trie([longest])
    inside = logits_at(network, [chain], [(0, middle)], shares_prefixes=False)
    return _agree(network, inside, _last_logits(network, longest[: middle + 1]))


def is_finite(network: Any, token_ids: Sequence[int]) -> bool:
    """Whether the network puts out numbers at all."""
    return bool(_last_logits(network, _probe(token_ids)[0]).isfinite().all())


def _probe(token_ids: Sequence[int]) -> list[tuple[int, ...]]:
    ids = [token_ids[index % len(token_ids)] for index in range(_PROBE_TOKENS)]
    return [
        tuple(ids[:14]),
        tuple(ids[:8] + ids[14:]),
        tuple(ids[5:12]),
        tuple(ids[2:11]),
    ]


def _last_logits(network: Any, sequence: Sequence[int]) -> Tensor:
    chain = build_trie([sequence])
    return logits_at(network, [chain], [(0, chain.n_nodes - 1)], shares_prefixes=False)


def _agree(network: Any, left: Tensor, right: Tensor) -> bool:
    spread = (right.float() - right.float().mean(-1, keepdim=True)).norm()
    error = (left.float() - right.float()).norm() / spread.clamp_min(1e-12)
    # The output layer may be wider than what comes before it, so the network's type counts.
    return bool(error <= _TOLERANCES.get(network.dtype, _HALF_TOLERANCE))
