"""Relative decision: planted biases come back, orders and profiles cancel."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from math import tanh

import numpy as np
import pytest

from auditor.battery.association import relative_decision
from auditor.battery.crossing import is_in_order, stimulus_of
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Item, Tier
from auditor.core.measures import Measure
from auditor.core.policy import Verdict
from tests.battery.scripted_runs import ask, battery_of, measured, shipped, verdicts
from tests.fakes import REFUSAL

NAME = relative_decision.name
NULL = f"{NAME}.null-control"
POSITIVE = f"{NAME}.positive-control"
DECIDED = (Verdict.PASS, Verdict.FAIL)


@cache
def battery(tier: Tier) -> Battery:
    return battery_of(relative_decision, tier)


def primary(tier: Tier) -> tuple[str, ...]:
    return tuple(c.contrast_id for c in battery(tier).contrasts if c.role == "primary")


def chance(item: Item, seed: int = 5) -> float:
    digest = sha256(item.item_id.encode()).digest()[:8]
    return float(np.random.default_rng([seed, *digest]).normal(scale=0.3))


def decider(strength: float, *, order: float = 0.0, profile: float = 0.0) -> object:
    """Log-odds of the stereotype: its strength, a pull towards the listed order, and one towards
    giving the first profile the first role."""

    def likelihoods(item: Item) -> Sequence[float]:
        true = {POSITIVE: 3.0, NULL: 0.0}.get(item.contrast_id, strength)
        value = true + chance(item)
        value += order if is_in_order(item) else -order
        if item.contrast_id != POSITIVE:
            value += profile if item.factor("profiles") == "as-given" else -profile
        return (value / 2, -value / 2)

    return likelihoods


def run(tier: Tier, likelihoods: object, writes: object = None) -> dict[str, Measure]:
    assert callable(likelihoods)
    if writes is None:

        def writes(item: Item) -> str:
            return item.continuations[int(np.argmax(likelihoods(item)))]

    assert callable(writes)
    scores = ask(relative_decision, battery(tier).items, likelihoods, writes)
    return measured(relative_decision, battery(tier), scores)


def test_the_shipped_file_holds_together() -> None:
    relative_decision.check(shipped(relative_decision))


@pytest.mark.parametrize("tier", TIERS)
def test_every_factor_is_balanced_in_every_contrast_and_stimulus(tier: Tier) -> None:
    clusters: dict[str, list[Item]] = {}
    for item in battery(tier).items:
        clusters.setdefault(item.cluster, []).append(item)
    for mine in clusters.values():
        for factor in {name for item in mine for name, _ in item.factors}:
            counts = Counter(item.factor(factor) for item in mine)
            assert len(set(counts.values())) == 1, (mine[0].cluster, factor)


def test_all_eight_categories_have_twelve_scenarios_in_the_full_tier() -> None:
    counts = Counter(
        contrast
        for contrast, _ in {(item.contrast_id, item.cluster) for item in battery("full").items}
    )
    assert len(primary("full")) == 8
    assert all(counts[contrast] >= 12 for contrast in primary("full"))


def test_a_smaller_tier_is_part_of_a_larger_one() -> None:
    asked = [{(i.item_id, i.text) for i in battery(tier).items} for tier in TIERS]
    assert asked[0] < asked[1] < asked[2]
    assert all(len({i.item_id for i in battery(t).items}) == len(battery(t).items) for t in TIERS)
    assert relative_decision.items(shipped(relative_decision), "full", "fix") == ()


def test_swapping_profiles_and_groups_gives_the_same_words() -> None:
    """Nothing but the group, the profile and the role of a person tells two prompts apart."""
    for item in battery("full").items:
        stimulus = stimulus_of(item)
        for word in (stimulus.target, stimulus.reference):
            assert word in item.text
        for answer in item.continuations:
            assert stimulus.target_attribute in answer
            assert stimulus.reference_attribute in answer


@pytest.mark.parametrize(("place", "label"), [(0, "stereotype"), (1, "counter")])
def test_a_complete_answer_is_read_as_what_it_says(place: int, label: str) -> None:
    def writes(item: Item) -> str:
        return item.continuations[place]

    scores = ask(relative_decision, battery("full").items, lambda _: (0.0, 0.0), writes)
    assert {score.label for score in scores if score.mode == "text"} == {label}


def test_in_the_positive_control_the_profile_goes_with_the_target() -> None:
    fitting = {s.id: s for s in shipped(relative_decision).positive_scenarios}
    for item in battery("full").items:
        if item.contrast_id == POSITIVE:
            scenario = fitting[item.cluster.rpartition("/")[2]]
            text = item.text
            target, reference = stimulus_of(item).target, stimulus_of(item).reference
            place = text.index(scenario.profiles[0])
            assert text.rfind(target, 0, place) > text.rfind(reference, 0, place)


@pytest.mark.parametrize("tier", ["quick", "standard"])
def test_a_planted_bias_comes_back_whatever_orders_and_profiles_pull(tier: Tier) -> None:
    measures = run(tier, decider(0.8, order=2.0, profile=1.0))
    for contrast in primary(tier):
        score = measures[f"{NAME}.score[{contrast}]"]
        assert score.interval is not None
        assert score.value == pytest.approx(tanh(0.4), abs=0.12)
        assert score.interval.low - 0.02 <= tanh(0.4) <= score.interval.high + 0.02
    found = verdicts(measures, NAME, primary(tier), limit=0.1)
    assert all(v == Verdict.FAIL for k, v in found.items() if k.startswith(f"{NAME}.score["))


def test_a_bias_the_other_way_has_the_other_sign() -> None:
    towards, against = run("quick", decider(1.0)), run("quick", decider(-1.0))
    for contrast in primary("quick"):
        for kind in ("score", "text-score"):
            first = towards[f"{NAME}.{kind}[{contrast}]"].value
            second = against[f"{NAME}.{kind}[{contrast}]"].value
            assert first is not None
            assert second is not None
            assert first > 0 > second


def test_an_unbiased_decider_is_never_failed() -> None:
    measures = run("full", decider(0.0, order=1.5, profile=0.8))
    found = verdicts(measures, NAME, primary("full"), limit=0.1)
    assert Verdict.FAIL not in found.values()
    assert Verdict.PASS in found.values()


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize("kind", ["in order", "reversed", "target first", "first role"])
def test_whoever_follows_an_order_scores_exactly_zero(tier: Tier, kind: str) -> None:
    def likelihoods(item: Item) -> Sequence[float]:
        towards = {
            "in order": is_in_order(item),
            "reversed": not is_in_order(item),
            # The person listed first gets the favourable role.
            "target first": item.factor("groups") == "reference-first",
            # One of the two groups always gets the role listed first.
            "first role": item.factor("attributes") == "target-first",
        }[kind]
        return (0.0, -6.0) if towards else (-6.0, 0.0)

    measures = run(tier, likelihoods)
    for contrast in battery(tier).contrasts:
        for name in ("score", "text-score"):
            value = measures[f"{NAME}.{name}[{contrast.contrast_id}]"].value
            assert value == pytest.approx(0.0, abs=1e-12)
    assert not set(verdicts(measures, NAME, primary(tier)).values()) & set(DECIDED)


@pytest.mark.parametrize("tier", TIERS)
def test_whoever_follows_the_better_profile_scores_exactly_zero(tier: Tier) -> None:
    def likelihoods(item: Item) -> Sequence[float]:
        first = item.factor("profiles") == "as-given" or item.contrast_id == POSITIVE
        return (0.0, -6.0) if first else (-6.0, 0.0)

    measures = run(tier, likelihoods)
    for contrast in primary(tier):
        assert measures[f"{NAME}.score[{contrast}]"].value == pytest.approx(0.0, abs=1e-12)


def test_refusals_are_invalid_and_never_judged() -> None:
    measures = run("quick", lambda _: (-30.0, -30.0), lambda _: REFUSAL)
    for contrast in primary("quick"):
        assert measures[f"{NAME}.invalid-rate[{contrast}]"].value == 1.0
        assert measures[f"{NAME}.text-score[{contrast}]"].value is None
    assert not set(verdicts(measures, NAME, primary("quick")).values()) & set(DECIDED)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"scenarios": ()}, "more than there is"),
        ({"tiers": {}}, "missing"),
    ],
)
def test_a_mistaken_file_is_refused(change: dict[str, object], words: str) -> None:
    content = shipped(relative_decision)
    with pytest.raises(ValueError, match=words):
        relative_decision.check(replace(content, **change))


def test_an_unknown_field_and_a_contrast_given_twice_are_refused() -> None:
    content = shipped(relative_decision)
    first, *others = content.templates
    odd = replace(first, text="{nobody}")
    with pytest.raises(ValueError, match="field"):
        relative_decision.check(replace(content, templates=(odd, *others)))
    with pytest.raises(ValueError, match="given twice"):
        relative_decision.check(replace(content, contrasts=content.contrasts * 2))
