"""The folder of a fix: its plan, what was trained, what every arm answered, and what it came to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from auditor.battery.fix.arms import ArmAnswers, arm_battery, arm_prompts
from auditor.battery.fix.concluding import conclude_fix
from auditor.battery.scoring import score_responses
from auditor.core.batches import plan_batches
from auditor.core.fix_evidence import Arm, ArmTexts, FixRecord, Training
from auditor.core.fix_results import FixMissing, FixResult
from auditor.core.instrument import Battery
from auditor.core.responses import Response
from auditor.core.results import FIX_NOT_ASKED
from auditor.errors import RunUnreadable
from auditor.prompt_library.gate import load_gate_battery, load_wordings
from auditor.store import RESPONSES, RunFolder
from auditor.workflows.asking import Plan

FIX = "fix.json"
FIX_FOLDER = "fix"
FIX_RECORD = f"{FIX_FOLDER}/fix-run.json"
TRAINING = "training.json"
TEXTS = "texts.json"
SHIPPED, GGUF_ADAPTER = "adapter", "adapter.gguf"
"""An accepted fix, in the run's folder."""
BATCH_SIZE = 64

UNFINISHED = FixMissing(
    kind="unfinished",
    because="The fix was begun and not finished; the command that began it goes on with it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmMissing:
    """`fix/arms/<arm>/missing.json`: why an arm that the gate does not need could not be asked."""

    FILE: ClassVar[str] = "missing.json"

    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FixStopped:
    """`fix/stopped.json`: why a fix could not be made."""

    FILE: ClassVar[str] = f"{FIX_FOLDER}/stopped.json"

    because: str


def adapter_folder(folder: RunFolder, name: str) -> Path:
    """Where a trained adapter is."""
    return folder.path / FIX_FOLDER / "adapters" / name


def training_of(folder: RunFolder, name: str) -> Training | None:
    """What was trained under a name; None where that is not finished."""
    file = f"{FIX_FOLDER}/adapters/{name}/{TRAINING}"
    return folder.read_json(file, Training) if (folder.path / file).exists() else None


def arm_folder(folder: RunFolder, arm: Arm) -> RunFolder:
    """Where an arm's answers are."""
    return RunFolder(folder.path / FIX_FOLDER / "arms" / arm.arm_id)


def texts_of(folder: RunFolder, arm: Arm) -> ArmTexts | None:
    """What an arm made of the held-out messages; None where it has not read them."""
    inner = arm_folder(folder, arm)
    return inner.read_json(TEXTS, ArmTexts) if (inner.path / TEXTS).exists() else None


def plan_arm(battery: Battery, arm: Arm, record: FixRecord) -> Plan:
    """What an arm is asked, in its batches; nothing twice: the arithmetic is not that coarse."""
    size = record.rules.tier(record.tier)
    mine = arm_battery(battery, arm, size, load_wordings())
    planned = plan_batches(arm_prompts(mine, arm, size), batch_size=BATCH_SIZE, seed=record.seed)
    asked = tuple(batch for batch in planned if batch.prompts[0].purpose == "audit")
    return Plan(battery=mine, batch_size=BATCH_SIZE, first=asked)


def is_answered(plan: Plan, responses: Sequence[Response]) -> bool:
    """Whether a plan was asked to its end."""
    planned = [prompt.prompt_id for batch in plan.whole(responses) for prompt in batch.prompts]
    return [each.prompt_id for each in responses] == planned


def adapters_of(record: FixRecord) -> tuple[str, ...]:
    """Names of the adapters that are trained, the judged one first."""
    return tuple(dict.fromkeys(arm.adapter for arm in record.arms if arm.adapter is not None))


def conclude_fix_folder(folder: RunFolder) -> FixResult | FixMissing:
    """What came of a fix, computed from its evidence; and why not, where there is none.

    Raises:
        RunUnreadable: The evidence is damaged, or was made with another battery.
    """
    if (folder.path / FixStopped.FILE).exists():
        because = folder.read_json(FixStopped.FILE, FixStopped).because
        return FixMissing(kind="not-possible", because=because)
    if not (folder.path / FIX_RECORD).exists():
        return FIX_NOT_ASKED
    record = _with_missing(folder, folder.read_json(FIX_RECORD, FixRecord))
    trainings = [training_of(folder, name) for name in adapters_of(record)]
    battery = _battery(folder, record)
    answers = {arm.arm_id: _answers(folder, arm, record, battery) for arm in record.arms}
    finished = [each for each in trainings if each is not None]
    read = {name: each for name, each in answers.items() if each is not None}
    if len(finished) < len(trainings) or len(read) < len(answers):
        return UNFINISHED
    result = conclude_fix(record, finished, battery, read)
    folder.write_json(FIX, result)
    return result


def fix_evidence(folder: RunFolder) -> tuple[str, ...]:
    """Every recorded file of a fix, for the manifest; without checkpoints on the way."""
    root = folder.path / FIX_FOLDER
    names = {
        TRAINING,
        TEXTS,
        ArmMissing.FILE,
        RESPONSES,
        "adapter_config.json",
        "adapter_model.safetensors",
    }
    inner = sorted(path for path in root.glob("*/*/*") if path.name in names)
    outer = [root / Path(name).name for name in (FIX_RECORD, FixStopped.FILE)]
    found = [path for path in (*outer, *inner) if path.is_file()]
    return tuple(str(path.relative_to(folder.path)) for path in found)


def shipped(folder: RunFolder) -> tuple[str, ...]:
    """Files of an accepted adapter."""
    found = [*sorted((folder.path / SHIPPED).glob("*")), folder.path / GGUF_ADAPTER]
    return tuple(str(path.relative_to(folder.path)) for path in found if path.is_file())


def missing_of(folder: RunFolder, arm: Arm) -> ArmMissing | None:
    """Why an arm could not be asked; None where it could, or was not tried yet."""
    inner = arm_folder(folder, arm)
    if not (inner.path / ArmMissing.FILE).exists():
        return None
    return inner.read_json(ArmMissing.FILE, ArmMissing)


def _with_missing(folder: RunFolder, record: FixRecord) -> FixRecord:
    missing = {arm.arm_id: missing_of(folder, arm) for arm in record.arms}
    return replace(
        record,
        arms=tuple(arm for arm in record.arms if missing[arm.arm_id] is None),
        unavailable=tuple((name, each.because) for name, each in missing.items() if each),
    )


def _battery(folder: RunFolder, record: FixRecord) -> Battery:
    battery = load_gate_battery(record.tier)
    if battery.sha256 != record.battery.sha256:
        raise RunUnreadable(
            f"{folder.path / FIX_FOLDER} was judged with battery {record.battery.version} "
            f"({record.battery.sha256[:12]}), and this auditor ships {battery.version} "
            f"({battery.sha256[:12]}): use the version of auditor named in its fix-run.json."
        )
    return battery


def _answers(folder: RunFolder, arm: Arm, record: FixRecord, battery: Battery) -> ArmAnswers | None:
    """None where the arm was not asked to its end."""
    texts = texts_of(folder, arm)
    plan = plan_arm(battery, arm, record)
    responses = arm_folder(folder, arm).responses()
    if texts is None or not is_answered(plan, responses):
        return None
    return ArmAnswers(arm=arm, scores=score_responses(plan.battery, responses), texts=texts)
