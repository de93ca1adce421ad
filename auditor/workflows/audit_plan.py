"""Everything of an audit that is known before the model is opened."""

from dataclasses import dataclass
from pathlib import Path

from auditor.battery import POLICY_MEASURES
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.core.policy import Policy
from auditor.core.review import ReviewMissing
from auditor.core.runs import PolicyIdentity
from auditor.prompt_library import askers, load_policy
from auditor.workflows.asking import Plan, plan_battery
from auditor.workflows.audit_request import AuditRequest
from auditor.workflows.presenting import Asked, read_request
from auditor.workflows.questions import Questions, load_questions
from auditor.workflows.reviews.baselines import Planned, begun, read_baseline, to_be_asked
from auditor.workflows.reviews.review import Neighbours


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPlan:
    """What is asked, by which limits it is judged, how it is told, beside what it stands."""

    questions: Questions
    policy: Policy
    policy_identity: PolicyIdentity
    asked: Plan
    presentation: Asked
    beside: Neighbours
    """Read before the first question: a baseline of no use is known before hours are spent."""


def plan_audit(request: AuditRequest, out: Path) -> AuditPlan:
    """Read and check whatever the request names, but the model.

    Raises:
        AuditorError: Something of it is missing, or not what it should be.
    """
    questions = load_questions(request.tier, request.instruments, request.bbq)
    policy, identity = load_policy(
        request.policy,
        known_measures=POLICY_MEASURES,
        known_contrasts=askers(),
    )
    return AuditPlan(
        questions=questions,
        policy=policy,
        policy_identity=identity,
        asked=plan_battery(questions.battery, batch_size=request.batch_size, seed=request.seed),
        presentation=read_request(request.presentation, policy),
        beside=Neighbours(baseline=_baseline(request, questions, policy, out)),
    )


def _baseline(
    request: AuditRequest, questions: Questions, policy: Policy, out: Path
) -> ReviewedScores | ReviewMissing:
    planned = Planned(
        asked=to_be_asked(questions, request.tier),
        source=request.model,
        has_adapter=request.adapter is not None,
        folder=out,
        created=None if request.is_fresh else begun(out),
    )
    return read_baseline(request.baseline, planned, policy)
