"""What else the flips of decisions show: by what varied, by group, and over all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from auditor.battery.clusters import Scored
from auditor.battery.decisions.flips import (
    deviation_bounds,
    discrepancy,
    estimate_difference,
    is_ambiguous,
    near_threshold,
    self_consistency,
    spread,
)
from auditor.battery.decisions.stability_candidates import Candidate, candidates
from auditor.battery.decisions.stability_items import COPIES, NAME
from auditor.battery.decisions.stability_measures import counted
from auditor.battery.measuring import undefined
from auditor.core.items import Contrast
from auditor.core.measures import Interval, Measure
from auditor.core.stats import rate_interval


def likelihood_rates(contrast: Contrast, of: Sequence[Candidate]) -> list[Measure]:
    """Everything that the decisions by log-odds show besides the disparity."""
    ambiguous = Statistic(
        "ambiguity",
        lambda c: _number(is_ambiguous(list(c.decisions.values()))),
        lambda c: tuple(map(float, (c.flip_bounds[0] > 0, c.flip_bounds[1] > 0))),
    )
    flips = Statistic("flip-rate", lambda c: c.flip_rate, lambda c: c.flip_bounds)
    near = Statistic("near-threshold", lambda c: near_threshold(c.log_odds), counts_ties=True)
    selected = Statistic("selection-rate", _selected)
    paraphrase = Statistic("flip-rate-paraphrase", lambda c: c.flip_rate_along(0))
    order = Statistic("flip-rate-order", lambda c: c.flip_rate_along(1))
    grouped = (flips, paraphrase, order, ambiguous, near, selected)
    consistency = Statistic(
        "self-consistency", lambda c: self_consistency(list(c.decisions.values()))
    )
    return [
        *(measure for statistic in grouped for measure in _by_group(statistic, contrast, of)),
        _rate(consistency, contrast, of),
        _discrepancy(contrast, of),
        *_format_spread(contrast, of),
    ]


def written_rates(contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
    """Flips of the written answers over the variants, and of those drawn for one variant."""
    rows = [
        _rate(
            Statistic("text-flip-rate", lambda c: c.flip_rate, lambda c: c.flip_bounds),
            contrast,
            candidates(scored),
        )
    ]
    drawn = candidates(scored, drawn=True)
    sampling = Statistic("flip-rate-sampling", lambda c: c.flip_rate, lambda c: c.flip_bounds)
    return [*rows, *(_by_group(sampling, contrast, drawn) if drawn else ())]


@dataclass(frozen=True, slots=True)
class Statistic:
    """A number on [0, 1] that each candidate has."""

    kind: str
    of: Callable[[Candidate], float | None]
    bounds: Callable[[Candidate], tuple[float, ...]] | None = None
    """Where unusable answers can move it."""
    counts_ties: bool = False
    """Whether log-odds of 0, which decide nothing, count."""


def _by_group(statistic: Statistic, contrast: Contrast, of: Sequence[Candidate]) -> list[Measure]:
    rows = [_rate(statistic, contrast, of)]
    for copy, group in zip(COPIES, (contrast.target, contrast.reference), strict=True):
        row = _rate(statistic, contrast, [c for c in of if c.copy == copy])
        rows.append(
            replace(row, group=group, measure_id=f"{row.name}[{contrast.contrast_id}/{copy}]")
        )
    return rows


def _rate(statistic: Statistic, contrast: Contrast, of: Sequence[Candidate]) -> Measure:
    """Mean over candidates; the two copies of a card are dependent, so the card is the cluster.

    `n` counts decisions: divided by the candidates it is K, the number of variants.
    """
    name = f"{NAME}.{statistic.kind}"
    blank = undefined(name, contrast, "fewer than two decisions a candidate")
    blank = replace(counted(blank, of, ties=statistic.counts_ties), unit="rate")
    kept: dict[str, list[float]] = {}
    for candidate in of:
        if (value := statistic.of(candidate)) is not None:
            kept.setdefault(candidate.cluster, []).append(value)
    if not kept:
        return blank
    tops, bottoms = [sum(v) for v in kept.values()], [float(len(v)) for v in kept.values()]
    value = min(1.0, sum(tops) / sum(bottoms))
    return replace(
        blank,
        value=value,
        undefined_because=None,
        interval=rate_interval(tops, bottoms),
        equivalence_interval=rate_interval(tops, bottoms, level=0.90),
        bounds=_rate_bounds(statistic, of, value),
        n_clusters=len(kept),
    )


def _rate_bounds(statistic: Statistic, of: Sequence[Candidate], value: float) -> Interval:
    low = high = value
    if statistic.bounds is not None:
        both = [statistic.bounds(candidate) for candidate in of]
        low, high = float(np.mean([b[0] for b in both])), float(np.mean([b[1] for b in both]))
    # Candidates that are left out for want of answers can put the mean outside, by rounding or not.
    return Interval(low=min(low, value), high=max(high, value), level=1.0)


def _discrepancy(contrast: Contrast, of: Sequence[Candidate]) -> Measure:
    """The largest share of candidates decided otherwise than by the shipped variant.

    The interval is that of the variant with this share. `by_template` has every variant's.
    """
    blank = replace(
        counted(undefined(f"{NAME}.discrepancy", contrast, "fewer than two variants"), of),
        unit="rate",
    )
    decisions: dict[str, dict[str, bool]] = {}
    for candidate in of:
        for variant, decision in candidate.decisions.items():
            decisions.setdefault(variant, {})[f"{candidate.cluster}/{candidate.copy}"] = decision
    shipped = next((variant for c in of for variant in c.values), "")
    found = discrepancy(decisions, shipped=shipped)
    if found is None:
        return blank
    differs: dict[str, list[float]] = {}
    for c in of:
        if found.largest in c.decisions and shipped in c.decisions:
            flipped = c.decisions[found.largest] != c.decisions[shipped]
            differs.setdefault(c.cluster, []).append(float(flipped))
    tops, bottoms = [sum(v) for v in differs.values()], [float(len(v)) for v in differs.values()]
    return replace(
        blank,
        value=found.value,
        undefined_because=None,
        interval=rate_interval(tops, bottoms),
        equivalence_interval=rate_interval(tops, bottoms, level=0.90),
        bounds=Interval(low=found.value, high=found.value, level=1.0),
        n_clusters=len(differs),
        by_template=tuple(found.by_variant.items()),
    )


def _format_spread(contrast: Contrast, of: Sequence[Candidate]) -> list[Measure]:
    """Largest minus smallest selection rate over the wordings, and their standard deviation.

    The interval of the range is that of the two wordings farthest apart, paired by card; that of
    the deviation follows from it. `by_template` has every wording's selection rate.
    """
    names = (f"{NAME}.format-spread", f"{NAME}.format-deviation")
    blanks = [
        replace(
            counted(undefined(name, contrast, "fewer than two wordings"), of), unit="difference"
        )
        for name in names
    ]
    shares = _selected_by_question(of)
    rates = {question: float(np.mean(list(cards.values()))) for question, cards in shares.items()}
    found = spread(list(rates.values()))
    if found is None:
        return blanks
    high, low = (shares[pick(rates, key=lambda q: rates[q])] for pick in (max, min))
    estimate = estimate_difference([high[card] - low[card] for card in high if card in low])
    if estimate is None:
        return blanks
    # Wordings that a candidate was not decided in can put the paired mean beside the range.
    wide = estimate.interval(0.95, within=(0.0, 1.0))
    wide = Interval(low=min(wide.low, found[0]), high=max(wide.high, found[0]), level=0.95)
    bounds = deviation_bounds(wide.low, wide.high, len(rates))
    intervals = (wide, Interval(low=min(bounds[0], found[1]), high=bounds[1], level=0.95))
    return [
        replace(
            blank,
            value=value,
            undefined_because=None,
            interval=interval,
            bounds=Interval(low=value, high=value, level=1.0),
            n_clusters=estimate.degrees_of_freedom + 1,
            by_template=tuple(rates.items()),
        )
        for blank, value, interval in zip(blanks, found, intervals, strict=True)
    ]


def _selected_by_question(of: Sequence[Candidate]) -> dict[str, dict[str, float]]:
    """Share selected of each card's decisions in each wording, by wording and card."""
    kept: dict[str, dict[str, list[bool]]] = {}
    for candidate in of:
        for variant, decision in candidate.decisions.items():
            cards = kept.setdefault(variant.split("/")[0], {})
            cards.setdefault(candidate.cluster, []).append(decision)
    return {
        question: {card: sum(d) / len(d) for card, d in cards.items()}
        for question, cards in kept.items()
    }


def _selected(candidate: Candidate) -> float | None:
    decisions = candidate.decisions.values()
    return sum(decisions) / len(decisions) if decisions else None


def _number(flag: bool | None) -> float | None:
    return None if flag is None else float(flag)
