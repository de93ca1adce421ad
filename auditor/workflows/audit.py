"""One audit from the model to the report: open, ask, record, measure, judge, render."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Literal

from auditor.backends import ModelSource, choose_backend, open_model, resolve_model
from auditor.backends.options import Backend, DType, OpenOptions, usable_processors
from auditor.battery import POLICY_MEASURES
from auditor.core.fix import FixSettings
from auditor.core.items import Tier
from auditor.core.model import LanguageModel
from auditor.core.policy import Policy
from auditor.core.runs import (
    SCHEMA_VERSION,
    BatteryIdentity,
    PolicyIdentity,
    RunRecord,
    Settings,
)
from auditor.errors import ModelNotLoaded, RunUnreadable
from auditor.prompt_library import askers, load_policy
from auditor.store import RunFolder, differences, open_run_folder
from auditor.workflows.adapter_audit import ask_without_adapter, set_base_aside
from auditor.workflows.asking import OnBatch, Plan, ask, plan_battery
from auditor.workflows.concluding import conclude
from auditor.workflows.environment import hardware, versions
from auditor.workflows.fix import Progress, set_fix_aside, try_fix
from auditor.workflows.fix_plan import FixRequest
from auditor.workflows.folder_names import default_folder
from auditor.workflows.layers import (
    LayerRequest,
    OnStep,
    is_readable,
    note_base,
    note_layers,
    read_source,
)
from auditor.workflows.presenting import (
    AS_STORED,
    Asked,
    PresentationRequest,
    presentation_of,
    read_request,
)
from auditor.workflows.questions import BBQ_COPY, Questions, load_questions
from auditor.workflows.rendering import Conclusion
from auditor.workflows.review import Beside
from auditor.workflows.run_files import POLICY, Finish, recorded_files
from auditor.workflows.stored_run import require_record

BATCH_SIZE = 64
"""Prompts in a batch: docs/benchmarks.md has the measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What the user asked for."""

    model: str
    tier: Tier = "standard"
    instruments: tuple[str, ...] = ()
    """Names; empty for all."""
    bbq: Path | None = None
    """The user's copy of BBQ's items: a file or a folder of them."""
    backend: Literal["auto"] | Backend = "auto"
    dtype: DType = "auto"
    policy: Path | None = None
    out: Path | None = None
    seed: int = 0
    n_threads: int = 0
    n_gpu_layers: int = 0
    is_fresh: bool = False
    adapter: Path | None = None
    """A LoRA adapter put onto the model: a PEFT folder or a GGUF file."""
    reads_layers: bool = True
    """Whether to look inside the model, where it can be opened in transformers."""
    base: str | None = None
    """The model before alignment, whose layers are read beside."""
    layers_at: str | None = None
    """Where the decoder blocks are, where auditor cannot tell."""
    fix: Literal["lora"] | None = None
    """Whether a fix is trained and judged, once everything is asked and read."""
    presentation: PresentationRequest = AS_STORED
    baseline: Path | None = None
    """Folder of an earlier run, which this one is compared with."""
    command: tuple[str, ...] = ()
    batch_size: int = BATCH_SIZE
    wants_pdf: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """Everything that is known before the model is opened."""

    questions: Questions
    policy: Policy
    policy_identity: PolicyIdentity
    asked: Plan
    presentation: Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditProgress:
    """Told how far each part of an audit is."""

    on_batch: OnBatch
    on_layers: OnStep
    fix: Progress


def _say_nothing(_done: int, _total: int) -> None:
    pass


QUIET = AuditProgress(
    on_batch=_say_nothing,
    on_layers=_say_nothing,
    fix=Progress(on_training=_say_nothing, on_judging=_say_nothing),
)


def run_audit(request: AuditRequest, progress: AuditProgress) -> Conclusion:
    """Audit the model that the request names.

    Raises:
        AuditorError: What the user can mend; where it came of the fix, the audit's report is there.
    """
    on_batch, on_step = progress.on_batch, progress.on_layers
    plan = _plan(request)
    source = resolve_model(request.model)
    backend = choose_backend(source, request.backend)
    _refuse_contradictions(request, backend)
    out = request.out or default_folder(request.model, request.tier)
    with open_run_folder(out) as folder:
        model = open_model(source, backend=request.backend, options=_options(request))
        try:
            record = _ask(model, request, plan, folder, on_batch)
            if request.reads_layers and is_readable(model):
                note_layers(folder, _layer_request(request), model, on_step)
        finally:
            # Before the same weights are opened anew: both might not fit into memory.
            model.close()
        if request.reads_layers:
            _read_rest(source, backend, request, folder, on_step)
        stopped = None
        if request.fix:
            stopped = try_fix(folder, _fix_request(request), source, progress.fix)
        conclusion = _conclude(folder, record, request, plan)
        if stopped is not None:
            raise stopped
        return conclusion


def _refuse_contradictions(request: AuditRequest, backend: Backend) -> None:
    """Options that cannot both be meant; before anything is opened."""
    if request.dtype != "auto" and backend == "llama-cpp":
        raise ModelNotLoaded(
            "llama.cpp computes in the type of the GGUF file: leave --dtype out, or add "
            "--backend transformers."
        )
    if request.base is not None:
        if not request.reads_layers:
            raise ModelNotLoaded("--base is read for its layers: leave --no-probe out, or --base.")
        resolve_model(request.base)
    if request.fix and request.adapter:
        raise ModelNotLoaded(
            "--fix is trained on the model as it is: leave --adapter or --fix out."
        )


def _read_rest(
    source: ModelSource,
    backend: Backend,
    request: AuditRequest,
    folder: RunFolder,
    on_step: OnStep,
) -> None:
    """The layers of a model that answered in llama.cpp, and those of the base model."""
    wanted = _layer_request(request)
    if backend == "llama-cpp":
        read_source(folder, wanted, source, on_step)
    note_base(folder, wanted, on_step)


def _options(request: AuditRequest) -> OpenOptions:
    return OpenOptions(
        n_threads=request.n_threads or usable_processors(),
        n_gpu_layers=request.n_gpu_layers,
        dtype=request.dtype,
        adapter=request.adapter,
    )


def _layer_request(request: AuditRequest) -> LayerRequest:
    return LayerRequest(
        tier=request.tier,
        seed=request.seed,
        adapter=request.adapter,
        base=request.base,
        layers_at=request.layers_at,
        dtype=request.dtype,
        n_threads=request.n_threads,
    )


def _fix_request(request: AuditRequest) -> FixRequest:
    return FixRequest(
        tier=request.tier,
        settings=FixSettings(seed=request.seed),
        dtype=request.dtype,
        n_threads=request.n_threads,
    )


def audit_model(
    model: LanguageModel, request: AuditRequest, *, out: Path, on_batch: OnBatch
) -> Conclusion:
    """Audit a model that is already open; its layers are not read."""
    plan = _plan(request)
    with open_run_folder(out) as folder:
        record = _ask(model, request, plan, folder, on_batch)
        return _conclude(folder, record, request, plan)


def _conclude(
    folder: RunFolder, record: RunRecord, request: AuditRequest, plan: _Plan
) -> Conclusion:
    return conclude(
        folder,
        record,
        plan.questions.battery,
        plan.policy,
        presentation=presentation_of(folder, plan.presentation, plan.policy),
        beside=Beside(baseline=request.baseline),
        wants_pdf=request.wants_pdf,
    )


def _plan(request: AuditRequest) -> _Plan:
    questions = load_questions(request.tier, request.instruments, request.bbq)
    policy, identity = load_policy(
        request.policy,
        known_measures=POLICY_MEASURES,
        known_contrasts=askers(),
    )
    if request.baseline is not None:
        require_record(RunFolder(request.baseline))
    return _Plan(
        questions=questions,
        policy=policy,
        policy_identity=identity,
        asked=plan_battery(questions.battery, batch_size=request.batch_size, seed=request.seed),
        presentation=read_request(request.presentation, policy),
    )


def _ask(
    model: LanguageModel,
    request: AuditRequest,
    plan: _Plan,
    folder: RunFolder,
    on_batch: OnBatch,
) -> RunRecord:
    """Put every question, and record what it takes to do so again."""
    started = monotonic()
    record = _begin(folder, _record(model, request, plan), is_fresh=request.is_fresh)
    folder.write_json(POLICY, plan.policy)
    if plan.questions.bbq is not None:
        folder.write_bytes(BBQ_COPY, plan.questions.bbq)
    ask(model, plan.asked, folder, on_batch)
    _note_finish(folder, started)
    ask_without_adapter(model, plan.asked, record, folder, on_batch)
    return record


def _begin(folder: RunFolder, record: RunRecord, *, is_fresh: bool) -> RunRecord:
    """Write the record, or go on with the run that the folder already holds."""
    if folder.has_record() and is_fresh:
        folder.set_aside(record.run_id)
        set_fix_aside(folder, record.run_id)
        set_base_aside(folder, record.run_id)
    if folder.has_record():
        earlier = folder.record()
        folder.check_evidence(recorded_files(folder))
        reasons = differences(earlier, record)
        if reasons:
            raise RunUnreadable(
                f"{folder.path} holds another run (not the same: {', '.join(reasons)}). Choose "
                "another folder with --out, or set the old evidence aside with --fresh."
            )
        return earlier
    folder.write_record(record)
    return record


def _note_finish(folder: RunFolder, started: float) -> None:
    """Remember when the asking ended, so that a report made later says the same."""
    if not (folder.path / Finish.FILE).exists():
        finish = Finish(
            finished=_now().isoformat(timespec="seconds"), asking_seconds=monotonic() - started
        )
        folder.write_json(Finish.FILE, finish)


def _record(model: LanguageModel, request: AuditRequest, plan: _Plan) -> RunRecord:
    created = _now()
    identity = model.identity
    return RunRecord(
        schema=SCHEMA_VERSION,
        run_id=f"{created:%Y%m%dT%H%M%SZ}-{identity.weights_sha256[:8]}",
        created=created.isoformat(timespec="seconds"),
        model=identity,
        settings=Settings(
            tier=request.tier,
            seed=request.seed,
            instruments=plan.questions.instruments,
            bbq_sha256=plan.questions.bbq_sha256,
            backend=identity.backend,
            batch_size=request.batch_size,
            n_threads=request.n_threads or usable_processors(),
            n_gpu_layers=request.n_gpu_layers,
            template_date=OpenOptions().template_date,
        ),
        battery=BatteryIdentity(
            version=plan.questions.battery.version,
            sha256=plan.questions.battery.sha256,
            n_items=len(plan.questions.battery.items),
        ),
        policy=plan.policy_identity,
        command=request.command,
        versions=versions(),
        hardware=hardware(),
        warnings=model.warnings,
    )


def _now() -> datetime:
    return datetime.now(UTC)
