"""Data from which the one thing that a fix is to learn was taken out."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from auditor.core.fix import FixData, TrainingPair, TrainingReply
from auditor.core.senses import SenseSentence
from auditor.errors import FixNotTrained


def shuffle_sides(data: FixData, *, seed: int) -> FixData:
    """The same texts with what is learned from them drawn at random.

    A squared score does not see which side of a cluster is called the stereotype. So pairs change
    sides in a random half of each cluster's cells: in the mean over the cells the stereotype
    cancels, and what is left are preferences for an order of words. Senses are exchanged in a
    random half of the clusters; replies go to other messages.

    Raises:
        FixNotTrained: A cluster has a single cell, which leaves nothing to cancel.
    """
    rng = np.random.default_rng([seed, 1])
    return replace(
        data,
        pairs=_shuffle_pairs(data.pairs, rng),
        senses=_shuffle_senses(data.senses, rng),
        replies=_shuffle_replies(data.replies, rng),
    )


def _shuffle_pairs(
    pairs: Sequence[TrainingPair], rng: np.random.Generator
) -> tuple[TrainingPair, ...]:
    cells: dict[str, list[int]] = defaultdict(list)
    for index, pair in enumerate(pairs):
        cells[pair.cluster].append(index)
    swapped: set[int] = set()
    for cluster, members in cells.items():
        if len(members) == 1:
            raise FixNotTrained(
                f"The pairs of the fix have one cell in {cluster}, so the shuffled control would "
                "be the fix itself; give every cluster both orders of its words."
            )
        # Of an odd number, the larger part as often as the smaller.
        n_swapped = (len(members) + int(rng.integers(2))) // 2
        swapped.update(rng.permutation(members)[:n_swapped].tolist())
    return tuple(
        replace(pair, continuations=pair.continuations[::-1]) if index in swapped else pair
        for index, pair in enumerate(pairs)
    )


def _shuffle_senses(
    senses: Sequence[SenseSentence], rng: np.random.Generator
) -> tuple[SenseSentence, ...]:
    clusters = list(dict.fromkeys(each.mention.cluster for each in senses))
    swapped = {clusters[index] for index in rng.permutation(len(clusters))[: len(clusters) // 2]}
    return tuple(_exchange(each) if each.mention.cluster in swapped else each for each in senses)


def _exchange(sentence: SenseSentence) -> SenseSentence:
    return replace(sentence, sense="other" if sentence.sense == "social" else "social")


def _shuffle_replies(
    replies: Sequence[TrainingReply], rng: np.random.Generator
) -> tuple[TrainingReply, ...]:
    """Along one random circle, so that no message keeps its own."""
    circle = rng.permutation(len(replies)).tolist()
    given = dict(zip(circle, circle[1:] + circle[:1], strict=True))
    return tuple(
        replace(each, reply=replies[given[index]].reply) for index, each in enumerate(replies)
    )
