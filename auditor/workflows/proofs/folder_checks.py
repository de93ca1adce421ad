"""A run folder against its own manifest, and against what the ledger has of it."""

from auditor.core.ledger import LedgerWitness
from auditor.errors import RunUnreadable
from auditor.proof.attestation import STATEMENT
from auditor.proof.checks import Check, altered, cannot, note, ok
from auditor.proof.folder_files import FileFlaw, file_sha256
from auditor.proof.ledger import Line, inner_of
from auditor.store import HEAD, HTML, MANIFEST, RECORD, RESULTS, WITNESS, json_bytes
from auditor.workflows.proofs.ledger_checks import (
    KeptLedger,
    check_witness,
    read_witness,
    witness_to,
)
from auditor.workflows.proofs.ledger_lines import evidence_of, folder_name, lines_of_others
from auditor.workflows.proofs.verified_run import VerifiedRun

_KINDS = {
    "altered": "is not what the run wrote.",
    "gone": "is gone.",
    "unreadable": "cannot be read.",
    "unlisted": "is not part of the run: the manifest does not list it.",
}
_HASHES = (
    (MANIFEST, "manifest_sha256"),
    (RESULTS, "results_sha256"),
    (HTML, "html_sha256"),
    (STATEMENT, "statement_sha256"),
)


def file_checks(run: VerifiedRun) -> list[Check]:
    """Every file against the manifest."""
    if run.manifest is None:
        said = "is not there: the run was not finished, or somebody took the file away."
        return [cannot(MANIFEST, said)]
    found = [altered(f"{MANIFEST} line {n}", f"{said}.") for n, said in run.manifest.flaws]
    found += [_of_flaw(flaw) for flaw in run.flaws]
    if not run.flawed and not run.manifest.flaws:
        n = len(run.manifest.hashes)
        found.append(ok(MANIFEST, f"{n} files are what the run wrote."))
    return [*found, *_record_checks(run)]


def ledger_checks(run: VerifiedRun, *, is_required: bool) -> list[Check]:
    """The folder against the ledger's lines about it; `is_required`: the user named the ledger."""
    kept = run.kept
    if kept is None:
        return [note("ledger", _without_ledger(run))]
    found = [*_remembered_checks(run, kept), *_other_run_checks(run, kept)]
    if not run.lines:
        state = cannot if is_required else note
        return [*found, state(kept.path.name, "has no line about this run.")]
    told = run.told
    if told is None:
        said = (
            "has no line that says what came of this run: it was cut off before it was written, "
            "or the line was taken away. `auditor report` adds one."
        )
        return [*found, cannot(kept.path.name, said)]
    found += _hash_checks(run, kept, told)
    found += _evidence_checks(run, kept)
    if not (run.folder.path / HEAD).exists():
        found.append(note(HEAD, "is not there: the folder does not say which line is its last."))
    if not any(check.state == "altered" for check in found):
        numbers = ", ".join(f"{line.number} ({line.text('event')})" for line in run.lines)
        found.append(ok(kept.path.name, f"has this run, in lines {numbers}."))
    return found


def missing_folders(run: VerifiedRun) -> list[Check]:
    """Reports by other policies that the ledger knows and nobody finds."""
    if run.kept is None or not run.lines or inner_of(folder_name(run.folder.path)):
        return []
    known = {
        inner_of(line.text("folder")): line.number
        for line in run.run_lines
        if line not in run.lines
    }
    return [
        altered(name, f"is gone: {run.kept.subject(number)} is about it.")
        for name, number in known.items()
        if name and name not in run.inner
    ]


def _of_flaw(flaw: FileFlaw) -> Check:
    state = {"unlisted": note, "unreadable": cannot}.get(flaw.kind, altered)
    return state(flaw.name, _KINDS[flaw.kind])


