"""Put every question of an audit, and record what it takes to do so again."""

from datetime import UTC, datetime
from secrets import token_hex
from time import monotonic

from auditor.backends.options import OpenOptions, usable_processors
from auditor.core.model import LanguageModel
from auditor.core.runs import SCHEMA_VERSION, BatteryIdentity, RunRecord, Settings
from auditor.errors import RunUnreadable
from auditor.store import RunFolder, differences
from auditor.workflows.adapter_audit import ask_without_adapter, set_base_aside
from auditor.workflows.asking import OnBatch, ask
from auditor.workflows.audit_plan import AuditPlan
from auditor.workflows.audit_request import AuditRequest
from auditor.workflows.environment import hardware, versions
from auditor.workflows.fix import set_fix_aside
from auditor.workflows.proofs.ledger_lines import refuse_other_evidence
from auditor.workflows.proofs.proving import note_started
from auditor.workflows.questions import BBQ_COPY
from auditor.workflows.run_files import POLICY, Finish, recorded_files
from auditor.workflows.token_ids import token_ids_sha256


def ask_audit(
    model: LanguageModel,
    request: AuditRequest,
    plan: AuditPlan,
    folder: RunFolder,
    on_batch: OnBatch,
) -> RunRecord:
    """Ask what the folder does not hold yet; the record of the run.

    Raises:
        RunUnreadable: The folder holds another run, or its evidence was altered.
    """
    started = monotonic()
    record = _begin(folder, _record(model, request, plan), is_fresh=request.is_fresh)
    note_started(folder, record)
    if not (folder.path / POLICY).exists():
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
        refuse_other_evidence(folder, earlier)
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


def _record(model: LanguageModel, request: AuditRequest, plan: AuditPlan) -> RunRecord:
    created = _now()
    identity = model.identity
    return RunRecord(
        schema=SCHEMA_VERSION,
        run_id=_run_id(created, identity.weights_sha256),
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
        token_ids_sha256=token_ids_sha256(
            model, (prompt for batch in plan.asked.first for prompt in batch.prompts)
        ),
    )


def _run_id(created: datetime, weights_sha256: str) -> str:
    """When and of which weights; with a random end, as two may begin in the same second."""
    return f"{created:%Y%m%dT%H%M%SZ}-{weights_sha256[:8]}-{token_hex(3)}"


def _now() -> datetime:
    return datetime.now(UTC)
