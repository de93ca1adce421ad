"""A fleet's outcome, made from the numbers of one audit."""

from collections.abc import Mapping
from dataclasses import replace

from auditor.core.fleet import ENDINGS, Ending, FleetAudit, FleetModel, FleetResult, exit_code_of
from auditor.core.items import Contrast
from auditor.core.results import AuditResult
from auditor.core.review import BaselineFinding, ModelScores, ReviewMissing
from auditor.reporting.document import Document
from auditor.reporting.fleet.fleet_document import fleet_document
from tests.reporting.builders import result
from tests.reporting.hostile import OWN
from tests.reporting.review_builders import with_increases, with_models
from tests.reporting.variants import few

TOLD = few(result())
BECAUSE: Mapping[Ending, str] = {
    "could-not-audit": "models/b.gguf is cut short: it has 3,000,000 bytes and needs 98,362,432; "
    "download or copy it again.",
    "bug": "ValueError: " + " ".join(OWN.values()),
    "crashed": "Its process was ended by signal 11 (SIGSEGV). <b>Loading</b>",
    "timed-out": "It was not finished after 30 minutes and was stopped.",
    "interrupted": "It was stopped with the fleet.",
    "lost": "Its Ray worker was lost: NodeDiedError: the node is gone",
}


def scores(told: AuditResult = TOLD) -> tuple[ModelScores, ...]:
    """Of three models, two of them of one family."""
    found = with_models(told).models
    assert not isinstance(found, ReviewMissing)
    return found.models


def audit(
    one: ModelScores, told: AuditResult = TOLD, *, increases: tuple[BaselineFinding, ...] = ()
) -> FleetAudit:
    units = {measure.measure_id: measure.unit for measure in told.measures}
    return FleetAudit(
        scores=one,
        settings=told.record.settings,
        battery=told.record.battery,
        policy=told.record.policy,
        findings=told.findings,
        increases=increases,
        units=tuple(
            (finding.criterion_id, units[finding.measure_id])
            for finding in told.findings
            if finding.measure_id in units
        ),
        asking_seconds=61.5,
        finished="2026-08-01T09:00:00+00:00",
        manifest_sha256="dd" * 32,
        report="model/report.pdf",
    )


def model(name: str, ending: Ending, found: FleetAudit | None = None) -> FleetModel:
    codes = {"within-policy": 0, "exceeds-policy": 1, "bug": 3, "crashed": -11, "lost": None}
    return FleetModel(
        name=name,
        model=f"models/{name}.gguf",
        ending=ending,
        exit_code=codes.get(ending, 2),
        because=BECAUSE.get(ending, ""),
        seconds=93.4,
        log=f"{name}.log",
        audit=found,
    )


def fleet_of(*models: FleetModel, title: str = "Local models, third quarter") -> FleetResult:
    return FleetResult(
        title=title,
        file_sha256="ee" * 32,
        started="2026-08-01T08:00:00+00:00",
        finished="2026-08-01T09:30:00+00:00",
        tool_version="0.1.0",
        placed="processes",
        exit_code=exit_code_of([one.ending for one in models]),
        models=models,
    )


def whole_fleet() -> FleetResult:
    """Three models that were asked the same, one that was asked something else, every failure."""
    first, second, third = scores()
    other = audit(third)
    return fleet_of(
        model("small", "exceeds-policy", audit(first)),
        model("large", "within-policy", audit(second)),
        model("other-family-with-a-name-as-long-as-one-may-be-1234567890-abcdef", "within-policy",
              replace(other, increases=with_increases(TOLD).baseline_findings)),
        model("asked-less", "within-policy",
              replace(other, settings=replace(other.settings, instruments=("bbq",)))),
        *(model(one, one) for one in ENDINGS if one in BECAUSE),
    )  # fmt: skip


def by_id(told: AuditResult = TOLD) -> dict[str, Contrast]:
    return {one.contrast_id: one for one in told.contrasts}


def document(told: FleetResult | None = None) -> Document:
    return fleet_document(told or whole_fleet(), by_id())
