"""One pass of a network over a token trie: what sequences share is computed once.

A trie is laid out as one row of tokens. Each token attends to itself and its ancestors, and stands
at its depth, by its position id; so it reads what it would read alone.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from auditor.backends.trie_attention import BLOCK, lay_out, trie_attention
from auditor.core.model import REFUSALS
from auditor.core.trie import TokenTrie, build_trie

Step = tuple[int, int]
"""A node of a trie and a token that may follow it."""

_SOFTMAX_ROWS = 16
"""Rows of logits normalised at once: they stay in the processor's cache, 5 times faster."""
_EXACT_LOGITS = 32
"""Tokens of a row whose logits are computed without rounding."""
_PROBE_TOKENS = 40
_TOLERANCES = {torch.float32: 1e-3, torch.float64: 1e-3}
_HALF_TOLERANCE = 0.1
"""Relative error of logits; a wrong mask or position gives errors of the logits' own size."""


class CarefulHead(nn.Module):
    """The output layer of a half-precision network, with the logits that count in float32.

    A logit of 16 is rounded to 1/16 in bfloat16: more than the effects that are measured. The
    likeliest tokens and those asked for are computed anew from the same weights; the others
    only enter the sum of a softmax, where their roundings cancel. A layer wholly in float32 takes
    a quarter of the time of all.
    """

    def __init__(self, head: nn.Linear) -> None:
        super().__init__()
        self.weight = head.weight
        self.bias = head.bias
        self.asked: Tensor | None = None
        """Tokens to be exact beside the likeliest, shape (rows, any number)."""

    def forward(self, hidden: Tensor) -> Tensor:
        """Float32 logits of hidden states of shape (..., width)."""
        logits = nn.functional.linear(hidden, self.weight, self.bias).float()
        exact = logits.topk(min(_EXACT_LOGITS, logits.shape[-1]), sorted=False).indices
        if self.asked is not None:
            asked = self.asked.reshape(*exact.shape[:-1], -1)
            exact = torch.cat([exact, asked], dim=-1)
        values = (self.weight[exact].float() @ hidden.float()[..., None])[..., 0]
        if self.bias is not None:
            values = values + self.bias[exact].float()
        return logits.scatter(-1, exact, values)


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
        rows: One trie; or plain sequences that are computed together, each a row of the batch.
        steps: For each row, nodes and the tokens that may follow them.
        shares_prefixes: Whether it is a trie, attended to as one.
    """
    asked: list[dict[int, list[int]]] = []
    for each in steps:
        following: dict[int, list[int]] = defaultdict(list)
        for node, token in sorted(each):
            following[node].append(token)
        asked.append(following)
    wanted = [(row, node) for row, tokens in enumerate(asked) for node in tokens]
    tokens = [asked[row][node] for row, node in wanted]
    logits = logits_at(network, rows, wanted, tokens=tokens, shares_prefixes=shares_prefixes)
    known: list[dict[Step, float]] = [{} for _ in rows]
    for start in range(0, len(wanted), _SOFTMAX_ROWS):
        chunk = logits[start : start + _SOFTMAX_ROWS].float().log_softmax(-1)
        for offset, values in enumerate(chunk):
            (row, node), ids = wanted[start + offset], tokens[start + offset]
            for token, value in zip(ids, values[ids].tolist(), strict=True):
                known[row][node, token] = value
    return known


@torch.inference_mode()
def logits_at(
    network: Any,
    rows: Sequence[TokenTrie],
    wanted: Sequence[tuple[int, int]],
    *,
    tokens: Sequence[Sequence[int]] = (),
    shares_prefixes: bool,
) -> Tensor:
    """Logits after some (row, node), shape (len(wanted), n_vocabulary); exact for `tokens`."""
    if shares_prefixes:
        (trie,) = rows
        inputs = _trie_inputs(network, trie)
    else:
        inputs = _plain_inputs(network, rows)
    width = inputs["input_ids"].shape[1]
    places = torch.tensor([row * width + node for row, node in wanted], device=network.device)
    with ExitStack() as contexts:
        contexts.enter_context(_only_rows(network.get_output_embeddings(), places, tokens))
        if shares_prefixes:
            contexts.enter_context(trie_attention(network))
        logits: Tensor = network(**inputs, use_cache=False).logits
    logits = logits.reshape(-1, logits.shape[-1])
    # A network that does without its output layer gives the logits of every token.
    return logits if len(logits) == len(wanted) else logits[places]


@contextmanager
def _only_rows(
    head: nn.Module | None, places: Tensor, tokens: Sequence[Sequence[int]]
) -> Iterator[None]:
    """Let the output layer, the widest of all, see only the hidden states that are asked for."""
    if head is None:
        yield
        return

    def narrow(_: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *rest = args
        return (hidden.reshape(-1, hidden.shape[-1])[places][None], *rest)

    handle = head.register_forward_pre_hook(narrow)
    try:
        if isinstance(head, CarefulHead) and tokens:
            head.asked = _rectangle(tokens).to(places.device)
        yield
    finally:
        handle.remove()
        if isinstance(head, CarefulHead):
            head.asked = None


def _rectangle(tokens: Sequence[Sequence[int]]) -> Tensor:
    """Lists of tokens, each filled up to the longest by its own first one."""
    width = max(map(len, tokens))
    return torch.tensor([[*ids, *[ids[0]] * (width - len(ids))] for ids in tokens])


def _trie_inputs(network: Any, trie: TokenTrie) -> dict[str, Any]:
    """A trie as one row of tokens in depth-first order, each at its depth."""
    return {
        "input_ids": torch.tensor([trie.tokens], device=network.device),
        "position_ids": torch.tensor([trie.positions], device=network.device),
        # A mask of four dimensions is taken as it is, so that none is made of this length.
        "attention_mask": torch.zeros(1, 1, 1, 1, dtype=network.dtype, device=network.device),
        "trie_layout": lay_out(trie, network.dtype, network.device),
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
        token_ids: Any text of the model's language; 40 tokens are used, or fewer again and again.
    """
    probe = _probe(token_ids)
    # More than a block, with a branch inside, and one at the root.
    trie = build_trie(probe)
    assert trie.n_nodes > BLOCK
    places = [(0, path[-1]) for path in trie.paths]
    try:
        packed = logits_at(network, [trie], places, shares_prefixes=True)
    except REFUSALS:
        return False
    return _agree(network, packed, torch.cat([_last_logits(network, each) for each in probe]))


