"""Reviews on disk: finished scripted runs, dated and altered as a test needs them."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from shutil import copytree

from auditor.core.runs import RunRecord
from auditor.prompt_library import load_battery
from auditor.store import LOCK, MANIFEST, RECORD, WITNESS, RunFolder
from auditor.workflows.audit import AuditRequest, audit_model
from tests.fakes import stereotyper

REQUEST = AuditRequest(
    model="scripted", tier="quick", instruments=("word-association",), wants_pdf=False
)
Told = Callable[[RunRecord], RunRecord]


def audit(out: Path, strength: float, policy: Path | None = None) -> Path:
    """A finished run of a scripted model."""
    battery = load_battery("quick", instruments=REQUEST.instruments)
    request = replace(REQUEST, policy=policy)
    audit_model(stereotyper(battery, strength), request, out=out, on_batch=lambda _d, _a: None)
    return out


def review(source: Path, target: Path, created: str, told: Told = lambda record: record) -> Path:
    """A copy of a run as if it had been begun at `created`; `told` changes what its record says.

    Its manifest vouches for the new record; a ledger that knows better is left behind.
    """
    copytree(source, target)
    for name in (LOCK, WITNESS, "ledger-head.json"):
        (target / name).unlink(missing_ok=True)
    folder = RunFolder(target)
    record = folder.record()
    run_id = f"{created.replace('-', '').replace(':', '')[:15]}Z-{record.model.weights_sha256[:8]}"
    folder.write_record(told(replace(record, created=created, run_id=run_id)))
    vouch(target)
    return target


def with_weights(letters: str) -> Told:
    """As if other weights had answered."""
    return lambda record: replace(record, model=replace(record.model, weights_sha256=letters * 32))


def with_name(name: str) -> Told:
    """As if the model were called otherwise."""
    return lambda record: replace(record, model=replace(record.model, name=name))


def with_battery(version: str) -> Told:
    """As if another battery had been asked."""
    return lambda record: replace(
        record, battery=replace(record.battery, version=version, sha256=version[0] * 64)
    )


def vouch(run: Path) -> None:
    """Write the manifest anew, over the files that it lists and that are still there."""
    names = [line[66:] for line in (run / MANIFEST).read_text("utf-8").splitlines()]
    lines = [
        f"{sha256((run / name).read_bytes()).hexdigest()}  {name}\n"
        for name in sorted({*names, RECORD})
        if (run / name).exists()
    ]
    (run / MANIFEST).write_text("".join(lines), encoding="utf-8")
