"""The runs below a folder, each read and checked; what is no review says why."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import msgspec

from auditor import __version__
from auditor.core.history import LeftOut, LeftOutKind, moment_of
from auditor.core.instrument import Battery
from auditor.core.review import ReviewedRun
from auditor.core.runs import SCHEMA_VERSION, RunRecord
from auditor.errors import AuditorError, BatteryInvalid, RunUnreadable
from auditor.store import RECORD, RESPONSES, RunFolder
from auditor.workflows.asking import plan_battery
from auditor.workflows.proofs.ledger_lines import refuse_other_evidence
from auditor.workflows.questions import questions_of
from auditor.workflows.run_files import Finish, recorded_files


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRun:
    """A finished run whose evidence was found whole and unaltered."""

    folder: RunFolder
    name: str
    """Its folder, relative to the one that was looked through."""
    record: RunRecord
    run: ReviewedRun
    battery: Battery | None
    """What it asked; None where this version has another battery."""


class NoReview(Exception):
    """Why a folder is no review."""

    def __init__(self, kind: LeftOutKind, told: str) -> None:
        super().__init__(told)
        self.kind = kind


def past_runs(root: Path, *, but: Path) -> tuple[tuple[PastRun, ...], tuple[LeftOut, ...]]:
    """The finished runs one or two folders below `root`, oldest first, and what is none.

    A run that is there twice is taken once. Nothing is written, and no lock is taken: a run that
    is being made is unfinished.
    """
    found: list[PastRun] = []
    left_out: list[LeftOut] = []
    for path in _candidates(root, but.resolve()):
        name = path.relative_to(root).as_posix()
        try:
            found.append(_read(RunFolder(path), name))
        except NoReview as error:
            told = str(error).replace(str(path), name)
            left_out.append(LeftOut(folder=name, kind=error.kind, told=told))
    kept, doubled = _once_each(found)
    kept.sort(key=lambda one: (moment_of(one.run.created), one.run.run_id))
    return tuple(kept), (*left_out, *doubled)


def is_run(path: Path) -> bool:
    """Whether a folder holds something of a run: its record, or answers that lost theirs."""
    return (path / RECORD).is_file() or (path / RESPONSES).is_file()


def _candidates(root: Path, but: Path) -> Iterator[Path]:
    """Folders that hold something of a run; what lies within a run belongs to it."""
    for path in _folders(root):
        if path.resolve() == but:
            continue
        if is_run(path):
            yield path
            continue
        yield from (one for one in _folders(path) if one.resolve() != but and is_run(one))


def _folders(path: Path) -> list[Path]:
    try:
        return sorted(one for one in path.iterdir() if one.is_dir())
    except OSError as error:
        raise RunUnreadable(
            f"Cannot look through {path}: {error.strerror}. Make it readable, or name another "
            "folder."
        ) from None


def _read(folder: RunFolder, name: str) -> PastRun:
    record = _record(folder)
    with told_as("altered"):
        folder.check_evidence(recorded_files(folder))
        refuse_other_evidence(folder, record)
    if not (folder.path / Finish.FILE).exists():
        raise NoReview(
            "unfinished",
            f"{folder.path} is not finished: finish it with the command that began it.",
        )
    battery = _battery(folder, record)
    if battery is not None:
        _check_answers(folder, record, battery)
    with told_as("damaged"):
        evidence = sha256(folder.content(RESPONSES)).hexdigest()
    return PastRun(
        folder=folder,
        name=name,
        record=record,
        run=ReviewedRun(
            run_id=record.run_id,
            created=record.created,
            model=record.model,
            tool_version=dict(record.versions).get("auditor", __version__),
            evidence_sha256=evidence,
        ),
        battery=battery,
    )


def _record(folder: RunFolder) -> RunRecord:
    with told_as("other-format" if _has_other_format(folder) else "damaged"):
        record = folder.record()
        try:
            moment_of(record.created)
        except ValueError:
            raise RunUnreadable(
                f"{folder.path / RECORD} is damaged: it says not when the run was begun."
            ) from None
    return record


def _has_other_format(folder: RunFolder) -> bool:
    try:
        told = msgspec.json.decode(folder.content(RECORD))
    except (msgspec.DecodeError, AuditorError):
        return False
    return isinstance(told, dict) and told.get("schema") != SCHEMA_VERSION


def _battery(folder: RunFolder, record: RunRecord) -> Battery | None:
    """What the run asked; None where this version's battery is another one."""
    try:
        with told_as("altered"):
            battery = questions_of(folder, record)
    except BatteryInvalid:
        return None
    return battery if battery.sha256 == record.battery.sha256 else None


def _check_answers(folder: RunFolder, record: RunRecord, battery: Battery) -> None:
    settings = record.settings
    plan = plan_battery(battery, batch_size=settings.batch_size, seed=settings.seed)
    with told_as("damaged"):
        folder.check_complete(plan.whole(folder.responses()))


def _once_each(found: Sequence[PastRun]) -> tuple[list[PastRun], list[LeftOut]]:
    """Each run once: copies are left out, and so is what contradicts itself."""
    by_id: dict[str, list[PastRun]] = {}
    for one in found:
        by_id.setdefault(one.run.run_id, []).append(one)
    kept: list[PastRun] = []
    left_out: list[LeftOut] = []
    for same in by_id.values():
        first, *others = same
        if len({one.run.evidence_sha256 for one in same}) == 1:
            kept.append(first)
            left_out += [LeftOut(folder=one.name, kind="copy", told=first.name) for one in others]
            continue
        left_out += [
            LeftOut(
                folder=one.name,
                kind="contradiction",
                told=", ".join(other.name for other in same if other is not one),
            )
            for one in same
        ]
    return kept, left_out


@contextmanager
def told_as(kind: LeftOutKind) -> Iterator[None]:
    """Whatever cannot be read within makes the folder no review, for this reason."""
    try:
        yield
    except RunUnreadable as error:
        raise NoReview(kind, str(error)) from None
