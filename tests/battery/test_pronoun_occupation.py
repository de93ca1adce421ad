"""Pronoun-occupation: planted biases come back, and what is no bias never becomes a verdict."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from math import log, tanh

import numpy as np
import pytest

from auditor.battery import conditions
from auditor.battery.pronouns import pronoun_occupation
from auditor.battery.pronouns.occupation_content import PRONOUNS, Amount, Content
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Item, Tier
from auditor.core.measures import Measure
from auditor.core.policy import Verdict
from auditor.core.responses import Response
from tests.battery.scripted_runs import ask, battery_of, measured, shipped, verdicts
from tests.fakes import REFUSAL

NAME = pronoun_occupation.name
GENDER = f"{NAME}.gender"
RESOLUTION = f"{NAME}.resolution"
NULL = f"{NAME}.null-control"
POSITIVE = f"{NAME}.positive-control"
DECIDED = (Verdict.PASS, Verdict.FAIL)


@cache
def plain(tier: Tier) -> Battery:
    return conditions.in_condition(battery_of(pronoun_occupation, tier), "question")


def chance(item: Item | str, seed: int = 1) -> np.random.Generator:
    text = item if isinstance(item, str) else item.item_id
    return np.random.default_rng([seed, *sha256(text.encode()).digest()[:8]])


def side(item: Item) -> float:
    return 1.0 if item.factor("majority") == "women" else -1.0


def is_resolution(item: Item) -> bool:
    return item.contrast_id == RESOLUTION


def stereotyper(strength: float, level: float = 0.0) -> object:
    """Log-odds of she over he: a level for all, and `strength` towards the majority."""

    def likelihoods(item: Item) -> Sequence[float]:
        pull = {POSITIVE: 3.0, NULL: 0.0}.get(item.contrast_id, strength)
        if is_resolution(item):
            gender = {"she": 1.0, "he": -1.0, "they": 0.0}[item.factor("pronoun")]
            return (side(item) * gender * strength / 2, 0.0)
        value = level + side(item) * pull + chance(item).normal(scale=0.2)
        return (value, 0.0, -1.0)

    return likelihoods


def writer(likelihoods: object) -> object:
    assert callable(likelihoods)

    def writes(item: Item) -> str:
        values = likelihoods(item)
        return item.continuations[int(np.argmax(values))]

    return writes


def run(battery: Battery, likelihoods: object, writes: object) -> dict[str, Measure]:
    assert callable(likelihoods)
    assert callable(writes)
    scores = ask(pronoun_occupation, battery.items, likelihoods, writes)
    return measured(pronoun_occupation, battery, scores)


def rule(likelihoods: object, tier: Tier = "quick") -> dict[str, Measure]:
    return run(plain(tier), likelihoods, writer(likelihoods))


def judged(measures: dict[str, Measure], limit: float = 0.1) -> dict[str, Verdict]:
    return verdicts(measures, NAME, (GENDER, NULL), limit=limit)


# --- the file and its crossing ---


def test_the_shipped_file_holds_together() -> None:
    content = shipped(pronoun_occupation)
    pronoun_occupation.check(content)
    assert len(content.pairs) == 30
    assert content.statistics.year == 2022


def test_the_two_sides_of_a_pair_are_about_as_far_from_one_half() -> None:
    for pair in shipped(pronoun_occupation).pairs:
        assert pair.women.percent_women + pair.men.percent_women == pytest.approx(100, abs=3.6)


@pytest.mark.parametrize("tier", TIERS)
def test_every_factor_is_balanced_in_every_contrast(tier: Tier) -> None:
    battery = battery_of(pronoun_occupation, tier)
    for contrast in battery.contrasts:
        mine = [item for item in battery.items if item.contrast_id == contrast.contrast_id]
        for factor in {name for item in mine for name, _ in item.factors}:
            if factor not in pronoun_occupation.UNBALANCED:
                counts = Counter(item.factor(factor) for item in mine)
                assert len(set(counts.values())) == 1, (contrast.contrast_id, factor, counts)


@pytest.mark.parametrize("tier", TIERS)
def test_every_order_of_the_pronouns_is_asked(tier: Tier) -> None:
    mine = [item for item in plain(tier).items if item.contrast_id == GENDER]
    assert len({item.factor("options") for item in mine}) == 6


def test_in_the_full_tier_each_occupation_meets_each_order_once() -> None:
    mine = [item for item in plain("full").items if item.contrast_id == GENDER]
    counts = Counter((item.factor("occupation"), item.factor("options")) for item in mine)
    assert set(counts.values()) == {1}
    assert len(counts) == 60 * 6


def test_a_smaller_tier_is_part_of_a_larger_one() -> None:
    asked = [{(i.item_id, i.text) for i in battery_of(pronoun_occupation, t).items} for t in TIERS]
    assert asked[0] < asked[1] < asked[2]


def test_ids_are_unique_and_a_fix_gets_nothing() -> None:
    items = battery_of(pronoun_occupation, "full").items
    assert len({item.item_id for item in items}) == len(items)
    assert pronoun_occupation.items(shipped(pronoun_occupation), "full", "fix") == ()


@pytest.mark.parametrize("tier", TIERS)
def test_the_two_items_of_a_pair_differ_in_the_occupation_alone(tier: Tier) -> None:
    cells: dict[tuple[str, ...], list[Item]] = {}
    for item in plain(tier).items:
        if not is_resolution(item):
            key = (item.cluster, item.template_id, item.factor("options"))
            cells.setdefault(key, []).append(item)
    for first, second in cells.values():
        ours, theirs = first.factor("occupation"), second.factor("occupation")
        assert first.text.replace(ours, "X") == second.text.replace(theirs, "X")


def test_pronouns_are_of_one_case_within_a_template() -> None:
    cases = {t.id: t.case for t in shipped(pronoun_occupation).templates}
    for item in plain("full").items:
        if not is_resolution(item):
            words = PRONOUNS[cases[item.template_id]]
            for word, continuation in zip(words, item.continuations, strict=True):
                assert word in continuation.lower().replace(",", "").split()


def test_statistics_to_match_are_those_of_the_occupation() -> None:
    battery = battery_of(pronoun_occupation, "quick")
    told = [item for item in battery.items if item.condition == "match-statistics"]
    assert len({item.factor("occupation") for item in told}) >= 8
    asked = {item.item_id: item for item in battery.items}
    for item in told:
        without = asked[item.item_id.removesuffix("@match-statistics")]
        assert item.text.startswith(f"{without.text}\n\n")
        assert f"{float(item.factor('percent-women')):.1f} % are women" in item.text
        assert item.cluster == without.cluster


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pairs": ()}, "more pairs"),
        ({"null_pairs": (("a", "a"),)}, "given twice"),
        ({"templates": ()}, "more templates"),
        ({"match_statistics": "nothing"}, "fields"),
        ({"tiers": {}}, "missing"),
        ({"contrasts": ()}, "contrasts must be"),
    ],
)
def test_a_mistaken_file_is_refused(change: dict[str, object], words: str) -> None:
    content = shipped(pronoun_occupation)
    assert isinstance(content, Content)
    with pytest.raises(ValueError, match=words):
        pronoun_occupation.check(replace(content, **change))  # type: ignore[arg-type]


def test_an_unbalanced_tier_is_refused() -> None:
    content = shipped(pronoun_occupation)
    odd = replace(content.tiers["quick"], occupations=Amount(n_pairs=11, n_templates=4, n_each=1))
    with pytest.raises(ValueError, match="multiple"):
        pronoun_occupation.check(replace(content, tiers={**content.tiers, "quick": odd}))


# --- planted biases ---


@pytest.mark.parametrize("tier", ["quick", "standard"])
@pytest.mark.parametrize("level", [0.0, -4.0, 4.0])
def test_a_planted_bias_comes_back_whatever_the_general_preference(
    tier: Tier, level: float
) -> None:
    measures = rule(stereotyper(0.8, level), tier)
    score = measures[f"{NAME}.score[{GENDER}]"]
    assert score.interval is not None
    assert score.interval.low <= tanh(0.4) <= score.interval.high
    assert score.n_clusters == len(
        {i.cluster for i in plain(tier).items if i.contrast_id == GENDER}
    )
    assert judged(measures)[score.measure_id] == Verdict.FAIL


def test_a_bias_against_the_statistics_has_the_other_sign() -> None:
    towards, against = rule(stereotyper(0.8)), rule(stereotyper(-0.8))
    for kind in ("score", "text-score", "correlation", "slope"):
        first = towards[f"{NAME}.{kind}[{GENDER}]"].value
        second = against[f"{NAME}.{kind}[{GENDER}]"].value
        assert first is not None
        assert second is not None
        assert first > 0 > second


def test_an_unbiased_reader_passes() -> None:
    measures = rule(stereotyper(0.0), "standard")
    assert judged(measures, limit=0.2)[f"{NAME}.score[{GENDER}]"] == Verdict.PASS
    assert measures[f"{NAME}.score[{POSITIVE}]"].value == pytest.approx(tanh(1.5), abs=0.1)


# --- what is no bias ---


def always(word: str) -> object:
    def likelihoods(item: Item) -> Sequence[float]:
        if is_resolution(item):
            return (0.0, -5.0)
        return tuple(0.0 if answer == word else -5.0 for answer in item.answers)

    return likelihoods


def first_listed(item: Item) -> Sequence[float]:
    if is_resolution(item):
        return (0.0, -5.0) if item.factor("options") == "occupation-first" else (-5.0, 0.0)
    place = item.factor("options").split("-")
    return tuple(-5.0 * place.index(answer) for answer in item.answers)


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("answer", ["she", "he", "they", "first"])
def test_a_constant_answer_and_an_order_copier_are_never_judged(tier: Tier, answer: str) -> None:
    likelihoods = first_listed if answer == "first" else always(answer)
    measures = rule(likelihoods, tier)
    for contrast in {item.contrast_id for item in plain(tier).items}:
        for kind in ("score", "text-score"):
            measure = measures[f"{NAME}.{kind}[{contrast}]"]
            assert measure.value == pytest.approx(0.0, abs=1e-12)
            assert measure.standard_error == pytest.approx(0.0, abs=1e-12)
    found = verdicts(measures, NAME, (GENDER, NULL))
    assert not set(found.values()) & set(DECIDED)


def test_an_order_copier_in_writing_is_named_as_one() -> None:
    measures = rule(first_listed)
    assert measures[f"{NAME}.text-score[{GENDER}]"].position_bias_rate == 1.0
    effect = measures[f"{NAME}.score[{GENDER}]"].position_effect
    assert effect is not None
    assert effect > 0.9


def test_refusals_are_invalid_and_never_judged() -> None:
    measures = run(plain("quick"), lambda item: [-30.0] * len(item.answers), lambda _: REFUSAL)
    assert measures[f"{NAME}.invalid-rate[{GENDER}]"].value == 1.0
    assert measures[f"{NAME}.text-score[{GENDER}]"].value is None
    assert not set(judged(measures).values()) & set(DECIDED)


def test_an_unusable_answer_takes_its_partner_with_it() -> None:
    """Always "he", but no answer for women's occupations: no preference for the men's side."""

    def writes(item: Item) -> str:
        return REFUSAL if side(item) > 0 else item.continuations[1]

    measures = run(plain("quick"), always("he"), writes)
    text = measures[f"{NAME}.text-score[{GENDER}]"]
    assert text.value is None
    assert text.n == 0
    assert measures[f"{NAME}.invalid-rate[{GENDER}]"].value == pytest.approx(0.5)


def test_overflowed_likelihoods_are_unscored() -> None:
    item = plain("quick").items[0]
    response = Response(
        prompt_id="p",
        item_id=item.item_id,
        mode="log-likelihood",
        purpose="audit",
        batch=0,
        n_tokens=(1, 1, 1),
    )
    assert pronoun_occupation.score(item, response).unscored_because == "not-finite"


# --- against the statistics ---


def follows_statistics(item: Item) -> Sequence[float]:
    """Says she exactly as often as there are women; a mother is she in 98 %."""
    if is_resolution(item):
        return (0.0, 0.0)
    known = dict(item.factors).get("percent-women")
    share = (
        float(known) / 100
        if known
        else {POSITIVE: 0.5 + 0.48 * side(item)}.get(item.contrast_id, 0.5)
    )
    return (log(share), log(1 - share), -1.0)


def test_who_follows_the_statistics_has_r_and_slope_one() -> None:
    measures = rule(follows_statistics, "standard")
    assert measures[f"{NAME}.correlation[{GENDER}]"].value == pytest.approx(1.0)
    assert measures[f"{NAME}.slope[{GENDER}]"].value == pytest.approx(1.0)
    assert measures[f"{NAME}.rmse-to-statistics[{GENDER}]"].value == pytest.approx(0.0, abs=1e-9)
    least = measures[f"{NAME}.correlation[{GENDER}]"].minimum_detectable_effect
    assert least == pytest.approx(0.354, abs=1e-3)


def test_who_says_they_always_has_no_correlation() -> None:
    measures = rule(always("they"))
    three_way = measures[f"{NAME}.correlation-three-way[{GENDER}]"]
    assert three_way.value is None
    assert three_way.undefined_because is not None
    assert "hardly differs" in three_way.undefined_because
    they = measures[f"{NAME}.probability-they[{GENDER}]"].value
    assert they is not None
    assert they > 0.98


def test_probabilities_sum_to_one_and_the_controls_have_no_statistics() -> None:
    measures = rule(stereotyper(0.5))
    for contrast in (GENDER, NULL, POSITIVE):
        parts = [
            measures[f"{NAME}.probability-{word}[{contrast}]"].value
            for word in ("she", "he", "they")
        ]
        assert sum(part or 0.0 for part in parts) == pytest.approx(1.0)
        assert (f"{NAME}.correlation[{contrast}]" in measures) == (contrast == GENDER)


def test_the_condition_of_matching_is_measured_as_a_change() -> None:
    battery = battery_of(pronoun_occupation, "quick")

    def likelihoods(item: Item) -> Sequence[float]:
        if item.condition == "match-statistics":
            return follows_statistics(item)
        return (0.0, 0.0, -1.0)

    scores = ask(pronoun_occupation, battery.items, likelihoods, lambda item: item.continuations[2])
    found = conditions.measures(battery, scores, {}, {NAME: pronoun_occupation})
    rows = {m.measure_id: m for m in found}
    correlation = rows[f"{NAME}.correlation@match-statistics[{GENDER}]"]
    assert correlation.value == pytest.approx(1.0)
    change = rows[f"{NAME}.score-change@match-statistics[{GENDER}]"]
    assert change.value is not None
    assert change.value > 0.3


# --- whom a pronoun means ---


def understands(item: Item) -> Sequence[float]:
    if is_resolution(item):
        return (0.0, -4.0) if item.factor("refers-to") == "occupation" else (-4.0, 0.0)
    return (0.0, 0.0, 0.0)


def test_who_understands_every_sentence_is_right_and_unbiased() -> None:
    measures = rule(understands, "standard")
    for kind in ("accuracy", "gotcha-accuracy", "text-accuracy", "text-gotcha-accuracy"):
        assert measures[f"{NAME}.{kind}[{RESOLUTION}]"].value == 1.0
    assert measures[f"{NAME}.score[{RESOLUTION}]"].value == pytest.approx(0.0)
    assert measures[f"{NAME}.resolution-difference[{RESOLUTION}]"].value == pytest.approx(0.0)


def test_who_follows_the_majority_is_misled_and_the_score_says_how_far() -> None:
    measures = rule(stereotyper(1.2), "standard")
    score = measures[f"{NAME}.score[{RESOLUTION}]"].value
    assert score == pytest.approx(tanh(0.6))
    assert measures[f"{NAME}.gotcha-accuracy[{RESOLUTION}]"].value == 0.0
    assert measures[f"{NAME}.accuracy[{RESOLUTION}]"].value == pytest.approx(1 / 3)
    correlation = measures[f"{NAME}.resolution-correlation[{RESOLUTION}]"].value
    assert correlation is not None
    assert correlation > 0.8


def test_half_of_the_sentences_mean_the_occupation() -> None:
    mine = [item for item in plain("full").items if is_resolution(item)]
    truths = Counter((item.factor("occupation"), item.factor("refers-to")) for item in mine)
    assert len(set(truths.values())) == 1


def test_stimulus_scores_are_those_that_the_measure_averages() -> None:
    battery = plain("standard")
    likelihoods = stereotyper(0.7)
    assert callable(likelihoods)
    writes = writer(likelihoods)
    assert callable(writes)
    scores = ask(pronoun_occupation, battery.items, likelihoods, writes)
    measures = measured(pronoun_occupation, battery, scores)
    for contrast in (GENDER, RESOLUTION):
        for mode, kind in (("log-likelihood", "score"), ("text", "text-score")):
            found = pronoun_occupation.stimulus_scores(battery, scores, contrast, mode)  # type: ignore[arg-type]
            mean = float(np.mean(list(found.values())))
            assert measures[f"{NAME}.{kind}[{contrast}]"].value == pytest.approx(mean)


def test_the_order_of_the_scores_does_not_matter() -> None:
    battery = plain("quick")
    likelihoods = stereotyper(0.7)
    assert callable(likelihoods)
    scores = ask(pronoun_occupation, battery.items, likelihoods, lambda item: item.continuations[0])
    backwards = measured(pronoun_occupation, battery, scores[::-1])
    for measure_id, measure in measured(pronoun_occupation, battery, scores).items():
        if measure.value is not None:
            assert backwards[measure_id].value == pytest.approx(measure.value)
