"""A ledger against itself, and against the lines that run folders and reports remember of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from auditor.core.ledger import LedgerWitness
from auditor.errors import RunUnreadable
from auditor.proof.checks import Check, Verification, altered, cannot, note, ok
from auditor.proof.ledger import Ledger, Line, read_ledger
from auditor.proof.ledger_file import TORN
from auditor.store import HEAD, WITNESS
from auditor.workflows.proofs.ledger_lines import remember

_AT_THE_END = (
    "lines that were cut off at its end would not be noticed where no run folder beside it and no "
    "report at hand names one of them"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLedger:
    """A ledger with the file that it was read of."""

    path: Path
    ledger: Ledger

    def subject(self, line: int) -> str:
        """A line of it, as checks name it."""
        return f"{self.path.name} line {line}"


def read_ledger_file(path: Path) -> KeptLedger:
    """The ledger at a path.

    Raises:
        RunUnreadable: There is none, or it cannot be read.
    """
    try:
        if not path.is_file():
            raise RunUnreadable(f"There is no ledger {path}: name the file with --ledger.")
        return KeptLedger(path=path, ledger=read_ledger(path.read_bytes()))
    except OSError as error:
        raise RunUnreadable(f"Cannot read the ledger {path}: {error.strerror}.") from None


def verify_ledger(path: Path) -> Verification:
    """A ledger alone, with whatever the run folders beside it remember of it."""
    kept = read_ledger_file(path)
    found = [*chain_checks(kept), *beside_checks(kept)]
    return Verification(target=str(path), checks=(*found, note(path.name, f"{_AT_THE_END}.")))


def chain_checks(kept: KeptLedger) -> list[Check]:
    """The chain, walked from the first line to the last."""
    ledger = kept.ledger
    found = [altered(kept.subject(flaw.line), f"{flaw.said}.") for flaw in ledger.flaws]
    n = len(ledger.lines)
    if not found and not n:
        found.append(cannot(kept.path.name, "holds no line."))
    elif not found:
        found.append(
            ok(kept.path.name, f"{n} {'line' if n == 1 else 'lines'}, the chain is whole.")
        )
    found += [
        note(
            kept.subject(line.number),
            f"says that an unfinished line was found before it and moved to {kept.path.name}"
            f"{TORN}.",
        )
        for line in ledger.lines
        if "torn" in line.entry
    ]
    return found


def beside_checks(kept: KeptLedger, *, but: str = "") -> list[Check]:
    """What run folders beside the ledger remember of it; the folder `but` is left out."""
    found: list[Check] = []
    n_fitting, n_elsewhere = 0, 0
    for file in _remembered(kept.path.parent):
        name = file.relative_to(kept.path.parent).as_posix()
        if name.partition("/")[0] == but:
            continue
        try:
            check = check_witness(kept, read_witness(file), name)
        except RunUnreadable:
            check = note(name, "cannot be read; `auditor verify` on its folder says more.")
        if check is None:
            n_fitting += 1
        elif check.state == "note" and check.subject == name:
            n_elsewhere += 1
        else:
            found.append(check)
    if n_fitting:
        told = f"{n_fitting} files of run folders beside it name lines of it, and it has them."
        found.append(ok(kept.path.name, told))
    if n_elsewhere:
        told = f"{n_elsewhere} files of run folders beside it name lines of another ledger, or"
        found.append(note(kept.path.name, f"{told} cannot be read."))
    return found


def read_witness(file: Path) -> LedgerWitness:
    """What a file remembers of a ledger.

    Raises:
        RunUnreadable: It cannot be read, or is damaged.
    """
    try:
        return msgspec.json.decode(file.read_bytes(), type=LedgerWitness)
    except (OSError, msgspec.DecodeError):
        raise RunUnreadable(f"{file} is damaged.") from None


def check_witness(kept: KeptLedger, witness: LedgerWitness, named_by: str) -> Check | None:
    """Whether the ledger has a line that something remembers; None where it has.

    A run that was copied here from elsewhere remembers another ledger, which is a note.
    """
    line = kept.ledger.entry(witness.seq)
    if line is not None and line.sha256 == witness.sha256:
        return None
    if _is_another(kept.ledger, witness):
        return note(named_by, f"names line {witness.seq} of another ledger than {kept.path.name}.")
    if line is None:
        n = len(kept.ledger.lines)
        said = f"is gone: {named_by} names it, and there are {n} lines."
        return altered(kept.subject(witness.seq), said)
    said = f"is not the line that {named_by} names: one of the two was altered."
    return altered(kept.subject(line.number), said)


def last_report(lines: tuple[Line, ...]) -> Line | None:
    """The last of them that says how a folder stood."""
    found = [line for line in lines if line.text("manifest_sha256")]
    return found[-1] if found else None


def witness_to(kept: KeptLedger, seq: int) -> LedgerWitness | None:
    """What a folder remembers of a line; None where there is no such line."""
    line = kept.ledger.entry(seq)
    return None if line is None else remember(kept.ledger, line)


def _is_another(ledger: Ledger, witness: LedgerWitness) -> bool:
    """Whether a line is remembered of another ledger: with another beginning, and without its run.

    An empty one is none: whatever was in it is gone.
    """
    return (
        bool(ledger.lines)
        and ledger.ledger_sha256 != witness.ledger_sha256
        and not any(line.text("run_id") == witness.run_id for line in ledger.lines)
    )


def _remembered(home: Path) -> Iterator[Path]:
    """Files that remember lines, in the run folders of a folder and in those within them."""
    for name in (WITNESS, HEAD):
        for pattern in (f"*/{name}", f"*/policy-*/{name}"):
            # Nobody would ever finish writing into a pipe of that name.
            yield from sorted(path for path in home.glob(pattern) if path.is_file())
