"""How far two variants of one network lie apart: hand-worked values, laws, and refusals."""

from dataclasses import replace
from functools import cache
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.battery.reviewing.distances import (
    distances,
    divergence,
    log_likelihoods,
    pair_distances,
    preferred,
    ungrounded,
)
from auditor.core.instrument import Battery
from auditor.core.items import Item
from auditor.core.runs import ModelIdentity
from auditor.prompt_library import load_battery
from tests.battery_models import leaning
from tests.builders import record
from tests.fakes import ScriptedModel
from tests.reporting.comparison_builders import ScriptedRun, scripted_run

RECORD = replace(record(), token_ids_sha256="11" * 32)
LIKELIHOODS = st.lists(st.floats(-30, 0), min_size=2, max_size=6)


@cache
def admissions() -> Battery:
    return load_battery("quick", instruments=("admissions",))


def forms(item: Item, yes: float, no: float) -> list[float]:
    """The same log-likelihood for every form of an answer."""
    return [yes if answer == "yes" else no for answer in item.answers]


def answering(yes: float, no: float) -> ScriptedRun:
    """The same answer to every question."""
    model = ScriptedModel(admissions(), lambda item: forms(item, yes, no), lambda _: "Yes")
    return scripted_run(admissions(), model, made=RECORD)


def test_a_divergence_worked_out_by_hand() -> None:
    """½ ln(½/¼) + ½ ln(½/¾) = ½ ln(4/3)."""
    assert divergence([log(0.5)] * 2, [log(0.25), log(0.75)]) == pytest.approx(0.5 * log(4 / 3))


@given(LIKELIHOODS, st.floats(-20, 20))
def test_nothing_lies_apart_from_itself(values: list[float], shift: float) -> None:
    assert divergence(values, values) == 0
    moved = [value + shift for value in values]
    assert divergence(values, moved) == pytest.approx(0, abs=1e-9)


@given(LIKELIHOODS, st.data())
def test_a_divergence_is_never_negative(values: list[float], data: st.DataObject) -> None:
    others = data.draw(st.lists(st.floats(-30, 0), min_size=len(values), max_size=len(values)))
    assert divergence(values, others) >= 0


def item() -> Item:
    answers = ("yes", "yes", "no", "no")
    return replace(admissions().items[0], answers=answers, continuations=("Yes", "yes", "No", "no"))


def test_another_form_of_the_same_answer_is_no_flip() -> None:
    assert preferred(item(), (-1, -3, -4, -4)) == preferred(item(), (-3, -1, -4, -4)) == {"yes"}
    assert preferred(item(), (-4, -4, -1, -3)) == {"no"}
    assert preferred(item(), (-1, -2, -1, -2)) == {"yes", "no"}


def test_over_a_run_the_mean_and_the_flips_are_those_of_its_items() -> None:
    yes, no = answering(-1, -2), answering(-2, -1)
    found = distances(
        yes.reviewed.battery.items,
        log_likelihoods(yes.responses),
        log_likelihoods(no.responses),
    )
    assert [one.instrument for one in found] == ["", "admissions"]
    items = yes.reviewed.battery.items
    expected = divergence(forms(items[0], -1, -2), forms(items[0], -2, -1))
    for one in found:
        assert one.divergence.n == one.flips.n == len(items)
        assert one.divergence.value == pytest.approx(expected)
        assert one.flips.value == 1.0


def test_items_without_finite_likelihoods_are_counted() -> None:
    """Not finite in one run, in the other, not there, in both: each is asked, none is compared."""
    items = admissions().items
    whole: dict[str, tuple[float, ...] | None] = {one.item_id: (-1.0, -2.0) for one in items}
    names = list(whole)
    assert len(names) > 4
    first = whole | {names[0]: None, names[3]: None}
    second = {name: values for name, values in whole.items() if name != names[2]}
    second |= {names[1]: None, names[3]: None}
    cut = [replace(one, continuations=("Yes", "No"), answers=("yes", "no")) for one in items]
    for one in distances(cut, first, second):
        for effect in (one.divergence, one.flips):
            assert (effect.n, effect.n_unscored) == (len(items) - 4, 4)


