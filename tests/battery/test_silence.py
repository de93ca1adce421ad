"""Where a server gives no log-likelihoods, nothing that rests on them has a value."""

from dataclasses import replace

import pytest

from auditor.battery import INSTRUMENTS, POLICY_MEASURES, measure_all
from auditor.battery.conditions import prompts_of
from auditor.battery.scoring import score_responses
from auditor.core.instrument import Battery
from auditor.core.judging import judge, why_no_value
from auditor.core.measures import WITHOUT_LIKELIHOODS, Measure
from auditor.core.policy import Verdict
from auditor.core.responses import LogLikelihoods, Response
from auditor.prompt_library import askers, load_battery, load_policy
from tests.battery_models import leaning


@pytest.fixture(scope="module")
def battery() -> Battery:
    return load_battery("quick")


@pytest.fixture(scope="module")
def responses(battery: Battery) -> tuple[Response, ...]:
    model = leaning(battery, 0.5, seed=1)
    prompts = [p for item in battery.items for p in prompts_of(item, INSTRUMENTS[item.instrument])]
    told = []
    for prompt, answer in zip(prompts, model.answer(prompts), strict=True):
        blank = Response(
            prompt_id=prompt.prompt_id,
            item_id=prompt.item_id,
            mode=prompt.mode,
            purpose="audit",
            batch=0,
        )
        if isinstance(answer, LogLikelihoods):
            told.append(replace(blank, log_likelihoods=answer.values, n_tokens=answer.n_tokens))
        else:
            told.append(replace(blank, text=answer.text, finish_reason=answer.finish_reason))
    return tuple(told)


def measures(battery: Battery, responses: tuple[Response, ...]) -> dict[str, Measure]:
    found = measure_all(battery, score_responses(battery, responses), ())
    return {one.measure_id: one for one in found}


def without(responses: tuple[Response, ...], *, n_tokens: tuple[int, ...]) -> tuple[Response, ...]:
    """The same texts, and no likelihoods."""
    return tuple(
        replace(one, log_likelihoods=None, n_tokens=n_tokens)
        if one.mode == "log-likelihood"
        else one
        for one in responses
    )


def test_what_has_a_value_rests_on_what_was_written(
    battery: Battery, responses: tuple[Response, ...]
) -> None:
    """The texts are the same with and without, so such a value is the same one too."""
    whole, silent = measures(battery, responses), measures(battery, without(responses, n_tokens=()))
    valued = {key for key, one in silent.items() if one.value is not None}
    assert len(valued) > 100
    assert [key for key in valued if silent[key].value != whole[key].value] == []
    for key, one in silent.items():
        if key not in valued and "text" not in one.name:
            assert one.undefined_because == WITHOUT_LIKELIHOODS
            assert why_no_value(one) == "no-likelihoods"
            assert one.interval is None
            assert one.bounds is None


def test_no_criterion_of_likelihoods_is_judged(
    battery: Battery, responses: tuple[Response, ...]
) -> None:
    policy, _ = load_policy(None, known_measures=POLICY_MEASURES, known_contrasts=askers())
    found = measures(battery, without(responses, n_tokens=()))
    findings = judge(tuple(found.values()), policy)
    told = [one for one in findings if found[one.measure_id].undefined_because is not None]
    assert told
    assert {one.verdict for one in told} == {Verdict.NOT_MEASURABLE}
    assert {one.reasons for one in told} == {("no-likelihoods",)}


def test_numbers_that_are_not_finite_are_told_apart_from_none(
    battery: Battery, responses: tuple[Response, ...]
) -> None:
    broken = without(responses, n_tokens=(3,))
    scores = score_responses(battery, broken)
    because = {one.unscored_because for one in scores if one.mode == "log-likelihood"}
    assert because == {"not-finite"}
    found = {one.undefined_because for one in measures(battery, broken).values()}
    assert WITHOUT_LIKELIHOODS not in found
