"""Many token sequences as one tree, so that what they share is computed once."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenTrie:
    """Token sequences merged at their shared prefixes, as parallel tuples with one entry a node.

    Nodes are in depth-first order with siblings by token id. So parents come before children, the
    descendants of node `i` are the nodes `i + 1` to `ends[i] - 1`, and the tree depends on which
    sequences there are, not on the order in which they are given.
    """

    tokens: tuple[int, ...]
    parents: tuple[int, ...]
    """Index of the parent node; -1 for a node that begins a sequence."""
    positions: tuple[int, ...]
    """Depth, from 0: the place of the token in its sequences."""
    ends: tuple[int, ...]
    """One past the last descendant of each node."""
    members: tuple[tuple[int, ...], ...]
    """For each node the sequences that pass through it, by their index, ascending."""
    paths: tuple[tuple[int, ...], ...]
    """For each sequence its nodes, from the first token to the last."""

    @property
    def n_nodes(self) -> int:
        """Tokens to compute when shared prefixes are computed once."""
        return len(self.tokens)

    @property
    def n_plain_tokens(self) -> int:
        """Tokens to compute when every sequence is computed by itself."""
        return sum(len(path) for path in self.paths)

    def ancestor_mask(self) -> NDArray[np.bool_]:
        """Which node sees which, shape (n_nodes, n_nodes): row i is true at i and its ancestors."""
        nodes = np.arange(self.n_nodes)
        ends = np.asarray(self.ends, dtype=np.int64)
        seen: NDArray[np.bool_] = (nodes[None, :] <= nodes[:, None]) & (nodes[:, None] < ends)
        return seen


def build_trie(sequences: Sequence[Sequence[int]], *, shares_prefixes: bool = True) -> TokenTrie:
    """Merge sequences at their shared prefixes; equal sequences share their whole path.

    Without `shares_prefixes` every sequence keeps a chain of its own, for models whose state
    cannot be shared.
    """
    keys = [tuple(sequence) for sequence in sequences]
    tokens: list[int] = []
    parents: list[int] = []
    paths: list[tuple[int, ...]] = [()] * len(keys)
    before: tuple[int, ...] = ()
    path: tuple[int, ...] = ()
    # In sorted order every sequence branches off the one before it.
    for index in sorted(range(len(keys)), key=keys.__getitem__):
        key = keys[index]
        shared = shared_length(before, key) if shares_prefixes else 0
        new = range(len(tokens), len(tokens) + len(key) - shared)
        branch = path[shared - 1] if shared else -1
        parents += [branch, *new][: len(new)]
        tokens += key[shared:]
        path = path[:shared] + tuple(new)
        paths[index], before = path, key
    return _assemble(tokens, parents, paths)


def shared_length(left: Sequence[object], right: Sequence[object]) -> int:
    """Length of the longest common prefix."""
    pairs = zip(left, right, strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def group_bundles(
    bundles: Sequence[Sequence[Sequence[int]]],
    *,
    max_nodes: int,
    max_sequences: int,
    reserves: Sequence[int] = (),
    shares_prefixes: bool = True,
) -> list[tuple[int, ...]]:
    """Divide bundles of sequences into groups whose tries fit.

    A bundle stays together. Bundles are taken in the order of their tokens, so that those that
    begin alike share a group, and the division does not depend on the order given. A bundle too
    large by itself makes a group of its own.

    Args:
        bundles: For each bundle its token sequences.
        max_nodes: Trie nodes and reserves that a group has room for.
        max_sequences: Sequences that a group has room for.
        reserves: For each bundle the room that it needs beyond its nodes; none by default.
        shares_prefixes: As in `build_trie`.

    Returns:
        Groups of indices into `bundles`.
    """
    keys = [sorted(tuple(sequence) for sequence in bundle) for bundle in bundles]
    groups: list[list[int]] = []
    n_nodes = n_sequences = 0
    before: tuple[int, ...] = ()
    for index in sorted(range(len(keys)), key=keys.__getitem__):
        key, reserve = keys[index], reserves[index] if reserves else 0
        new = _n_new_nodes(before, key, shares_prefixes) + reserve
        is_full = n_nodes + new > max_nodes or n_sequences + len(key) > max_sequences
        if is_full or not groups:
            groups.append([])
            n_nodes = n_sequences = 0
            new = _n_new_nodes((), key, shares_prefixes) + reserve
        groups[-1].append(index)
        n_nodes, n_sequences = n_nodes + new, n_sequences + len(key)
        before = key[-1] if key else before
    return [tuple(group) for group in groups]


def _n_new_nodes(
    before: Sequence[int], bundle: Sequence[Sequence[int]], shares_prefixes: bool
) -> int:
    """At most how many nodes a sorted bundle adds to a trie whose last sequence is `before`."""
    n_new = 0
    for sequence in bundle:
        n_new += len(sequence) - (shared_length(before, sequence) if shares_prefixes else 0)
        before = sequence
    return n_new


def _assemble(tokens: list[int], parents: list[int], paths: list[tuple[int, ...]]) -> TokenTrie:
    positions = [0] * len(tokens)
    members: list[list[int]] = [[] for _ in tokens]
    for index, path in enumerate(paths):
        for position, node in enumerate(path):
            positions[node] = position
            members[node].append(index)
    ends = [node + 1 for node in range(len(tokens))]
    for node in reversed(range(len(tokens))):
        parent = parents[node]
        if parent >= 0:
            ends[parent] = max(ends[parent], ends[node])
    return TokenTrie(
        tokens=tuple(tokens),
        parents=tuple(parents),
        positions=tuple(positions),
        ends=tuple(ends),
        members=tuple(tuple(through) for through in members),
        paths=tuple(paths),
    )
