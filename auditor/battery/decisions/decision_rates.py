"""Who is selected: rates, impact ratios, shortfalls and pairs decided differently, as measures.

In log-likelihood mode one decision an application: the sign of its log-odds of yes, averaged over
both orders of the answers, so that position is taken out. In text one decision an answer.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from statistics import mean, median

from auditor.battery.clusters import Scored
from auditor.battery.decisions.paired_decisions import application_of
from auditor.battery.decisions.paired_tests import detectable_gap, mcnemar_exact
from auditor.battery.decisions.selection_rates import (
    Quantity,
    most_selected,
    rate_difference,
    rate_ratio,
    shortfall,
)
from auditor.battery.decisions.tallies import Decision, Tally, tally
from auditor.battery.measuring import undefined
from auditor.core.items import Contrast
from auditor.core.measures import Interval, Measure
from auditor.core.stats import Estimate, estimate_ratio, rate_interval

_ORDERS = 2


def likelihood_rates(name: str, contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
    """Rates by the sign of the log-odds, and by the median of all applications."""
    if not scored:
        return []
    values = _values(scored)
    decided = _decide(scored, values, 0.0)
    known = [value for value in values.values() if value is not None]
    above = _decide(scored, values, median(known) if known else 0.0)
    return [
        *_group_measures(name, contrast, decided, ""),
        *_pair_measures(name, contrast, decided, ""),
        *_scoring_rates(name, contrast, above),
    ]


def text_rates(name: str, contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
    """Rates by what the answers say, and whether one side's answers are unusable more often."""
    decided = written_decisions(scored)
    usable = [one for one in decided if one.is_selected is not None]
    return [
        *_group_measures(name, contrast, decided, "-text"),
        *(
            _rate(f"{name}.selection-rate-valid-text", contrast, one, has_bounds=False)
            for one in tally(usable)
        ),
        *_pair_measures(name, contrast, decided, "-text"),
        _refusal_gap(name, contrast, decided),
    ]


def likelihood_decisions(scored: Sequence[Scored]) -> list[Decision]:
    """One decision a copy of an application: the sign of its log-odds over both orders."""
    return _decide(scored, _values(scored), 0.0)


def written_decisions(scored: Sequence[Scored]) -> list[Decision]:
    """One decision an answer: in text each order of the answers is asked for itself."""
    return [
        Decision(
            cluster=s.item.cluster,
            application=(*application_of(s.item), s.item.factor("order")),
            group=s.item.factor("group"),
            side=s.item.factor("side"),
            is_selected=None if s.score.value is None else s.score.value > 0,
            weight=1 / _ORDERS,
        )
        for s in scored
    ]


def _values(scored: Sequence[Scored]) -> dict[tuple[tuple[str, ...], str], float | None]:
    """Log-odds of yes of each copy, averaged over both orders; None where one is missing."""
    found: dict[tuple[tuple[str, ...], str], list[float]] = {}
    for s in scored:
        values = found.setdefault((application_of(s.item), s.item.factor("group")), [])
        if s.score.value is not None:
            values.append(s.score.value)
    return {key: mean(kept) if len(kept) == _ORDERS else None for key, kept in found.items()}


def _decide(
    scored: Sequence[Scored],
    values: dict[tuple[tuple[str, ...], str], float | None],
    threshold: float,
) -> list[Decision]:
    """Selected above the threshold; exactly on 0, the model decides nothing."""
    first: dict[tuple[tuple[str, ...], str], Scored] = {}
    for s in scored:
        first.setdefault((application_of(s.item), s.item.factor("group")), s)
    return [
        Decision(
            cluster=s.item.cluster,
            application=key[0],
            group=key[1],
            side=s.item.factor("side"),
            is_selected=_is_above(values[key], threshold),
        )
        for key, s in first.items()
    ]


def _is_above(value: float | None, threshold: float) -> bool | None:
    if value is None or value == threshold == 0.0:
        return None
    return value > threshold


def _group_measures(
    name: str, contrast: Contrast, decided: Sequence[Decision], suffix: str
) -> Iterator[Measure]:
    """Selection rate of each group; ratios and shortfall of each against the most selected."""
    tallies = tally(decided)
    is_usable = any(one.is_selected is not None for one in decided)
    rate_name = f"{name}.selection-rate{suffix}"
    reference = most_selected(tallies)
    for one in tallies:
        if is_usable:
            yield _rate(rate_name, contrast, one)
        else:
            yield _blank(rate_name, contrast, one, "rate", "no answer decides anything")
    if reference is None or not is_usable:
        return
    for one in tallies:
        if one is reference:
            continue
        for kind, unit, quantity in (
            ("impact-ratio", "ratio", rate_ratio(one, reference)),
            ("rejection-ratio", "ratio", rate_ratio(one, reference, "rejected")),
            ("shortfall", "persons", shortfall(one, reference)),
        ):
            blank = _blank(f"{name}.{kind}{suffix}", contrast, one, unit, "")
            yield _filled(blank, quantity, parts=(_group_id(rate_name, contrast, reference.group),))


