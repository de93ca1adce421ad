"""Sign a finished run: the PDF, the statement, and whatever a command of the user's makes of them.

Keys stay where they are: neither the folder nor the ledger holds anything of them.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from auditor.core.manifest import read_manifest
from auditor.errors import SignatureRefused
from auditor.proof.attestation import ENVELOPE, STATEMENT
from auditor.proof.envelope import sign_envelope
from auditor.proof.folder_files import file_sha256, files_below
from auditor.proof.hook import SigningCommand, run_command
from auditor.proof.pdf_files import attached_files
from auditor.proof.pdf_signing import sign_pdf
from auditor.proof.signing_key import KeySource, SigningKey, load_signing_key
from auditor.store import HTML, LOCK, MANIFEST, PDF, PDF_HASH, RunFolder, open_run_folder
from auditor.workflows.proofs.attesting import statement_of
from auditor.workflows.proofs.proving import note_signed
from auditor.workflows.proofs.verify import VerifyRequest, verify
from auditor.workflows.stored_run import require_record

ASKED_OF_COMMANDS = (PDF, MANIFEST)
"""What a signing command is run on: the report, and the hashes of everything else."""
_PLAIN_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignRequest:
    """What the user asked for."""

    folder: Path
    key: KeySource | None = None
    command: SigningCommand | None = None
    time_stamp_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What came of it."""

    files: tuple[str, ...]
    """What was signed or is a signature, by name."""
    subject: str | None
    """Of the signer's certificate; None where only a command signed."""
    certificate_sha256: str | None
    ledger_notices: tuple[str, ...]


def sign_run(request: SignRequest, *, on_output: Callable[[bytes], None]) -> Signing:
    """Sign what a finished run's folder holds, once it has been found to be what the run wrote.

    Raises:
        AuditorError: There is nothing to sign, something was altered, or the key or the command is
            not fit for it. A refused key leaves everything as it was.
    """
    require_record(RunFolder(request.folder))
    with open_run_folder(request.folder) as folder:
        _refuse_missing(folder)
        _refuse_altered(request.folder)
        _refuse_earlier(folder)
        key: SigningKey | None = None
        names: list[str] = []
        notices: tuple[str, ...] = ()
        if request.key is not None:
            key = load_signing_key(request.key, now=datetime.now(UTC))
            names += _sign_with(key, folder, request.time_stamp_url)
            notices += note_signed(folder, names)
        if request.command is not None:
            # A line of its own: where the command fails, the signature before it is written down.
            made = _sign_by(request.command, folder, on_output)
            names += made
            notices += note_signed(folder, [PDF, *made]) if made else ()
    return Signing(
        files=tuple(names),
        subject=key.subject if key else None,
        certificate_sha256=key.certificate_sha256 if key else None,
        ledger_notices=notices,
    )


def _refuse_missing(folder: RunFolder) -> None:
    for name in (PDF, PDF_HASH, MANIFEST):
        if not (folder.path / name).is_file():
            raise SignatureRefused(
                f"{folder.path} has no {name}: make the report with `auditor report "
                f"{folder.path}`, then sign it."
            )


def _refuse_altered(path: Path) -> None:
    """A signature under something that was altered would make it look right."""
    found = verify(VerifyRequest(target=path, holds_lock=True))
    if found.outcome == "altered":
        raise SignatureRefused(
            f"{path} is not what the run wrote ({', '.join(found.subjects[:5])}): `auditor verify` "
            "says what was altered, and `auditor report` makes a report of untouched evidence "
            "again."
        )


def _refuse_earlier(folder: RunFolder) -> None:
    """A signature would vouch for numbers that the run's report no longer says."""
    if attached_files(folder.content(PDF)).get(MANIFEST) != folder.content(MANIFEST):
        raise SignatureRefused(
            f"{folder.path / PDF} is of an earlier report: make it again with `auditor report "
            f"{folder.path}`, then sign it."
        )


def _sign_with(key: SigningKey, folder: RunFolder, time_stamp_url: str | None) -> list[str]:
    """Put the signature into the PDF and the statement; all is made before any of it is written."""
    run_id = folder.record().run_id
    signed = sign_pdf(
        folder.content(PDF), key, reason=f"auditor run {run_id}", time_stamp_url=time_stamp_url
    )
    digest = sha256(signed).hexdigest()
    statement = statement_of(folder, {HTML: folder.sha256_of(HTML), PDF: digest})
    folder.write_bytes(ENVELOPE, sign_envelope(statement, key))
    folder.write_bytes(STATEMENT, statement)
    folder.write_bytes(PDF, signed)
    folder.write_bytes(PDF_HASH, f"{digest}  {PDF}\n".encode())
    return [PDF, PDF_HASH, STATEMENT, ENVELOPE]


def _sign_by(
    command: SigningCommand, folder: RunFolder, on_output: Callable[[bytes], None]
) -> list[str]:
    """Run the user's command; the files that are new or were written again."""
    run_id = folder.record().run_id
    if not _PLAIN_ID.fullmatch(run_id):
        raise SignatureRefused(
            "The run's id holds characters that no run of auditor has; nothing was signed."
        )
    before = _hashes(folder)
    for name in ASKED_OF_COMMANDS:
        run_command(command, folder.path / name, run_id=run_id, on_output=on_output)
    after = _hashes(folder)
    listed = read_manifest(folder.content(MANIFEST).decode()).hashes
    spoilt = [name for name in listed if after.get(name) != before.get(name)]
    if spoilt:
        raise SignatureRefused(
            f"The signing command changed {', '.join(spoilt)}: restore it from a copy, and use a "
            "command that writes nothing but its signature."
        )
    return sorted(name for name, digest in after.items() if before.get(name) != digest)


def _hashes(folder: RunFolder) -> dict[str, str]:
    return {
        name: file_sha256(folder.path / name)
        for name in files_below(folder.path, (LOCK,))
        if (folder.path / name).is_file()
    }
