"""Every arm on one dial: what it does to the bias, and what it costs."""

from collections.abc import Sequence
from dataclasses import replace
from operator import sub

from auditor.battery.association import word_association
from auditor.battery.fix.arms import WRITTEN, ArmAnswers, arm_battery
from auditor.battery.fix.effects import CHANGE, rate_effects, score_effect, undefined
from auditor.battery.fix.pooled import (
    POSITIVE,
    PRIMARY,
    combine,
    contrasts_in,
    paired,
    sample_of,
)
from auditor.battery.fix.text_criteria import divergence, reply_loss, unusable_hits
from auditor.core.fix_evidence import Arm, Extent, FixTier
from auditor.core.fix_results import DialPoint, Effect
from auditor.core.instrument import Battery

IMPLICIT = word_association.name


def draw_dial(
    battery: Battery, size: FixTier, original: ArmAnswers, arms: Sequence[ArmAnswers]
) -> tuple[DialPoint, ...]:
    """One point an arm, on the dial's own stimuli: adapters by scale, then the others.

    What reasons first is asked less; its change is against the original on the same questions.
    """
    points = [_point(_battery_of(battery, size, one.arm), original, one) for one in arms]
    adapters = [point for point in points if point.arm.kind in ("original", "fixed", "scaled")]
    others = [point for point in points if point not in adapters]
    return (*sorted(adapters, key=lambda point: point.scale), *others)


def _battery_of(battery: Battery, size: FixTier, arm: Arm) -> Battery:
    """The plain questions that an arm shares with all others of the dial."""
    extent: Extent = "reasoned" if arm.extent == "reasoned" else "dial"
    return arm_battery(battery, replace(arm, extent=extent, condition="question"), size, ())


def _point(battery: Battery, original: ArmAnswers, answers: ArmAnswers) -> DialPoint:
    primary = contrasts_in(battery, IMPLICIT, PRIMARY)
    before, after = paired(
        *(sample_of(battery, IMPLICIT, one.scores, primary) for one in (original, answers))
    )
    positive = sample_of(
        battery, IMPLICIT, answers.scores, contrasts_in(battery, IMPLICIT, POSITIVE)
    )
    return DialPoint(
        arm=answers.arm,
        scale=0.0 if answers.arm.kind == "original" else answers.texts.scale,
        bias=score_effect(after),
        change=score_effect(combine(after, before, sub), within=CHANGE),
        sensitivity=score_effect(positive),
        unusable=_unusable(battery, answers),
        reply_loss=reply_loss(original, answers),
        divergence=divergence(answers),
    )


def _unusable(battery: Battery, answers: ArmAnswers) -> Effect:
    found = rate_effects(unusable_hits(battery, answers, answers, WRITTEN))[1]
    return found if found.value is not None else undefined("no written answers were asked for")
