"""What each arm of a fix is asked, and what it answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from auditor.battery import INSTRUMENTS
from auditor.battery.association import mirrored_statements, word_association
from auditor.battery.conditions import Wording, prompts_of, under_wording
from auditor.battery.guise import matched_guise
from auditor.battery.questions import question_answering
from auditor.core.fix_evidence import Arm, ArmTexts, FixTier
from auditor.core.instrument import Battery
from auditor.core.items import Item, Prompt
from auditor.core.responses import Score

WRITTEN: tuple[str, ...] = (word_association.name, mirrored_statements.name)
"""Instruments of which a few stimuli are answered in text."""
GUISES: tuple[str, ...] = (matched_guise.ENGLISH.name, matched_guise.RUSSIAN.name)
"""Instruments that are answered in text wherever an audit asks for it."""
GATE_INSTRUMENTS: tuple[str, ...] = (*WRITTEN, question_answering.name, *GUISES)

_DIAL_ROLES = ("primary", "positive-control")
"""Of the contrasts that other arms than those of the gate are asked: the pooled score's, and the
one that tells a model without bias from one that sees nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmAnswers:
    """What an arm's answers count for, and what it made of the held-out messages."""

    arm: Arm
    scores: tuple[Score, ...]
    """With the item ids of `arm_battery`."""
    texts: ArmTexts


def arm_battery(battery: Battery, arm: Arm, size: FixTier, wordings: Sequence[Wording]) -> Battery:
    """The items that an arm is asked; `battery` holds those of the gate.

    Raises:
        ValueError: The arm's condition has no wording.
    """
    items = tuple(item for item in battery.items if _is_asked(battery, arm, size, item))
    if arm.condition != "question":
        wording = _wording(arm, wordings)
        items = tuple(under_wording(item, wording) for item in items)
    asked = {item.contrast_id for item in items}
    clusters = {item.cluster for item in items}
    return replace(
        battery,
        contrasts=tuple(one for one in battery.contrasts if one.contrast_id in asked),
        stimuli=tuple(one for one in battery.stimuli if one.stimulus_id in clusters),
        items=items,
    )


def arm_prompts(battery: Battery, arm: Arm, size: FixTier) -> tuple[Prompt, ...]:
    """What an arm is sent first; `battery` is the arm's own. Arms that reason answer after it.

    Nothing that a control writes enters the gate: it is asked for log-likelihoods alone.
    """
    return tuple(
        prompt
        for item in battery.items
        for prompt in prompts_of(item, INSTRUMENTS[item.instrument])
        if prompt.mode != "text" or (arm.extent != "control" and _is_written(item, size))
    )


def as_asked_plainly(answers: ArmAnswers) -> tuple[Score, ...]:
    """An arm's scores under the ids of the plain questions, whatever stood beside these."""
    suffix = f"@{answers.arm.condition}"
    return tuple(
        replace(score, item_id=score.item_id.removesuffix(suffix)) for score in answers.scores
    )


def _is_asked(battery: Battery, arm: Arm, size: FixTier, item: Item) -> bool:
    if item.condition != "question" or item.sample or item.instrument not in GATE_INSTRUMENTS:
        return False
    if arm.extent == "gate":
        return True
    if item.instrument != word_association.name:
        return False
    if battery.contrast(item.contrast_id).role not in _DIAL_ROLES:
        return False
    return arm.extent == "control" or _rank(item) < _n_stimuli(arm, size)


def _n_stimuli(arm: Arm, size: FixTier) -> int:
    return size.n_dial if arm.extent == "dial" else size.n_reasoned


def _is_written(item: Item, size: FixTier) -> bool:
    if item.instrument in GUISES:
        return True
    return item.instrument in WRITTEN and _rank(item) < size.n_written


def _rank(item: Item) -> int:
    return item.stimulus.rank if item.stimulus else 0


def _wording(arm: Arm, wordings: Sequence[Wording]) -> Wording:
    for wording in wordings:
        if wording.condition == arm.condition:
            return wording
    raise ValueError(f"the arm {arm.arm_id} asks under {arm.condition!r}, which has no wording.")
