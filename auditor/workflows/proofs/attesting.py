"""The in-toto statement of a run, and what a report made again does to signatures of the old one.

The statement follows from the folder: whoever writes, signs or checks it makes it anew.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from auditor.core.policy import Finding
from auditor.core.review import BaselineFinding
from auditor.proof.attestation import ENVELOPE, STATEMENT, make_statement
from auditor.proof.envelope import payload_of
from auditor.proof.pdf_signature import SIGNATURE_MARKS
from auditor.store import HTML, MANIFEST, PDF, PDF_HASH, RECORD, RunFolder, json_bytes
from auditor.workflows.run_files import BASELINE_FINDINGS

FINDINGS = "findings.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What the statement needs of `findings.json`."""

    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """What of a folder was signed, before its report is made again."""

    hashes: Mapping[str, str]
    """Of the files that signatures beside them are of."""
    is_pdf_signed: bool


def statement_of(folder: RunFolder, reports: Mapping[str, str]) -> bytes:
    """The statement of a run as it lies in its folder; `reports` are sha256 by name.

    Raises:
        RunUnreadable: The record or the findings are missing or damaged.
    """
    since: tuple[BaselineFinding, ...] = ()
    if (folder.path / BASELINE_FINDINGS).exists():
        since = folder.read_json(BASELINE_FINDINGS, tuple[BaselineFinding, ...])
    return json_bytes(
        make_statement(
            folder.record(),
            folder.read_json(FINDINGS, _Judged).findings,
            since,
            reports,
            folder.sha256_of(RECORD),
        )
    )


def attest(folder: RunFolder, *, has_pdf: bool) -> None:
    """Write the statement of the report that was just made, and drop the signature of another."""
    names = (HTML, PDF) if has_pdf else (HTML,)
    statement = statement_of(folder, {name: folder.sha256_of(name) for name in names})
    folder.write_bytes(STATEMENT, statement)
    envelope = folder.path / ENVELOPE
    if envelope.exists() and payload_of(envelope.read_bytes()) != statement:
        envelope.unlink()


def look_for_signatures(folder: RunFolder) -> Signed:
    """What is signed in a folder now."""
    pdf = folder.path / PDF
    content = pdf.read_bytes() if pdf.exists() else b""
    return Signed(
        hashes={
            name: folder.sha256_of(name)
            for name in (PDF, MANIFEST)
            if (folder.path / name).exists()
        },
        is_pdf_signed=any(sign in content for sign in SIGNATURE_MARKS),
    )


def lost_signatures(folder: RunFolder, before: Signed) -> tuple[str, ...]:
    """What is to be said of signatures that the report made since does not have; sentences."""
    changed = {
        name
        for name, digest in before.hashes.items()
        if not (folder.path / name).exists() or folder.sha256_of(name) != digest
    }
    said = []
    if before.is_pdf_signed and PDF in changed:
        said.append(f"{PDF} was signed, and this one is not: sign it with `auditor sign`.")
    for name in sorted(changed):
        beside = [one for one in folder.files_below(f"{name}.*") if one != PDF_HASH]
        if beside:
            said.append(f"of the earlier {name}, and not of this one: {', '.join(beside)}.")
    return tuple(said)
