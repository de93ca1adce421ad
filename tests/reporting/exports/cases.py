"""Results of every kind, to be put through every export."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache

from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult
from auditor.reporting.verdicts import NOT_ASKED
from tests.reporting.builders import record, result
from tests.reporting.fix_builders import fix_result, with_fix
from tests.reporting.layer_builders import layered
from tests.reporting.review_builders import with_baseline, with_increases
from tests.reporting.standalone_builders import standalone_result

BUILDERS: Mapping[str, Callable[[], AuditResult]] = {
    "pairings": result,
    "layers": layered,
    "fix": lambda: with_fix(fix_result("ideal")),
    "hiring": lambda: standalone_result("hiring", is_alone=True),
    "increases": lambda: with_increases(with_baseline(result())),
    "no baseline": lambda: with_increases(result()),
    "nothing judged": lambda: replace(result(), findings=(), measures=()),
}


@cache
def case(name: str) -> AuditResult:
    """The result of this name, built once."""
    return BUILDERS[name]()


def named(name: str) -> AuditResult:
    """An audit of a model with this name."""
    told = record()
    return replace(case("pairings"), record=replace(told, model=replace(told.model, name=name)))


def every_ending() -> tuple[AuditResult, tuple[Finding, ...]]:
    """An audit with every verdict, with and without the policy counting it as a failure."""
    told = case("pairings")
    wanted = (
        (Verdict.PASS, False),
        (Verdict.WARN, False),
        (Verdict.FAIL, True),
        (Verdict.INCONCLUSIVE, False),
        (Verdict.INCONCLUSIVE, True),
        (Verdict.NOT_MEASURABLE, False),
        (Verdict.NOT_MEASURABLE, True),
    )
    findings = tuple(
        replace(finding, verdict=verdict, exceeds_policy=exceeds, reasons=())
        for finding, (verdict, exceeds) in zip(told.findings, wanted, strict=False)
    )
    unasked = replace(
        told.findings[len(wanted)],
        verdict=Verdict.NOT_MEASURABLE,
        reasons=(NOT_ASKED,),
        exceeds_policy=False,
    )
    every = (*findings, unasked)
    return replace(told, findings=every), every
