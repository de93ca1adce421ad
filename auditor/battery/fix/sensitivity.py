"""Whether the fixed model still tells apart what every reader tells apart.

A model that copies the order, or that no longer sees any difference, has no bias either.
"""

from auditor.battery.association import word_association
from auditor.battery.clusters import by_mode, items_of
from auditor.battery.fix.arms import ArmAnswers
from auditor.battery.fix.comparing import (
    HELD,
    Comparison,
    finding,
    interval_of,
    is_enough,
    too_few,
)
from auditor.battery.fix.effects import Hits, rate_effects, undefined
from auditor.battery.fix.pooled import POSITIVE, Sample, contrasts_in, estimate
from auditor.core.fix_results import Effect, GateFinding, Ruling
from auditor.core.items import Mode
from auditor.core.judging import ALPHA, is_detected, is_ruled_by_position
from auditor.core.paired import fieller_interval
from auditor.core.stats import cluster_means, estimate_mean

IMPLICIT = word_association.name
_MODES: tuple[Mode, ...] = ("log-likelihood", "text")


def judge_sensitivity(case: Comparison) -> GateFinding:
    """Whether the positive control is still seen, and how much of its score is left.

    The effect is the ratio of the two scores, paired by stimulus, with Fieller's interval: its
    lower end is at least the limit exactly where a test of after - limit·before says so.
    """
    least = case.rules.min_sensitivity_kept
    contrasts = contrasts_in(case.battery, IMPLICIT, POSITIVE)
    first, second = case.samples(IMPLICIT, contrasts)
    before, after = estimate(first), estimate(second)
    kept = _share_kept(first, second)
    if before is None or after is None or case.has_lost(IMPLICIT):
        return too_few("sensitivity", least, kept)
    if not is_detected(before):
        return finding("sensitivity", "not-shown", "insensitive", least, kept)
    if not is_detected(after):
        return finding("sensitivity", "not-met", "flattened", least, kept)
    for mode in _MODES:
        ruled = _newly_ruled_by_position(case, mode)
        if ruled is not None:
            where = f"position-bias/{mode}"
            return finding("sensitivity", "not-met", "flattened", least, ruled, where=where)
    return _judge_kept(kept, least)


def _judge_kept(kept: Effect, least: float) -> GateFinding:
    if not is_enough(kept):
        return too_few("sensitivity", least, kept)
    interval = interval_of(kept)
    if interval.low >= least:
        return finding("sensitivity", "met", HELD, least, kept)
    ruling: Ruling = "not-met" if interval.high < least else "not-shown"
    return finding("sensitivity", ruling, "flattened", least, kept)


def _share_kept(before: Sample, after: Sample) -> Effect:
    """Score after over score before."""
    tops, bottoms = (
        [value for column in sample.by_contrast.values() for value in column.values()]
        for sample in (after, before)
    )
    if sum(bottoms, 0.0) == 0:
        return undefined()
    return Effect(
        value=sum(tops) / sum(bottoms),
        interval=fieller_interval(tops, bottoms),
        n=after.n,
        n_unscored=after.n_unscored,
        n_clusters=len(tops),
    )


def _newly_ruled_by_position(case: Comparison, mode: Mode) -> Effect | None:
    """The share in the listed order, where it decides the positive control's answers and did not.

    Only of the positive control: where a fix leaves no association, position alone is left to
    decide which answer is the likelier one.
    """
    hits = _in_order(case, mode)
    before, after, _ = rate_effects(hits)
    if before.value is None or after.value is None or not _is_shown(hits):
        return None
    is_new = is_ruled_by_position(after.value) and not is_ruled_by_position(before.value)
    return after if is_new else None


def _is_shown(hits: Hits) -> bool:
    """Whether the share changed by more than chance; a t test, since even the few stimuli that
    are answered in text show it where each of them changes alike."""
    changes = cluster_means(
        [float(after) - float(before) for _, before, after in hits],
        [cluster for cluster, _, _ in hits],
    )
    change = estimate_mean(list(changes.values()))
    return change is not None and change.p_zero() < ALPHA


def _in_order(case: Comparison, mode: Mode) -> Hits:
    orders = [_orders(answers, mode) for answers in (case.before, case.after)]
    return [
        (item.cluster, orders[0][item.item_id], orders[1][item.item_id])
        for contrast in contrasts_in(case.battery, IMPLICIT, POSITIVE)
        for item in items_of(case.battery, IMPLICIT, contrast.contrast_id)
        if item.item_id in orders[0] and item.item_id in orders[1]
    ]


def _orders(answers: ArmAnswers, mode: Mode) -> dict[str, bool]:
    found = by_mode(answers.scores)[mode]
    return {key: one.in_order for key, one in found.items() if one.in_order is not None}
