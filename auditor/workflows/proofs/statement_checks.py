"""The in-toto statement of a run against the folder, and its signature against the PDF's."""

import json
from collections.abc import Mapping

from auditor.errors import RunUnreadable
from auditor.proof.attestation import ENVELOPE, STATEMENT
from auditor.proof.checks import Check, altered, cannot, note, ok
from auditor.proof.envelope import check_envelope
from auditor.proof.pdf_signature import SignatureCheck, signer_certificate
from auditor.store import HTML, PDF, RECORD
from auditor.workflows.proofs.attesting import FINDINGS, statement_of
from auditor.workflows.proofs.verified_run import VerifiedRun
from auditor.workflows.run_files import BASELINE_FINDINGS

_MADE_OF = frozenset({RECORD, FINDINGS, BASELINE_FINDINGS})


def statement_checks(run: VerifiedRun, trusted: tuple[bytes, ...]) -> list[Check]:
    """Whether the statement says what the folder holds, and whether it was signed as it is."""
    path = run.folder.path / STATEMENT
    has_envelope = (run.folder.path / ENVELOPE).is_file()
    if not path.is_file():
        told = run.told is not None and run.told.text("statement_sha256")
        return [altered(STATEMENT, "is gone.")] if told or has_envelope else []
    content = path.read_bytes()
    found = _content_checks(run, content)
    return [*found, *(_envelope_checks(run, content, trusted) if has_envelope else ())]


def _content_checks(run: VerifiedRun, content: bytes) -> list[Check]:
    if run.flawed & _MADE_OF:
        # They are named already, and another statement would follow from them.
        return []
    reports = _reports(content)
    try:
        due = statement_of(run.folder, reports)
    except RunUnreadable as error:
        return [cannot(STATEMENT, str(error))]
    if content != due:
        return [altered(STATEMENT, "is not what the run's record and findings come to.")]
    others = [
        altered(name, f"is not the one that {STATEMENT} is of.")
        for name, digest in reports.items()
        if name not in run.flawed and _digest(run, name) != digest
    ]
    return others or [ok(STATEMENT, "says what the run's findings come to, of these reports.")]


def _reports(content: bytes) -> Mapping[str, str]:
    """The reports that a statement is of; empty where it cannot be read."""
    try:
        subjects = json.loads(content)["subject"]
        named = {one["name"]: one["digest"]["sha256"] for one in subjects}
    except (ValueError, TypeError, KeyError, RecursionError):
        return {}
    return {name: str(named[name]) for name in (HTML, PDF) if name in named}


def _digest(run: VerifiedRun, name: str) -> str | None:
    try:
        return run.folder.sha256_of(name)
    except RunUnreadable:
        return None


def _envelope_checks(run: VerifiedRun, content: bytes, trusted: tuple[bytes, ...]) -> list[Check]:
    """Whoever signed the PDF signed the statement; of an unsigned PDF, somebody trusted did."""
    envelope = (run.folder.path / ENVELOPE).read_bytes()
    pdf = run.folder.path / PDF
    own = signer_certificate(pdf.read_bytes()) if pdf.is_file() else None
    keys = (own,) if own is not None else trusted
    if not keys:
        said = "holds a signature, and no signed PDF says whose: name the certificate with --trust."
        return [note(ENVELOPE, said)]
    checks = [check_envelope(envelope, key, payload=content) for key in keys]
    best = next((one for one in checks if one.kind == "valid"), checks[0])
    return [_of_signature(best, is_asked=bool(trusted))]


def _of_signature(check: SignatureCheck, *, is_asked: bool) -> Check:
    match check.kind:
        case "valid":
            return ok(ENVELOPE, check.said)
        case "invalid":
            return altered(ENVELOPE, check.said)
        case _:
            return (cannot if is_asked else note)(ENVELOPE, check.said)
