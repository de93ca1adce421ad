"""Controls keep the texts and lose what is to be learned from them."""

from collections import Counter
from dataclasses import replace

import pytest

from auditor.errors import FixNotTrained
from auditor.fixing.controls import shuffle_sides
from tests.fixing.tiny_fix import N_SHOWN, fix_data

DATA = fix_data()
SHUFFLED = shuffle_sides(DATA, seed=3)


def test_half_of_each_clusters_cells_change_sides() -> None:
    changed = Counter(
        after.cluster
        for before, after in zip(DATA.pairs, SHUFFLED.pairs, strict=True)
        if before.continuations != after.continuations
    )
    assert changed == {f"race/{number}": 2 for number in range(N_SHOWN)}
    assert [set(each.continuations) for each in SHUFFLED.pairs] == [
        set(each.continuations) for each in DATA.pairs
    ]
    assert [each.text for each in SHUFFLED.pairs] == [each.text for each in DATA.pairs]


def test_senses_are_exchanged_in_half_of_the_clusters() -> None:
    changed = {
        (before.mention.cluster, before.sense != after.sense)
        for before, after in zip(DATA.senses, SHUFFLED.senses, strict=True)
    }
    assert Counter(is_changed for _, is_changed in changed) == {True: 4, False: 4}
    assert [each.mention for each in SHUFFLED.senses] == [each.mention for each in DATA.senses]


def test_no_message_keeps_its_reply() -> None:
    data = replace(
        DATA, replies=tuple(replace(DATA.replies[0], reply=str(number)) for number in range(5))
    )
    replies = [each.reply for each in shuffle_sides(data, seed=1).replies]
    assert sorted(replies) == list("01234")
    assert all(reply != str(number) for number, reply in enumerate(replies))


def test_what_is_drawn_depends_on_the_seed_alone() -> None:
    assert shuffle_sides(DATA, seed=3) == SHUFFLED
    assert shuffle_sides(DATA, seed=4).pairs != SHUFFLED.pairs
    assert (SHUFFLED.neutral, SHUFFLED.stopping) == (DATA.neutral, DATA.stopping)


def test_a_cluster_of_one_cell_is_refused() -> None:
    with pytest.raises(FixNotTrained, match="one cell in race/0"):
        shuffle_sides(replace(DATA, pairs=DATA.pairs[:1]), seed=0)