def _record_checks(run: VerifiedRun) -> list[Check]:
    """What the record's own form says, where its hash does not say it already."""
    if run.record is not None or RECORD in run.flawed:
        return []
    if not (run.folder.path / RECORD).exists():
        return [note(RECORD, "is not there: this is no audit, and stands in no ledger.")]
    return [cannot(RECORD, run.unreadable_because)]


def _other_run_checks(run: VerifiedRun, kept: KeptLedger) -> list[Check]:
    """Whether the record says that it is another run than the one that was recorded here."""
    if run.record is None or RECORD in run.flawed:
        return []
    run_id = run.record.run_id
    others = lines_of_others(kept.ledger, run_id, folder_name(run.folder.path))
    is_begun = run.run_lines and any(
        line.text("event") == "started" and line.text("run_id") == run_id
        for line in kept.ledger.lines
    )
    if is_begun or not others:
        return []
    line = kept.subject(others[0].number)
    # No proof of an alteration: a folder that was copied here may have the name of an earlier one.
    return [cannot(RECORD, f"is of another run than {line} has for this folder.")]


def _witnessed_run_checks(run: VerifiedRun, witness: LedgerWitness) -> list[Check]:
    if run.record is None or witness.run_id == run.record.run_id:
        return []
    return [altered(RECORD, f"is of another run than {WITNESS} names.")]


def signed_checks(run: VerifiedRun) -> list[Check]:
    """What was signed, and the signatures, against the ledger's line about them."""
    found: list[Check] = []
    for name, digest in run.signed.items():
        path = run.folder.path / name
        if not path.is_file():
            found.append(altered(name, "is gone: the ledger has it as signed, or as a signature."))
        elif file_sha256(path) != digest:
            found.append(altered(name, "is not what was signed."))
    return found


def _without_ledger(run: VerifiedRun) -> str:
    if (run.folder.path / WITNESS).exists():
        return (
            f"there is none here, and {WITNESS} names a line of one: name it with --ledger. "
            "Whoever can write into the folder can make its own hashes fit."
        )
    return "there is none. Whoever can write into the folder can make its own hashes fit."


def _hash_checks(run: VerifiedRun, kept: KeptLedger, told: Line) -> list[Check]:
    return [
        altered(name, f"is not the one that {kept.subject(told.number)} names.")
        for name, key in _HASHES
        if name not in run.flawed
        and told.text(key)
        and (run.folder.path / name).is_file()
        and file_sha256(run.folder.path / name) != told.text(key)
    ]


def _evidence_checks(run: VerifiedRun, kept: KeptLedger) -> list[Check]:
    """Evidence never changes once it is recorded, whatever else is made anew."""
    found: list[Check] = []
    known = evidence_of(run.run_lines, folder_name(run.folder.path))
    for name, ((first, digest), *later) in known.items():
        path = run.folder.path / name
        if name not in run.flawed and not (path.is_file() and file_sha256(path) == digest):
            found.append(altered(name, f"is not the one that {kept.subject(first)} names."))
        found += [
            altered(name, f"was another file at {kept.subject(number)} than at line {first}.")
            for number, other in later
            if other != digest
        ]
    return found


def _remembered_checks(run: VerifiedRun, kept: KeptLedger) -> list[Check]:
    """The lines that the folder's own files name."""
    found: list[Check] = []
    for name in (WITNESS, HEAD):
        file = run.folder.path / name
        if name in run.flawed or not file.is_file():
            continue
        try:
            witness = read_witness(file)
            # The last line may be of the run that --fresh set aside, until the new one ends.
            found += _witnessed_run_checks(run, witness) if name == WITNESS else []
            check = check_witness(kept, witness, name)
            # Whatever of it names no line has nothing else that vouches for it.
            if check is None and file.read_bytes() != json_bytes(witness_to(kept, witness.seq)):
                said = f"does not fit {kept.path.name}: one of the two was altered."
                check = altered(name, said)
        except RunUnreadable:
            check = altered(name, "is damaged.")
        if check is not None:
            found.append(check)
    return found
