"""Train a fix, judge it on questions that it never saw, and ship or withhold it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.backends import ModelSource, open_readable, resolve_model
from auditor.backends.options import DType, OpenOptions, usable_processors
from auditor.core.fix import Control, FixData, FixSettings, TrainingStep
from auditor.core.fix_evidence import Arm, Extent, FixRecord, FixTier, Training
from auditor.core.fix_results import FixMissing, FixResult
from auditor.core.instrument import Battery
from auditor.core.items import Condition, Tier
from auditor.core.runs import SCHEMA_VERSION, BatteryIdentity, ModelIdentity
from auditor.errors import AuditorError, FixNotTrained, ModelNotLoaded, RunUnreadable
from auditor.prompt_library.fix import load_fix_data
from auditor.prompt_library.gate import load_gate_battery, load_gate_rules
from auditor.prompt_library.held_out import load_held_out
from auditor.reporting.fix_page import summarise_fix
from auditor.reporting.html import fix_chart_files, render_fix_html
from auditor.store import RECORD, RunFolder, open_run_folder
from auditor.workflows.environment import versions
from auditor.workflows.fix_arms import Judging, OnStep, ask_arms
from auditor.workflows.fix_files import (
    FIX,
    FIX_FOLDER,
    FIX_RECORD,
    GGUF_ADAPTER,
    SHIPPED,
    TRAINING,
    FixStopped,
    adapter_folder,
    adapters_of,
    conclude_fix_folder,
    fix_evidence,
    shipped,
    training_of,
)

if TYPE_CHECKING:
    from auditor.backends.transformers_model import TransformersModel

JUDGING_DTYPE: DType = "float32"
"""Numbers of bfloat16 are coarser than what a fix changes."""
FIX_PAGE = "fix.html"
_PROMPTED: tuple[Condition, ...] = ("instruction", "chain-of-thought")


@dataclass(frozen=True, slots=True, kw_only=True)
class FixRequest:
    """What the user asked for; None where the tier decides."""

    tier: Tier
    settings: FixSettings = field(default_factory=FixSettings)
    n_steps: int | None = None
    """Of each training; None where the tier decides."""
    dtype: DType = "auto"
    """Of the training; the fix is judged in float32."""
    n_threads: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class FixOutcome:
    """What a fix alone came to, and where it stands."""

    result: FixResult
    folder: RunFolder
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """Told how far each part is."""

    on_training: OnStep
    on_judging: OnStep


def run_fix(
    model_name: str, request: FixRequest, *, out: Path, is_fresh: bool, progress: Progress
) -> FixOutcome:
    """Train and judge a fix alone, without an audit.

    Raises:
        AuditorError: The model cannot be opened or trained, or the folder holds something else.
    """
    source = resolve_model(model_name)
    with open_run_folder(out) as folder:
        if folder.has_record():
            raise RunUnreadable(
                f"{out} holds an audit ({RECORD}): choose another folder with --out, or add "
                "--fix lora to the audit's own command."
            )
        if is_fresh:
            drop_fix(folder)
        make_fix(folder, request, source, progress)
        result = conclude_fix_folder(folder)
        if isinstance(result, FixMissing):
            raise FixNotTrained(result.because)
        return _show(folder, result)


def drop_fix(folder: RunFolder) -> None:
    """Begin again: remove what a fix left in the folder."""
    for name in (FIX_FOLDER, SHIPPED):
        shutil.rmtree(folder.path / name, ignore_errors=True)
    for name in (FIX, GGUF_ADAPTER):
        (folder.path / name).unlink(missing_ok=True)


def try_fix(
    folder: RunFolder, request: FixRequest, source: ModelSource, progress: Progress
) -> AuditorError | None:
    """Make a fix beside an audit, which is kept whatever happens; why it could not be made."""
    try:
        make_fix(folder, request, source, progress)
    except (FixNotTrained, ModelNotLoaded) as error:
        folder.drop_manifest()
        folder.write_json(FixStopped.FILE, FixStopped(because=str(error)))
        return error
    return None


def make_fix(
    folder: RunFolder, request: FixRequest, source: ModelSource, progress: Progress
) -> None:
    """Train what is not trained yet, ask what is not asked yet, and export what is accepted."""
    data = load_fix_data()
    battery = load_gate_battery(request.tier)
    with _opened(source, request, request.dtype) as model:
        record = _begin(folder, _record(model.identity, request, data, battery))
        _train_all(model, folder, record, data, source, progress.on_training)
    with _opened(source, request, JUDGING_DTYPE) as model:
        judging = Judging(
            folder=folder,
            record=record,
            battery=battery,
            data=data,
            held_out=load_held_out()[0][: record.rules.tier(request.tier).n_held_out],
        )
        ask_arms(model, judging, progress.on_judging)
        result = conclude_fix_folder(folder)
        if isinstance(result, FixResult):
            _ship(folder, result, model.module.config.to_dict())


@contextmanager
def _opened(source: ModelSource, request: FixRequest, dtype: DType) -> Iterator[TransformersModel]:
    options = OpenOptions(n_threads=request.n_threads or usable_processors(), dtype=dtype)
    model = open_readable(source, options)
    try:
        yield model
    finally:
        model.close()


def _record(
    identity: ModelIdentity, request: FixRequest, data: FixData, battery: Battery
) -> FixRecord:
    rules = load_gate_rules()
    size = rules.tier(request.tier)
    return FixRecord(
        schema=SCHEMA_VERSION,
        model=replace(identity, dtype=JUDGING_DTYPE),
        training_dtype=identity.dtype,
        tier=request.tier,
        seed=request.settings.seed,
        settings=replace(request.settings, n_steps=request.n_steps or size.n_steps),
        data_version=data.version,
        data_sha256=data.sha256,
        n_pairs=len(data.pairs),
        n_replies=len(data.replies),
        n_senses=len(data.senses),
        n_neutral=len(data.neutral),
        held_out_sha256=load_held_out()[1],
        rules=rules,
        battery=BatteryIdentity(
            version=battery.version, sha256=battery.sha256, n_items=len(battery.items)
        ),
        arms=tuple(_arms(size)),
        versions=versions(),
    )


def _arms(size: FixTier) -> Iterator[Arm]:
    """The judged adapter before the controls, which are matched to it."""
    yield Arm(arm_id="original", kind="original", extent="gate")
    yield Arm(arm_id="fixed", kind="fixed", extent="gate", adapter="fix")
    for number in range(1, size.n_seeds):
        name = f"fix-seed-{number}"
        yield Arm(arm_id=name, kind="fixed", extent="control", adapter=name)
    for control in size.controls:
        name = f"control-{control}"
        yield Arm(arm_id=name, kind="control", extent="control", adapter=name)
    for scale in size.scales:
        yield Arm(
            arm_id=f"scale-{scale:.2f}", kind="scaled", extent="dial", adapter="fix", scale=scale
        )
    for condition in _PROMPTED:
        extent: Extent = "reasoned" if condition == "chain-of-thought" else "dial"
        yield Arm(arm_id=condition, kind="prompted", extent=extent, condition=condition)
    yield Arm(arm_id="erasure", kind="erased", extent="dial")


def _begin(folder: RunFolder, record: FixRecord) -> FixRecord:
    """Write the plan, or go on with the fix that the folder already holds."""
    (folder.path / FixStopped.FILE).unlink(missing_ok=True)
    folder.drop_manifest()
    if not (folder.path / FIX_RECORD).exists():
        folder.write_json(FIX_RECORD, record)
        return record
    earlier = folder.read_json(FIX_RECORD, FixRecord)
    before, now = asdict(earlier), asdict(record)
    reasons = [name.replace("_", " ") for name in now if before[name] != now[name]]
    if reasons:
        raise RunUnreadable(
            f"{folder.path} holds another fix (not the same: {', '.join(reasons)}). Choose "
            "another folder with --out, or begin again with --fresh."
        )
    return earlier


def _train_all(
    model: TransformersModel,
    folder: RunFolder,
    record: FixRecord,
    data: FixData,
    source: ModelSource,
    on_step: OnStep,
) -> None:
    # torch and peft take seconds to import.
    from auditor.fixing.training import train_adapter

    names = adapters_of(record)
    n_steps = record.settings.n_steps
    for number, name in enumerate(names):
        if training_of(folder, name) is not None:
            continue
        target = adapter_folder(folder, name)
        trained = train_adapter(
            model,
            data,
            _settings_of(record.settings, name),
            folder=target,
            base_sha256=record.model.weights_sha256,
            base_name=source.typed,
            on_step=_counted(on_step, number * n_steps, len(names) * n_steps),
        )
        finished = Training(name=name, adapter_sha256=_sha256(target), trained=trained)
        folder.write_json(f"{FIX_FOLDER}/adapters/{name}/{TRAINING}", finished)


def _counted(on_step: OnStep, start: int, total: int) -> Callable[[TrainingStep, int], None]:
    return lambda step, _: on_step(start + step.step, total)


def _settings_of(settings: FixSettings, name: str) -> FixSettings:
    """Of one adapter, by its name."""
    kind, _, which = name.partition("-")
    if kind == "control":
        control: Control = "neutral" if which == "neutral" else "shuffled"
        return replace(settings, control=control)
    return replace(settings, seed=settings.seed + int(which.removeprefix("seed-") or 0))


def _sha256(adapter: Path) -> str:
    from auditor.backends.adapter_files import read_adapter

    return read_adapter(adapter).sha256


def _ship(folder: RunFolder, result: FixResult, base_config: dict[str, object]) -> None:
    """Put an accepted adapter where the user looks for it, in both formats; else nowhere."""
    from auditor.backends.adapter_gguf import write_gguf_adapter

    shutil.rmtree(folder.path / SHIPPED, ignore_errors=True)
    (folder.path / GGUF_ADAPTER).unlink(missing_ok=True)
    if not result.decision.is_accepted:
        return
    trained = adapter_folder(folder, "fix")
    for name in ("adapter_model.safetensors", "adapter_config.json"):
        folder.write_bytes(f"{SHIPPED}/{name}", (trained / name).read_bytes())
    write_gguf_adapter(trained, folder.path / GGUF_ADAPTER, base_config=base_config)


def _show(folder: RunFolder, result: FixResult) -> FixOutcome:
    page = summarise_fix(result, load_gate_battery(result.record.tier).contrasts)
    folder.write_bytes(FIX_PAGE, render_fix_html(page).encode())
    drawn = {f"charts/{name}": svg for name, svg in fix_chart_files(page).items()}
    for name, svg in drawn.items():
        folder.write_bytes(name, svg.encode())
    files = (FIX, FIX_PAGE, *shipped(folder))
    folder.write_manifest([*files, *drawn, *fix_evidence(folder)])
    return FixOutcome(result=result, folder=folder, files=files)
