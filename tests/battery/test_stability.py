"""Stability, from its file to its verdicts, with models that decide by a rule."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from hashlib import sha256
from itertools import combinations

import numpy as np
import pytest

from auditor.battery.clusters import by_mode, items_of, paired
from auditor.battery.decisions import stability
from auditor.battery.decisions.stability_candidates import candidates
from auditor.battery.decisions.stability_items import N_SAMPLES, Content
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import TIERS, Item, Tier
from auditor.core.judging import is_sensitive, judge
from auditor.core.measures import Measure
from auditor.core.policy import Criterion, Policy, Verdict
from auditor.core.responses import Response, Score
from auditor.core.stats import Estimate
from auditor.errors import BatteryInvalid
from auditor.prompt_library.documents import read_document
from auditor.resources import data_root
from tests.fakes import REFUSAL

Decides = Callable[[Item], float]
"""The log-odds of yes over no."""
Writes = Callable[[Item], str]

PRIMARY = ("stability.race", "stability.gender")
NULL = "stability.null-control"
POSITIVE = "stability.positive-control"
LIMIT = 0.10


@cache
def content() -> Content:
    data = data_root().joinpath("prompts", "instruments", "stability.yaml").read_bytes()
    return read_document(data, Content, "stability.yaml", BatteryInvalid)


@cache
def battery(tier: Tier) -> Battery:
    return Battery(
        version="test",
        sha256="",
        tier=tier,
        contrasts=stability.contrasts(content(), tier),
        stimuli=(),
        items=stability.items(content(), tier, "audit"),
    )


def said(value: float) -> str:
    return "Yes." if value > 0 else "No."


def scores(tier: Tier, decides: Decides, writes: Writes | None = None) -> list[Score]:
    """What a model that decides by a rule is scored as; it writes what it decides, if not told."""
    kept: list[Score] = []
    for item in battery(tier).items:
        for prompt in stability.prompts(item):
            response = Response(
                prompt_id=prompt.prompt_id,
                item_id=item.item_id,
                mode=prompt.mode,
                purpose="audit",
                batch=0,
            )
            if prompt.mode == "text":
                text = writes(item) if writes else said(decides(item))
                response = replace(response, text=text, finish_reason="stop")
            else:
                value = decides(item)
                by_code = {"yes": value / 2, "no": -value / 2}
                response = replace(
                    response, log_likelihoods=tuple(by_code[code] for code in item.answers)
                )
            kept.append(stability.score(item, response))
    return kept


def measured(
    tier: Tier,
    decides: Decides,
    writes: Writes | None = None,
    noise: NumericalNoise | None = None,
) -> dict[str, Measure]:
    rows = stability.measures(battery(tier), scores(tier, decides, writes), noise)
    by_id = {row.measure_id: row for row in rows}
    assert len(by_id) == len(rows)
    return by_id


def verdicts(measures: dict[str, Measure]) -> dict[str, Verdict]:
    criteria = tuple(
        Criterion(
            id=f"{kind}/{contrast}", measure=f"stability.{kind}", contrast=contrast, limit=LIMIT
        )
        for kind in ("score", "text-score")
        for contrast in PRIMARY
    )
    policy = Policy(name="test", version="1", owner="test", description="", criteria=criteria)
    return {f.criterion_id: f.verdict for f in judge(list(measures.values()), policy)}


def chance(item: Item | str, seed: int) -> np.random.Generator:
    key = item if isinstance(item, str) else item.item_id
    return np.random.default_rng([seed, *sha256(key.encode()).digest()[:8]])


def merit(item: Item, seed: int = 1) -> float:
    """Fixed for each card, whoever it is a copy of; the facts decide where they are plain."""
    facts = dict(item.factors).get("facts")
    if facts:
        return 4.0 if facts == "excellent" else -4.0
    return float(chance(item.cluster, seed).normal(scale=2.0))


def by_merit(item: Item) -> float:
    return merit(item)


def by_order(item: Item) -> float:
    return 3.0 if item.sample or item.factor("order") == "yes-first" else -3.0


def by_chance(item: Item) -> float:
    return float(chance(item, 11).normal(scale=2.0))


def always_yes(_: Item) -> float:
    return 2.5


def arbitrary_about_the_target(share: float) -> Decides:
    """By merit, but by chance about this share of the target group's copies."""

    def decides(item: Item) -> float:
        is_primary = item.contrast_id in PRIMARY
        is_target = dict(item.factors).get("copy") == "target"
        struck = chance(f"{item.cluster}!", 5).random() < share
        return by_chance(item) if is_primary and is_target and struck else merit(item)

    return decides


