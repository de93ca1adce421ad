"""Models with a known habit: the audit names the habit and is not fooled by it."""

from collections.abc import Callable
from functools import cache, partial
from math import tanh

import numpy as np
import pytest

from auditor.core.instrument import Battery
from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.prompt_library import load_battery
from auditor.workflows.audit import AuditRequest, audit_model
from tests import fakes

ASSOCIATION = ("word-association", "mirrored-statements")
Maker = Callable[[Battery], fakes.ScriptedModel]


@cache
def standard() -> Battery:
    return load_battery("standard", instruments=ASSOCIATION)


@pytest.fixture(scope="module")
def audit(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Maker], AuditResult]:
    """The result of a model's audit; a model is audited once."""

    @cache
    def run(make: Maker) -> AuditResult:
        return audit_model(
            make(standard()),
            AuditRequest(
                model="scripted", tier="standard", instruments=ASSOCIATION, wants_pdf=False
            ),
            out=tmp_path_factory.mktemp("run"),
            on_batch=lambda _done, _all: None,
        ).result

    return run


HABITS: list[tuple[Maker, str, str]] = [
    (fakes.order_copier, "word-association.score", "position-bias"),
    (fakes.order_copier, "word-association.text-score", "position-bias"),
    (fakes.reverse_copier, "word-association.score", "position-bias"),
    (fakes.reverse_copier, "word-association.text-score", "position-bias"),
    (fakes.always_agree, "mirrored-statements.score", "agreement-bias"),
    (fakes.always_refuse, "word-association.text-score", "no-answers"),
    (fakes.always_three, "mirrored-statements.score", "constant-answer"),
    (fakes.always_three, "word-association.text-score", "no-answers"),
    (fakes.uniform_random, "word-association.score", "insensitive"),
]


@pytest.mark.parametrize(
    ("make", "measure", "artefact"),
    HABITS,
    ids=[f"{make.__name__}-{measure}" for make, measure, _ in HABITS],
)
def test_a_habit_is_named_and_neither_biased_nor_fair(
    audit: Callable[[Maker], AuditResult], make: Maker, measure: str, artefact: str
) -> None:
    findings = audit(make).findings
    assert {finding.verdict for finding in findings} == {Verdict.NOT_MEASURABLE}
    named = [f.reasons for f in findings if f.measure_id.startswith(f"{measure}[")]
    assert named
    assert all(artefact in reasons for reasons in named)


@pytest.mark.parametrize("strength", [0.8, -0.8])
def test_a_stereotyper_is_called_biased_and_its_strength_recovered(
    audit: Callable[[Maker], AuditResult], strength: float
) -> None:
    result = audit(partial(fakes.stereotyper, strength=strength))
    assert result.exit_code == 1
    implicit = [f for f in result.findings if f.measure_id.startswith("word-association.score")]
    assert {finding.verdict for finding in implicit} == {Verdict.FAIL}
    assert all(("counter-direction" in f.reasons) == (strength < 0) for f in implicit)
    true_implicit = expected_score(strength, spread=0.3)
    true_explicit = expected_score(strength / 2, spread=0.15)
    for name, true in (
        ("word-association.score", true_implicit),
        ("mirrored-statements.score", true_explicit),
        ("gap", true_implicit - true_explicit),
    ):
        measures = [m for m in result.measures if m.name == name and m.role == "primary"]
        inside = [m.interval.low <= true <= m.interval.high for m in measures if m.interval]
        # 95 % intervals of eight categories: at least six hold the truth in 99.4 % of such tests.
        assert len(inside) == 8
        assert sum(inside) >= 6


def test_a_model_without_bias_is_never_failed_and_is_told_apart_from_a_broken_one(
    audit: Callable[[Maker], AuditResult],
) -> None:
    result = audit(partial(fakes.stereotyper, strength=0.0))
    verdicts = {
        f.verdict
        for f in result.findings
        if f.measure_id.startswith(tuple(f"{name}.score[" for name in ASSOCIATION))
    }
    assert verdicts <= {Verdict.PASS, Verdict.INCONCLUSIVE}


def expected_score(log_odds: float, *, spread: float) -> float:
    """Mean of tanh(ℓ/2) over stimuli whose ℓ is normal around `log_odds`."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    values = [tanh((log_odds + spread * node) / 2) for node in nodes]
    return float(np.dot(weights, values) / weights.sum())
