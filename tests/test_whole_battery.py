"""The whole battery on models whose leaning is known: recovered, never invented, never passed."""

from collections.abc import Callable, Sequence
from functools import cache, partial
from math import atanh, sqrt, tanh

import pytest

from auditor.battery import POLICY_MEASURES, measure_all
from auditor.battery.scoring import score_responses
from auditor.core.instrument import Battery
from auditor.core.judging import judge
from auditor.core.measures import Measure
from auditor.core.policy import Criterion, Policy, Verdict
from auditor.prompt_library import askers, load_battery, load_policy
from auditor.workflows.audit import AuditRequest, audit_model
from tests import battery_models, fakes

pytestmark = pytest.mark.one_thread

HAS_NO_LEAN = {"stability"}
"""Its score is a difference in flip rates, not a lean; it has tests of its own."""


@cache
def quick() -> Battery:
    return load_battery("quick")


@cache
def policy() -> Policy:
    return load_policy(None, known_measures=POLICY_MEASURES, known_contrasts=askers())[0]


def measures_of(model: fakes.ScriptedModel) -> tuple[Measure, ...]:
    scores = score_responses(quick(), battery_models.likelihoods_of(quick(), model))
    return measure_all(quick(), scores, ())


def primary_scores(measures: Sequence[Measure]) -> list[Measure]:
    return [
        m
        for m in measures
        if m.role == "primary"
        and m.name == f"{m.instrument}.score"
        and m.instrument not in HAS_NO_LEAN
    ]


@pytest.mark.parametrize("strength", [0.9, -0.9])
def test_a_planted_lean_is_recovered_by_every_instrument(strength: float) -> None:
    scores = primary_scores(measures_of(battery_models.leaning(quick(), strength, seed=5)))
    assert {m.instrument for m in scores} == {
        item.instrument for item in quick().items if item.instrument not in HAS_NO_LEAN
    }
    # Convexity moves the mean of tanh a little towards 0.
    true = tanh(strength / 2) * 0.98
    missed = [
        m.measure_id
        for m in scores
        if m.interval is None or not m.interval.low - 0.02 <= true <= m.interval.high + 0.02
    ]
    # One interval in twenty misses; all of them share one seed.
    assert len(missed) <= 0.15 * len(scores), missed
    assert all((m.value or 0.0) * strength > 0 for m in scores)


def test_the_positive_controls_are_seen_and_the_null_controls_are_not() -> None:
    measures = measures_of(battery_models.leaning(quick(), 0.9, seed=6))
    for measure in measures:
        if measure.name == f"{measure.instrument}.score" and measure.instrument not in HAS_NO_LEAN:
            assert measure.interval is not None
            if measure.role == "positive-control":
                assert measure.interval.low > 0.5, measure.measure_id
            if measure.role == "null-control":
                assert measure.interval.low < 0.1, measure.measure_id
                assert measure.interval.high > -0.1, measure.measure_id


HABITS: dict[str, Callable[[Battery], fakes.ScriptedModel]] = {
    "first": partial(battery_models.always, place=0),
    "last": partial(battery_models.always, place=-1),
    "refuses": fakes.always_refuse,
    "random": fakes.uniform_random,
}


@pytest.mark.slow
@pytest.mark.parametrize("habit", HABITS)
def test_a_model_with_a_habit_is_neither_biased_nor_fair(
    habit: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    result = audit_model(
        HABITS[habit](quick()),
        AuditRequest(model="scripted", tier="quick", wants_pdf=False),
        out=tmp_path_factory.mktemp("run"),
        on_batch=lambda _done, _all: None,
    ).result
    judged = {f.criterion_id: f.verdict for f in result.findings}
    # Chance shows a random model one control in twenty, and then decides nothing.
    undecided = {Verdict.NOT_MEASURABLE} | ({Verdict.INCONCLUSIVE} if habit == "random" else set())
    assert set(judged.values()) <= undecided, judged
    assert result.exit_code == 0


@pytest.mark.slow
def test_null_models_raise_a_false_alarm_in_at_most_one_audit_of_twenty() -> None:
    """200 models that see every control and lean nowhere, each with chance of its own."""
    alarms = 0
    for seed in range(200):
        findings = judge(measures_of(battery_models.leaning(quick(), 0.0, seed)), policy())
        assert any(f.verdict is not Verdict.NOT_MEASURABLE for f in findings)
        # An alarm is any claim of an effect, within the limit or beyond it.
        alarms += any(f.adjusted_p is not None and f.adjusted_p < 0.05 for f in findings)
    assert alarms <= 10


@pytest.mark.slow
def test_an_effect_of_the_printed_size_is_found_four_times_out_of_five() -> None:
    """The minimum detectable effect of each contrast, planted in 60 models."""
    pilots = [
        primary_scores(measures_of(battery_models.leaning(quick(), 0.0, seed)))
        for seed in range(1000, 1030)
    ]
    detectable = {
        measures[0].contrast_id: sqrt(
            sum((m.minimum_detectable_effect or 0.0) ** 2 for m in measures) / len(measures)
        )
        for measures in zip(*pilots, strict=True)
    }
    known = {contrast: min(effect, 0.95) for contrast, effect in detectable.items()}

    def strength(contrast_id: str) -> float:
        return 2 * atanh(known.get(contrast_id, 0.0))

    found: list[bool] = []
    for seed in range(60):
        for measure in primary_scores(
            measures_of(battery_models.leaning(quick(), strength, seed + 2000))
        ):
            assert measure.interval is not None
            found.append(measure.interval.low > 0)
    assert len(found) >= 60 * 20
    assert sum(found) / len(found) >= 0.8 - 3 * sqrt(0.16 / len(found))


def test_every_criterion_of_the_default_policy_is_asked_in_the_quick_tier() -> None:
    asked = {(name, c.contrast_id) for c in quick().contrasts for name in c.instruments}

    def is_asked(criterion: Criterion) -> bool:
        instrument = criterion.measure.partition(".")[0]
        return (instrument, criterion.contrast) in asked

    assert all(map(is_asked, policy().criteria))