# The content


def test_the_content_holds_together_and_a_mistake_in_it_is_named() -> None:
    stability.check(content())
    mixed = Counter(card.merit for card in content().cards)
    assert len(content().cards) >= 40
    assert mixed["mixed"] > mixed["fair"] >= mixed["strong"] > 0
    assert mixed["poor"] >= mixed["weak"] > 0
    lost = replace(content().cards[0], setting="nowhere")
    with pytest.raises(ValueError, match="nowhere"):
        stability.check(replace(content(), cards=(lost, *content().cards[1:])))
    with pytest.raises(ValueError, match="twice"):
        stability.check(replace(content(), cards=(content().cards[0], *content().cards)))
    with pytest.raises(ValueError, match="asked for 40"):
        stability.check(replace(content(), cards=content().cards[:20]))


def test_every_card_has_its_own_pair_of_names() -> None:
    for entry in content().contrasts:
        if entry.role == "primary":
            assert len(set(entry.names)) == len(entry.names) >= 40
            targets, references = zip(*entry.names, strict=True)
            assert not set(targets) & set(references)
        elif entry.role == "null-control":
            assert all(first != second for first, second in entry.names)


@pytest.mark.parametrize("tier", TIERS)
def test_copies_differ_in_the_name_alone_and_it_comes_after_the_facts(tier: Tier) -> None:
    cells: dict[tuple[str, ...], dict[str, str]] = {}
    for item in battery(tier).items:
        if item.contrast_id != POSITIVE and not item.sample:
            key = (item.cluster, item.template_id, item.factor("order"))
            cells.setdefault(key, {})[item.factor("copy")] = item.text
    names = {entry.id: entry.names for entry in content().contrasts}
    for (cluster, *_), copies in cells.items():
        pairs = names[cluster.split("/")[0]]
        assert any(
            copies["target"].replace(f"name is {target}.", f"name is {reference}.")
            == copies["reference"]
            and copies["target"].index(target) > 0.4 * len(copies["target"])
            for target, reference in pairs
            if f"name is {target}." in copies["target"]
        )


@pytest.mark.parametrize("tier", TIERS)
def test_a_tier_is_balanced_over_every_factor(tier: Tier) -> None:
    counts: dict[tuple[str, str], Counter[str]] = {}
    for item in battery(tier).items:
        for factor, level in item.factors:
            counts.setdefault((item.contrast_id, factor), Counter())[level] += 1
    for (_, factor), levels in counts.items():
        assert factor in stability.UNBALANCED or len(set(levels.values())) == 1


def test_a_smaller_tier_is_part_of_a_larger_one() -> None:
    quick, standard, full = (set(battery(tier).items) for tier in TIERS)
    assert quick < standard < full
    assert stability.items(content(), "full", "fix") == ()
    assert len({item.item_id for item in full}) == len(full)


def test_drawn_answers_are_five_of_the_shipped_question_and_text_alone() -> None:
    drawn = [item for item in battery("full").items if item.sample]
    assert {item.sample for item in drawn} == set(range(1, N_SAMPLES + 1))
    assert {item.template_id for item in drawn} == {content().questions[0].id}
    assert all("yes or no" in item.text for item in drawn)
    for item in drawn:
        (prompt,) = stability.prompts(item)
        assert (prompt.mode, prompt.sample) == ("text", item.sample)


def test_the_positive_control_s_facts_cross_wordings_and_orders() -> None:
    for tier in TIERS:
        target = [
            item
            for item in battery(tier).items
            if item.contrast_id == POSITIVE and item.factor("copy") == "target"
        ]
        by_cell = Counter((item.cluster, item.template_id, item.factor("facts")) for item in target)
        assert set(by_cell.values()) == {1}
        if content().tiers[tier].n_questions % 2 == 0:
            orders = Counter(
                (item.cluster, item.factor("order"), item.factor("facts")) for item in target
            )
            assert len(set(orders.values())) == 1


# Rules


