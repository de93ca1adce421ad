"""A finished run as it lies on disk: its evidence checked, and what follows from it."""

from dataclasses import dataclass
from hashlib import sha256

from auditor.battery import measure_all
from auditor.battery.scoring import numerical_noise, score_responses
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.judging import judge
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Policy
from auditor.core.responses import Response, Score
from auditor.core.runs import RunRecord
from auditor.errors import RunUnreadable
from auditor.store import RunFolder
from auditor.workflows.asking import plan_battery
from auditor.workflows.proofs.ledger_lines import refuse_other_evidence
from auditor.workflows.questions import questions_of
from auditor.workflows.run_files import recorded_files


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The answers of a run, scored, measured and judged."""

    responses: tuple[Response, ...]
    scores: tuple[Score, ...]
    noise: tuple[NumericalNoise, ...]
    measures: tuple[Measure, ...]
    findings: tuple[Finding, ...]
    responses_sha256: str


def require_record(folder: RunFolder) -> None:
    """Refuse a folder that no run was begun in."""
    if not folder.has_record():
        raise RunUnreadable(
            f"{folder.path} is not a run folder: it has no run.json. Name a folder that `auditor "
            "run` has written."
        )


def check_run(folder: RunFolder) -> tuple[RunRecord, Battery]:
    """What a finished run asked, once its evidence has been found whole and unaltered.

    Raises:
        RunUnreadable: It is no run, not finished, altered, or made with another battery.
    """
    path = folder.path
    require_record(folder)
    folder.check_evidence(recorded_files(folder))
    record = folder.record()
    battery = questions_of(folder, record)
    if battery.sha256 != record.battery.sha256:
        raise RunUnreadable(
            f"{path} was made with battery {record.battery.version} "
            f"({record.battery.sha256[:12]}), and this auditor ships {battery.version} "
            f"({battery.sha256[:12]}): use the version of auditor named in its run.json."
        )
    settings = record.settings
    plan = plan_battery(battery, batch_size=settings.batch_size, seed=settings.seed)
    folder.check_complete(plan.whole(folder.responses()))
    refuse_other_evidence(folder, record)
    return record, battery


def score_run(folder: RunFolder, battery: Battery, policy: Policy) -> Scored:
    """Score, measure and judge what a run's folder holds."""
    responses = folder.responses()
    scores = score_responses(battery, responses)
    noise = numerical_noise(battery, responses)
    measures = measure_all(battery, scores, noise)
    return Scored(
        responses=tuple(responses),
        scores=tuple(scores),
        noise=noise,
        measures=measures,
        findings=judge(measures, policy),
        responses_sha256=sha256(folder.content("responses.jsonl")).hexdigest(),
    )
