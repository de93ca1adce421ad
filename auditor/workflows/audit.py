"""One audit from the model to the report: open, ask, record, measure, judge, render."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Literal

from auditor.backends import choose_backend, open_model, resolve_model
from auditor.backends.options import Backend, DType, OpenOptions, usable_processors
from auditor.battery import POLICY_MEASURES
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
from auditor.workflows.asking import OnBatch, Plan, ask, plan_battery
from auditor.workflows.concluding import POLICY, RECORDED, Conclusion, Finish, conclude
from auditor.workflows.environment import hardware, versions
from auditor.workflows.questions import BBQ_COPY, Questions, load_questions

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


def run_audit(request: AuditRequest, *, on_batch: OnBatch) -> Conclusion:
    """Audit the model that the request names. Raises AuditorError for what the user can mend."""
    plan = _plan(request)
    source = resolve_model(request.model)
    if request.dtype != "auto" and choose_backend(source, request.backend) == "llama-cpp":
        raise ModelNotLoaded(
            "llama.cpp computes in the type of the GGUF file: leave --dtype out, or add "
            "--backend transformers."
        )
    out = request.out or Path("reports") / f"{_slug(request.model)}-{request.tier}"
    with open_run_folder(out) as folder:
        model = open_model(
            source,
            backend=request.backend,
            options=OpenOptions(
                n_threads=request.n_threads or usable_processors(),
                n_gpu_layers=request.n_gpu_layers,
                dtype=request.dtype,
            ),
        )
        try:
            return _audit(model, request, plan, folder, on_batch)
        finally:
            model.close()


def audit_model(
    model: LanguageModel, request: AuditRequest, *, out: Path, on_batch: OnBatch
) -> Conclusion:
    """Audit a model that is already open."""
    plan = _plan(request)
    with open_run_folder(out) as folder:
        return _audit(model, request, plan, folder, on_batch)


def _plan(request: AuditRequest) -> _Plan:
    questions = load_questions(request.tier, request.instruments, request.bbq)
    policy, identity = load_policy(
        request.policy,
        known_measures=POLICY_MEASURES,
        known_contrasts=askers(),
    )
    asked = plan_battery(questions.battery, batch_size=request.batch_size, seed=request.seed)
    return _Plan(questions=questions, policy=policy, policy_identity=identity, asked=asked)


def _audit(
    model: LanguageModel,
    request: AuditRequest,
    plan: _Plan,
    folder: RunFolder,
    on_batch: OnBatch,
) -> Conclusion:
    started = monotonic()
    record = _begin(folder, _record(model, request, plan), is_fresh=request.is_fresh)
    folder.write_json(POLICY, plan.policy)
    if plan.questions.bbq is not None:
        folder.write_bytes(BBQ_COPY, plan.questions.bbq)
    ask(model, plan.asked, folder, on_batch)
    _note_finish(folder, started)
    return conclude(
        folder, record, plan.questions.battery, plan.policy, wants_pdf=request.wants_pdf
    )


def _begin(folder: RunFolder, record: RunRecord, *, is_fresh: bool) -> RunRecord:
    """Write the record, or go on with the run that the folder already holds."""
    if folder.has_record() and is_fresh:
        folder.set_aside(record.run_id)
    if folder.has_record():
        earlier = folder.record()
        folder.check_evidence(RECORDED)
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


def _slug(name: str) -> str:
    """A folder name for a model as typed: `org/name` and `./name.gguf` without their slashes."""
    is_path = Path(name).exists()
    short = Path(name).resolve().name.removesuffix(".gguf") if is_path else name
    return re.sub(r"[^A-Za-z0-9._-]+", "-", short).strip("-.") or "model"