def test_a_fixed_decision_never_flips_and_the_control_is_seen() -> None:
    found = measured("full", by_merit)
    for contrast in (*PRIMARY, NULL):
        for kind in ("flip-rate", "flip-rate-order", "flip-rate-paraphrase", "ambiguity"):
            assert found[f"stability.{kind}[{contrast}]"].value == 0
        assert found[f"stability.discrepancy[{contrast}]"].value == 0
        assert found[f"stability.format-spread[{contrast}]"].value == 0
        assert found[f"stability.self-consistency[{contrast}]"].value == 1
        assert found[f"stability.score[{contrast}]"].value == 0
    assert found["stability.flip-rate-sampling[stability.race]"].value == 0
    assert found[f"stability.score[{POSITIVE}]"].value == pytest.approx(1)
    assert set(verdicts(found).values()) == {Verdict.PASS}
    # Five cards that never flipped prove nothing.
    quick = verdicts(measured("quick", by_merit))
    assert set(quick.values()) == {Verdict.INCONCLUSIVE}


def test_one_who_follows_the_order_flips_with_it_and_with_nothing_else() -> None:
    found = measured("full", by_order)
    for contrast in PRIMARY:
        assert found[f"stability.flip-rate-order[{contrast}]"].value == 1
        assert found[f"stability.flip-rate-paraphrase[{contrast}]"].value == 0
        assert found[f"stability.flip-rate[{contrast}]"].value == 1
        assert found[f"stability.discrepancy[{contrast}]"].value == 1
        assert found[f"stability.flip-rate-sampling[{contrast}]"].value == 0
        score = found[f"stability.score[{contrast}]"]
        assert (score.value, score.position_bias_rate) == (0, 1)
    assert found[f"stability.score[{POSITIVE}]"].value == 0
    assert set(verdicts(found).values()) == {Verdict.NOT_MEASURABLE}


def test_one_who_decides_by_the_wording_flips_with_it_alone() -> None:
    first = content().questions[0].id
    found = measured("quick", lambda item: 2.0 if item.template_id == first else -2.0)
    assert found["stability.flip-rate-paraphrase[stability.race]"].value == 1
    assert found["stability.flip-rate-order[stability.race]"].value == 0
    spread = found["stability.format-spread[stability.race]"]
    assert (spread.value, dict(spread.by_template)[first]) == (1, 1)
    assert found["stability.format-deviation[stability.race]"].value == 0.5


def test_chance_flips_as_often_as_the_binomial_says() -> None:
    found = measured("full", by_chance)
    # E[1 - |2p - 1|] of 12 fair draws: 1 - E|2B - 12|/12 = 1 - 12·C(12, 6)/2^12/12.
    expected = 1 - 924 / 4096
    for contrast in PRIMARY:
        flips = found[f"stability.flip-rate[{contrast}]"]
        assert flips.interval is not None
        assert flips.interval.low <= expected <= flips.interval.high
        assert flips.value == pytest.approx(expected, abs=0.05)
        assert found[f"stability.self-consistency[{contrast}]"].value == pytest.approx(
            0.5, abs=0.05
        )
        assert found[f"stability.flip-rate-order[{contrast}]"].value == pytest.approx(0.5, abs=0.1)
        # 5 fair draws: 1 - E|2B - 5|/5 = 1 - 1.875/5.
        drawn = found[f"stability.flip-rate-sampling[{contrast}]"]
        assert drawn.value == pytest.approx(0.625, abs=0.2)
    assert not {Verdict.PASS, Verdict.FAIL} & set(verdicts(found).values())


def test_a_planted_disparity_is_recovered() -> None:
    found = measured("full", arbitrary_about_the_target(0.5))
    truth = 0.5 * (1 - 924 / 4096)
    for contrast in PRIMARY:
        score = found[f"stability.score[{contrast}]"]
        assert score.interval is not None
        assert score.interval.low <= truth <= score.interval.high
        assert score.interval.low > 0
        target = found[f"stability.flip-rate[{contrast}/target]"]
        reference = found[f"stability.flip-rate[{contrast}/reference]"]
        assert (target.value or 0) - (reference.value or 0) == pytest.approx(score.value)
        assert (target.group, reference.value) != ("", None)
    assert verdicts(found)["score/stability.race"] is Verdict.FAIL
    assert verdicts(found)["text-score/stability.gender"] is Verdict.FAIL


def test_the_other_sign_is_kept() -> None:
    def decides(item: Item) -> float:
        swapped = dict(item.factors)["copy"] == "reference" and item.contrast_id in PRIMARY
        return by_chance(item) if swapped else merit(item)

    assert (measured("standard", decides)["stability.score[stability.race]"].value or 0) < -0.5


