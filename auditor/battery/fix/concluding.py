"""From what the arms answered to what a fix came to."""

from collections.abc import Iterable, Mapping, Sequence

from auditor.battery import measure_all
from auditor.battery.conditions import in_condition
from auditor.battery.fix.arms import WRITTEN, ArmAnswers, as_asked_plainly
from auditor.battery.fix.comparing import Comparison
from auditor.battery.fix.composition import compose
from auditor.battery.fix.controls import conclude_controls, conclude_seeds
from auditor.battery.fix.dial import draw_dial
from auditor.battery.fix.effects import Hits, rate_effects
from auditor.battery.fix.gate import decide
from auditor.battery.fix.openings import most_frequent
from auditor.battery.fix.slopes import measure_slopes
from auditor.battery.fix.text_criteria import nats, reply_loss, unusable_hits, wrong_hits
from auditor.battery.guise.register_change import register_changes
from auditor.core.fix_evidence import ArmKind, FixRecord, Training
from auditor.core.fix_results import FixResult, Slope
from auditor.core.instrument import Battery

ORIGINAL, FIXED = "original", "fixed"
"""Ids of the arms that the gate compares."""


def conclude_fix(
    record: FixRecord,
    trainings: Sequence[Training],
    battery: Battery,
    answers: Mapping[str, ArmAnswers],
) -> FixResult:
    """Every number about a fix; `battery` holds the gate's items, `answers` are by arm id.

    Raises:
        ValueError: The original or the fixed model was not asked.
    """
    if ORIGINAL not in answers or FIXED not in answers:
        raise ValueError(f"a fix is judged by the arms {ORIGINAL} and {FIXED}: one is missing.")
    plain = in_condition(battery, "question")
    arms = [_plainly(answers[arm.arm_id]) for arm in record.arms if arm.arm_id in answers]
    of_id = {one.arm.arm_id: one for one in arms}
    original, fixed = of_id[ORIGINAL], of_id[FIXED]
    of_name = {training.name: training for training in trainings}
    case = Comparison(battery=plain, rules=record.rules, before=original, after=fixed)
    controls = conclude_controls(plain, of_name, original, fixed, _of_kind(arms, "control"))
    return FixResult(
        schema=record.schema,
        record=record,
        trainings=tuple(trainings),
        decision=decide(case, controls),
        slopes=_slopes(plain, original, fixed),
        measures=tuple(
            (one.arm.arm_id, measure_all(plain, one.scores, ()))
            for one in arms
            if one.arm.extent == "gate"
        ),
        compositions=compose(plain, original, fixed),
        dial=draw_dial(plain, record.rules.tier(record.tier), original, _on_dial(arms)),
        controls=controls,
        seeds=conclude_seeds(plain, of_name, original, _of_kind(arms, "fixed")),
        register_changes=register_changes(plain, original.scores, fixed.scores),
        openings=_openings(arms),
    )


def _plainly(answers: ArmAnswers) -> ArmAnswers:
    return ArmAnswers(arm=answers.arm, scores=as_asked_plainly(answers), texts=answers.texts)


def _of_kind(arms: Iterable[ArmAnswers], kind: ArmKind) -> list[ArmAnswers]:
    return [one for one in arms if one.arm.kind == kind]


def _on_dial(arms: Iterable[ArmAnswers]) -> list[ArmAnswers]:
    """All, and of the fixed ones that which is judged."""
    return [one for one in arms if one.arm.kind != "fixed" or one.arm.arm_id == FIXED]


def _slopes(battery: Battery, before: ArmAnswers, after: ArmAnswers) -> tuple[Slope, ...]:
    """Scores pooled, then shares and nats, then the score of each contrast."""
    scores = measure_slopes(battery, before.scores, after.scores)
    pooled = [slope for slope in scores if not slope.contrast_id]
    rates = [
        _rates(f"pooled/{name}.invalid-rate", unusable_hits(battery, before, after, (name,)))
        for name in WRITTEN
    ]
    wrong = wrong_hits(battery, before, after)
    right = [(cluster, not one, not other) for cluster, one, other in wrong]
    rates.append(_rates("pooled/question-answering.accuracy-disambiguated", right))
    replies = Slope(
        key="held-out/nats",
        contrast_id="",
        unit="nats",
        before=nats(before),
        after=nats(after),
        change=reply_loss(before, after),
    )
    return (*pooled, *rates, replies, *(slope for slope in scores if slope.contrast_id))


def _rates(key: str, hits: Hits) -> Slope:
    before, after, change = rate_effects(hits)
    return Slope(key=key, contrast_id="", unit="rate", before=before, after=after, change=change)


def _openings(arms: Iterable[ArmAnswers]) -> tuple[tuple[str, str, int, int], ...]:
    return tuple(
        (one.arm.arm_id, opening.words, len(opening.text_ids), opening.n)
        for one in arms
        if (opening := most_frequent(one.texts.written)) is not None
    )
