"""One audit from the model to the report: open, ask, record, measure, judge, render."""

from dataclasses import dataclass
from pathlib import Path

from auditor.backends import ModelSource, choose_backend, open_model, resolve_model
from auditor.backends.options import Backend
from auditor.core.model import LanguageModel
from auditor.core.runs import RunRecord
from auditor.store import RunFolder, open_run_folder
from auditor.workflows.asking import OnBatch
from auditor.workflows.audit_plan import AuditPlan, plan_audit
from auditor.workflows.audit_request import AuditRequest as AuditRequest
from auditor.workflows.audit_request import (
    fix_request,
    layer_request,
    open_options,
    refuse_contradictions,
)
from auditor.workflows.concluding import conclude
from auditor.workflows.fix import Progress, try_fix
from auditor.workflows.folder_names import default_folder
from auditor.workflows.layers import (
    OnStep,
    is_readable,
    note_base,
    note_layers,
    note_missing,
    read_source,
)
from auditor.workflows.presenting import presentation_of
from auditor.workflows.proofs.proving import prove
from auditor.workflows.recording import ask_audit
from auditor.workflows.rendering import Conclusion
from auditor.workflows.server_requests import BEHIND_SERVER, refuse_for_server


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
    out = request.out or default_folder(request.model, request.tier)
    plan = plan_audit(request, out)
    refuse_for_server(request)
    source = resolve_model(request.model, request.backend)
    backend = choose_backend(source, request.backend)
    refuse_contradictions(request, backend)
    with open_run_folder(out) as folder:
        model = open_model(source, backend=request.backend, options=open_options(request))
        try:
            record = ask_audit(model, request, plan, folder, on_batch)
            if request.reads_layers and is_readable(model):
                note_layers(folder, layer_request(request), model, on_step)
        finally:
            # Before the same weights are opened anew: both might not fit into memory.
            model.close()
        if request.reads_layers:
            _read_rest(source, backend, request, folder, on_step)
        stopped = None
        if request.fix:
            stopped = try_fix(folder, fix_request(request), source, progress.fix)
        conclusion = _conclude(folder, record, request, plan)
        if stopped is not None:
            raise stopped
        return conclusion


def _read_rest(
    source: ModelSource,
    backend: Backend,
    request: AuditRequest,
    folder: RunFolder,
    on_step: OnStep,
) -> None:
    """The layers of a model that answered in llama.cpp, and those of the base model."""
    wanted = layer_request(request)
    if backend == "llama-cpp":
        read_source(folder, wanted, source, on_step)
    elif backend == "server":
        note_missing(folder, BEHIND_SERVER.because)
    note_base(folder, wanted, on_step)


def audit_model(
    model: LanguageModel, request: AuditRequest, *, out: Path, on_batch: OnBatch
) -> Conclusion:
    """Audit a model that is already open; its layers are not read."""
    plan = plan_audit(request, out)
    with open_run_folder(out) as folder:
        record = ask_audit(model, request, plan, folder, on_batch)
        return _conclude(folder, record, request, plan)


def _conclude(
    folder: RunFolder, record: RunRecord, request: AuditRequest, plan: AuditPlan
) -> Conclusion:
    conclusion = conclude(
        folder,
        record,
        plan.questions.battery,
        plan.policy,
        presentation=presentation_of(folder, plan.presentation, plan.policy),
        beside=plan.beside,
        wants_pdf=request.wants_pdf,
    )
    return prove(conclusion, "finished")
