"""Write down in the ledger beside the run folders what a run began with and what came of it.

An audit never fails for its ledger: what could not be written is said, and the audit stands.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from auditor import __version__
from auditor.core.policy import Verdict
from auditor.core.runs import RunRecord
from auditor.errors import LedgerNotWritten, RunUnreadable
from auditor.proof.attestation import STATEMENT
from auditor.proof.ledger import Event, Ledger, Line
from auditor.proof.ledger_file import TORN, append_entry
from auditor.store import HEAD, MANIFEST, PDF, RECORD, RESPONSES, RESULTS, WITNESS, RunFolder
from auditor.workflows.proofs.ledger_lines import folder_name, ledger_of, read_ledger_at, remember
from auditor.workflows.rendering import Conclusion
from auditor.workflows.run_files import WRITTEN_ONCE


def note_started(folder: RunFolder, record: RunRecord) -> None:
    """Add that a run began, once, and have its folder remember the line.

    Where that is not possible the folder has no `ledger-entry.json`, which `prove` says. Nor has
    one whose first answers no line came before: the report says of the line that it did.
    """
    if (folder.path / WITNESS).exists():
        return
    path = ledger_of(folder.path)
    try:
        line = _started(path, record, folder)
        ledger = None
        if line is None and (folder.path / RESPONSES).exists():
            return
        if line is None:
            ledger = append_entry(path, _facts(folder, record, "started"))
            line = ledger.lines[-1]
        folder.write_json(WITNESS, remember(ledger or read_ledger_at(path), line))
    except (LedgerNotWritten, RunUnreadable):
        return


def prove(conclusion: Conclusion, event: Event) -> Conclusion:
    """Add what came of a run; the conclusion with what is to be said of the ledger."""
    folder, record = conclusion.folder, conclusion.result.record
    facts = {**_facts(folder, record, event), **_outcome(conclusion)}
    return replace(conclusion, ledger_notices=_add(folder, facts))


def note_signed(folder: RunFolder, names: Sequence[str]) -> tuple[str, ...]:
    """Add that files of a finished run were signed, or are signatures; what is to be said of it.

    `names` are the files as they are now, `report.pdf` among them where the signature is in it.
    """
    record = folder.record()
    facts = {
        **_facts(folder, record, "signed"),
        "files": {name: folder.sha256_of(name) for name in sorted(names)},
        "manifest_sha256": folder.sha256_of(MANIFEST),
        "report_sha256": _hash_where_there(folder, PDF),
        "statement_sha256": _hash_where_there(folder, STATEMENT),
    }
    return _add(folder, facts)


def _add(folder: RunFolder, facts: Mapping[str, object]) -> tuple[str, ...]:
    """Add a line and have the folder remember it; what is to be said of the ledger."""
    try:
        ledger = append_entry(ledger_of(folder.path), facts)
        folder.write_json(HEAD, remember(ledger, ledger.lines[-1]))
    except (LedgerNotWritten, RunUnreadable) as error:
        return (str(error),)
    return tuple(_notices(folder, ledger))


def _started(path: Path, record: RunRecord, folder: RunFolder) -> Line | None:
    """The line that the run begins with, where its folder does not remember it."""
    if not path.is_file():
        return None
    own = read_ledger_at(path).of_run(record.run_id, folder_name(folder.path))
    return next((line for line in own if line.text("event") == "started"), None)


def _facts(folder: RunFolder, record: RunRecord, event: Event) -> dict[str, object]:
    """What every line says."""
    return {
        "event": event,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "run_id": record.run_id,
        "folder": folder_name(folder.path),
        "tool": f"auditor {__version__}",
        "model_sha256": record.model.weights_sha256,
        "adapter_sha256": record.model.adapter_sha256,
        "battery": {"version": record.battery.version, "sha256": record.battery.sha256},
        "policy_sha256": record.policy.sha256,
        "evidence": {
            name: folder.sha256_of(name)
            for name in WRITTEN_ONCE
            if (folder.path / name).exists() and (event != "started" or name == RECORD)
        },
    }


def _outcome(conclusion: Conclusion) -> Mapping[str, object]:
    """What a line says of a report."""
    folder, result = conclusion.folder, conclusion.result
    counts = Counter(finding.verdict for finding in result.findings)
    return {
        "results_sha256": folder.sha256_of(RESULTS),
        "manifest_sha256": folder.sha256_of(MANIFEST),
        "html_sha256": folder.sha256_of(conclusion.html),
        "report_sha256": folder.sha256_of(conclusion.pdf) if conclusion.pdf else None,
        "statement_sha256": folder.sha256_of(STATEMENT),
        "verdicts": {verdict.value: counts[verdict] for verdict in Verdict},
        "exit": result.exit_code,
    }


def _hash_where_there(folder: RunFolder, name: str) -> str | None:
    return folder.sha256_of(name) if (folder.path / name).exists() else None


def _notices(folder: RunFolder, ledger: Ledger) -> list[str]:
    path, last = ledger_of(folder.path), ledger.lines[-1]
    is_finished = last.text("event") == "finished"
    # What was found when the run began is said now: then nobody was listening.
    new = ledger.of_run(last.text("run_id"), last.text("folder")) if is_finished else [last]
    said = [
        f"The ledger {path} had an unfinished last line, as a crash leaves it: it is in "
        f"{path.name}{TORN} now, and line {line.number} says so."
        for line in new
        if "torn" in line.entry
    ]
    if is_finished and not (folder.path / WITNESS).exists():
        said.append(
            f"This run begins in no line of the ledger {path}: nothing was added to it before the "
            "first answer, and the report says so."
        )
    return said
