"""Train a fix, judge it on questions that it never saw, and ship or withhold it."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from auditor.backends import ModelSource, open_readable, resolve_model
from auditor.backends.free_memory import free_memory
from auditor.backends.options import DType, OpenOptions, usable_processors
from auditor.core.fix import FixData, TrainingStep
from auditor.core.fix_evidence import FixRecord, Training
from auditor.core.fix_results import FixMissing, FixResult
from auditor.core.runs import ModelIdentity
from auditor.errors import AuditorError, FixNotTrained, ModelNotLoaded, RunUnreadable
from auditor.prompt_library.fix import load_fix_data
from auditor.prompt_library.gate import load_gate_battery
from auditor.prompt_library.held_out import load_held_out
from auditor.reporting.fix.fix_page import summarise_fix
from auditor.reporting.html import fix_chart_files, render_fix_html
from auditor.store import RECORD, RunFolder, open_run_folder
from auditor.workflows.fix_arms import Judging, OnStep, ask_arms
from auditor.workflows.fix_files import (
    FIX,
    FIX_FOLDER,
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
from auditor.workflows.fix_plan import (
    JUDGING_DTYPE,
    FixRequest,
    begin_fix,
    plan_fix,
    settings_of,
)

if TYPE_CHECKING:
    from auditor.backends.transformers_model import TransformersModel

_BYTES_IN_JUDGING = 5
"""For each parameter: its four, and what passes through the network."""
_BYTES_IN_TRAINING = 2
FIX_PAGE = "fix.html"


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
            set_fix_aside(folder, f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}")
        result = make_fix(folder, request, source, progress)
        if isinstance(result, FixMissing):
            raise FixNotTrained(result.because)
        return _show(folder, result)


def set_fix_aside(folder: RunFolder, label: str) -> None:
    """Begin again: move what an earlier fix left into a folder beside it."""
    found = [name for name in (FIX_FOLDER, SHIPPED, FIX, GGUF_ADAPTER) if _is_there(folder, name)]
    aside = folder.path / f"replaced-{label}"
    for name in found:
        aside.mkdir(exist_ok=True)
        (folder.path / name).replace(aside / name)


def _is_there(folder: RunFolder, name: str) -> bool:
    return (folder.path / name).exists()


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
) -> FixResult | FixMissing:
    """Train what is not trained yet, ask what is not asked yet, and export what is accepted."""
    data = load_fix_data()
    battery = load_gate_battery(request.tier)
    with _opened(source, request, request.dtype) as model:
        _require_memory(model.identity)
        record = begin_fix(folder, plan_fix(model.identity, request, data, battery))
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
        return result


@contextmanager
def _opened(source: ModelSource, request: FixRequest, dtype: DType) -> Iterator[TransformersModel]:
    options = OpenOptions(n_threads=request.n_threads or usable_processors(), dtype=dtype)
    model = open_readable(source, options)
    try:
        yield model
    finally:
        model.close()


def _require_memory(identity: ModelIdentity) -> None:
    """Said before minutes of training, not after them."""
    free = free_memory()
    if free is None or identity.dtype == JUDGING_DTYPE:
        # Unknown, or open already, and no larger later on.
        return
    needed = identity.n_parameters * _BYTES_IN_JUDGING
    # What is open now is closed by then.
    there = free + identity.n_parameters * _BYTES_IN_TRAINING
    if there < needed:
        raise FixNotTrained(
            f"A fix is judged in float32, which takes about {needed / 1e9:.1f} GB of memory for "
            f"{identity.name}, and there are {there / 1e9:.1f} GB: free some, or name a smaller "
            "model."
        )


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
            settings_of(record.settings, name),
            folder=target,
            base_sha256=record.model.weights_sha256,
            base_name=source.typed,
            on_step=_counted(on_step, number * n_steps, len(names) * n_steps),
        )
        finished = Training(name=name, adapter_sha256=_sha256(target), trained=trained)
        folder.write_json(f"{FIX_FOLDER}/adapters/{name}/{TRAINING}", finished)


def _counted(on_step: OnStep, start: int, total: int) -> Callable[[TrainingStep, int], None]:
    return lambda step, _: on_step(start + step.step, total)


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
