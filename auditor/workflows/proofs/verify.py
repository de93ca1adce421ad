"""Check a run folder, a report or a ledger against every hash that was written down of it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from auditor.errors import RunUnreadable
from auditor.proof.checks import Check, Verification, cannot, within
from auditor.store import RunFolder, is_being_written
from auditor.workflows.proofs.folder_checks import (
    file_checks,
    ledger_checks,
    missing_folders,
    signed_checks,
)
from auditor.workflows.proofs.ledger_checks import (
    KeptLedger,
    beside_checks,
    chain_checks,
    read_ledger_file,
    verify_ledger,
)
from auditor.workflows.proofs.ledger_lines import ledger_of
from auditor.workflows.proofs.pdf_checks import report_checks, verify_pdf
from auditor.workflows.proofs.statement_checks import statement_checks
from auditor.workflows.proofs.verified_run import VerifiedRun, open_verified


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyRequest:
    """What the user asked for."""

    target: Path
    """A run folder, a report.pdf or a ledger.jsonl."""
    ledger: Path | None = None
    """Else, for a run folder, the one beside it."""
    trusted: tuple[Path, ...] = ()
    """Certificates of signers, or of those who issued theirs."""
    recomputes: bool = False
    """Whether a run's numbers are computed again."""
    holds_lock: bool = False
    """Whether the caller itself holds the folder's lock; else a locked folder is not checked."""


def verify(request: VerifyRequest) -> Verification:
    """What is intact, what was altered, and what cannot be checked; nothing is written.

    Raises:
        AuditorError: An option names what cannot be read.
    """
    target = request.target
    trusted = tuple(_certificate(path) for path in request.trusted)
    try:
        if target.is_dir():
            return _verify_folder(request, trusted)
        if _kind(target) == "pdf":
            return verify_pdf(target, ledger=request.ledger, trusted=trusted)
        return verify_ledger(target)
    except RunUnreadable as error:
        return Verification(target=str(target), checks=(cannot(target.name, str(error)),))
    except OSError as error:
        return Verification(target=str(target), checks=(_unreadable(target, error),))


def _verify_folder(request: VerifyRequest, trusted: tuple[bytes, ...]) -> Verification:
    path = request.target.resolve()
    if not request.holds_lock and is_being_written(path):
        raise RunUnreadable(f"A process is writing to {path}: wait until the run is finished.")
    beside = ledger_of(path)
    kept: KeptLedger | None = None
    if request.ledger is not None or beside.exists():
        kept = read_ledger_file(request.ledger or beside)
    run = open_verified(path, kept)
    found = _folder_checks(run, request, trusted)
    if kept is not None:
        root = path.relative_to(beside.parent).parts[0]
        found += [*chain_checks(kept), *beside_checks(kept, but=root)]
    limit = "" if run.told is not None else ", as far as the folder itself shows"
    return Verification(target=str(request.target), checks=tuple(found), limit=limit)


def _folder_checks(
    run: VerifiedRun, request: VerifyRequest, trusted: tuple[bytes, ...]
) -> list[Check]:
    """A run folder, and those within it."""
    parts: list[Callable[[], list[Check]]] = [lambda: file_checks(run), lambda: signed_checks(run)]
    if run.record is not None or run.lines:
        is_required = request.ledger is not None
        parts += [
            lambda: ledger_checks(run, is_required=is_required),
            lambda: report_checks(run, trusted),
            lambda: statement_checks(run, trusted),
            lambda: missing_folders(run),
            lambda: _recomputed(run.folder) if request.recomputes else [],
        ]
    found = [check for part in parts for check in _as_far_as_readable(run.folder.path, part)]
    for name in run.inner:
        inner = open_verified(run.folder.path / name, run.kept)
        found += within(name, _folder_checks(inner, request, trusted))
    return found


def _as_far_as_readable(path: Path, part: Callable[[], list[Check]]) -> list[Check]:
    """A part of the checks: what it cannot read takes nothing away from what the others found."""
    try:
        return part()
    except OSError as error:
        return [_unreadable(path, error)]


def _unreadable(path: Path, error: OSError) -> Check:
    name = Path(error.filename).name if isinstance(error.filename, str) else path.name
    return cannot(name, f"cannot be read ({error.strerror}).")


def _recomputed(folder: RunFolder) -> list[Check]:
    # Everything that computes and draws takes a second to import.
    from auditor.workflows.proofs.recomputing import recomputed_checks

    return recomputed_checks(folder)


def _kind(target: Path) -> str:
    """Told by content, since a PDF that was mailed may have any name."""
    try:
        with target.open("rb") as file:
            start = file.read(1024)
    except FileNotFoundError:
        raise RunUnreadable(
            f"There is no {target}: name a run folder, a report.pdf or a ledger.jsonl."
        ) from None
    except OSError as error:
        raise RunUnreadable(f"Cannot read {target}: {error.strerror}.") from None
    if b"%PDF-" in start:
        return "pdf"
    if target.suffix == ".jsonl" or start.startswith(b"{"):
        return "ledger"
    raise RunUnreadable(f"{target} is neither a run folder nor a report.pdf nor a ledger.jsonl.")


def _certificate(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise RunUnreadable(f"Cannot read the certificate {path}: {error.strerror}.") from None
