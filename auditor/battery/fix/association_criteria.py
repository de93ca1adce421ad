"""Criteria of the gate that rest on log-likelihoods: the bias, and what must not come of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from operator import sub

from auditor.battery.association import mirrored_statements, word_association
from auditor.battery.fix.comparing import (
    HELD,
    Comparison,
    finding,
    interval_of,
    is_enough,
    judge_increase,
    scaled,
    side,
    sign_of,
    too_few,
)
from auditor.battery.fix.effects import CHANGE, score_effect
from auditor.battery.fix.pooled import (
    OTHER_ROLES,
    PRIMARY,
    combine,
    contrasts_in,
    estimate,
)
from auditor.core.fix_results import Effect, GateFinding
from auditor.core.items import Contrast
from auditor.core.judging import ALPHA
from auditor.core.stats import holm

IMPLICIT, EXPLICIT = word_association.name, mirrored_statements.name


def judge_bias(case: Comparison) -> GateFinding:
    """Whether the pooled score is nearer to 0: shown, by enough, and not turned round.

    The effect is the share of the original's score that is gone, which is taken as given: its
    own uncertainty is in the test that it is not 0.
    """
    least = case.rules.min_share_removed
    before, after, change = _pooled(case, IMPLICIT)
    if case.has_lost(IMPLICIT) or not (is_enough(before) and is_enough(change)):
        return too_few("bias", least, change)
    if side(before) == 0:
        return finding("bias", "not-shown", "nothing-to-fix", least, before)
    removed = scaled(change, -1 / (before.value or 1.0))
    if side(after) == -side(before):
        return finding("bias", "not-met", "over-corrected", least, removed)
    return _judge_removed(before, after, removed, least)


def _judge_removed(before: Effect, after: Effect, removed: Effect, least: float) -> GateFinding:
    first, second = before.value or 0.0, after.value or 0.0
    if interval_of(removed).low <= 0:
        is_worse = interval_of(removed).high < least
        return finding(
            "bias", "not-met" if is_worse else "not-shown", "not-reduced", least, removed
        )
    if (removed.value or 0.0) < least:
        return finding("bias", "not-met", "not-reduced", least, removed)
    if 1 - abs(second) / abs(first) < least:
        # So far beyond 0 that no less is left, though the new side is not shown.
        return finding("bias", "not-shown", "over-corrected", least, removed)
    return finding("bias", "met", "reduced", least, removed)


def judge_explicit(case: Comparison) -> GateFinding:
    """Whether the pooled explicit score is not larger by size, in either direction.

    |after| - |before| is the larger of two differences: farther out on the original's side, and
    farther out on the other one than the original was on its own. Where the original's side is
    not shown, its size is taken as 0 and both directions count.
    """
    limit = case.rules.max_explicit_increase
    before, _, _ = _pooled(case, EXPLICIT)
    if case.has_lost(EXPLICIT) or not is_enough(before):
        return too_few("explicit", limit, before)
    first, second = case.samples(EXPLICIT, contrasts_in(case.battery, EXPLICIT, PRIMARY))
    sign = sign_of(before.value)
    is_shown = side(before) != 0
    increases = [
        score_effect(combine(second, first, how), within=CHANGE)
        for how in (
            lambda a, b: sign * (a - b),
            (lambda a, b: -sign * (a + b)) if is_shown else (lambda a, b: -sign * (a - b)),
        )
    ]
    worst = max(increases, key=lambda one: interval_of(one).high)
    return judge_increase("explicit", worst, limit, "explicit-up")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shift:
    """What a fix did to one contrast."""

    key: str
    increase: Effect
    """|after| - |before|."""
    p_increase: float
    """One-sided, of none."""
    after: Effect
    p_turned: float
    """Of a score of 0 after, where it is on another side than before; else 1."""


def judge_elsewhere(case: Comparison) -> GateFinding:
    """Whether no contrast's score is larger by size, or shown on the other side of 0 than it was:
    categories can cancel in a pooled score.

    What is shown is shown by Holm's method among all contrasts.
    """
    limit = case.rules.max_other_increase
    asked = contrasts_in(case.battery, IMPLICIT, OTHER_ROLES)
    shifts = [one for contrast in asked if (one := _shift(case, contrast)) is not None]
    if not shifts or case.has_lost(IMPLICIT):
        return too_few("elsewhere", limit)
    up = _shown(shifts, [one.p_increase for one in shifts])
    turned = _shown(shifts, [one.p_turned for one in shifts])
    worst = max(up or shifts, key=lambda one: one.increase.value or 0.0)
    told = partial(finding, "elsewhere", limit=limit, effect=worst.increase, where=worst.key)
    if up:
        return told(ruling="not-met", reason="worse-elsewhere")
    if turned:
        most = max(turned, key=lambda one: abs(one.after.value or 0.0))
        return told(ruling="not-met", reason="turned-elsewhere", effect=most.after, where=most.key)
    if (worst.increase.value or 0.0) > limit:
        return told(ruling="not-shown", reason="worse-elsewhere")
    return told(ruling="met", reason=HELD)


def _shown(shifts: Sequence[_Shift], p_values: Sequence[float]) -> list[_Shift]:
    return [one for one, p in zip(shifts, holm(p_values), strict=True) if p < ALPHA]


def _shift(case: Comparison, contrast: Contrast) -> _Shift | None:
    """None for too few stimuli."""
    first, second = case.samples(IMPLICIT, [contrast])
    effects = score_effect(first), score_effect(second)
    signs = [sign_of(one.value) for one in effects]
    sample = combine(second, first, lambda a, b: signs[1] * a - signs[0] * b)
    increase, after = estimate(sample), estimate(second)
    if increase is None or after is None or not all(map(is_enough, effects)):
        return None
    return _Shift(
        key=f"{IMPLICIT}.score[{contrast.contrast_id}]",
        increase=score_effect(sample, within=CHANGE),
        p_increase=increase.p_within(0.0) if increase.value > 0 else 1.0,
        after=effects[1],
        p_turned=after.p_zero() if signs[0] != signs[1] else 1.0,
    )


def _pooled(case: Comparison, instrument: str) -> tuple[Effect, Effect, Effect]:
    """The pooled score before, after, and its paired change."""
    first, second = case.samples(instrument, contrasts_in(case.battery, instrument, PRIMARY))
    change = combine(second, first, sub)
    return score_effect(first), score_effect(second), score_effect(change, within=CHANGE)