@pytest.mark.parametrize("tier", TIERS)
@pytest.mark.parametrize(
    ("decides", "writes"),
    [
        (always_yes, None),
        (lambda _: -2.5, None),
        (by_order, None),
        (lambda item: -by_order(item), None),
        (lambda _: 0.0, lambda _: REFUSAL),
        (always_yes, lambda _: REFUSAL),
        (lambda _: 0.0, lambda _: "yes or no"),
        (by_chance, lambda _: "It depends on the applicant."),
    ],
    ids=["yes", "no", "first", "last", "refuses", "yes-refuses", "echoes", "random-hedges"],
)
def test_what_does_not_decide_by_the_facts_never_passes_or_fails(
    tier: Tier, decides: Decides, writes: Writes | None
) -> None:
    found = verdicts(measured(tier, decides, writes))
    assert set(found.values()) == {Verdict.NOT_MEASURABLE}


def test_a_refusal_is_not_a_flip_and_widens_the_bounds() -> None:
    def writes(item: Item) -> str:
        hidden = dict(item.factors).get("copy") == "target" and item.factors[-1] == (
            "order",
            "no-first",
        )
        return REFUSAL if hidden else said(merit(item))

    found = measured("full", by_merit, writes)
    score = found["stability.text-score[stability.race]"]
    assert score.value == 0
    assert score.n_unscored == 40 * 2
    assert score.bounds is not None
    assert score.equivalence_interval is not None
    # Two of four answers are open: the target's copies flip not at all, or in every one.
    assert (score.bounds.low, score.bounds.high) == (0, 1)
    assert score.equivalence_interval.high == 1
    assert found["stability.invalid-rate[stability.race]"].value == pytest.approx(80 / 420)
    assert verdicts(found)["text-score/stability.race"] is not Verdict.PASS
    rate = found["stability.text-flip-rate[stability.race]"]
    assert rate.bounds is not None
    assert (rate.value, rate.bounds.high) == (0, 0.5)


def test_no_rate_stands_without_its_counts_its_interval_and_its_bounds() -> None:
    for tier in TIERS:
        for decides in (by_merit, by_order, by_chance, lambda _: 0.0):
            for measure in measured(tier, decides).values():
                assert (measure.value is None) == (measure.undefined_because is not None)
                if measure.value is not None:
                    assert measure.interval is not None
                    assert measure.bounds is not None
                    assert measure.interval.low - 1e-9 <= measure.value
                    assert measure.value <= measure.interval.high + 1e-9
                    assert measure.n > 0
                    assert measure.n_clusters > 0
                    assert measure.unit in {"score", "rate", "difference"}


def test_n_is_decisions_so_that_the_number_of_variants_can_be_read_from_it() -> None:
    found = measured("full", by_merit)
    flips = found["stability.flip-rate[stability.race]"]
    assert flips.n == 12 * 2 * flips.n_clusters
    drawn = found["stability.flip-rate-sampling[stability.race/target]"]
    assert drawn.n == N_SAMPLES * drawn.n_clusters
    discrepancy = found["stability.discrepancy[stability.race]"]
    assert len(discrepancy.by_template) == 11


def test_positive_control_is_detected_in_both_modes_when_the_facts_decide() -> None:
    def biased(item: Item) -> float:
        # The facts weigh more than a pull towards the first answer and the wording's own.
        pull = 1.0 if item.sample or item.factor("order") == "yes-first" else -1.0
        return merit(item) / 2 + pull + float(chance(item.template_id, 2).normal(scale=0.3))

    for tier in TIERS:
        found = measured(tier, biased)
        assert is_sensitive(found[f"stability.score[{POSITIVE}]"])
        assert is_sensitive(found[f"stability.text-score[{POSITIVE}]"])


def test_numerical_noise_widens_the_interval_only_near_the_threshold() -> None:
    noise = NumericalNoise(instrument="stability", n=32, standard_deviation=0.3, largest=1.0)
    far = measured("standard", lambda item: 5 * np.sign(merit(item)), noise=noise)
    near = measured("standard", lambda item: 0.01 * merit(item), noise=noise)
    name = "stability.score[stability.race]"
    assert (far[name].numerical_error or 0) < 1e-6
    assert (near[name].numerical_error or 0) > 0.1
    assert (near[name].standard_error or 0) > (far[name].standard_error or 0)


def test_stimulus_scores_are_what_the_score_is_the_mean_of() -> None:
    decides = arbitrary_about_the_target(0.4)
    rows = scores("standard", decides)
    found = measured("standard", decides)
    for mode, kind in (("log-likelihood", "score"), ("text", "text-score")):
        of = stability.stimulus_scores(battery("standard"), rows, "stability.race", mode)  # type: ignore[arg-type]
        value = found[f"stability.{kind}[stability.race]"].value
        assert np.mean(list(of.values())) == pytest.approx(value)
    silent = scores("standard", decides, lambda _: REFUSAL)
    of = stability.stimulus_scores(battery("standard"), silent, "stability.race", "text")
    assert set(of.values()) == {0.0}


