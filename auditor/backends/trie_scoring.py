"""Log-likelihoods of continuations: which prompts share a row, which rows share a pass."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from auditor.backends.trie_forward import Step, log_probabilities
from auditor.core.encoding import EncodedPrompt
from auditor.core.responses import LogLikelihoods
from auditor.core.trie import TokenTrie, build_trie, group_bundles
from auditor.errors import ModelNotLoaded

PASS_TOKENS = 2048
"""Computed at once; a cut repeats what both sides share."""

_Place = tuple[int, int]
"""Index of a prompt, and of one of its continuations."""


@dataclass(frozen=True, slots=True)
class _Row:
    """Sequences that are computed in one row, with what is scored after each node."""

    places: tuple[_Place, ...]
    trie: TokenTrie
    steps: tuple[tuple[Step, ...], ...]
    """For each sequence, from the last token of its prompt on."""


def score_continuations(
    network: Any, prompts: Sequence[EncodedPrompt], *, shares_prefixes: bool
) -> list[LogLikelihoods]:
    """Score every prompt's continuations; a pure function of the network and the prompts' set.

    Args:
        network: A causal language model of transformers.
        prompts: In any order; the results are in the same.
        shares_prefixes: Whether the network takes packed tries.

    Raises:
        ModelNotLoaded: The network puts out what is not a number.
    """
    values: dict[_Place, float] = {}
    rows_of_all = _rows(prompts, shares_prefixes)
    for rows in [[row] for row in rows_of_all] if shares_prefixes else _passes(rows_of_all):
        steps = [{step for path in row.steps for step in path} for row in rows]
        known = log_probabilities(
            network, [row.trie for row in rows], steps, shares_prefixes=shares_prefixes
        )
        for row, found in zip(rows, known, strict=True):
            for place, path in zip(row.places, row.steps, strict=True):
                values[place] = math.fsum(found[step] for step in path)
    if not all(map(math.isfinite, values.values())):
        raise ModelNotLoaded(
            "The model puts out numbers that are not finite; "
            "its weights are damaged, or it needs a wider type: try --dtype float32."
        )
    return [
        LogLikelihoods(
            values=tuple(values[index, n] for n in range(len(each.continuation_ids))),
            n_tokens=tuple(map(len, each.continuation_ids)),
        )
        for index, each in enumerate(prompts)
    ]


def _rows(prompts: Sequence[EncodedPrompt], shares_prefixes: bool) -> list[_Row]:
    if not shares_prefixes:
        return [
            _row(prompts, [(index, n)])
            for index, each in enumerate(prompts)
            for n in range(len(each.continuation_ids))
        ]
    # The last token of a continuation is predicted, but never read.
    bundles = [[each.prompt_ids + ids[:-1] for ids in each.continuation_ids] for each in prompts]
    n_sequences = sum(map(len, bundles))
    groups = group_bundles(bundles, max_nodes=PASS_TOKENS, max_sequences=n_sequences)
    return [
        _row(prompts, [(index, n) for index in group for n in range(len(bundles[index]))])
        for group in groups
    ]


def _row(prompts: Sequence[EncodedPrompt], places: Sequence[_Place]) -> _Row:
    pairs = [(prompts[index].prompt_ids, prompts[index].continuation_ids[n]) for index, n in places]
    trie = build_trie([before + ids[:-1] for before, ids in pairs])
    return _Row(
        places=tuple(places),
        trie=trie,
        steps=tuple(
            tuple(zip(path[len(before) - 1 :], ids, strict=True))
            for path, (before, ids) in zip(trie.paths, pairs, strict=True)
        ),
    )


def _passes(rows: Sequence[_Row]) -> Iterator[list[_Row]]:
    """Rows of like width together; the composition does not depend on the order given."""
    waiting: list[_Row] = []
    for row in sorted(rows, key=lambda row: (-row.trie.n_nodes, row.trie.tokens)):
        if waiting and (len(waiting) + 1) * waiting[0].trie.n_nodes > PASS_TOKENS:
            yield waiting
            waiting = []
        waiting.append(row)
    if waiting:
        yield waiting
