"""Fixes as they could come out, computed from scripted evidence by the gate itself."""

from dataclasses import replace
from functools import cache

from auditor.battery.fix.concluding import conclude_fix
from auditor.core.fix_results import FixMissing, FixResult
from auditor.core.results import AuditResult
from tests.battery.fix.arm_evidence import Kind, build_fix
from tests.reporting.builders import result


@cache
def fix_result(kind: Kind) -> FixResult:
    """What came of a fix with one planted flaw, or none."""
    return conclude_fix(*build_fix(kind))


def with_fix(told: FixResult | FixMissing) -> AuditResult:
    """The builders' audit with this fix."""
    return replace(result(), fix=told)
