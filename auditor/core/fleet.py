"""Many models, each audited on its own: what became of every one, and of all. Nothing is pooled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from auditor.core.policy import Finding
from auditor.core.review import BaselineFinding, ModelScores
from auditor.core.runs import BatteryIdentity, PolicyIdentity, Settings

Ending = Literal[
    "within-policy",
    "exceeds-policy",
    "could-not-audit",
    "bug",
    "crashed",
    "timed-out",
    "interrupted",
    "lost",
]
"""How one audit ended. The first two are audits; of the others nothing is known about the model.

`could-not-audit`: what the user can mend; `bug`: a mistake in auditor; `crashed`: ended by the
operating system, or without a report; `timed-out`: stopped at its time limit; `lost`: it never
ran, or where it ran is gone."""
ENDINGS: tuple[Ending, ...] = get_args(Ending)
AUDITED: tuple[Ending, ...] = ("within-policy", "exceeds-policy")
WITHIN_POLICY, EXCEEDS_POLICY, COULD_NOT_AUDIT = 0, 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetAudit:
    """What one finished audit came to."""

    scores: ModelScores
    settings: Settings
    battery: BatteryIdentity
    policy: PolicyIdentity
    findings: tuple[Finding, ...]
    increases: tuple[BaselineFinding, ...]
    """What its policy asks of an increase since an earlier run, as its own audit found it."""
    units: tuple[tuple[str, str], ...]
    """Of each criterion's measure, by criterion id."""
    asking_seconds: float
    """Of the process that asked the last question."""
    finished: str
    """UTC, ISO 8601: when the last question was answered."""
    manifest_sha256: str
    """Of the hashes of all files of the run."""
    report: str
    """From the fleet's folder, as in `small/report.pdf`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetModel:
    """One model of a fleet."""

    name: str
    """Of its folder."""
    model: str
    """As the fleet file has it."""
    ending: Ending
    exit_code: int | None
    """Of its process; minus the signal's number for one that a signal ended; None where it has
    none."""
    because: str
    """Why it was not audited, in one line; empty where it was. Untrusted: a file may word it."""
    seconds: float
    """From its start to its end, this time; short where a run was gone on with."""
    log: str
    """What its process said, from the fleet's folder."""
    audit: FleetAudit | None
    """Set exactly where it was audited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetResult:
    """What came of a fleet, in the order of its file."""

    title: str
    """As the fleet file declares it; empty for none."""
    file_sha256: str
    """Of the fleet file as given."""
    started: str
    finished: str
    """Both UTC, ISO 8601."""
    tool_version: str
    placed: Literal["processes", "ray"]
    """Where the audits ran: child processes of one machine, or tasks of a Ray cluster."""
    exit_code: int
    models: tuple[FleetModel, ...]


def is_audited(model: FleetModel) -> bool:
    """Whether there are findings on the model."""
    return model.ending in AUDITED


def exit_code_of(endings: Sequence[Ending]) -> int:
    """What a fleet exits with: a model that was not audited outweighs any finding on the others."""
    if any(ending not in AUDITED for ending in endings):
        return COULD_NOT_AUDIT
    return EXCEEDS_POLICY if "exceeds-policy" in endings else WITHIN_POLICY


def comparable(models: Sequence[FleetModel]) -> list[tuple[FleetModel, ...]]:
    """Those that were asked the same and judged by the same limits, where there are several.

    Largest first, then in the fleet's order.
    """
    groups: dict[tuple[object, ...], list[FleetModel]] = {}
    for model in models:
        if model.audit is not None:
            groups.setdefault(_asked(model.audit), []).append(model)
    several = [tuple(group) for group in groups.values() if len(group) > 1]
    return sorted(several, key=len, reverse=True)


def _asked(audit: FleetAudit) -> tuple[object, ...]:
    settings = audit.settings
    return (
        audit.battery.sha256,
        settings.tier,
        settings.instruments,
        settings.bbq_sha256,
        audit.policy.sha256,
    )
