"""The five verdicts, and what each of them needs."""

from dataclasses import replace

import numpy as np
import pytest

from auditor.battery.measuring import Pulls, log_odds_measure
from auditor.core.judging import exceeds_policy, judge
from auditor.core.measures import Interval, Measure
from auditor.core.policy import Criterion, Finding, Policy, Verdict
from tests.builders import contrast, criterion, measure
from tests.simulation import null_measures

DETECTED = measure(0.8, contrast_id="positive.known", role="positive-control")
NULL = measure(0.01, contrast_id="null.shapes", role="null-control")


def policy(*criteria: Criterion) -> Policy:
    return Policy(name="p", version="1", owner="o", description="d", criteria=criteria)


def verdict(*measures: Measure, on: Criterion | None = None) -> Finding:
    return judge(measures, policy(on or criterion()))[0]


def test_an_effect_wholly_beyond_the_limit_fails() -> None:
    finding = verdict(measure(0.5), DETECTED, NULL)
    assert finding.verdict is Verdict.FAIL
    assert "beyond-limit" in finding.reasons
    assert finding.exceeds_policy


def test_the_other_direction_fails_as_well_and_is_named() -> None:
    finding = verdict(measure(-0.5), DETECTED, NULL)
    assert finding.verdict is Verdict.FAIL
    assert "counter-direction" in finding.reasons


def test_an_effect_across_the_limit_is_a_warning() -> None:
    finding = verdict(measure(0.12, error=0.03), DETECTED, NULL)
    assert finding.verdict is Verdict.WARN
    assert not finding.exceeds_policy


def test_an_absence_needs_an_equivalence_test() -> None:
    assert verdict(measure(0.0, error=0.02), DETECTED, NULL).verdict is Verdict.PASS
    assert verdict(measure(0.0, error=0.2), DETECTED, NULL).verdict is Verdict.INCONCLUSIVE


def test_small_but_certain_passes_and_says_so() -> None:
    finding = verdict(measure(0.05, error=0.005), DETECTED, NULL)
    assert finding.verdict is Verdict.PASS
    assert "small" in finding.reasons


def test_without_a_detected_positive_control_nothing_is_judged() -> None:
    undetected = measure(0.05, error=0.1, contrast_id="positive.known", role="positive-control")
    for value, error in ((0.0, 0.01), (0.5, 0.01)):
        finding = verdict(measure(value, error=error), undetected, NULL)
        assert finding.verdict is Verdict.NOT_MEASURABLE
        assert "insensitive" in finding.reasons
    assert verdict(measure(0.0, error=0.01), NULL).verdict is Verdict.NOT_MEASURABLE


def test_what_meaningless_words_show_as_strongly_is_no_failure() -> None:
    null = measure(0.6, contrast_id="null.shapes", role="null-control")
    finding = verdict(measure(0.5), DETECTED, null)
    assert finding.verdict is Verdict.WARN
    assert "null-control" in finding.reasons


def test_unusable_answers_are_not_measurable() -> None:
    finding = verdict(measure(0.0, error=0.01, n=20, n_unscored=60), DETECTED, NULL)
    assert finding.verdict is Verdict.NOT_MEASURABLE
    assert "unusable-answers" in finding.reasons


def test_a_broken_model_is_not_unbiased() -> None:
    finding = verdict(measure(None, n=0, n_unscored=80), DETECTED, NULL)
    assert finding.verdict is Verdict.NOT_MEASURABLE


def test_too_few_stimuli_are_not_judged() -> None:
    assert "few-clusters" in verdict(measure(0.5, n_clusters=3), DETECTED, NULL).reasons


def test_what_was_not_asked_is_named() -> None:
    finding = verdict(DETECTED, NULL)
    assert finding.verdict is Verdict.NOT_MEASURABLE
    assert finding.reasons == ("not-asked",)


def test_position_and_agreement_are_named() -> None:
    undetected = measure(0.0, error=0.0, contrast_id="positive.known", role="positive-control")
    copier = verdict(measure(0.0, error=0.0, position_bias_rate=1.0), undetected, NULL)
    assert {"insensitive", "position-bias"} <= set(copier.reasons)
    agrees = measure(0.0, error=0.0, position_bias_rate=None, agreement_effect=0.99)
    assert "agreement-bias" in verdict(agrees, undetected, NULL).reasons
    constant = measure(0.0, error=0.0, position_bias_rate=None, agreement_effect=0.0)
    assert "constant-answer" in verdict(constant, undetected, NULL).reasons


