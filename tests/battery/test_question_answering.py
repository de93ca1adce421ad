"""Questions about two people: the design, and models whose bias or habit is known."""

import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from auditor.battery.questions import question_answering as qa
from auditor.battery.questions.question_content import Content, definite
from auditor.battery.questions.question_scoring import COUNTER, STEREOTYPE, UNKNOWN
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Item, Tier
from auditor.core.measures import Measure
from auditor.core.policy import Verdict
from tests.battery.scripted_runs import ask, battery_of, measured, shipped, verdicts

CATEGORIES = (
    "age",
    "gender",
    "race",
    "religion",
    "nationality",
    "disability",
    "sexual-orientation",
    "socio-economic-status",
)
REFUSAL = "I'm sorry, but I can't help with that request."

Codes = Callable[[Item], dict[str, float]]


@pytest.fixture(scope="module")
def content() -> Content:
    loaded = shipped(qa)
    assert isinstance(loaded, Content)
    qa.check(loaded)
    return loaded


@pytest.fixture(scope="module")
def standard() -> Battery:
    return battery_of(qa, "standard")


def run(battery: Battery, codes: Codes, writes: Callable[[Item], str]) -> dict[str, Measure]:
    """Measures of a model that gives each option's code a log-likelihood, and writes by rule."""

    def likelihoods(item: Item) -> list[float]:
        of_code = codes(item)
        return [of_code[answer] for answer in item.answers]

    return measured(qa, battery, ask(qa, battery.items, likelihoods, writes))


def option(item: Item, code: str) -> str:
    return item.options[item.answers.index(code)]


def reader(item: Item) -> dict[str, float]:
    """Follows the text where it tells, "unknown" where it does not."""
    return {code: 0.0 if code == item.factor("correct") else -6.0 for code in item.answers}


def value(rows: dict[str, Measure], name: str, contrast: str) -> float:
    found = rows[f"question-answering.{name}[question-answering.{contrast}]"].value
    assert found is not None
    return found


# The design.


def test_eight_categories_with_twenty_questions_each_and_two_controls(content: Content) -> None:
    groups = {group.category: group for group in content.contrasts}
    assert set(groups) == {*CATEGORIES, "null-control", "positive-control"}
    for group in content.contrasts:
        assert len(group.questions) >= 20
        assert group.id == f"question-answering.{group.category}"
        contexts = [question.context + str(question.people) for question in group.questions]
        assert len(set(contexts)) == len(contexts)


def test_every_item_is_well_formed(content: Content) -> None:
    for item in qa.items(content, "full", "audit"):
        assert "{" not in item.text
        assert sorted(item.answers) == sorted((STEREOTYPE, COUNTER, UNKNOWN))
        assert all(shown in item.text for shown in item.options)
        assert len(set(item.continuations)) == 3
        assert item.item_id.startswith(f"question-answering/{item.cluster}/{item.template_id}/")


@pytest.mark.parametrize("tier", TIERS)
def test_every_factor_is_balanced_within_each_contrast(content: Content, tier: Tier) -> None:
    items = qa.items(content, tier, "audit")
    for contrast in qa.contrasts(content, tier):
        mine = [item for item in items if item.contrast_id == contrast.contrast_id]
        for factor in dict(mine[0].factors).keys() - qa.UNBALANCED:
            levels = Counter(item.factor(factor) for item in mine)
            assert len(set(levels.values())) == 1, (contrast.contrast_id, factor, levels)


@pytest.mark.parametrize("tier", TIERS)
def test_each_role_stands_on_each_place_equally_often(content: Content, tier: Tier) -> None:
    items = qa.items(content, tier, "audit")
    for form in ("options", "letters") if tier == "full" else ("options",):
        for category in CATEGORIES:
            places = Counter(
                (code, place)
                for item in items
                if item.category == category and item.template_id == form
                for place, code in enumerate(item.answers)
            )
            assert len(places) == 9
            assert len(set(places.values())) == 1


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("factor", ["listed", "named", "polarity"])
def test_two_level_factors_are_balanced_within_each_cluster_and_context(
    content: Content, tier: Tier, factor: str
) -> None:
    cells: dict[tuple[str, str, str], Counter[str]] = {}
    for item in qa.items(content, tier, "audit"):
        key = (item.cluster, item.template_id, item.factor("context"))
        cells.setdefault(key, Counter())[item.factor(factor)] += 1
    assert all(len(c) == 2 and len(set(c.values())) == 1 for c in cells.values())


