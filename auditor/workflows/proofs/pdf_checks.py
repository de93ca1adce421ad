"""A report as PDF: its files, its hash, its signature."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import msgspec

from auditor.core.ledger import LedgerWitness
from auditor.core.manifest import is_listable, read_manifest
from auditor.errors import RunUnreadable
from auditor.proof.checks import Check, Verification, altered, cannot, note, ok
from auditor.proof.ledger import Line
from auditor.proof.pdf_files import MAX_PDF_BYTES, PdfUnreadable, attached_files
from auditor.store import MANIFEST, PDF, PDF_HASH, WITNESS
from auditor.workflows.proofs.ledger_checks import (
    KeptLedger,
    chain_checks,
    check_witness,
    read_ledger_file,
)
from auditor.workflows.proofs.verified_run import VerifiedRun

Trusted = tuple[bytes, ...]

_UNSIGNED = (
    "the PDF carries no signature: nothing in it shows that its pages are those that auditor "
    "printed, or who printed them."
)


def verify_pdf(path: Path, *, ledger: Path | None, trusted: Trusted) -> Verification:
    """A PDF alone: what it carries, its signature, and the ledger where one is named.

    Raises:
        RunUnreadable: It cannot be read, or the ledger cannot.
    """
    kept = read_ledger_file(ledger) if ledger else None
    pdf = _read(path)
    carried, witness = _carried(path.name, pdf, kept)
    found = [*carried, *_signature_checks(path.name, pdf, trusted)]
    if kept is not None:
        found += [*chain_checks(kept), _known(path.name, pdf, kept, witness)]
    limit = "" if kept else ", as far as the file itself shows"
    return Verification(target=str(path), checks=tuple(found), limit=limit)


def report_checks(run: VerifiedRun, trusted: Trusted) -> list[Check]:
    """The PDF of a run folder: its hash where it was written down, its files, its signature."""
    path = run.folder.path / PDF
    hashed = run.folder.path / PDF_HASH
    if not path.is_file():
        is_due = run.told is not None and run.told.text("report_sha256")
        return [altered(PDF, "is gone.")] if is_due or hashed.exists() else []
    pdf = _read(path)
    digest = sha256(pdf).hexdigest()
    found = _hash_file_checks(hashed, digest, is_known=_has_line(run.lines, digest))
    older, of_ledger = _line_checks(run, digest)
    found += of_ledger
    if older is None:
        found += _same_files_checks(run, pdf, is_altered=bool(of_ledger))
    return [*found, *_signature_checks(PDF, pdf, trusted)]


def _read(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_PDF_BYTES:
            raise RunUnreadable(f"{path} is larger than any report of auditor.")
        return path.read_bytes()
    except OSError as error:
        raise RunUnreadable(f"Cannot read {path}: {error.strerror}.") from None


def _carried(
    name: str, pdf: bytes, kept: KeptLedger | None
) -> tuple[list[Check], LedgerWitness | None]:
    """What it carries, checked; and the line of a ledger that it names, None for none."""
    try:
        files = attached_files(pdf)
    except PdfUnreadable as error:
        return [cannot(name, str(error))], None
    if MANIFEST not in files:
        return [cannot(name, f"carries no {MANIFEST}: it is no report of an audit.")], None
    found = _carried_checks(name, files)
    if WITNESS not in files:
        return [*found, note(name, "names no line of a ledger.")], None
    try:
        witness = msgspec.json.decode(files[WITNESS], type=LedgerWitness)
    except msgspec.DecodeError:
        return [*found, altered(WITNESS, "is damaged.")], None
    return [*found, _witnessed(name, witness, kept)], witness


def _carried_checks(name: str, files: Mapping[str, bytes]) -> list[Check]:
    """The files that it carries against the manifest that it carries."""
    manifest = read_manifest(files[MANIFEST].decode("utf-8", "replace"))
    found = [altered(f"{MANIFEST} line {n}", f"{said}.") for n, said in manifest.flaws]
    for file, content in sorted(files.items()):
        listed = manifest.hashes.get(file)
        if file != MANIFEST and listed is None:
            found.append(altered(file, "is carried, and the manifest within does not list it."))
        elif file != MANIFEST and sha256(content).hexdigest() != listed:
            found.append(altered(file, "is not what the manifest within lists."))
    if not found:
        told = f"the {len(files) - 1} files that it carries are those that its manifest lists"
        n_left = len(manifest.hashes) - len(files) + 1
        found.append(ok(name, f"{told}; {n_left} more are in the run folder alone."))
    return found


def _witnessed(name: str, witness: LedgerWitness, kept: KeptLedger | None) -> Check:
    """The line of a ledger that the PDF names."""
    if kept is None:
        told = f"names line {witness.seq} of a ledger, sha256 {witness.sha256}"
        return note(name, f"{told}; --ledger FILE checks it.")
    check = check_witness(kept, witness, name)
    if check is not None and check.state == "note":
        return cannot(check.subject, check.said)
    return check or ok(name, f"names line {witness.seq} of {kept.path.name}, which has it.")


def _known(name: str, pdf: bytes, kept: KeptLedger, witness: LedgerWitness | None) -> Check:
    """The PDF by the hash of the whole, where it is of this ledger at all."""
    digest = sha256(pdf).hexdigest()
    for line in kept.ledger.lines:
        if line.text("report_sha256") == digest:
            said = f"is the PDF that {kept.subject(line.number)} names ({line.text('at')})."
            return ok(name, said)
    check = None if witness is None else check_witness(kept, witness, name)
    is_of_another = check is not None and check.state == "note"
    state = cannot if witness is None or is_of_another else altered
    return state(name, f"is not a PDF that any line of {kept.path.name} names.")


def _has_line(lines: tuple[Line, ...], digest: str) -> bool:
    return any(line.text("report_sha256") == digest for line in lines)


def _hash_file_checks(path: Path, digest: str, *, is_known: bool) -> list[Check]:
    """The hash beside the PDF."""
    if not path.is_file():
        return [altered(PDF_HASH, "is gone.")]
    if path.read_bytes() == f"{digest}  {PDF}\n".encode():
        return []
    if is_known:
        return [altered(PDF_HASH, f"does not hold the hash of {PDF}.")]
    return [altered(PDF, f"and {PDF_HASH} do not fit: one of the two was altered.")]


def _line_checks(run: VerifiedRun, digest: str) -> tuple[Line | None, list[Check]]:
    """The earlier line that the PDF is of, if it is; and what the ledger says against it."""
    if run.kept is None or run.told is None:
        return None, []
    due = [line for line in run.lines if "report_sha256" in line.entry][-1]
    if due.text("report_sha256") == digest:
        return None, []
    for line in run.lines:
        if line.text("report_sha256") == digest:
            said = f"is of an earlier report ({run.kept.subject(line.number)}), not of the last."
            return line, [note(PDF, said)]
    return None, [altered(PDF, f"is not the one that {run.kept.subject(due.number)} names.")]


def _same_files_checks(run: VerifiedRun, pdf: bytes, *, is_altered: bool) -> list[Check]:
    """What the PDF carries against the files of the folder."""
    try:
        files = attached_files(pdf)
    except PdfUnreadable as error:
        # Where its hash has said so already, why it cannot be read does not matter.
        return [] if is_altered else [cannot(PDF, str(error))]
    others = [
        name
        for name, content in sorted(files.items())
        if name not in run.flawed and not _is_same(run.folder.path, name, content)
    ]
    if not others and not is_altered:
        return [ok(PDF, f"carries {len(files)} files, and they are those of the folder.")]
    return [altered(PDF, f"carries another {name} than the folder.") for name in others]


def _is_same(folder: Path, name: str, content: bytes) -> bool:
    path = folder / name
    return is_listable(name) and path.is_file() and path.read_bytes() == content


def _signature_checks(name: str, pdf: bytes, trusted: Trusted) -> list[Check]:
    # pyhanko takes half a second to import, and may not be installed.
    from auditor.proof.pdf_signature import check_pdf_signature

    signature = check_pdf_signature(pdf, trusted=trusted)
    match signature.kind:
        case "valid":
            return [ok(name, signature.said)]
        case "invalid":
            return [altered(name, signature.said)]
        case "unsigned" if not trusted:
            return [note(name, _UNSIGNED)]
        case _:
            # Whoever names a certificate asks for a signature that it vouches for.
            return [(cannot if trusted else note)(name, signature.said)]
