"""Comparisons that stand on two answers: without one, the other says nothing."""

from collections.abc import Collection, Sequence
from dataclasses import replace

from auditor.battery.clusters import Scored, is_valid
from auditor.core.items import Item
from auditor.core.responses import unscored

PARTNER_UNUSABLE = "partner-unusable"


def complete_sets(scored: Sequence[Scored], *, compared: Collection[str]) -> list[Scored]:
    """The same responses; those whose counterpart could not be scored become unscored too.

    Counterparts differ in the factors `compared` alone. A model that always says the same, and
    fails to answer on one side, would otherwise seem to prefer that side's opposite.
    """
    broken = {_cell(s.item, compared) for s in scored if not is_valid(s)}
    return [
        replace(s, score=unscored(s.item.item_id, s.score.mode, PARTNER_UNUSABLE))
        if is_valid(s) and _cell(s.item, compared) in broken
        else s
        for s in scored
    ]


def _cell(item: Item, compared: Collection[str]) -> tuple[object, ...]:
    kept = tuple(factor for factor in item.factors if factor[0] not in compared)
    return (item.cluster, item.condition, item.sample, kept)
