"""Where the ledger of a run is, and what its lines say of the run's folder."""

from collections.abc import Sequence
from pathlib import Path

from auditor.core.ledger import LedgerWitness
from auditor.core.runs import RunRecord
from auditor.errors import RunUnreadable
from auditor.proof.ledger import Ledger, Line, inner_of, read_ledger, root_of
from auditor.proof.ledger_file import LEDGER
from auditor.store import RECORD, RESPONSES, WITNESS, RunFolder


def ledger_of(folder: Path) -> Path:
    """The ledger of a run folder, or of one within it: beside the outermost run folder."""
    home = folder.resolve().parent
    while (home / RECORD).is_file():
        home = home.parent
    return home / LEDGER


def folder_name(folder: Path) -> str:
    """How the ledger calls a run folder: relative to where the ledger is."""
    return folder.resolve().relative_to(ledger_of(folder).parent).as_posix()


def read_ledger_at(path: Path) -> Ledger:
    """The ledger of a file.

    Raises:
        RunUnreadable: The file cannot be read.
    """
    try:
        return read_ledger(path.read_bytes())
    except OSError as error:
        raise RunUnreadable(f"Cannot read the ledger {path}: {error.strerror}.") from None


def remember(ledger: Ledger, line: Line) -> LedgerWitness:
    """What a folder keeps of a line."""
    return LedgerWitness(
        run_id=line.text("run_id"),
        seq=line.seq,
        sha256=line.sha256,
        ledger_sha256=ledger.ledger_sha256,
    )


def witness_of(folder: RunFolder, name: str = WITNESS) -> LedgerWitness | None:
    """The line that the folder remembers; None where it remembers none."""
    return folder.read_json(name, LedgerWitness) if (folder.path / name).exists() else None


def refuse_other_evidence(folder: RunFolder, record: RunRecord) -> None:
    """Refuse evidence that is not what the ledger has of the run, whatever a manifest says.

    A report made of it would have a line of its own, and look as good as the first.

    Raises:
        RunUnreadable: A file is not the one that was recorded.
    """
    path = ledger_of(folder.path)
    witness = witness_of(folder)
    if witness is not None and witness.run_id != record.run_id:
        raise _is_another_run(folder, f"{WITNESS} names")
    try:
        ledger = read_ledger_at(path)
    except RunUnreadable:
        # There is none, or it is not for this user: `auditor verify` is for those who ask.
        return
    own = ledger.of_run(record.run_id, folder_name(folder.path))
    # A run that was cut off before its first answer has no line yet, and nothing to vouch for.
    others = lines_of_others(ledger, record.run_id, folder_name(folder.path))
    if others and not own and (folder.path / RESPONSES).exists():
        number = others[0].number
        raise _is_another_run(folder, f"line {number} of {path} has for this folder")
    for name, digests in evidence_of(own, folder_name(folder.path)).items():
        number, digest = digests[0]
        if not (folder.path / name).exists() or folder.sha256_of(name) != digest:
            raise RunUnreadable(
                f"{folder.path / name} is not what the run wrote (line {number} of {path} has "
                "another hash): restore it from a copy, or run the audit again with --fresh."
            )


def lines_of_others(ledger: Ledger, run_id: str, folder: str) -> list[Line]:
    """Lines about a folder of this name that are of other runs, the last one first.

    Everything the ledger has of a run is found by the id that its record says: with another id, no
    line would speak against it.
    """
    named = [line for line in reversed(ledger.lines) if line.root == root_of(folder)]
    return [line for line in named if line.text("run_id") != run_id]


def _is_another_run(folder: RunFolder, than: str) -> RunUnreadable:
    return RunUnreadable(
        f"{folder.path / RECORD} is of another run than {than}: restore it from a copy, or run the "
        "audit again with --fresh."
    )


def evidence_of(lines: Sequence[Line], folder: str) -> dict[str, list[tuple[int, str]]]:
    """What lines of a run say of a folder's evidence: number and hash, by the file's name.

    The answers are the same in every folder of a run; the rest may be another one's own.
    """
    found: dict[str, list[tuple[int, str]]] = {}
    for line in lines:
        evidence = line.entry.get("evidence")
        for name, digest in evidence.items() if isinstance(evidence, dict) else ():
            if name == RESPONSES or inner_of(line.text("folder")) == inner_of(folder):
                found.setdefault(str(name), []).append((line.number, str(digest)))
    return found