def test_half_of_the_disambiguated_items_bear_the_stereotype_out(content: Content) -> None:
    for tier in TIERS:
        correct = Counter(
            (item.cluster, item.factor("correct"))
            for item in qa.items(content, tier, "audit")
            if item.factor("context") == "disambiguated" and item.category in CATEGORIES
        )
        clusters = {cluster for cluster, _ in correct}
        assert all(correct[c, STEREOTYPE] == correct[c, COUNTER] > 0 for c in clusters)


def test_the_text_tells_the_right_answer_and_the_mirror_turns_it_round(content: Content) -> None:
    """An aligned text makes the same person right in the question as an unaligned one in the
    mirror."""
    question = content.contrasts[0].questions[0]
    target = definite(question.people[0])
    items = [
        item
        for item in qa.items(content, "full", "audit")
        if item.cluster == f"question-answering.age/{question.id}"
        and item.factor("context") == "disambiguated"
    ]
    for item in items:
        is_negative = item.factor("polarity") == "negative"
        right = option(item, item.factor("correct")).lower()
        assert (right == target) == ((item.factor("correct") == STEREOTYPE) == is_negative)
        did_it = item.text.split("laptops. ")[1].lower().startswith(right)
        assert did_it == is_negative


def test_smaller_tiers_are_parts_of_larger_ones(content: Content) -> None:
    quick, standard, full = (
        {item.item_id: item for item in qa.items(content, tier, "audit")} for tier in TIERS
    )
    assert quick.items() <= standard.items() <= full.items()
    assert qa.items(content, "full", "fix") == ()


def test_a_file_that_does_not_hold_together_is_refused(content: Content) -> None:
    first = content.contrasts[0]
    bad = {
        "begin with a or an": replace(first.questions[0], people=("old man", "a young man")),
        "unknown field": replace(first.questions[0], fact="{nobody} did it."),
        "within the other": replace(first.questions[0], people=("a man", "a man in a hat")),
        "not among the contrast's": replace(first.questions[0], stereotype="taste"),
        "given twice": first.questions[1],
    }
    for message, question in bad.items():
        group = replace(first, questions=(question, *first.questions[1:]))
        with pytest.raises(ValueError, match=message):
            qa.check(replace(content, contrasts=(group, *content.contrasts[1:])))


# Models whose answers are known.


def test_a_planted_bias_is_recovered(standard: Battery) -> None:
    rng = random.Random(4)
    of_cluster = {item.cluster: 0.8 + rng.gauss(0, 0.3) for item in standard.items}

    def codes(item: Item) -> dict[str, float]:
        planted = of_cluster[item.cluster] if item.category == "age" else 0.0
        listed = 2.0 if item.factor("listed") == "stereotype-first" else -2.0
        named = 1.0 if item.factor("named") == "stereotype-first" else -1.0
        told = {STEREOTYPE: 3.0, COUNTER: -3.0, UNKNOWN: 0.0}[item.factor("correct")]
        lean = planted + listed + named + told + rng.gauss(0, 0.2)
        return {STEREOTYPE: lean, COUNTER: 0.0, UNKNOWN: -9.0}

    rows = run(standard, codes, lambda item: option(item, UNKNOWN))
    age = rows["question-answering.score[question-answering.age]"]
    truth = [
        math.tanh(v / 2) for c, v in of_cluster.items() if c.startswith("question-answering.age/")
    ]
    assert age.interval is not None
    assert age.interval.low < sum(truth) / len(truth) < age.interval.high
    assert age.interval.low > 0.2
    race = rows["question-answering.score[question-answering.race]"]
    assert race.interval is not None
    assert race.interval.low < 0 < race.interval.high


def test_a_stereotyped_model_fails_and_a_perfect_one_passes(standard: Battery) -> None:
    rng = random.Random(1)

    def noisy(codes: Codes) -> Codes:
        return lambda item: {k: v + rng.gauss(0, 0.05) for k, v in codes(item).items()}

    def biased(item: Item) -> dict[str, float]:
        told = reader(item)
        if item.factor("context") == "ambiguous" and item.category in CATEGORIES:
            return {STEREOTYPE: 0.0, COUNTER: -2.0, UNKNOWN: -4.0}
        return told

    contrasts = [f"question-answering.{category}" for category in CATEGORIES]
    perfect = run(standard, noisy(reader), lambda item: option(item, item.factor("correct")))
    found = verdicts(perfect, "question-answering", contrasts)
    scores = [v for k, v in found.items() if ".score" in k]
    assert scores == [Verdict.PASS] * len(contrasts)

    rows = run(standard, noisy(biased), lambda item: option(item, STEREOTYPE))
    found = verdicts(rows, "question-answering", contrasts)
    scores = [v for k, v in found.items() if ".score" in k]
    assert scores == [Verdict.FAIL] * len(contrasts)


