"""Put the gate's questions to every arm: the model as it is, adapted, instructed, or erased."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from auditor.core.fix import FixData
from auditor.core.fix_evidence import (
    Arm,
    ArmTexts,
    FixRecord,
    HeldOutText,
    ReplyReading,
    WrittenReply,
)
from auditor.core.instrument import Battery
from auditor.core.items import Prompt
from auditor.core.responses import Generation
from auditor.errors import FixNotTrained
from auditor.prompt_library.gate import load_wordings
from auditor.store import RunFolder
from auditor.workflows.adapter_audit import at_rest
from auditor.workflows.asking import Plan, ask, printable
from auditor.workflows.fix_files import (
    TEXTS,
    ArmMissing,
    adapter_folder,
    arm_folder,
    is_answered,
    missing_of,
    plan_arm,
    texts_of,
)

if TYPE_CHECKING:
    from auditor.backends.transformers_model import TransformersModel

OnStep = Callable[[int, int], None]

HIGHEST_SCALE = 3.0
"""To which a control is turned up, at most, to be as far from the original as the fix."""
_MAX_NEW_TOKENS = 24
"""Of an answer to a held-out message: its opening, and enough to read."""
_IN_BATCH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Judging:
    """Everything that the arms are asked with."""

    folder: RunFolder
    record: FixRecord
    battery: Battery
    data: FixData
    held_out: tuple[HeldOutText, ...]


def ask_arms(model: TransformersModel, judging: Judging, on_step: OnStep) -> None:
    """Ask what the folder does not hold yet; the fixed arm comes before the controls, which are
    brought to its distance from the original."""
    plans = {
        arm.arm_id: plan_arm(judging.battery, arm, judging.record) for arm in judging.record.arms
    }
    total = sum(plan.n_prompts for plan in plans.values())
    before = 0
    for arm in judging.record.arms:
        plan = plans[arm.arm_id]
        if missing_of(judging.folder, arm) is None:
            try:
                _ask_arm(model, judging, arm, plan, _offset(on_step, before, total))
            except FixNotTrained as reason:
                if arm.kind != "erased":
                    raise
                # The gate does without it.
                missing = ArmMissing(because=str(reason))
                arm_folder(judging.folder, arm).write_json(ArmMissing.FILE, missing)
        before += plan.n_prompts
    on_step(total, total)


def _ask_arm(
    model: TransformersModel, judging: Judging, arm: Arm, plan: Plan, on_step: OnStep
) -> None:
    inner = arm_folder(judging.folder, arm)
    texts = texts_of(judging.folder, arm)
    if texts is not None and is_answered(plan, inner.responses()):
        return
    if texts is not None:
        scale = texts.scale
    else:
        scale = _matched(model, judging, arm) if arm.kind == "control" else arm.scale
    with _running(model, judging, replace(arm, scale=scale)) as as_original:
        if texts is None:
            inner.write_json(TEXTS, _read(model, judging, arm, scale, as_original))
        ask(model, plan, inner, on_step)


def _offset(on_step: OnStep, start: int, total: int) -> OnStep:
    return lambda done, _: on_step(start + done, total)


@contextmanager
def _running(
    model: TransformersModel, judging: Judging, arm: Arm
) -> Iterator[Callable[[], AbstractContextManager[None]]]:
    """The model as this arm has it; yields what makes it the original again for a while."""
    if arm.adapter is not None:
        with model.wearing(adapter_folder(judging.folder, arm.adapter), arm.scale):
            yield lambda: at_rest(model)
    elif arm.kind == "erased":
        # torch takes seconds to import.
        from auditor.fixing.erasure import erase_concepts

        with erase_concepts(model, judging.data.senses) as erasure:
            yield erasure.suspended
    else:
        yield nullcontext


def _read(
    model: TransformersModel,
    judging: Judging,
    arm: Arm,
    scale: float,
    as_original: Callable[[], AbstractContextManager[None]],
) -> ArmTexts:
    """What an arm makes of the held-out messages; an instruction stands behind each of them."""
    from auditor.fixing.held_out import read_replies

    added = {each.condition: f"\n\n{each.text}" for each in load_wordings()}
    behind = added.get(arm.condition, "")
    return ArmTexts(
        arm_id=arm.arm_id,
        scale=scale,
        readings=read_replies(
            model, judging.held_out, as_original=as_original, wording=lambda text: text + behind
        ),
        written=_write(model, judging.held_out) if arm.extent == "gate" else (),
    )


def _write(model: TransformersModel, texts: Sequence[HeldOutText]) -> tuple[WrittenReply, ...]:
    prompts = [
        Prompt(
            prompt_id=each.text_id,
            item_id=each.text_id,
            mode="text",
            text=each.text,
            max_new_tokens=_MAX_NEW_TOKENS,
        )
        for each in texts
    ]
    answers: list[Generation] = []
    for start in range(0, len(prompts), _IN_BATCH):
        answers += model.generate(prompts[start : start + _IN_BATCH])
    return tuple(
        WrittenReply(text_id=each.text_id, text=printable(answer.text))
        for each, answer in zip(texts, answers, strict=True)
    )


def _matched(model: TransformersModel, judging: Judging, arm: Arm) -> float:
    """The scale at which a control is as far from the original as the fix, in KL a token."""
    from auditor.fixing.held_out import read_replies
    from auditor.fixing.matching import match_scale

    fixed = next(each for each in judging.record.arms if each.kind == "fixed")
    texts = texts_of(judging.folder, fixed)
    assert texts is not None

    def divergence_at(scale: float) -> float:
        with _running(model, judging, replace(arm, scale=scale)) as as_original:
            return _divergence(read_replies(model, judging.held_out, as_original=as_original))

    return match_scale(divergence_at, _divergence(texts.readings), highest=HIGHEST_SCALE)


def _divergence(readings: Sequence[ReplyReading]) -> float:
    """Nats a token."""
    return sum(each.divergence for each in readings) / sum(each.n_tokens for each in readings)
