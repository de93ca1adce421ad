"""The gate: an adapter is accepted only where every criterion is met."""

from collections.abc import Sequence

from auditor.battery.fix.association_criteria import (
    judge_bias,
    judge_elsewhere,
    judge_explicit,
)
from auditor.battery.fix.comparing import Comparison
from auditor.battery.fix.controls import judge_controls
from auditor.battery.fix.sensitivity import judge_sensitivity
from auditor.battery.fix.text_criteria import (
    judge_opening,
    judge_replies,
    judge_stated_facts,
    judge_written_answers,
)
from auditor.core.fix_results import ControlResult, GateDecision


def decide(case: Comparison, controls: Sequence[ControlResult]) -> GateDecision:
    """One finding a criterion; what is not shown counts against the fix as what is not met does."""
    findings = (
        judge_bias(case),
        judge_explicit(case),
        judge_sensitivity(case),
        judge_written_answers(case),
        judge_replies(case),
        judge_stated_facts(case),
        judge_opening(case),
        judge_elsewhere(case),
        judge_controls(controls, case.after),
    )
    return GateDecision(is_accepted=all(one.ruling == "met" for one in findings), findings=findings)