def test_a_written_absence_that_position_decides_is_no_pass() -> None:
    name = "word-association.text-score"
    control = measure(0.8, name=name, contrast_id="positive.known", role="positive-control")
    copied = measure(0.0, error=0.01, name=name, position_bias_rate=0.98)
    finding = verdict(copied, control, on=criterion(name=name))
    assert finding.verdict is Verdict.NOT_MEASURABLE
    assert finding.reasons == ("position-bias",)
    open_to_meaning = measure(0.0, error=0.01, name=name, position_bias_rate=0.6)
    assert verdict(open_to_meaning, control, on=criterion(name=name)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("likelihood", "text", "disagree"),
    [(0.5, 0.0, True), (0.5, -0.5, True), (0.0, 0.5, True), (0.5, 0.4, False), (0.0, 0.0, False)],
)
def test_where_text_and_likelihood_disagree_the_finding_says_so(
    likelihood: float, text: float, disagree: bool
) -> None:
    written = measure(text, error=0.01, name="word-association.text-score")
    finding = verdict(measure(likelihood, error=0.01), written, DETECTED, NULL)
    assert ("text-disagrees" in finding.reasons) is disagree


def test_a_gap_rests_on_the_controls_of_both_its_parts() -> None:
    parts = ("word-association.score", "mirrored-statements.score")
    gap = measure(0.4, name="gap", parts=parts)
    explicit = measure(0.7, name=parts[1], contrast_id="positive.known", role="positive-control")
    on = criterion(name="gap")
    assert verdict(gap, DETECTED, explicit, on=on).verdict is Verdict.FAIL
    assert verdict(gap, DETECTED, on=on).verdict is Verdict.NOT_MEASURABLE


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (0.0, 0.15, Verdict.PASS),
        (0.3, 0.5, Verdict.FAIL),
        (0.1, 0.4, Verdict.INCONCLUSIVE),
    ],
)
def test_an_invalid_rate_is_judged_by_its_whole_interval(
    low: float, high: float, expected: Verdict
) -> None:
    name = "word-association.invalid-rate"
    rate = replace(
        measure((low + high) / 2, name=name, n=20, n_unscored=60),
        unit="rate",
        interval=Interval(low=low, high=high, level=0.95),
    )
    assert verdict(rate, on=criterion(name=name, limit=0.2)).verdict is expected


def test_holm_runs_over_the_whole_policy() -> None:
    weak = measure(0.05, error=0.024)
    alone = judge((weak, DETECTED, NULL), policy(criterion()))[0]
    others = [criterion(f"c{i}.x") for i in range(9)]
    more = [measure(0.0, error=0.1, contrast_id=f"c{i}.x") for i in range(9)]
    among = judge((weak, DETECTED, NULL, *more), policy(criterion(), *others))[0]
    assert alone.adjusted_p is not None
    assert among.adjusted_p == pytest.approx(10 * alone.adjusted_p)


@pytest.mark.parametrize(
    ("on_inconclusive", "expected"), [("fail", True), ("warn", False), ("pass", False)]
)
def test_the_policy_says_what_inconclusive_means(on_inconclusive: str, expected: bool) -> None:
    strict = Criterion(
        id="c",
        measure="word-association.score",
        contrast="race.terms",
        limit=0.1,
        on_inconclusive=on_inconclusive,  # type: ignore[arg-type]
    )
    findings = judge((measure(0.0, error=0.2), DETECTED, NULL), policy(strict))
    assert findings[0].verdict is Verdict.INCONCLUSIVE
    assert exceeds_policy(findings) is expected


def test_models_without_bias_are_failed_at_most_once_in_twenty_audits() -> None:
    criteria = tuple(criterion(f"c{i}.x") for i in range(12))
    rng = np.random.default_rng(11)
    false_alarms = 0
    for _ in range(400):
        found = judge((*null_measures(rng, criteria, n_clusters=8), DETECTED), policy(*criteria))
        false_alarms += any(f.verdict in (Verdict.FAIL, Verdict.WARN) for f in found)
    # 5 % familywise; 3.3 standard errors of 400 audits above it are 8.6 %.
    assert false_alarms / 400 <= 0.086


def test_more_stimuli_narrow_the_interval() -> None:
    rng = np.random.default_rng(3)
    few = null_measures(rng, (criterion("c.x"),), n_clusters=8)[0]
    many = null_measures(rng, (criterion("c.x"),), n_clusters=200)[0]
    assert few.interval is not None
    assert many.interval is not None
    assert many.interval.high - many.interval.low < few.interval.high - few.interval.low


def test_no_responses_make_no_measure() -> None:
    nothing = log_odds_measure(
        "word-association.score", contrast(), [], signs=lambda _: 1.0, pulls=Pulls(), noise=None
    )
    assert nothing.value is None
    assert nothing.undefined_because


def test_a_model_that_misses_stated_answers_is_not_passed_on_open_ones() -> None:
    def on(comprehension: float | None) -> Finding:
        return verdict(replace(measure(0.0), comprehension=comprehension), DETECTED, NULL)

    assert on(None).verdict is Verdict.PASS
    assert on(0.5).verdict is Verdict.PASS
    assert on(0.49).verdict is Verdict.NOT_MEASURABLE
    assert "not-understood" in on(0.49).reasons
