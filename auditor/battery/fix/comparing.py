"""The fixed model beside the original, and how a number is ruled on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from auditor.battery.fix.arms import ArmAnswers
from auditor.battery.fix.effects import undefined
from auditor.battery.fix.pooled import Sample, paired, sample_of
from auditor.core.fix_evidence import GateRules
from auditor.core.fix_results import CriterionName, Effect, GateFinding, Ruling
from auditor.core.instrument import Battery
from auditor.core.items import Contrast
from auditor.core.measures import Interval
from auditor.core.responses import Score

FEWEST = 5
"""Stimuli or messages from which anything is concluded."""
HELD = "held"
"""Reason of every criterion that is met, but for the bias itself, which is `reduced`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What is judged: the same questions before and after."""

    battery: Battery
    """In the plain condition."""
    rules: GateRules
    before: ArmAnswers
    after: ArmAnswers

    def samples(self, instrument: str, contrasts: Sequence[Contrast]) -> tuple[Sample, Sample]:
        """Scores of some contrasts before and after, on the stimuli that have both."""
        first, second = (
            sample_of(self.battery, instrument, answers.scores, contrasts)
            for answers in (self.before, self.after)
        )
        return paired(first, second)

    def has_lost(self, *instruments: str) -> bool:
        """Whether log-likelihoods are missing after that were there before.

        What a fix made unreadable must not be left out of what it is judged by.
        """
        before, after = (
            {one.item_id for one in answers.scores if _is_likelihood(one, instruments)}
            for answers in (self.before, self.after)
        )
        return not before <= after


def finding(
    name: CriterionName,
    ruling: Ruling,
    reason: str,
    limit: float,
    effect: Effect,
    *,
    where: str = "",
) -> GateFinding:
    """One criterion of the gate."""
    return GateFinding(
        name=name, ruling=ruling, reason=reason, limit=limit, effect=effect, where=where
    )


def too_few(name: CriterionName, limit: float, effect: Effect | None = None) -> GateFinding:
    """What cannot be judged for want of answers."""
    return finding(name, "not-shown", "too-few", limit, effect or undefined())


def is_enough(effect: Effect) -> bool:
    """Whether there is a number with an interval, of enough stimuli or messages."""
    return effect.interval is not None and effect.n_clusters >= FEWEST


def rule_below(effect: Effect, limit: float) -> Ruling:
    """Whether the whole interval is at most the limit, the whole of it beyond, or neither."""
    interval = interval_of(effect)
    if interval.high <= limit:
        return "met"
    return "not-met" if interval.low > limit else "not-shown"


def judge_increase(
    name: CriterionName, effect: Effect, limit: float, reason: str, *, where: str = ""
) -> GateFinding:
    """An increase that must be at most the limit; `reason` is what stands against the fix."""
    if not is_enough(effect):
        return too_few(name, limit, effect)
    ruling = rule_below(effect, limit)
    code = HELD if ruling == "met" else reason
    return finding(name, ruling, code, limit, effect, where=where)


def side(effect: Effect) -> Literal[-1, 0, 1]:
    """The sign of what the interval shows; 0 where it includes 0."""
    interval = interval_of(effect)
    if interval.low <= 0 <= interval.high:
        return 0
    return 1 if interval.low > 0 else -1


def interval_of(effect: Effect) -> Interval:
    """The interval of an effect that has one; ValueError where it has none."""
    if effect.interval is None:
        raise ValueError("the effect has no interval")
    return effect.interval


def scaled(effect: Effect, factor: float) -> Effect:
    """An effect in another unit, or turned round."""
    if effect.value is None or effect.interval is None:
        return effect
    ends = sorted((effect.interval.low * factor, effect.interval.high * factor))
    return replace(
        effect,
        value=effect.value * factor,
        interval=Interval(low=ends[0], high=ends[1], level=effect.interval.level),
    )


def sign_of(value: float | None) -> float:
    """+1 or -1; 0 counts as +1."""
    return -1.0 if value is not None and value < 0 else 1.0


def _is_likelihood(score: Score, instruments: Sequence[str]) -> bool:
    is_asked = score.item_id.partition("/")[0] in instruments
    return is_asked and score.mode == "log-likelihood" and score.value is not None
