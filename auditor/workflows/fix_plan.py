"""What a fix is going to be, written down before the first step."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace

from auditor.backends.options import DType
from auditor.core.fix import Control, FixData, FixSettings
from auditor.core.fix_evidence import Arm, Extent, FixRecord, FixTier
from auditor.core.instrument import Battery
from auditor.core.items import Condition, Tier
from auditor.core.runs import SCHEMA_VERSION, BatteryIdentity, ModelIdentity
from auditor.errors import RunUnreadable
from auditor.prompt_library.gate import load_gate_rules
from auditor.prompt_library.held_out import load_held_out
from auditor.store import RunFolder
from auditor.workflows.environment import versions
from auditor.workflows.fix_files import FIX_RECORD, FixStopped

JUDGING_DTYPE: DType = "float32"
"""Numbers of bfloat16 are coarser than what a fix changes."""
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


def plan_fix(
    identity: ModelIdentity, request: FixRequest, data: FixData, battery: Battery
) -> FixRecord:
    """Everything that is decided before the first step."""
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


def begin_fix(folder: RunFolder, record: FixRecord) -> FixRecord:
    """Write the plan, or go on with the fix that the folder already holds."""
    if not (folder.path / FIX_RECORD).exists():
        _go_on(folder)
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
    _go_on(folder)
    return earlier


def _go_on(folder: RunFolder) -> None:
    """Evidence is going to grow: why it stopped before, and its hashes, no longer hold."""
    (folder.path / FixStopped.FILE).unlink(missing_ok=True)
    folder.drop_manifest()


def settings_of(settings: FixSettings, name: str) -> FixSettings:
    """Of one adapter, by its name."""
    kind, _, which = name.partition("-")
    if kind == "control":
        control: Control = "neutral" if which == "neutral" else "shuffled"
        return replace(settings, control=control)
    return replace(settings, seed=settings.seed + int(which.removeprefix("seed-") or 0))
