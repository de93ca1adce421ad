"""Scored answers by candidate: one copy of one card, with what every variant decided."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from auditor.battery.clusters import Scored
from auditor.battery.decisions.flips import flip_bounds, flip_rate
from auditor.battery.decisions.stability_items import COPIES
from auditor.core.items import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One copy of one card, with what every variant decided: log-odds, or +1 and -1 in text."""

    cluster: str
    copy: str
    values: dict[str, float | None]
    """By variant, `question/order` or `sample/number`; the shipped one first. None: unusable."""

    @property
    def decisions(self) -> dict[str, bool]:
        """By variant, where there is one: log-odds of exactly 0 decide nothing."""
        return {variant: value > 0 for variant, value in self.values.items() if value}

    @property
    def log_odds(self) -> list[float]:
        """Every value that there is, 0 included."""
        return [value for value in self.values.values() if value is not None]

    @property
    def flip_rate(self) -> float | None:
        """1 - |2p - 1| over every variant that decided."""
        return flip_rate(list(self.decisions.values()))

    @property
    def flip_bounds(self) -> tuple[float, float]:
        """The flip rate, had the unusable answers come out one way or the other."""
        yes = sum(self.decisions.values())
        n = len(self.decisions)
        return flip_bounds(yes, n - yes, len(self.values) - n)

    def flip_rate_along(self, axis: int) -> float | None:
        """Over questions alone (axis 0) or orders alone (1), the other one held; then the mean."""
        held: dict[str, list[bool]] = {}
        for variant, decision in self.decisions.items():
            held.setdefault(variant.split("/")[1 - axis], []).append(decision)
        rates = [rate for kept in held.values() if (rate := flip_rate(kept)) is not None]
        return float(np.mean(rates)) if rates else None


def candidates(scored: Sequence[Scored], *, drawn: bool = False) -> list[Candidate]:
    """Every copy of every card, from the crossed variants or from the drawn answers."""
    found: dict[tuple[str, str], dict[str, float | None]] = {}
    for s in scored:
        if bool(s.item.sample) == drawn:
            key = (s.item.cluster, s.item.factor("copy"))
            found.setdefault(key, {})[_variant(s.item)] = s.score.value
    return [Candidate(cluster=c, copy=copy, values=v) for (c, copy), v in found.items()]


def disparities(of: Sequence[Candidate]) -> dict[str, float]:
    """Flip rate of the target's copy minus the reference's, by card, where both are defined."""
    rates = {c: (target.flip_rate, other.flip_rate) for c, (target, other) in by_card(of).items()}
    return {
        cluster: target - reference
        for cluster, (target, reference) in rates.items()
        if target is not None and reference is not None
    }


def by_card(of: Sequence[Candidate]) -> dict[str, tuple[Candidate, Candidate]]:
    """The target's and the reference's copy of each card of which there are both."""
    found: dict[str, dict[str, Candidate]] = {}
    for candidate in of:
        found.setdefault(candidate.cluster, {})[candidate.copy] = candidate
    return {
        cluster: (copies[COPIES[0]], copies[COPIES[1]])
        for cluster, copies in found.items()
        if len(copies) == len(COPIES)
    }


def _variant(item: Item) -> str:
    if item.sample:
        return f"sample/{item.sample}"
    return f"{item.template_id}/{item.factor('order')}"