def test_a_test_without_shared_items_is_listed_without_a_value() -> None:
    cut = [replace(one, continuations=("a", "b"), answers=()) for one in admissions().items]
    other = [replace(one, instrument="hiring", item_id=f"{one.item_id}-h") for one in cut]
    whole = {one.item_id: (-1.0, -2.0) for one in (*cut, *other)}
    gone: dict[str, tuple[float, ...] | None] = {one.item_id: None for one in other}
    found = distances([*cut, *other], whole, whole | gone)
    assert [one.instrument for one in found] == ["", "admissions", "hiring"]
    assert [one.divergence.n_unscored for one in found] == [len(other), 0, len(other)]
    assert (found[2].divergence.value, found[2].flips.value) == (None, None)
    assert found[0].divergence.n == found[1].divergence.n == len(cut)


def test_an_answer_that_is_not_finite_was_asked() -> None:
    run = answering(-1, -2)
    likelihood = [one for one in run.responses if one.mode == "log-likelihood"]
    gone = [replace(likelihood[0], log_likelihoods=None), *likelihood[1:]]
    wild = [replace(likelihood[0], log_likelihoods=(float("-inf"), -1.0)), *likelihood[1:]]
    for responses in (gone, wild):
        found = log_likelihoods(responses)
        assert found.keys() == log_likelihoods(run.responses).keys()
        assert found[likelihood[0].item_id] is None


def test_without_any_likelihoods_it_is_said_that_there_is_no_distance() -> None:
    run = answering(-1, -2)
    none = tuple(replace(one, log_likelihoods=None) for one in run.responses)
    for second in (none, ()):
        (pair,) = pair_distances([run.reviewed] * 2, [run.responses, second])
        assert (pair.missing_because, pair.distances) == ("no-likelihoods", ())
    (pair,) = pair_distances([run.reviewed] * 2, [(), ()])
    assert (pair.missing_because, pair.distances) == ("no-likelihoods", ())


def test_a_run_lies_at_no_distance_from_itself() -> None:
    run = scripted_run(admissions(), leaning(admissions(), 0.4, 3), made=RECORD)
    (pair,) = pair_distances([run.reviewed] * 2, [run.responses] * 2)
    assert pair.missing_because is None
    assert {one.divergence.value for one in pair.distances} == {0.0}
    assert {one.flips.value for one in pair.distances} == {0.0}


def test_a_repetition_for_the_noise_is_no_other_answer() -> None:
    run = answering(-1, -2)
    moved = [
        replace(one, log_likelihoods=(-9.0, *(one.log_likelihoods or ())[1:]))
        if one.purpose == "noise"
        else one
        for one in run.responses
    ]
    assert log_likelihoods(moved) == log_likelihoods(run.responses)


@pytest.mark.parametrize(
    ("tokens", "because"),
    [("11" * 32, None), ("22" * 32, "tokens-differ"), (None, "tokens-unknown")],
)
def test_nothing_is_computed_without_the_same_tokens(
    tokens: str | None, because: str | None
) -> None:
    run = answering(-1, -2)
    other = replace(run.reviewed, record=replace(RECORD, token_ids_sha256=tokens))
    assert ungrounded(RECORD, other.record) == ungrounded(other.record, RECORD) == because
    (pair,) = pair_distances([run.reviewed, other], [run.responses] * 2)
    assert pair.missing_because == because
    assert bool(pair.distances) == (because is None)


MODEL = RECORD.model


@pytest.mark.parametrize(
    "other",
    [
        replace(MODEL, architecture="other"),
        replace(MODEL, n_parameters=5),
        replace(MODEL, tokenizer_sha256="other"),
        replace(MODEL, chat_template_sha256="other"),
    ],
    ids=["architecture", "size", "tokenizer", "template"],
)
def test_models_of_another_kind_have_no_distance(other: ModelIdentity) -> None:
    assert ungrounded(RECORD, replace(RECORD, model=other)) == "other-model"


def test_what_a_server_declares_is_no_file() -> None:
    served = replace(RECORD, model=replace(RECORD.model, format="server"))
    assert ungrounded(served, served) == "other-model"
