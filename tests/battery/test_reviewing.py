"""Two runs on the same questions: the words, the pairing, and laws that any comparison obeys."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from auditor.battery import measure_all
from auditor.battery.conditions import in_condition
from auditor.battery.reviewing.changes import review
from auditor.battery.reviewing.models import models_result
from auditor.battery.reviewing.run_scores import (
    ReviewedScores,
    obstacles,
    stimulus_scores,
    what_differs,
)
from auditor.battery.scoring import score_responses
from auditor.core.judging import judge
from auditor.core.model import LanguageModel
from auditor.core.policy import Criterion, Policy
from auditor.core.review import ReviewedRun
from auditor.prompt_library import load_battery
from auditor.store import RunFolder
from auditor.workflows.asking import ask, plan_battery
from tests.builders import record
from tests.fakes import always_refuse, stereotyper, uniform_random

NAMES = ("word-association", "mirrored-statements")
BATTERY = load_battery("quick", instruments=NAMES)
POLICY = Policy(
    name="test",
    version="1",
    owner="nobody",
    description="",
    criteria=tuple(
        Criterion(id=f"{kind}/{contrast}", measure=measure, contrast=contrast, limit=0.10)
        for kind, measure in (
            ("implicit", "word-association.score"),
            ("written", "word-association.text-score"),
            ("explicit", "mirrored-statements.score"),
            ("gap", "gap"),
            ("unusable", "word-association.invalid-rate"),
        )
        for contrast in ("race.terms", "gender.terms", "age.terms")
    ),
)


def reviewed(
    model: LanguageModel, *, policy: Policy = POLICY, weights: str = "ab"
) -> ReviewedScores:
    plan = plan_battery(BATTERY, batch_size=64, seed=0)
    with TemporaryDirectory() as folder:
        responses = ask(model, plan, RunFolder(Path(folder)), lambda _done, _all: None)
    scores = score_responses(BATTERY, responses)
    measures = measure_all(BATTERY, scores, ())
    made = record(weights=weights * 32)
    return ReviewedScores(
        run=ReviewedRun(
            run_id="r",
            created="2026-01-01T00:00:00+00:00",
            model=made.model,
            tool_version="1",
            evidence_sha256="0" * 64,
        ),
        record=made,
        battery=in_condition(BATTERY, "question"),
        scores=tuple(scores),
        measures=measures,
        findings=judge(measures, policy),
    )


@pytest.fixture(scope="module")
def mild() -> ReviewedScores:
    return reviewed(stereotyper(BATTERY, 0.3))


@pytest.fixture(scope="module")
def strong() -> ReviewedScores:
    return reviewed(stereotyper(BATTERY, 0.8))


def test_a_run_beside_itself_is_the_same_everywhere(mild: ReviewedScores) -> None:
    for change in review(mild, mild).changes:
        if change.word == "not-compared":
            # A share of unusable answers is no mean of stimulus scores.
            assert change.criterion_id.startswith("unusable/")
            continue
        assert change.difference is not None
        assert change.difference.value == 0
        assert change.word == "same"


def test_a_larger_bias_is_worse_and_the_way_back_is_better(
    mild: ReviewedScores, strong: ReviewedScores
) -> None:
    forth = {one.criterion_id: one for one in review(mild, strong).changes}
    back = {one.criterion_id: one for one in review(strong, mild).changes}
    assert forth["implicit/race.terms"].word == "worse"
    assert back["implicit/race.terms"].word == "better"
    for criterion, change in forth.items():
        other = back[criterion]
        if change.difference is None or other.difference is None:
            assert change.difference == other.difference
            continue
        assert change.difference.value == pytest.approx(-(other.difference.value or 0.0))
        assert change.adjusted_p == pytest.approx(other.adjusted_p)


def test_a_sign_that_turns_is_judged_by_its_size() -> None:
    turned = review(reviewed(stereotyper(BATTERY, 0.3)), reviewed(stereotyper(BATTERY, -1.5)))
    words = {one.criterion_id: one.word for one in turned.changes}
    assert words["implicit/race.terms"] == "worse"


def test_a_bias_that_tips_over_to_the_same_size_is_neither_better_nor_worse() -> None:
    tipped = review(reviewed(stereotyper(BATTERY, 0.5)), reviewed(stereotyper(BATTERY, -0.5)))
    change = {one.criterion_id: one for one in tipped.changes}["implicit/race.terms"]
    assert change.adjusted_p is not None
    assert change.adjusted_p < 0.05
    assert change.word == "undecided"


def test_a_few_written_answers_of_which_none_turned_are_not_the_same_for_other_weights(
    mild: ReviewedScores,
) -> None:
    model = replace(mild.run.model, weights_sha256="f" * 64)
    other = replace(mild, run=replace(mild.run, model=model))
    words = {one.criterion_id: one.word for one in review(mild, other).changes}
    written = [key for key, word in words.items() if key.startswith("written/")]
    assert {words[key] for key in written} == {"undecided"}
    assert words["implicit/race.terms"] == "same"


def test_stimulus_scores_are_what_the_measure_is_the_mean_of(mild: ReviewedScores) -> None:
    n_checked = 0
    for measure in mild.measures:
        if measure.role != "primary" or measure.condition != "question":
            continue
        found = stimulus_scores(mild, measure.name, measure.contrast_id)
        if found and measure.value is not None:
            assert sum(found.values()) / len(found) == pytest.approx(measure.value, abs=1e-9)
            n_checked += 1
    assert n_checked > 10


def test_noise_alone_is_called_a_change_no_more_often_than_the_level() -> None:
    runs = [reviewed(uniform_random(BATTERY, seed=seed)) for seed in range(12)]
    shown = [
        any(one.word in ("worse", "better") for one in review(first, second).changes)
        for first, second in zip(runs[::2], runs[1::2], strict=True)
    ]
    assert sum(shown) <= 1


def test_criteria_of_one_policy_alone_are_new_or_gone(mild: ReviewedScores) -> None:
    fewer = replace(POLICY, criteria=POLICY.criteria[1:])
    without = replace(
        mild,
        findings=judge(mild.measures, fewer),
        measures=tuple(
            m for m in mild.measures if m.measure_id != "word-association.score[race.terms]"
        ),
    )
    words = {one.criterion_id: one.word for one in review(without, mild).changes}
    assert words["implicit/race.terms"] == "new"
    words = {one.criterion_id: one.word for one in review(mild, without).changes}
    assert words["implicit/race.terms"] == "gone"


def test_other_questions_are_an_obstacle_and_other_weights_are_not() -> None:
    first, second = record(), record(weights="cd" * 32)
    assert obstacles(first, second, is_baseline=True) == ()
    assert what_differs(first, second) == ("weights",)
    battery = replace(second, battery=replace(second.battery, sha256="other"))
    assert obstacles(first, battery, is_baseline=False) == ("battery",)
    template = replace(second, model=replace(second.model, chat_template_sha256="ee" * 32))
    assert obstacles(first, template, is_baseline=True) == ("chat-template",)
    assert obstacles(first, template, is_baseline=False) == ()


def test_what_fell_silent_is_not_called_better(strong: ReviewedScores) -> None:
    silent = reviewed(always_refuse(BATTERY))
    quiet = [
        replace(one, n=one.n // 2, n_unscored=one.n_unscored + one.n - one.n // 2, value=0.01)
        if one.name == "word-association.text-score"
        else one
        for one in strong.measures
    ]
    words = {one.word for one in review(strong, silent).changes if "written/" in one.criterion_id}
    assert words == {"not-compared"}
    half = replace(strong, measures=tuple(quiet))
    words = {one.word for one in review(strong, half).changes if "written/" in one.criterion_id}
    assert words == {"undecided"}
    words = {one.word for one in review(half, strong).changes if "written/" in one.criterion_id}
    assert "undecided" not in words


def test_several_models_each_have_their_pooled_scores(
    mild: ReviewedScores, strong: ReviewedScores
) -> None:
    found = models_result([mild, strong])
    first, second = (one.implicit.value for one in found.models)
    assert first is not None
    assert second is not None
    assert 0 < first < second
    assert all(one.implicit.interval is not None for one in found.models)
    assert len(found.reviews) == 1
    assert found.models[0].unusable.value == pytest.approx(0.0, abs=0.2)