@pytest.mark.parametrize("habit", ["first-listed", "last-listed", "first-named", "same-person"])
@pytest.mark.parametrize("tier", ["quick", "standard"])
def test_a_habit_scores_exactly_zero_and_is_never_judged(tier: Tier, habit: str) -> None:
    battery = battery_of(qa, tier)

    def chosen(item: Item) -> str:
        return {
            "first-listed": next(c for c in item.answers if c != UNKNOWN),
            "last-listed": next(c for c in reversed(item.answers) if c != UNKNOWN),
            "first-named": STEREOTYPE if item.factor("named") == "stereotype-first" else COUNTER,
            # The person whom the stereotype concerns, whatever is asked.
            "same-person": STEREOTYPE if item.factor("polarity") == "negative" else COUNTER,
        }[habit]

    rows = run(
        battery,
        lambda item: {code: 0.0 if code == chosen(item) else -4.0 for code in item.answers},
        lambda item: option(item, chosen(item)),
    )
    for category in (*CATEGORIES, "null-control"):
        assert value(rows, "score", category) == pytest.approx(0, abs=1e-12)
        assert value(rows, "text-score", category) == pytest.approx(0, abs=1e-12)
        assert value(rows, "s-dis", category) == pytest.approx(0, abs=1e-12)
        assert value(rows, "s-amb", category) == pytest.approx(0, abs=1e-12)
        score = rows[f"question-answering.score[question-answering.{category}]"]
        if habit.endswith("listed"):
            assert score.position_bias_rate == (1.0 if habit == "first-listed" else 0.0)
    found = verdicts(rows, "question-answering", [f"question-answering.{c}" for c in CATEGORIES])
    assert set(found.values()) == {Verdict.NOT_MEASURABLE}


@pytest.mark.parametrize("letter", [0, 1, 2])
def test_the_same_letter_whatever_is_asked_scores_zero(content: Content, letter: int) -> None:
    lettered = replace(content, forms=content.forms[::-1])
    battery = Battery(
        version="test",
        sha256="00",
        tier="quick",
        contrasts=qa.contrasts(lettered, "quick"),
        stimuli=(),
        items=qa.items(lettered, "quick", "audit"),
    )
    rows = measured(
        qa,
        battery,
        ask(
            qa,
            battery.items,
            lambda _: [0.0 if i == letter else -3.0 for i in range(3)],
            lambda item: item.continuations[letter],
        ),
    )
    for category in CATEGORIES:
        assert value(rows, "score", category) == pytest.approx(0, abs=1e-12)
        assert value(rows, "text-score", category) == pytest.approx(0, abs=1e-12)


def test_always_unknown_is_right_where_nothing_is_told_and_has_no_bias_score(
    standard: Battery,
) -> None:
    rows = run(
        standard,
        lambda item: {code: 0.0 if code == UNKNOWN else -5.0 for code in item.answers},
        lambda item: option(item, UNKNOWN),
    )
    for suffix in ("", "-text"):
        assert value(rows, f"accuracy-ambiguous{suffix}", "race") == 1
        assert value(rows, f"accuracy-disambiguated{suffix}", "race") == 0
        assert value(rows, f"unknown-rate{suffix}", "race") == 1
        assert value(rows, f"s-amb{suffix}", "race") == 0
        for name in ("s-dis", "stereotype-share-known"):
            row = rows[f"question-answering.{name}{suffix}[question-answering.race]"]
            assert row.value is None
            assert row.undefined_because == "no answer named one of the people"
    assert value(rows, "text-score", "race") == 0
    assert value(rows, "invalid-rate", "race") == 0
    found = verdicts(rows, "question-answering", ["question-answering.race"])
    assert set(found.values()) == {Verdict.NOT_MEASURABLE}


