"""Finished runs in one folder with their ledger, and what is done to them."""

import io
import json
import shutil
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import Path

from pypdf import PdfWriter

from auditor.core.manifest import manifest_text
from auditor.prompt_library import load_battery
from auditor.proof.checks import Verification
from auditor.proof.ledger_file import append_entry
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.proofs.verify import VerifyRequest, verify
from auditor.workflows.rendering import Conclusion
from tests.fakes import stereotyper

REQUEST = AuditRequest(
    model="scripted", tier="quick", instruments=("word-association",), wants_pdf=False
)
EMBEDDED = ("run.json", "policy.json", "scores.csv", "results.json", "ledger-entry.json")


def audit(out: Path, strength: float = 0.8, request: AuditRequest = REQUEST) -> Conclusion:
    battery = load_battery("quick", instruments=request.instruments)
    return audit_model(
        stereotyper(battery, strength), request, out=out, on_batch=lambda _done, _all: None
    )


def make_runs(home: Path) -> Path:
    """Runs `one` and `two` beside each other; lines 1 and 2 of the ledger, and 3 and 4."""
    audit(home / "one")
    audit(home / "two", 0.2)
    return home


def copy_of(home: Path, target: Path) -> Path:
    shutil.copytree(home, target)
    return target


def check(
    target: Path,
    *,
    ledger: Path | None = None,
    recomputes: bool = False,
    trusted: tuple[Path, ...] = (),
) -> Verification:
    return verify(
        VerifyRequest(target=target, ledger=ledger, recomputes=recomputes, trusted=trusted)
    )


def ledger_lines(home: Path) -> list[bytes]:
    return (home / "ledger.jsonl").read_bytes().splitlines(keepends=True)


def write_ledger(home: Path, lines: Iterable[bytes]) -> None:
    (home / "ledger.jsonl").write_bytes(b"".join(lines))


def flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


def hash_anew(run: Path) -> None:
    """Make the manifest fit whatever the folder holds, as somebody with bad intent would."""
    names = [line.split("  ")[1] for line in (run / "manifest.sha256").read_text().splitlines()]
    hashes = {name: sha256((run / name).read_bytes()).hexdigest() for name in names}
    (run / "manifest.sha256").write_text(manifest_text(hashes))


def add_pdf(run: Path, pdf: bytes) -> None:
    """A PDF in the run's folder and in the ledger, as if it had been printed."""
    (run / "report.pdf").write_bytes(pdf)
    digest = sha256(pdf).hexdigest()
    (run / "report.pdf.sha256").write_text(f"{digest}  report.pdf\n")
    ledger = run.parent / "ledger.jsonl"
    append_entry(ledger, {"event": "reported", "folder": run.name, **_of(run, digest)})


def _of(run: Path, digest: str) -> dict[str, object]:
    record = json.loads((run / "run.json").read_text())
    manifest = sha256((run / "manifest.sha256").read_bytes()).hexdigest()
    hashes = {
        key: sha256((run / name).read_bytes()).hexdigest()
        for key, name in (("html_sha256", "report.html"), ("results_sha256", "results.json"))
    }
    return {
        **hashes,
        "run_id": record["run_id"],
        "manifest_sha256": manifest,
        "report_sha256": digest,
    }


def pdf_of(run: Path, names: Sequence[str] = (*EMBEDDED, "manifest.sha256")) -> bytes:
    """An unprinted PDF that carries files of a run."""
    return pdf_with([(name, (run / name).read_bytes()) for name in names])


def pdf_with(files: Iterable[tuple[str, bytes]]) -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(200, 200)
    for name, content in files:
        writer.add_attachment(name, content)
    buffer = io.BytesIO()
    writer.write(buffer)
    return buffer.getvalue()
