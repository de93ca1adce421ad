"""Laws of the token trie: nothing is lost, nothing is computed twice, everything fits."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.trie import TokenTrie, build_trie, group_bundles

token_sequences = st.lists(st.integers(0, 3), max_size=6)
sequence_lists = st.lists(token_sequences, max_size=10)
bundle_lists = st.lists(st.lists(token_sequences, min_size=1, max_size=3), max_size=10)


@given(sequence_lists)
def test_paths_spell_the_sequences(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences)
    spelled = [[trie.tokens[node] for node in path] for path in trie.paths]
    assert spelled == sequences


@given(sequence_lists)
def test_a_path_goes_from_parent_to_child(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences)
    for path in trie.paths:
        assert [trie.parents[node] for node in path] == [-1, *path][: len(path)]
        assert [trie.positions[node] for node in path] == list(range(len(path)))


@given(sequence_lists)
def test_parents_come_first(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences)
    assert all(parent < node for node, parent in enumerate(trie.parents))


@given(sequence_lists)
def test_no_two_siblings_share_a_token(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences)
    counts = Counter(zip(trie.parents, trie.tokens, strict=True))
    assert set(counts.values()) <= {1}


@given(sequence_lists)
def test_there_is_one_node_for_each_distinct_prefix(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences)
    prefixes = {tuple(s[: n + 1]) for s in sequences for n in range(len(s))}
    assert trie.n_nodes == len(prefixes) <= trie.n_plain_tokens == sum(map(len, sequences))


@given(sequence_lists)
def test_a_node_knows_who_passes_through_it(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences)
    for node, members in enumerate(trie.members):
        assert list(members) == [i for i, path in enumerate(trie.paths) if node in path]


def ancestors_or_self(trie: TokenTrie, node: int) -> set[int]:
    found = set()
    while node >= 0:
        found.add(node)
        node = trie.parents[node]
    return found


@given(sequence_lists)
def test_the_mask_is_true_at_a_node_and_its_ancestors(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences)
    mask = trie.ancestor_mask()
    assert mask.shape == (trie.n_nodes, trie.n_nodes)
    for node in range(trie.n_nodes):
        assert set(np.flatnonzero(mask[node]).tolist()) == ancestors_or_self(trie, node)


@given(st.data(), sequence_lists)
def test_the_order_of_the_sequences_changes_nothing_but_their_names(
    data: st.DataObject, sequences: list[list[int]]
) -> None:
    shuffled = data.draw(st.permutations(sequences))
    trie, other = build_trie(sequences), build_trie(shuffled)
    assert (trie.tokens, trie.parents, trie.ends) == (other.tokens, other.parents, other.ends)
    assert set(trie.paths) == set(other.paths)


@given(sequence_lists)
def test_without_sharing_every_sequence_has_nodes_of_its_own(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences, shares_prefixes=False)
    assert [[trie.tokens[node] for node in path] for path in trie.paths] == sequences
    assert trie.n_nodes == trie.n_plain_tokens
    assert all(len(members) == 1 for members in trie.members)


@given(bundle_lists, st.integers(1, 20), st.integers(3, 8), st.booleans())
def test_groups_hold_every_bundle_once_and_fit(
    bundles: list[list[list[int]]], max_nodes: int, max_sequences: int, shares: bool
) -> None:
    reserves = [len(bundle) for bundle in bundles]
    groups = group_bundles(
        bundles,
        max_nodes=max_nodes,
        max_sequences=max_sequences,
        reserves=reserves,
        shares_prefixes=shares,
    )
    assert sorted(index for group in groups for index in group) == list(range(len(bundles)))
    for group in groups:
        sequences = [sequence for index in group for sequence in bundles[index]]
        trie = build_trie(sequences, shares_prefixes=shares)
        room = trie.n_nodes + sum(reserves[index] for index in group)
        assert len(group) == 1 or (room <= max_nodes and len(sequences) <= max_sequences)


@given(bundle_lists)
def test_bundles_that_fit_together_stay_together(bundles: list[list[list[int]]]) -> None:
    n_tokens = sum(len(sequence) for bundle in bundles for sequence in bundle)
    n_sequences = sum(len(bundle) for bundle in bundles)
    groups = group_bundles(bundles, max_nodes=n_tokens, max_sequences=n_sequences)
    assert len(groups) == (1 if bundles else 0)


def test_a_mask_of_thousands_of_nodes_takes_no_time() -> None:
    rng = np.random.default_rng(0)
    trie = build_trie(rng.integers(0, 9, size=(200, 30)).tolist())
    mask = trie.ancestor_mask()
    assert mask.sum() == sum(position + 1 for position in trie.positions)


@pytest.mark.parametrize("sequences", [[], [[]], [[], []]])
def test_nothing_makes_an_empty_trie(sequences: list[list[int]]) -> None:
    trie = build_trie(sequences)
    assert trie.n_nodes == 0
    assert trie.ancestor_mask().shape == (0, 0)
    assert trie.paths == tuple(() for _ in sequences)
