"""Add to a ledger on disk: one line, whole, on disk before returning, behind a whole chain only."""

import errno
import fcntl
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from auditor.errors import LedgerNotWritten
from auditor.proof.ledger import Ledger, next_entry, read_ledger

LEDGER = "ledger.jsonl"
TORN = ".torn"
"""Ends the name of the file that unfinished lines are moved to."""
PATIENCE_SECONDS = 30.0
"""How long to wait for another process that is adding its own line."""


def append_entry(
    path: Path, facts: Mapping[str, object], *, patience: float = PATIENCE_SECONDS
) -> Ledger:
    """Add an entry and have it on disk; the ledger with it as its last line.

    A last line without an end is what a crash left. Where nothing but its end is missing, it gets
    one; else it is moved to `ledger.jsonl.torn`, and the new entry says so under `torn`.

    Raises:
        LedgerNotWritten: The file cannot be written, or its chain is broken. It is as it was.
    """
    with _locked(path, patience) as file:
        content = _content(file)
        ledger = read_ledger(content)
        if ledger.torn:
            content, facts = _without_torn_line(file, path, content, facts)
            ledger = read_ledger(content)
        _refuse_broken(path, ledger)
        line = next_entry(ledger, facts) + b"\n"
        _write(file, line, at=len(content))
        return read_ledger(content + line)


def _refuse_broken(path: Path, ledger: Ledger) -> None:
    if ledger.flaws:
        flaw = ledger.flaws[0]
        raise LedgerNotWritten(
            f"The chain of {path} is broken (line {flaw.line} {flaw.said}), and nothing was added "
            "to it. See the whole with `auditor verify`, find out what happened, and move the "
            "file aside: the next audit begins a new one."
        )


@contextmanager
def _locked(path: Path, patience: float) -> Iterator[int]:
    """The open file, which no other process adds to in the meantime; OSErrors explained."""
    try:
        is_new = not path.exists()
        # Not to wait for somebody to write into a pipe of that name.
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NONBLOCK, 0o666)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise OSError(errno.EINVAL, "it is no file")
            _lock(file, path, patience)
            if is_new:
                _sync_folder(path.parent)
            yield file
        finally:
            os.close(file)
    except OSError as error:
        advice = "free some space" if error.errno in (errno.ENOSPC, errno.EDQUOT) else "mend it"
        raise LedgerNotWritten(
            f"Cannot add to the ledger {path} ({error.strerror or error}): {advice}, then make "
            "the report again with `auditor report`, which adds to it."
        ) from None


def _lock(file: int, path: Path, patience: float) -> None:
    end = time.monotonic() + patience
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                raise LedgerNotWritten(
                    f"Another process has held the ledger {path} for {patience:g} s: end it, then "
                    "make the report again with `auditor report`, which adds to the ledger."
                ) from None
            time.sleep(0.02)
        else:
            return


def _content(file: int) -> bytes:
    """All of the file, from its beginning."""
    parts: list[bytes] = []
    at = 0
    while part := os.pread(file, 1 << 20, at):
        parts.append(part)
        at += len(part)
    return b"".join(parts)


def _without_torn_line(
    file: int, path: Path, content: bytes, facts: Mapping[str, object]
) -> tuple[bytes, Mapping[str, object]]:
    """The content with its last line ended, or without it and said so."""
    if not read_ledger(content + b"\n").flaws:
        _write(file, b"\n", at=len(content))
        return content + b"\n", facts
    kept, end, torn = content.rpartition(b"\n")
    kept += end
    _refuse_broken(path, read_ledger(kept))
    with path.with_name(f"{path.name}{TORN}").open("ab") as aside:
        aside.write(torn + b"\n")
        aside.flush()
        os.fsync(aside.fileno())
    os.ftruncate(file, len(kept))
    said = {"n_bytes": len(torn), "sha256": sha256(torn).hexdigest()}
    return kept, {**facts, "torn": said}


def _write(file: int, content: bytes, *, at: int) -> None:
    """Write at the end and sync; what cannot be written whole is taken back."""
    try:
        written = 0
        while written < len(content):
            written += os.pwrite(file, content[written:], at + written)
        os.fsync(file)
    except OSError:
        os.ftruncate(file, at)
        raise


def _sync_folder(folder: Path) -> None:
    """Have a new file's name on disk."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
