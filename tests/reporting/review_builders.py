"""A run beside an earlier one, and beside other models; made from a report's own numbers."""

from dataclasses import replace
from typing import get_args

from auditor.battery.reviewing.baseline_gate import REASONS
from auditor.battery.reviewing.changes import measure_effect
from auditor.core.fix_results import Effect
from auditor.core.measures import Interval
from auditor.core.policy import Finding, Verdict
from auditor.core.results import AuditResult
from auditor.core.review import (
    BaselineFinding,
    Change,
    ModelScores,
    ModelsResult,
    Review,
    ReviewedRun,
    ReviewMissing,
    Word,
)

WORDS: tuple[Word, ...] = get_args(Word)


def effect(value: float, *, half: float = 0.05, n: int = 96, n_unscored: int = 0) -> Effect:
    return Effect(
        value=value,
        interval=Interval(low=value - half, high=value + half, level=0.95),
        n=n,
        n_unscored=n_unscored,
        n_clusters=12,
    )


def reviewed_run(told: AuditResult, *, name: str, parameters: int, weights: str) -> ReviewedRun:
    model = replace(
        told.record.model, name=name, n_parameters=parameters, weights_sha256=weights * 32
    )
    return ReviewedRun(
        run_id=f"20260801T080000Z-{weights * 4}",
        created="2026-08-01T08:00:00+00:00",
        model=model,
        tool_version="0.1.0",
        evidence_sha256="cc" * 32,
    )


def change(told: AuditResult, finding: Finding, word: Word) -> Change:
    """A change of a criterion whose numbers fit its word."""
    moved = {"worse": 0.2, "better": -0.2, "same": 0.0, "undecided": 0.06}.get(word)
    measure = next((m for m in told.measures if m.measure_id == finding.measure_id), None)
    after = measure_effect(measure) if measure else None
    if after is None or after.value is None:
        word = "not-compared"
        moved = None
    before = None if after is None or after.value is None else effect(after.value - (moved or 0.0))
    return Change(
        criterion_id=finding.criterion_id,
        measure_id=finding.measure_id,
        contrast_id=finding.contrast_id,
        unit=measure.unit if measure else "score",
        limit=finding.limit,
        before=None if word == "new" else before,
        after=None if word == "gone" else after,
        difference=None if moved is None else effect(moved),
        adjusted_p=None if moved is None else (0.001 if abs(moved) > 0.1 else 0.6),
        verdict_before=None if word == "new" else finding.verdict,
        verdict_after=None if word == "gone" else finding.verdict,
        word=word,
    )


def review(told: AuditResult, earlier: ReviewedRun, own: ReviewedRun) -> Review:
    """Every word in turn."""
    return Review(
        first=earlier,
        second=own,
        changes=tuple(
            change(told, finding, WORDS[place % len(WORDS)])
            for place, finding in enumerate(told.findings)
        ),
        what_differs=("weights", "quantisation"),
    )


def own_run(told: AuditResult) -> ReviewedRun:
    model = told.record.model
    return reviewed_run(told, name=model.name, parameters=model.n_parameters, weights="ab")


def with_baseline(told: AuditResult) -> AuditResult:
    earlier = reviewed_run(
        told, name="SmolLM2-135M-Instruct.Q8_0", parameters=134_515_008, weights="12"
    )
    return replace(told, baseline=review(told, earlier, own_run(told)))


def increase(told: AuditResult, finding: Finding, reason: str) -> BaselineFinding:
    """A finding on an increase whose numbers fit its reason."""
    size = {"no-worse": 0.01, "increase-beyond": 0.3, "increase-open": 0.08}.get(reason)
    verdict = {
        "no-worse": Verdict.PASS,
        "increase-beyond": Verdict.FAIL,
        "increase-open": Verdict.INCONCLUSIVE,
    }.get(reason, Verdict.NOT_MEASURABLE)
    measure = next((m for m in told.measures if m.measure_id == finding.measure_id), None)
    return BaselineFinding(
        criterion_id=finding.criterion_id,
        measure_id=finding.measure_id,
        contrast_id=finding.contrast_id,
        max_increase=0.1,
        before=None if reason in ("no-baseline", "not-asked") else effect(0.1),
        after=measure_effect(measure) if measure else None,
        increase=None if size is None else effect(size),
        verdict=verdict,
        reasons=(reason,),
        adjusted_p=None if size is None else (0.001 if size > 0.2 else 0.6),
        exceeds_policy=verdict is Verdict.FAIL,
    )


def with_increases(told: AuditResult) -> AuditResult:
    """Every criterion limits an increase; every reason in turn."""
    asked = [one for one in told.findings if not one.measure_id.endswith("-rate")]
    criteria = tuple(replace(one, max_increase=0.1) for one in told.policy.criteria)
    return replace(
        told,
        policy=replace(told.policy, criteria=criteria),
        baseline_findings=tuple(
            increase(told, finding, REASONS[-1 - place % len(REASONS)])
            for place, finding in enumerate(asked)
        ),
    )


def not_comparable(told: AuditResult) -> AuditResult:
    earlier = reviewed_run(told, name="an older one", parameters=134_515_008, weights="12")
    return replace(
        told,
        baseline=ReviewMissing(
            kind="not-comparable", because=("battery", "chat-template"), run=earlier
        ),
    )


def with_models(told: AuditResult) -> AuditResult:
    """Three models, two of them of one family."""
    own = own_run(told)
    others = [
        reviewed_run(told, name="Larger-360M-Instruct", parameters=361_821_120, weights="34"),
        reviewed_run(told, name="Other-1.5B <b>", parameters=1_543_714_304, weights="56"),
    ]
    others[1] = replace(others[1], model=replace(others[1].model, architecture="qwen2"))
    return replace(
        told,
        models=ModelsResult(
            models=tuple(
                ModelScores(
                    run=run,
                    implicit=effect(0.1 * place + 0.05),
                    explicit=effect(0.02 - 0.03 * place),
                    unusable=effect(0.4 - 0.1 * place, n_unscored=40),
                    verdicts=tuple((f.criterion_id, f.verdict) for f in told.findings),
                    values=tuple(
                        (f.criterion_id, measure_effect(m))
                        for f in told.findings
                        for m in told.measures
                        if m.measure_id == f.measure_id
                    ),
                )
                for place, run in enumerate([own, *others])
            ),
            reviews=tuple(review(told, own, other) for other in others),
        ),
    )
