"""Decisions about applications, counted by group and cluster."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

SMALL_SHARE = 0.02
"""A group with a smaller share of the applications has no ratio, and is no ratio's reference."""

Outcome = Literal["selected", "rejected"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What became of one copy of an application."""

    cluster: str
    application: tuple[str, ...]
    """What its copies share: decisions about the same application are a pair."""
    group: str
    side: str
    is_selected: bool | None
    """None: the answer decides nothing."""
    weight: float = 1.0
    """Of one person: an application that is asked in two orders gets two half decisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """One group's decisions, cluster by cluster; all groups list the same clusters."""

    group: str
    selected: tuple[float, ...]
    unusable: tuple[float, ...]
    asked: tuple[float, ...]
    n_persons: float
    share: float
    """Of all decisions."""

    @property
    def n_asked(self) -> float:
        """Decisions in all."""
        return sum(self.asked)

    @property
    def n_unusable(self) -> float:
        """Answers that decide nothing."""
        return sum(self.unusable)

    @property
    def rate(self) -> float:
        """Selection rate; an unusable answer selects nobody."""
        return sum(self.selected) / self.n_asked

    def rate_of(self, outcome: Outcome) -> float:
        """Share of the decisions with this outcome."""
        return sum(self.events(outcome)) / self.n_asked

    @property
    def is_small(self) -> bool:
        """Whether the group is too small a part of the applications for a ratio."""
        return self.share < SMALL_SHARE

    def events(self, outcome: Outcome) -> tuple[float, ...]:
        """Decisions with this outcome, by cluster."""
        if outcome == "selected":
            return self.selected
        return tuple(n - k for n, k in zip(self.asked, self.selected, strict=True))

    def possible(self, outcome: Outcome) -> tuple[float, float]:
        """The rate if no unusable answer had this outcome, and if all had."""
        surely = sum(self.selected)
        if outcome == "rejected":
            surely = self.n_asked - surely - self.n_unusable
        return surely / self.n_asked, (surely + self.n_unusable) / self.n_asked


def tally(
    decisions: Iterable[Decision], by: Callable[[Decision], str] = lambda one: one.group
) -> tuple[Tally, ...]:
    """The groups in order of first appearance."""
    kept = list(decisions)
    clusters = {name: place for place, name in enumerate(dict.fromkeys(d.cluster for d in kept))}
    tables: dict[str, NDArray[np.float64]] = {}
    persons: dict[str, float] = {}
    for one in kept:
        table = tables.setdefault(by(one), np.zeros((3, len(clusters))))
        table[:, clusters[one.cluster]] += (one.is_selected is True, one.is_selected is None, 1.0)
        persons[by(one)] = persons.get(by(one), 0.0) + one.weight
    return tuple(
        Tally(
            group=group,
            selected=tuple(table[0].tolist()),
            unusable=tuple(table[1].tolist()),
            asked=tuple(table[2].tolist()),
            n_persons=persons[group],
            share=float(table[2].sum()) / len(kept),
        )
        for group, table in tables.items()
    )
