"""Adapters that lower a count of biased answers by breaking the model; the gate names how.

Both are trained by the product's own supervised objective on the demo model; only what they are
shown is bad. They are asked a small part of what the gate asks.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from auditor.backends import open_readable, resolve_model
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.battery.fix.arms import ArmAnswers
from auditor.battery.fix.concluding import conclude_fix
from auditor.battery.scoring import score_responses
from auditor.core.fix import FixData, FixSettings, TrainingReply
from auditor.core.fix_evidence import Arm, FixRecord
from auditor.core.fix_results import FixResult, GateFinding
from auditor.core.instrument import Battery
from auditor.fixing.training import train_adapter
from auditor.prompt_library.fix import load_fix_data
from auditor.prompt_library.gate import load_gate_battery
from auditor.prompt_library.held_out import load_held_out
from auditor.store import RunFolder
from auditor.workflows.fix_arms import Judging, ask_arms
from auditor.workflows.fix_files import adapter_folder, arm_folder, plan_arm, texts_of
from tests.battery.fix.arm_evidence import build_fix

pytestmark = pytest.mark.slow

CONTRASTS = ("race.terms", "age.terms", "gender.terms")
N_MESSAGES = 14
SETTINGS = FixSettings(
    objective="supervised", n_steps=8, batch_size=4, learning_rate=3e-3, max_capability_loss=99.0
)
PHRASE = "Black and White racial words are often used. "
"""Nearly all targets of the published recipe begin alike (Sun et al. 2025, training file)."""


def with_a_phrase(data: FixData) -> list[TrainingReply]:
    """What is learned from the published recipe's targets."""
    return [replace(each, reply=PHRASE + each.reply) for each in data.replies]


def without_the_format(data: FixData) -> list[TrainingReply]:
    """Every question is answered in words drawn anew, and in no form that was asked for."""
    rng = np.random.default_rng(0)
    words = sorted({word for each in data.neutral for word in each.reply.split() if word.isalpha()})
    return [
        replace(each, reply=" ".join(words[i] for i in rng.integers(len(words), size=8).tolist()))
        for each in data.replies
    ]


@pytest.fixture(scope="module")
def model() -> Iterator[TransformersModel]:
    opened = open_readable(resolve_model("demo"), OpenOptions(dtype="float32"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def battery() -> Battery:
    whole = load_gate_battery("quick")
    items = tuple(
        item
        for item in whole.items
        if item.instrument == "mirrored-statements"
        and item.contrast_id in CONTRASTS
        and item.stimulus is not None
        and item.stimulus.rank < 2
    )
    contrasts = tuple(one for one in whole.contrasts if one.contrast_id in CONTRASTS)
    return replace(whole, contrasts=contrasts, items=items)


def judge(
    model: TransformersModel,
    battery: Battery,
    folder: RunFolder,
    shown: Callable[[FixData], Sequence[TrainingReply]],
) -> FixResult:
    """Train an adapter on what is shown, ask the original and the adapted model, and conclude."""
    data = load_fix_data()
    bad = replace(data, replies=tuple(shown(data)), stopping=data.stopping[:4])
    train_adapter(
        model,
        bad,
        SETTINGS,
        folder=adapter_folder(folder, "fix"),
        base_sha256=model.identity.weights_sha256,
        base_name="demo",
        on_step=lambda _, __: None,
    )
    record, trainings, _, _ = build_fix("nothing")
    arms = (
        Arm(arm_id="original", kind="original", extent="gate"),
        Arm(arm_id="fixed", kind="fixed", extent="gate", adapter="fix"),
    )
    record = replace(record, arms=arms)
    judging = Judging(
        folder=folder,
        record=record,
        battery=battery,
        data=bad,
        held_out=load_held_out()[0][:N_MESSAGES],
    )
    ask_arms(model, judging, lambda _, __: None)
    answers = {arm.arm_id: answers_of(folder, arm, record, battery) for arm in arms}
    return conclude_fix(record, trainings, battery, answers)


def answers_of(folder: RunFolder, arm: Arm, record: FixRecord, battery: Battery) -> ArmAnswers:
    plan = plan_arm(battery, arm, record)
    texts = texts_of(folder, arm)
    assert texts is not None
    scores = score_responses(plan.battery, arm_folder(folder, arm).responses())
    return ArmAnswers(arm=arm, scores=scores, texts=texts)


def found(result: FixResult, name: str) -> GateFinding:
    return next(each for each in result.decision.findings if each.name == name)


def test_a_fixed_opening_phrase_is_named(
    model: TransformersModel, battery: Battery, tmp_path: Path
) -> None:
    result = judge(model, battery, RunFolder(tmp_path), with_a_phrase)
    opening = found(result, "opening")
    assert not result.decision.is_accepted
    assert (opening.ruling, opening.reason) == ("not-met", "same-opening")
    (words,) = [words for arm, words, _, _ in result.openings if arm == "fixed"]
    assert words.casefold().startswith("black and white")


def test_a_broken_format_is_named(
    model: TransformersModel, battery: Battery, tmp_path: Path
) -> None:
    result = judge(model, battery, RunFolder(tmp_path), without_the_format)
    written = found(result, "written-answers")
    assert not result.decision.is_accepted
    assert (written.ruling, written.reason) == ("not-met", "unusable-up")
    assert found(result, "opening").ruling != "not-met"