def is_causal(network: Any, token_ids: Sequence[int]) -> bool:
    """Whether what follows leaves a token's prediction alone, as in no encoder."""
    text = _probe(token_ids)[0]
    middle = len(text) // 2
    # Of the same length, so that rounding is the same and what differs is what was looked ahead.
    other = text[: middle + 1] + text[:middle:-1]
    before, after = (
        logits_at(network, [build_trie([each])], [(0, middle)], shares_prefixes=False)
        for each in (text, other)
    )
    return _agree(network, before, after)


def is_finite(network: Any, token_ids: Sequence[int]) -> bool:
    """Whether the network puts out numbers at all."""
    return bool(_last_logits(network, _probe(token_ids)[0]).isfinite().all())


def _probe(token_ids: Sequence[int]) -> list[tuple[int, ...]]:
    """Sequences that begin alike, and some that do not."""
    ids = tuple(token_ids[index % len(token_ids)] for index in range(_PROBE_TOKENS))
    return [ids[:24], ids[:8] + ids[15:30], ids[5:25], ids[:8] + ids[20:35], ids[2:12]]


def _last_logits(network: Any, sequence: Sequence[int]) -> Tensor:
    chain = build_trie([sequence])
    return logits_at(network, [chain], [(0, chain.n_nodes - 1)], shares_prefixes=False)


def _agree(network: Any, left: Tensor, right: Tensor) -> bool:
    spread = (right.float() - right.float().mean(-1, keepdim=True)).norm()
    error = (left.float() - right.float()).norm() / spread.clamp_min(1e-12)
    # The output layer may be wider than what comes before it, so the network's type counts.
    return bool(error <= _TOLERANCES.get(network.dtype, _HALF_TOLERANCE))
