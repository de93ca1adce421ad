"""The hiring screen and admissions, which share how decisions are asked, scored and measured."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import pairwise
from math import log, tanh
from types import ModuleType

import numpy as np
import pytest

from auditor.battery.decisions import admissions, hiring
from auditor.battery.decisions.paired_decisions import application_of, score, strata_for
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Item, Tier
from auditor.core.measures import Measure
from auditor.core.policy import Verdict
from auditor.core.responses import Response
from tests.battery.scripted_runs import ask, battery_of, measured, shipped, verdicts
from tests.fakes import REFUSAL

BOTH = pytest.mark.parametrize("instrument", [hiring, admissions], ids=lambda one: str(one.name))
DECIDED = (Verdict.PASS, Verdict.FAIL)
BUDGETS = {
    ("hiring", "quick"): 300,
    ("hiring", "standard"): 1600,
    ("hiring", "full"): 6000,
    ("admissions", "quick"): 160,
    ("admissions", "standard"): 850,
    ("admissions", "full"): 4000,
}
"""Prompts in both modes; a larger battery would take minutes more of every audit."""


@cache
def battery(instrument: ModuleType, tier: Tier) -> Battery:
    return battery_of(instrument, tier)


def primary(instrument: ModuleType) -> tuple[str, ...]:
    return tuple(
        c.contrast_id for c in battery(instrument, "quick").contrasts if c.role == "primary"
    )


def chance(key: str, seed: int = 5) -> float:
    digest = sha256(key.encode()).digest()[:8]
    return float(np.random.default_rng([seed, *digest]).normal())


def decider(
    bias: float, *, level: float = 0.0, order: float = 0.0, seed: int = 5
) -> Callable[[Item], Sequence[float]]:
    """Log-odds of yes: the applicant's merit, the side's share of the bias, and a pull towards
    the answer that is named first. It sees the positive control and nothing in the null control."""

    def likelihoods(item: Item) -> Sequence[float]:
        name = item.contrast_id.partition(".")[2]
        true = {"positive-control": 3.0, "null-control": 0.0}.get(name, bias)
        side = {"reference": 0.5, "target": -0.5}.get(item.factor("side"), 0.0)
        value = level + chance(item.cluster, seed) + 0.2 * chance(item.item_id, seed)
        value += side * (true + 0.2 * chance(f"{item.cluster}!", seed))
        value += order if item.factor("order") == "yes-first" else -order
        return [value / 2 if answer == "yes" else -value / 2 for answer in item.answers]

    return likelihoods


def run(
    instrument: ModuleType,
    likelihoods: Callable[[Item], Sequence[float]],
    writes: Callable[[Item], str] | None = None,
    tier: Tier = "quick",
) -> dict[str, Measure]:
    def follows(item: Item) -> str:
        return item.continuations[int(np.argmax(likelihoods(item)))]

    asked = battery(instrument, tier)
    return measured(instrument, asked, ask(instrument, asked.items, likelihoods, writes or follows))


def constant(answer: str) -> Callable[[Item], Sequence[float]]:
    return lambda item: [-0.1 if code == answer else -6.0 for code in item.answers]


def first_named(item: Item) -> str:
    is_yes = item.factor("order") == "yes-first"
    return item.continuations[item.answers.index("yes" if is_yes else "no")]


@BOTH
def test_the_shipped_file_holds_together(instrument: ModuleType) -> None:
    instrument.check(shipped(instrument))


@BOTH
@pytest.mark.parametrize("tier", TIERS)
def test_every_factor_is_balanced_in_every_contrast(instrument: ModuleType, tier: Tier) -> None:
    for contrast in battery(instrument, tier).contrasts:
        mine = [i for i in battery(instrument, tier).items if i.contrast_id == contrast.contrast_id]
        assert mine
        for factor in dict(mine[0].factors).keys() - instrument.UNBALANCED:
            counts = Counter(item.factor(factor) for item in mine)
            assert len(set(counts.values())) == 1, (contrast.contrast_id, factor, counts)


@BOTH
@pytest.mark.parametrize("tier", TIERS)
def test_copies_differ_in_the_group_alone(instrument: ModuleType, tier: Tier) -> None:
    """Equal up to the line that tells the group, which is late, so that copies share their cost."""
    applications: dict[tuple[str, ...], dict[str, list[str]]] = {}
    for item in battery(instrument, tier).items:
        if item.contrast_id != "admissions.positive-control":
            orders = applications.setdefault(application_of(item), {})
            orders.setdefault(item.factor("order"), []).append(item.text)
    for orders in applications.values():
        for texts in orders.values():
            assert len(texts) == len(set(texts)) >= 2
            lines = [set(text.splitlines()) for text in texts]
            assert all(len(one - lines[0]) <= 1 for one in lines)
            shared = len([1 for together in zip(*texts, strict=False) if len(set(together)) == 1])
            assert shared > 0.3 * len(texts[0])


@BOTH
def test_orders_of_one_copy_differ_in_nothing_but_the_order(instrument: ModuleType) -> None:
    copies: dict[tuple[tuple[str, ...], str], list[Item]] = {}
    for item in battery(instrument, "quick").items:
        copies.setdefault((application_of(item), item.factor("group")), []).append(item)
    for pair in copies.values():
        assert {item.factor("order") for item in pair} == {"yes-first", "no-first"}
        assert sorted(pair[0].text.split()) == sorted(pair[1].text.split())


@BOTH
def test_a_smaller_tier_is_a_part_of_the_larger_ones(instrument: ModuleType) -> None:
    for small, large in pairwise(TIERS):
        known = {item.item_id: item for item in battery(instrument, large).items}
        assert len(known) == len(battery(instrument, large).items)
        for item in battery(instrument, small).items:
            assert known[item.item_id] == item


@BOTH
@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_keeps_to_its_budget(instrument: ModuleType, tier: Tier) -> None:
    asked = battery(instrument, tier)
    assert 2 * len(asked.items) <= BUDGETS[instrument.name, tier]
    assert instrument.items(shipped(instrument), tier, "fix") == ()


def test_two_strata_take_fair_turns_within_contexts_and_occupations() -> None:
    contrast = next(c for c in shipped(hiring).contrasts if c.id == "hiring.race-names")
    turns = [strata_for(contrast, rank)[0].id for rank in range(16)]
    assert [Counter(turns[:n])["women"] * 2 for n in (6, 8, 16)] == [6, 8, 16]
    assert all(Counter(turns[start::4])["women"] == 2 for start in range(4))


@BOTH
@pytest.mark.parametrize("bias", [0.8, -0.8])
def test_a_planted_bias_is_recovered(instrument: ModuleType, bias: float) -> None:
    measures = run(instrument, decider(bias), tier="standard")
    for contrast in battery(instrument, "standard").contrasts:
        if contrast.role in ("primary", "ladder"):
            one = measures[f"{instrument.name}.score[{contrast.contrast_id}]"]
            assert one.interval is not None
            assert one.interval.low - 0.02 < tanh(bias / 2) < one.interval.high + 0.02
            assert one.n_unscored == 0
    control = measures[f"{instrument.name}.score[{instrument.name}.positive-control]"]
    null = measures[f"{instrument.name}.score[{instrument.name}.null-control]"]
    assert control.interval is not None
    assert control.interval.low > 0.6
    assert abs(null.value or 0.0) < 0.15


@BOTH
def test_a_bias_is_judged_and_none_where_there_is_none(instrument: ModuleType) -> None:
    biased = verdicts(
        run(instrument, decider(1.0), tier="standard"), instrument.name, primary(instrument)
    )
    fair = verdicts(
        run(instrument, decider(0.0), tier="standard"), instrument.name, primary(instrument)
    )
    scores = [verdict for name, verdict in biased.items() if ".score[" in name]
    assert set(scores) == {Verdict.FAIL}
    assert Verdict.FAIL not in fair.values()


@BOTH
def test_a_pull_towards_the_first_answer_leaves_the_score_alone(instrument: ModuleType) -> None:
    plain, pulled = run(instrument, decider(0.8)), run(instrument, decider(0.8, order=2.0))
    for contrast in primary(instrument):
        name = f"{instrument.name}.score[{contrast}]"
        assert pulled[name].value == pytest.approx(plain[name].value)
        assert (pulled[name].position_effect or 0.0) > 0.5
        assert (pulled[name].position_bias_rate or 0.0) > 0.8


@BOTH
@pytest.mark.parametrize("habit", ["yes", "no", "first", "refuses", "random"])
def test_a_model_with_a_habit_is_neither_biased_nor_fair(
    instrument: ModuleType, habit: str
) -> None:
    rng = np.random.default_rng(11)

    def by_order(item: Item) -> Sequence[float]:
        return constant("yes" if item.factor("order") == "yes-first" else "no")(item)

    models: dict[str, tuple[Callable[[Item], Sequence[float]], Callable[[Item], str]]] = {
        "yes": (constant("yes"), lambda _: "Yes."),
        "no": (constant("no"), lambda _: "No."),
        "first": (by_order, first_named),
        "refuses": (lambda item: [-30.0] * len(item.answers), lambda _: REFUSAL),
        "random": (
            lambda item: list(rng.normal(size=len(item.answers))),
            lambda _: str(rng.choice(["Yes", "No"])),
        ),
    }
    found = verdicts(run(instrument, *models[habit]), instrument.name, primary(instrument))
    assert not set(found.values()) & set(DECIDED), found


@BOTH
def test_refusals_count_as_not_selected_and_are_never_a_rate_of_fairness(
    instrument: ModuleType,
) -> None:
    """The target's applications are refused, the reference's are granted."""
    contrast = primary(instrument)[0]
    measures = run(
        instrument,
        constant("yes"),
        lambda item: REFUSAL if item.factor("side") == "target" else "Yes.",
    )
    rates = {
        m.group: m
        for m in measures.values()
        if m.name == f"{instrument.name}.selection-rate-text" and m.contrast_id == contrast
    }
    valid = [
        m
        for m in measures.values()
        if m.name == f"{instrument.name}.selection-rate-valid-text" and m.contrast_id == contrast
    ]
    assert sorted(m.value or 0.0 for m in rates.values()) == [0.0, 1.0]
    refused = next(m for m in rates.values() if m.value == 0.0)
    assert refused.bounds is not None
    assert (refused.bounds.low, refused.bounds.high) == (0.0, 1.0)
    assert [m.value for m in valid] == [1.0]
    gap = measures[f"{instrument.name}.refusal-gap[{contrast}]"]
    assert gap.value == 1.0
    assert gap.interval is not None
    assert gap.interval.low > 0
    ratio = next(
        m
        for m in measures.values()
        if m.name == f"{instrument.name}.impact-ratio-text" and m.contrast_id == contrast
    )
    assert ratio.value == 0.0
    assert ratio.bounds is not None
    assert ratio.bounds.high == 1.0


@BOTH
def test_where_all_is_refused_no_rate_and_no_ratio_is_given(instrument: ModuleType) -> None:
    measures = run(instrument, lambda item: [-30.0] * len(item.answers), lambda _: REFUSAL)
    rates = [m for m in measures.values() if ".selection-rate" in m.name]
    assert rates
    assert all(m.value is None and m.undefined_because for m in rates)
    assert not [m for m in measures.values() if ".impact-ratio" in m.name]


@BOTH
def test_what_is_undefined_has_a_reason_and_what_is_defined_an_interval(
    instrument: ModuleType,
) -> None:
    for likelihoods in (decider(0.5), constant("yes"), constant("no")):
        for one in run(instrument, likelihoods).values():
            assert (one.value is None) == bool(one.undefined_because), one.measure_id
            if one.value is not None and one.unit != "p-value":
                assert one.interval is not None, one.measure_id
                assert one.interval.low - 1e-9 <= one.value <= one.interval.high + 1e-9


@BOTH
def test_ratios_name_a_reference_that_was_measured(instrument: ModuleType) -> None:
    measures = run(instrument, decider(2.0))
    ratios = [m for m in measures.values() if m.name == f"{instrument.name}.impact-ratio"]
    assert ratios
    for one in ratios:
        (reference,) = one.parts
        assert measures[reference].contrast_id == one.contrast_id
        assert measures[reference].group != one.group
        if one.value is not None:
            rate = measures[reference.replace(measures[reference].group, one.group)]
            assert one.value == pytest.approx(
                (rate.value or 0.0) / (measures[reference].value or 1)
            )


@BOTH
def test_a_bias_shows_above_the_median_where_everybody_is_selected(
    instrument: ModuleType,
) -> None:
    contrast = primary(instrument)[0]
    measures = run(instrument, decider(3.0, level=12.0))
    rates = [
        m
        for m in measures.values()
        if m.contrast_id == contrast and m.name == f"{instrument.name}.selection-rate"
    ]
    assert [m.value for m in rates] == [1.0, 1.0]
    (ratio,) = [
        m
        for m in measures.values()
        if m.contrast_id == contrast and m.name == f"{instrument.name}.scoring-impact-ratio"
    ]
    assert ratio.value is not None
    assert ratio.value < 0.6


@BOTH
def test_half_a_pair_is_left_out(instrument: ModuleType) -> None:
    """Where one copy has no finite likelihood, the other's merit must not count as preference."""
    asked, model = battery(instrument, "quick"), decider(0.0, level=5.0)
    contrast = primary(instrument)[0]
    mine = [item for item in asked.items if item.contrast_id == contrast]
    lost = next(item for item in mine if item.factor("side") == "target")
    scores = ask(instrument, asked.items, model, lambda _: "Yes.")
    missing = Response(
        prompt_id="p", item_id=lost.item_id, mode="log-likelihood", purpose="audit", batch=0
    )
    kept = [s for s in scores if s.item_id != lost.item_id or s.mode != "log-likelihood"]
    measures = measured(instrument, asked, [*kept, score(lost, missing)])
    one = measures[f"{instrument.name}.score[{contrast}]"]
    assert abs(one.value or 0.0) < 0.15
    assert one.n == len(mine) - 2
    assert one.n_unscored == 2


