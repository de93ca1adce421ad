"""What an adapter changes: the same questions once more, of the same open model without it."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Protocol, runtime_checkable

from auditor.battery.conditions import in_condition
from auditor.battery.decisions import hiring
from auditor.battery.fix.slopes import measure_slopes
from auditor.battery.guise import register_change
from auditor.battery.scoring import score_responses
from auditor.core.batches import Batch
from auditor.core.fix_results import AdapterResult
from auditor.core.instrument import Battery
from auditor.core.model import LanguageModel
from auditor.core.responses import Score
from auditor.core.runs import SCHEMA_VERSION, RunRecord
from auditor.store import RECORD, RESPONSES, RunFolder
from auditor.workflows.asking import OnBatch, Plan, ask, plan_battery

ADAPTER = "adapter.json"
BASE_FOLDER = "base"
BASE_RECORD = f"{BASE_FOLDER}/{RECORD}"
BASE_RESPONSES = f"{BASE_FOLDER}/{RESPONSES}"

COMPARED: tuple[str, ...] = (*register_change.INSTRUMENTS, hiring.name)
"""Instruments that are asked with the adapter and without it."""


@runtime_checkable
class Adaptable(LanguageModel, Protocol):
    """A language model whose adapter can be turned down."""

    @property
    def adapter_scale(self) -> float | None:
        """How strongly the adapter counts; None where there is none."""

    def set_adapter_scale(self, scale: float) -> None:
        """Let the adapter count more or less: 0 not at all, 1 as trained."""


def ask_without_adapter(
    model: LanguageModel, plan: Plan, record: RunRecord, folder: RunFolder, on_batch: OnBatch
) -> None:
    """Ask of the model alone what is compared, where it was audited with an adapter.

    Goes on with what the folder holds of the same run.
    """
    again = compared_plan(plan)
    if not isinstance(model, Adaptable) or model.adapter_scale is None or not again.first:
        return
    inner = RunFolder(folder.path / BASE_FOLDER)
    if inner.has_record() and inner.record().run_id != record.run_id:
        set_base_aside(folder, record.run_id)
    if inner.responses() and _is_whole(inner, again):
        return
    # The hashes would be of less than there is going to be.
    folder.drop_manifest()
    inner.write_record(_base_record(record, again))
    with at_rest(model):
        ask(model, again, inner, on_batch)


def compared_plan(plan: Plan) -> Plan:
    """Every batch of the run with a compared question in it, as it was asked.

    Numbers depend on what shares a batch: whole batches, with whatever else is in them, leave
    nothing but the adapter that could make a difference. Nothing is asked twice for its noise.
    """
    wanted = {item.item_id for item in compared(plan.battery).items}
    batches = tuple(batch for batch in plan.first if _is_wanted(batch, wanted))
    asked = {prompt.item_id for batch in batches for prompt in batch.prompts}
    return replace(
        plan,
        battery=replace(
            plan.battery, items=tuple(i for i in plan.battery.items if i.item_id in asked)
        ),
        first=batches,
    )


def compared(battery: Battery) -> Battery:
    """The plain questions of the instruments that are compared."""
    plain = in_condition(battery, "question")
    return replace(plain, items=tuple(i for i in plain.items if i.instrument in COMPARED))


def conclude_adapter(
    folder: RunFolder, record: RunRecord, battery: Battery, scores: Sequence[Score]
) -> AdapterResult | None:
    """What the adapter changes, computed from what was recorded and written to `adapter.json`.

    None where there is no adapter, or nothing was compared to its end.

    Raises:
        RunUnreadable: The answers without the adapter are to other questions.
    """
    inner = RunFolder(folder.path / BASE_FOLDER)
    if record.model.adapter_sha256 is None or not inner.has_record():
        return None
    settings = record.settings
    plan = plan_battery(battery, batch_size=settings.batch_size, seed=settings.seed)
    again = compared_plan(plan)
    if not _is_whole(inner, again):
        return None
    responses = inner.responses()
    before = score_responses(again.battery, responses)
    asked = compared(battery)
    result = AdapterResult(
        schema=SCHEMA_VERSION,
        adapter_sha256=record.model.adapter_sha256,
        n_answers=len(responses),
        register_changes=register_change.register_changes(asked, before, scores),
        slopes=measure_slopes(asked, before, scores),
    )
    folder.write_json(ADAPTER, result)
    return result


def base_evidence(folder: RunFolder) -> tuple[str, ...]:
    """What was recorded of the model without its adapter."""
    return tuple(name for name in (BASE_RECORD, BASE_RESPONSES) if (folder.path / name).is_file())


def set_base_aside(folder: RunFolder, label: str) -> None:
    """Move an earlier run's answers without the adapter to where its others are."""
    inner = RunFolder(folder.path / BASE_FOLDER)
    if inner.has_record():
        inner.set_aside(label)
    (folder.path / ADAPTER).unlink(missing_ok=True)


def _is_wanted(batch: Batch, wanted: set[str]) -> bool:
    return batch.prompts[0].purpose == "audit" and any(
        prompt.item_id in wanted for prompt in batch.prompts
    )


def _is_whole(inner: RunFolder, plan: Plan) -> bool:
    """Whether everything was answered; RunUnreadable where other questions were."""
    n_asked = len(inner.responses())
    if n_asked < plan.n_prompts:
        return False
    inner.check_complete(plan.first)
    return True


def _base_record(record: RunRecord, plan: Plan) -> RunRecord:
    """The run's own record, of the model as it is asked now."""
    settings = tuple(
        (name, "0.0" if name == "adapter_scale" else value)
        for name, value in record.model.backend_settings
    )
    return replace(
        record,
        model=replace(record.model, backend_settings=settings),
        battery=replace(record.battery, n_items=len(plan.battery.items)),
    )


@contextmanager
def at_rest(model: Adaptable) -> Iterator[None]:
    """Let the model be the original one for a while."""
    scale = model.adapter_scale
    assert scale is not None
    model.set_adapter_scale(0.0)
    try:
        yield
    finally:
        model.set_adapter_scale(scale)