@pytest.mark.parametrize(("code", "sign"), [(STEREOTYPE, 1), (COUNTER, -1)])
def test_always_with_or_against_the_stereotype_has_the_extreme_scores(
    standard: Battery, code: str, sign: int
) -> None:
    """Parrish et al. 2022: 100 and -100 in their percentages."""
    rows = run(
        standard,
        lambda item: {one: 0.0 if one == code else -9.0 for one in item.answers},
        lambda item: option(item, code),
    )
    for suffix in ("", "-text"):
        assert value(rows, f"s-amb{suffix}", "age") == sign
        assert value(rows, f"s-dis{suffix}", "age") == sign
        assert value(rows, f"accuracy-disambiguated{suffix}", "age") == 0.5
        assert value(rows, f"accuracy-cost{suffix}", "age") == -sign
        assert value(rows, f"stereotype-share-known{suffix}", "age") == (sign + 1) / 2
    assert value(rows, "text-score", "age") == sign


def test_a_refusing_model_is_not_measurable_in_text(standard: Battery) -> None:
    rows = run(standard, reader, lambda _: REFUSAL)
    assert value(rows, "invalid-rate", "gender") == 1
    for name in ("text-score", "s-amb-text", "s-dis-text", "accuracy-disambiguated-text"):
        row = rows[f"question-answering.{name}[question-answering.gender]"]
        assert row.value is None
        assert row.undefined_because
    found = verdicts(rows, "question-answering", ["question-answering.gender"])
    assert found["question-answering.text-score[question-answering.gender]"] == (
        Verdict.NOT_MEASURABLE
    )


def test_unusable_answers_widen_the_bounds(standard: Battery) -> None:
    def writes(item: Item) -> str:
        return REFUSAL if item.factor("listed") == "counter-first" else option(item, STEREOTYPE)

    row = run(standard, reader, writes)["question-answering.text-score[question-answering.age]"]
    assert row.value == 0.5
    assert row.n == row.n_unscored
    assert row.bounds is not None
    assert (row.bounds.low, row.bounds.high) == (0.0, 1.0)


def test_a_model_that_cannot_read_has_no_detected_control(standard: Battery) -> None:
    rng = random.Random(0)
    rows = run(
        standard,
        lambda item: {code: rng.gauss(0, 1) for code in item.answers},
        lambda item: rng.choice(item.options),
    )
    found = verdicts(rows, "question-answering", ["question-answering.age"])
    assert set(found.values()) == {Verdict.NOT_MEASURABLE}


def test_equal_likelihoods_choose_nothing(standard: Battery) -> None:
    rows = run(standard, lambda item: dict.fromkeys(item.answers, 0.0), lambda _: "")
    assert value(rows, "score", "age") == 0
    row = rows["question-answering.accuracy-ambiguous[question-answering.age]"]
    assert row.value is None
    assert row.n_unscored > 0


def test_swapping_the_groups_turns_the_sign(standard: Battery) -> None:
    rng = random.Random(7)
    draws = {item.item_id: rng.gauss(0, 1) for item in standard.items}

    def codes(item: Item) -> dict[str, float]:
        return {STEREOTYPE: draws[item.item_id], COUNTER: 0.0, UNKNOWN: -1.0}

    def swapped(item: Item) -> dict[str, float]:
        return {STEREOTYPE: 0.0, COUNTER: draws[item.item_id], UNKNOWN: -1.0}

    rows, turned = (run(standard, rule, lambda _: "") for rule in (codes, swapped))
    for category in CATEGORIES:
        for name in ("score", "s-amb", "s-dis"):
            assert value(rows, name, category) == pytest.approx(-value(turned, name, category))


def test_the_second_form_is_reported_beside_the_score() -> None:
    battery = battery_of(qa, "full")

    def codes(item: Item) -> dict[str, float]:
        lean = 1.0 if item.template_id == "letters" else 0.0
        return {STEREOTYPE: lean, COUNTER: 0.0, UNKNOWN: -1.0}

    rows = run(battery, codes, lambda _: "")
    assert value(rows, "score", "age") == 0
    assert value(rows, "score-by-letters", "age") == pytest.approx(math.tanh(0.5))


def test_every_number_has_its_counts_and_each_cluster_a_score(standard: Battery) -> None:
    scores = ask(qa, standard.items, lambda _: [0.0, -1.0, -2.0], lambda item: item.options[0])
    for row in measured(qa, standard, scores).values():
        assert (row.value is None) == (row.undefined_because is not None)
        assert row.n + row.n_unscored > 0
        if row.value is not None:
            assert row.n_clusters >= 15
            assert row.interval is not None
            assert row.interval.low - 1e-9 <= row.value <= row.interval.high + 1e-9
            assert row.minimum_detectable_effect is not None
    for mode in ("log-likelihood", "text"):
        assert len(qa.stimulus_scores(standard, scores, "question-answering.age", mode)) == 15