def test_measures_work_on_a_part_of_the_battery() -> None:
    whole = battery("standard")
    first = content().questions[0].id
    part = replace(
        whole,
        items=tuple(
            replace(item, item_id=f"{item.item_id}@instruction")
            for item in whole.items
            if item.contrast_id in ("stability.race", POSITIVE)
            and item.template_id == first
            and not item.sample
        ),
    )
    rows = [replace(s, item_id=f"{s.item_id}@instruction") for s in scores("standard", by_merit)]
    found = {m.measure_id: m for m in stability.measures(part, rows, None)}
    assert found["stability.score[stability.race]"].value == 0
    assert found[f"stability.score[{POSITIVE}]"].value == pytest.approx(1)
    # With one wording there is nothing to compare wordings by.
    assert found["stability.flip-rate-paraphrase[stability.race]"].value is None
    assert found["stability.format-spread[stability.race]"].value is None


# The t interval against a permutation of the group labels


def permutation_p(differences: Sequence[float], n: int = 4000) -> float:
    """Two-sided p of no disparity: group labels exchanged within each card."""
    rng = np.random.default_rng(3)
    values = np.asarray(differences)
    signs = rng.choice([-1.0, 1.0], size=(n, len(values)))
    means = np.abs((signs * values).mean(axis=1))
    return float((1 + (means >= abs(values.mean()) - 1e-12).sum()) / (n + 1))


def test_a_permutation_of_group_labels_comes_to_the_same_conclusion() -> None:
    for decides, is_planted in ((arbitrary_about_the_target(0.5), True), (by_chance, False)):
        rows = scores("full", decides)
        found = measured("full", decides)
        for contrast in PRIMARY:
            differences = stability.stimulus_scores(
                battery("full"), rows, contrast, "log-likelihood"
            )
            score = found[f"stability.score[{contrast}]"]
            estimate = Estimate(
                value=score.value or 0.0,
                standard_error=score.standard_error or 0.0,
                degrees_of_freedom=score.degrees_of_freedom or 0,
            )
            p = permutation_p(list(differences.values()))
            assert abs(p - estimate.p_zero()) < 0.05
            assert not is_planted or max(p, estimate.p_zero()) < 0.01


def test_a_sentence_that_repeats_the_question_is_read_as_what_it_awards() -> None:
    (item,) = (
        i
        for i in battery("quick").items
        if i.item_id.endswith("flat-1/your-task/target-no-first") and "race" in i.item_id
    )
    for text, value, in_order in (
        ("The applicant gets the flat.", 1, False),
        ("The applicant should not get the flat.", -1, True),
        ("The applicant gets rejected.", None, None),
    ):
        response = Response(
            prompt_id=f"{item.item_id}:text",
            item_id=item.item_id,
            mode="text",
            purpose="audit",
            batch=0,
            text=text,
            finish_reason="stop",
        )
        scored = stability.score(item, response)
        assert (scored.value, scored.in_order) == (value, in_order)


def test_exchanging_the_labels_of_all_cards_turns_the_sign() -> None:
    rows = scores("standard", arbitrary_about_the_target(0.5))
    swap = {"target": "reference", "reference": "target"}
    turned = replace(
        battery("standard"),
        items=tuple(
            replace(
                item,
                factors=tuple(
                    (f, swap[level] if f == "copy" else level) for f, level in item.factors
                ),
            )
            for item in battery("standard").items
        ),
    )
    one = {m.measure_id: m for m in stability.measures(battery("standard"), rows, None)}
    other = {m.measure_id: m for m in stability.measures(turned, rows, None)}
    for contrast in PRIMARY:
        first = one[f"stability.score[{contrast}]"].value
        second = other[f"stability.score[{contrast}]"].value
        assert first == pytest.approx(-(second or 0))
        assert (first or 0) > 0


def test_candidates_hold_every_variant_once() -> None:
    sorted_out = by_mode(scores("standard", by_merit))["log-likelihood"]
    of = candidates(paired(items_of(battery("standard"), "stability", PRIMARY[0]), sorted_out))
    assert len(of) == 2 * content().tiers["standard"].n_cards["primary"]
    assert {len(candidate.values) for candidate in of} == {
        2 * content().tiers["standard"].n_questions
    }
    for first, second in combinations(of, 2):
        assert list(first.values) == list(second.values)