def _scoring_rates(name: str, contrast: Contrast, decided: Sequence[Decision]) -> Iterator[Measure]:
    """Share of each group above the median of all applications, and the ratios of these shares.

    What New York City's rule asks for where a tool gives scores: it shows a difference also where
    the model says yes to everybody, or to nobody.
    """
    tallies = tally(decided)
    reference = most_selected(tallies)
    rate_name = f"{name}.scoring-rate"
    for one in tallies:
        yield _rate(rate_name, contrast, one)
    for one in tallies:
        if reference is not None and one is not reference:
            blank = _blank(f"{name}.scoring-impact-ratio", contrast, one, "ratio", "")
            yield _filled(
                blank,
                rate_ratio(one, reference),
                parts=(_group_id(rate_name, contrast, reference.group),),
            )


def _pair_measures(
    name: str, contrast: Contrast, decided: Sequence[Decision], suffix: str
) -> Iterator[Measure]:
    """Pairs of copies that are decided differently, and McNemar's test on them."""
    pairs: dict[tuple[str, ...], dict[str, Decision]] = {}
    for one in decided:
        if one.side != "other":
            pairs.setdefault(one.application, {})[one.side] = one
    differing = [
        _differs(pair["reference"], pair["target"]) for pair in pairs.values() if len(pair) == 2
    ]
    (discordant,) = tally(differing) or (None,)
    if discordant is None:
        return
    yield _rate(f"{name}.discordant-rate{suffix}", contrast, discordant, group="")
    only_reference = sum(
        bool(pair["reference"].is_selected) and pair["target"].is_selected is False
        for pair in pairs.values()
    )
    n_differing = round(sum(discordant.selected))
    n_pairs = round(discordant.n_asked - discordant.n_unusable)
    p = mcnemar_exact(only_reference, n_differing - only_reference)
    yield replace(
        undefined(f"{name}.mcnemar{suffix}", contrast, "no pair was decided differently"),
        unit="p-value",
        value=p,
        undefined_because=None if p is not None else "no pair was decided differently",
        n=n_differing,
        n_unscored=round(discordant.n_unusable),
        n_clusters=len(discordant.asked),
        minimum_detectable_effect=detectable_gap(n_pairs, n_differing / n_pairs if n_pairs else 0),
    )


def _differs(reference: Decision, target: Decision) -> Decision:
    """The pair as one decision: whether its copies are decided differently."""
    is_known = reference.is_selected is not None and target.is_selected is not None
    differs = reference.is_selected != target.is_selected if is_known else None
    return replace(reference, group="pair", is_selected=differs)


def _refusal_gap(name: str, contrast: Contrast, decided: Iterable[Decision]) -> Measure:
    """Share of unusable answers about the target minus that about the reference."""
    unusable = [replace(one, is_selected=one.is_selected is None) for one in decided]
    sides = {one.group: one for one in tally(unusable, by=lambda one: one.side)}
    blank = replace(undefined(f"{name}.refusal-gap", contrast, ""), unit="difference")
    n_unusable = sum(one.is_selected is True for one in unusable)
    blank = replace(blank, n=len(unusable) - n_unusable, n_unscored=n_unusable)
    if "target" not in sides or "reference" not in sides:
        return replace(blank, undefined_because="only one side was asked")
    return replace(
        _filled(blank, rate_difference(sides["target"], sides["reference"])),
        n_clusters=len(sides["target"].asked),
    )


def _rate(
    name: str,
    contrast: Contrast,
    one: Tally,
    *,
    has_bounds: bool = True,
    group: str | None = None,
) -> Measure:
    """A group's rate among all its decisions, by Wilson on clusters."""
    blank = _blank(name, contrast, one, "rate", "")
    estimate = estimate_ratio(one.selected, one.asked)
    low, high = one.possible("selected")
    measure = replace(
        blank,
        value=one.rate,
        undefined_because=None,
        interval=rate_interval(one.selected, one.asked),
        equivalence_interval=rate_interval(one.selected, one.asked, level=0.90),
        bounds=Interval(low=low, high=high, level=1.0) if has_bounds else None,
        standard_error=estimate.standard_error if estimate else None,
        degrees_of_freedom=estimate.degrees_of_freedom if estimate else None,
        minimum_detectable_effect=estimate.minimum_detectable_effect() if estimate else None,
    )
    if group is None:
        return measure
    return replace(measure, group=group, measure_id=f"{name}[{contrast.contrast_id}]")


def _blank(name: str, contrast: Contrast, one: Tally, unit: str, because: str) -> Measure:
    return replace(
        undefined(name, contrast, because),
        measure_id=_group_id(name, contrast, one.group),
        group=one.group,
        unit=unit,
        n=round(one.n_asked - one.n_unusable),
        n_unscored=round(one.n_unusable),
        n_clusters=sum(n > 0 for n in one.asked),
    )


def _group_id(name: str, contrast: Contrast, group: str) -> str:
    """Id of a group's measure: the same form as any other's, with the group behind it."""
    return f"{name}[{contrast.contrast_id}]:{group}"


def _filled(blank: Measure, quantity: Quantity, parts: tuple[str, ...] = ()) -> Measure:
    error, degrees = quantity.standard_error, quantity.degrees_of_freedom
    effect = None
    if error is not None and degrees is not None:
        effect = Estimate(
            value=0.0, standard_error=error, degrees_of_freedom=degrees
        ).minimum_detectable_effect()
    return replace(
        blank,
        value=quantity.value,
        undefined_because=quantity.undefined_because,
        interval=quantity.interval,
        equivalence_interval=quantity.equivalence_interval,
        bounds=quantity.bounds,
        standard_error=error,
        degrees_of_freedom=degrees,
        minimum_detectable_effect=effect,
        parts=parts,
    )