@BOTH
def test_scores_of_stimuli_average_to_the_score(instrument: ModuleType) -> None:
    asked = battery(instrument, "quick")
    scores = ask(instrument, asked.items, decider(0.5), lambda _: "Yes.")
    for contrast in asked.contrasts:
        by_stimulus = instrument.stimulus_scores(
            asked, scores, contrast.contrast_id, "log-likelihood"
        )
        one = measured(instrument, asked, scores)[
            f"{instrument.name}.score[{contrast.contrast_id}]"
        ]
        assert np.mean(list(by_stimulus.values())) == pytest.approx(one.value)
        in_text = instrument.stimulus_scores(asked, scores, contrast.contrast_id, "text")
        assert set(in_text.values()) == {0.0}


def test_forms_of_one_answer_are_added_up() -> None:
    item = replace(
        battery(hiring, "quick").items[0],
        continuations=("Yes", "yes", "No"),
        answers=("yes", "yes", "no"),
    )
    response = Response(
        prompt_id="p",
        item_id=item.item_id,
        mode="log-likelihood",
        purpose="audit",
        batch=0,
        log_likelihoods=(log(0.2), log(0.1), log(0.6)),
    )
    scored = score(item, response)
    assert scored.value == pytest.approx(log(0.3 / 0.6))
    assert scored.label == "no"
    assert scored.in_order == (item.factor("order") == "no-first")


@BOTH
def test_equal_likelihoods_choose_neither_answer(instrument: ModuleType) -> None:
    item = battery(instrument, "quick").items[0]
    response = Response(
        prompt_id="p",
        item_id=item.item_id,
        mode="log-likelihood",
        purpose="audit",
        batch=0,
        log_likelihoods=tuple(-1.0 for _ in item.answers),
    )
    assert instrument.score(item, response).in_order is None
