"""Models with a known habit: the audit names the habit and is not fooled by it."""

from collections.abc import Callable
from functools import cache
from math import tanh
from pathlib import Path

import numpy as np
import pytest

from auditor.core.instrument import Battery
from auditor.core.policy import Verdict
from auditor.prompt_library import load_battery
from auditor.workflows.audit import AuditRequest, audit_model
from auditor.workflows.concluding import Conclusion
from tests import fakes

Maker = Callable[[Battery], fakes.ScriptedModel]


@cache
def standard() -> Battery:
    return load_battery("standard", instruments=("word-association", "mirrored-statements"))


def audit(make: Maker, out: Path) -> Conclusion:
    return audit_model(
        make(standard()),
        AuditRequest(model="scripted", tier="standard", wants_pdf=False),
        out=out,
        on_batch=lambda _done, _all: None,
    )


HABITS: list[tuple[Maker, str, str, str]] = [
    (fakes.order_copier, "word-association.score", "position-bias", "word-association"),
    (fakes.order_copier, "word-association.text-score", "position-bias", "word-association"),
    (fakes.reverse_copier, "word-association.score", "position-bias", "word-association"),
    (fakes.reverse_copier, "word-association.text-score", "position-bias", "word-association"),
    (fakes.always_agree, "mirrored-statements.score", "agreement-bias", "mirrored-statements"),
    (fakes.always_refuse, "word-association.text-score", "no-answers", "word-association"),
    (fakes.always_three, "mirrored-statements.score", "constant-answer", "mirrored-statements"),
    (fakes.always_three, "word-association.text-score", "no-answers", "word-association"),
    (fakes.uniform_random, "word-association.score", "insensitive", "word-association"),
]


@pytest.mark.parametrize(
    ("make", "measure", "artefact", "instrument"),
    HABITS,
    ids=[f"{make.__name__}-{measure}" for make, measure, _, _ in HABITS],
)
def test_a_habit_is_named_and_neither_biased_nor_fair(
    make: Maker, measure: str, artefact: str, instrument: str, tmp_path: Path
) -> None:
    conclusion = audit(make, tmp_path)
    findings = conclusion.result.findings
    assert {finding.verdict for finding in findings} == {Verdict.NOT_MEASURABLE}
    named = [f.reasons for f in findings if f.measure_id.startswith(f"{measure}[")]
    assert named
    assert all(artefact in reasons for reasons in named)


@pytest.mark.parametrize("strength", [0.8, -0.8])
def test_a_stereotyper_is_called_biased_and_its_strength_recovered(
    strength: float, tmp_path: Path
) -> None:
    conclusion = audit(lambda battery: fakes.stereotyper(battery, strength), tmp_path)
    result = conclusion.result
    assert conclusion.exceeds_policy
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
    tmp_path: Path,
) -> None:
    result = audit(lambda battery: fakes.stereotyper(battery, 0.0), tmp_path).result
    verdicts = {f.verdict for f in result.findings if ".score[" in f.measure_id}
    assert verdicts <= {Verdict.PASS, Verdict.INCONCLUSIVE}


def expected_score(log_odds: float, *, spread: float) -> float:
    """Mean of tanh(ℓ/2) over stimuli whose ℓ is normal around `log_odds`."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    values = [tanh((log_odds + spread * node) / 2) for node in nodes]
    return float(np.dot(weights, values) / weights.sum())
