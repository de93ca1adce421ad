"""Control adapters at the same distance from the original, and the fix from other beginnings."""

from collections.abc import Mapping, Sequence

from auditor.battery.association import word_association
from auditor.battery.fix.arms import ArmAnswers
from auditor.battery.fix.comparing import HELD, finding, interval_of, is_enough, sign_of, too_few
from auditor.battery.fix.effects import CHANGE, score_effect
from auditor.battery.fix.pooled import PRIMARY, Sample, combine, contrasts_in, paired, sample_of
from auditor.battery.fix.text_criteria import divergence
from auditor.core.fix_evidence import Training
from auditor.core.fix_results import ControlResult, Effect, GateFinding, Ruling, SeedResult
from auditor.core.instrument import Battery

MIN_MATCH = 0.5
"""Share of the fix's KL to the original that a control must reach to count as one."""


def conclude_controls(
    battery: Battery,
    trainings: Mapping[str, Training],
    original: ArmAnswers,
    fixed: ArmAnswers,
    controls: Sequence[ArmAnswers],
) -> tuple[ControlResult, ...]:
    """What each control adapter does to the pooled score, beside the fix."""
    found: list[ControlResult] = []
    for answers in controls:
        trained = trainings[answers.arm.adapter or ""].trained
        if trained.settings.control is not None:
            found.append(
                ControlResult(
                    control=trained.settings.control,
                    scale=answers.texts.scale,
                    divergence=divergence(answers),
                    change=change_towards_zero(battery, original, answers),
                    advantage=_advantage(battery, answers, fixed),
                )
            )
    return tuple(found)


def conclude_seeds(
    battery: Battery,
    trainings: Mapping[str, Training],
    original: ArmAnswers,
    fixed: Sequence[ArmAnswers],
) -> tuple[SeedResult, ...]:
    """What each adapter of the same recipe does to the pooled score."""
    return tuple(
        SeedResult(
            name=answers.arm.adapter or "",
            seed=trainings[answers.arm.adapter or ""].trained.settings.seed,
            change=change_towards_zero(battery, original, answers),
        )
        for answers in fixed
    )


def judge_controls(controls: Sequence[ControlResult], fixed: ArmAnswers) -> GateFinding:
    """Whether the fix brings the score nearer to 0 than every control does; the worst one decides.

    Any training of this size may blunt a model: what meaningless texts do as well is no fix.
    """
    distance = divergence(fixed).value or 0.0
    findings = [_judge(control, distance) for control in controls]
    if not findings:
        return finding(
            "control", "not-shown", "control-missing", 0.0, too_few("control", 0.0).effect
        )
    order = ("not-met", "not-shown", "met")
    return min(findings, key=lambda one: order.index(one.ruling))


def change_towards_zero(battery: Battery, original: ArmAnswers, arm: ArmAnswers) -> Effect:
    """How much nearer to 0, on the original's side, the pooled score is; paired by stimulus."""
    before, after = _samples(battery, original, arm)
    sign = sign_of(score_effect(before).value)
    return score_effect(combine(before, after, lambda a, b: sign * (a - b)), within=CHANGE)


def _judge(control: ControlResult, distance: float) -> GateFinding:
    where = f"control-{control.control}"
    advantage = control.advantage
    if not is_enough(advantage):
        return too_few("control", 0.0, advantage)
    if (control.divergence.value or 0.0) < MIN_MATCH * distance:
        return finding("control", "not-shown", "control-unmatched", 0.0, advantage, where=where)
    if interval_of(advantage).low > 0:
        return finding("control", "met", HELD, 0.0, advantage, where=where)
    ruling: Ruling = "not-met" if interval_of(advantage).high <= 0 else "not-shown"
    return finding("control", ruling, "control-as-good", 0.0, advantage, where=where)


def _advantage(battery: Battery, control: ArmAnswers, fixed: ArmAnswers) -> Effect:
    """|score of the control| - |score of the fix|, paired by stimulus."""
    theirs, ours = _samples(battery, control, fixed)
    signs = [sign_of(score_effect(one).value) for one in (theirs, ours)]
    both = combine(theirs, ours, lambda a, b: signs[0] * a - signs[1] * b)
    return score_effect(both, within=CHANGE)


def _samples(battery: Battery, one: ArmAnswers, other: ArmAnswers) -> tuple[Sample, Sample]:
    primary = contrasts_in(battery, word_association.name, PRIMARY)
    first, second = (
        sample_of(battery, word_association.name, answers.scores, primary)
        for answers in (one, other)
    )
    return paired(first, second)
