"""What a fleet's finished audits came to, read from their folders and computed anew."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from auditor.battery.reviewing.models import models_result
from auditor.core.fleet import FleetAudit
from auditor.core.items import Contrast
from auditor.core.policy import Policy
from auditor.core.review import BaselineFinding
from auditor.store import MANIFEST, RunFolder
from auditor.workflows.reviews.review import read_run
from auditor.workflows.run_files import BASELINE_FINDINGS, POLICY, Finish

_REPORTS = ("report.pdf", "report.html")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadAudit:
    """One audit, with what its criteria are about."""

    audit: FleetAudit
    contrasts: tuple[Contrast, ...]


def read_audit(path: Path) -> ReadAudit:
    """A finished run, judged by the limits that were declared before it.

    Raises:
        RunUnreadable: It is not finished, or no longer what the run wrote.
    """
    folder = RunFolder(path)
    folder.check_evidence((BASELINE_FINDINGS,))
    run = read_run(path, folder.read_json(POLICY, Policy))
    record, finish = run.record, folder.read_json(Finish.FILE, Finish)
    units = {measure.measure_id: measure.unit for measure in run.measures}
    audit = FleetAudit(
        scores=models_result([run]).models[0],
        settings=record.settings,
        battery=record.battery,
        policy=record.policy,
        findings=run.findings,
        increases=_increases(folder),
        units=tuple(
            (finding.criterion_id, units[finding.measure_id])
            for finding in run.findings
            if finding.measure_id in units
        ),
        asking_seconds=finish.asking_seconds,
        finished=finish.finished,
        manifest_sha256=sha256(folder.content(MANIFEST)).hexdigest(),
        report=f"{path.name}/{_report(path)}",
    )
    return ReadAudit(audit=audit, contrasts=run.battery.contrasts)


def manifest_mark(path: Path) -> tuple[int, int] | None:
    """What changes whenever an audit writes its hashes; None where there are none."""
    try:
        # Opened, since a shared disk may answer from memory what a worker has since replaced.
        with (path / MANIFEST).open("rb") as file:
            facts = os.fstat(file.fileno())
    except OSError:
        return None
    return facts.st_ino, facts.st_mtime_ns


def contrasts_of(audits: Iterable[ReadAudit]) -> dict[str, Contrast]:
    """Every contrast that any of them asked, by id."""
    return {one.contrast_id: one for read in audits for one in read.contrasts}


def _increases(folder: RunFolder) -> tuple[BaselineFinding, ...]:
    """As the audit stored them: the earlier run may be gone by now."""
    if not (folder.path / BASELINE_FINDINGS).exists():
        return ()
    return folder.read_json(BASELINE_FINDINGS, tuple[BaselineFinding, ...])


def _report(path: Path) -> str:
    return next((name for name in _REPORTS if (path / name).exists()), _REPORTS[-1])
