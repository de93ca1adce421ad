"""What is known of a run folder before it is checked: its manifest, its record, its ledger."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from auditor.core.manifest import Manifest, is_listable, read_manifest
from auditor.core.runs import RunRecord
from auditor.errors import RunUnreadable
from auditor.proof.attestation import WRITTEN_AFTER
from auditor.proof.folder_files import FileFlaw, check_files
from auditor.proof.ledger import Line, inner_of
from auditor.store import HEAD, LOCK, MANIFEST, PDF, PDF_HASH, RECORD, RunFolder
from auditor.workflows.proofs.ledger_checks import KeptLedger, last_report
from auditor.workflows.proofs.ledger_lines import folder_name


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifiedRun:
    """A run folder with everything that its checks need of it."""

    folder: RunFolder
    manifest: Manifest | None
    """None where there is none."""
    record: RunRecord | None
    """None where it cannot be read; `unreadable_because` says why."""
    unreadable_because: str
    kept: KeptLedger | None
    """None where there is no ledger."""
    run_lines: tuple[Line, ...]
    """What the ledger has of the run, in this folder and in others of it."""
    lines: tuple[Line, ...]
    """What it has of this very folder."""
    flaws: tuple[FileFlaw, ...]
    """Files that are not as the manifest lists them."""
    inner: tuple[str, ...]
    """Folders within that are run folders of their own."""

    @property
    def flawed(self) -> frozenset[str]:
        """Names of the files that are not as the manifest lists them."""
        return frozenset(flaw.name for flaw in self.flaws if flaw.kind != "unlisted")

    @property
    def told(self) -> Line | None:
        """The line that says how the folder stood when it was last written."""
        return last_report(self.lines)

    @property
    def signed(self) -> Mapping[str, str]:
        """Hashes of what was signed, or is a signature, of the report as it is; empty for none."""
        return signed_files(self.lines)


def open_verified(path: Path, kept: KeptLedger | None) -> VerifiedRun:
    """Read what can be read of a run folder; nothing is refused but what is no run folder.

    Raises:
        RunUnreadable: Neither a run record nor a manifest is there.
    """
    folder = RunFolder(path)
    if not (path / RECORD).exists() and not (path / MANIFEST).exists():
        raise RunUnreadable(
            f"{path} is not a run folder: it has neither {RECORD} nor {MANIFEST}. Name a folder "
            "that `auditor run` has written, a report.pdf or a ledger.jsonl."
        )
    record, because = _record(folder)
    run_lines = _run_lines(kept, record, folder_name(path))
    part = inner_of(folder_name(path))
    lines = tuple(line for line in run_lines if inner_of(line.text("folder")) == part)
    # Also what lost its record: it was a report of this run, and is checked as one.
    inner = tuple(
        sorted(
            one.name
            for one in path.glob("policy-*")
            if (one / RECORD).exists() or (one / MANIFEST).exists()
        )
    )
    manifest = _manifest(folder)
    beside = {MANIFEST, LOCK, PDF, PDF_HASH, HEAD, *WRITTEN_AFTER, *inner, *signed_files(lines)}
    return VerifiedRun(
        folder=folder,
        manifest=manifest,
        record=record,
        unreadable_because=because,
        kept=kept,
        run_lines=run_lines,
        lines=lines,
        flaws=check_files(path, manifest, beside=beside) if manifest is not None else (),
        inner=inner,
    )


def signed_files(lines: tuple[Line, ...]) -> Mapping[str, str]:
    """Hashes of what was signed since the last report, by name."""
    found: dict[str, str] = {}
    for line in lines:
        files = line.entry.get("files")
        if line.text("event") != "signed":
            found = {} if line.text("manifest_sha256") else found
        elif isinstance(files, dict):
            found |= {str(name): str(digest) for name, digest in files.items()}
    return {name: digest for name, digest in found.items() if is_listable(name)}


def _record(folder: RunFolder) -> tuple[RunRecord | None, str]:
    try:
        return folder.record(), ""
    except RunUnreadable as error:
        return None, str(error)


def _manifest(folder: RunFolder) -> Manifest | None:
    if not (folder.path / MANIFEST).is_file():
        return None
    return read_manifest(folder.content(MANIFEST).decode("utf-8", "replace"))


def _run_lines(kept: KeptLedger | None, record: RunRecord | None, name: str) -> tuple[Line, ...]:
    """Lines of the run; where its record is damaged, of what was last run in the folder."""
    if kept is None:
        return ()
    if record is not None:
        return kept.ledger.of_run(record.run_id, name)
    named = [line for line in kept.ledger.lines if line.text("folder") == name]
    return kept.ledger.of_run(named[-1].text("run_id"), name) if named else ()
