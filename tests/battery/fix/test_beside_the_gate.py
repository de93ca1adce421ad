"""What stands beside the decision: compositions, openings, the dial, controls and seeds."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.battery.association.mirrored_statements import keying
from auditor.battery.fix.composition import LABELS, label_of
from auditor.battery.fix.concluding import conclude_fix
from auditor.battery.fix.openings import most_frequent, opening_of
from auditor.core.fix_evidence import WrittenReply
from auditor.core.fix_results import Composition, DialPoint, FixResult
from auditor.core.responses import Score, unscored
from tests.battery.fix.arm_evidence import build_fix, concluded, gate_battery, gate_rules

SIZE = gate_rules().tier("quick")


def composition(result: FixResult, instrument: str) -> Composition:
    return next(one for one in result.compositions if one.instrument == instrument)


def shares(one: Composition, place: int) -> Counter[str]:
    counts: Counter[str] = Counter()
    for flow in one.flows:
        counts[str(flow[place])] += flow[2]
    return counts


def point(result: FixResult, arm_id: str) -> DialPoint:
    return next(one for one in result.dial if one.arm.arm_id == arm_id)


def test_no_answer_is_lost_between_before_and_after() -> None:
    battery = gate_battery("quick")
    for instrument in ("word-association", "mirrored-statements"):
        declared = sum(
            battery.contrast(item.contrast_id).role in ("primary", "ladder")
            and item.stimulus is not None
            and item.stimulus.rank < SIZE.n_written
            for item in battery.items
            if item.instrument == instrument
        )
        for kind in ("ideal", "refuser", "format-breaker"):
            found = composition(concluded(kind), instrument)
            assert found.n == declared
            assert {label for flow in found.flows for label in flow[:2]} <= set(LABELS)
            assert len({flow[:2] for flow in found.flows}) == len(found.flows)


def test_all_that_a_refuser_says_flows_into_refusal() -> None:
    result = concluded("refuser")
    for one in result.compositions:
        assert set(shares(one, 1)) == {"refusal"}
        assert "refusal" not in shares(one, 0)


def test_what_cannot_be_read_is_no_refusal() -> None:
    one = composition(concluded("format-breaker"), "word-association")
    assert set(shares(one, 1)) >= {"invalid"}
    assert "refusal" not in shares(one, 1)


@pytest.mark.parametrize("value", [1.0, -1.0, 0.0])
def test_agreement_with_a_mirror_is_against_the_stereotype(value: float) -> None:
    items = [one for one in gate_battery("quick").items if one.instrument == "mirrored-statements"]
    for item in items[:4]:
        score = Score(
            item_id=item.item_id, mode="text", value=value, label="agree", unscored_because=None
        )
        side = keying(item) * value
        expected = "neutral" if side == 0 else ("stereotype" if side > 0 else "counter")
        assert label_of(item, score) == expected
    refused = unscored(items[0].item_id, "text", "refusal")
    assert label_of(items[0], refused) == "refusal"
    assert label_of(items[0], unscored(items[0].item_id, "text", "empty")) == "invalid"


@pytest.mark.parametrize(
    ("text", "opening"),
    [
        ("I'd be happy to help.", "i'd be happy"),
        ("**Sure!** Here you go", "sure here you"),
        ("  Yes\n", "yes"),
        ("", ""),
        ("…!?", ""),
        ("Черно-белый РАСОВЫЙ вопрос и ответ", "черно-белый расовый вопрос"),
    ],
)
def test_an_opening_is_the_first_three_words(text: str, opening: str) -> None:
    assert opening_of(text) == opening


@given(st.lists(st.sampled_from(["Yes it is so", "No it is not", "Well", ""]), min_size=1))
def test_no_opening_is_more_frequent_than_the_most_frequent(texts: list[str]) -> None:
    written = [WrittenReply(text_id=f"t{place}", text=text) for place, text in enumerate(texts)]
    found = most_frequent(written)
    assert found is not None
    assert found == most_frequent(written[::-1])
    counts = Counter(map(opening_of, texts))
    assert len(found.text_ids) == max(counts.values()) == counts[found.words]


def test_nothing_written_has_no_opening() -> None:
    assert most_frequent(()) is None


def test_the_words_of_a_learned_phrase_are_kept() -> None:
    openings = {arm: rest for arm, *rest in concluded("opening-phrase").openings}
    n_before = concluded("opening-phrase").openings[0][2]
    assert set(openings) == {"original", "fixed"}
    assert openings["fixed"] == ["black and white", SIZE.n_held_out, SIZE.n_held_out]
    assert n_before < SIZE.n_held_out / 4


def test_the_dial_runs_from_the_original_through_the_fix() -> None:
    result = concluded("ideal")
    assert [one.arm.arm_id for one in result.dial] == [
        "original",
        "scale-0.50",
        "fixed",
        "scale-1.50",
        "control-shuffled",
        "instruction",
        "chain-of-thought",
        "erasure",
    ]
    assert [one.scale for one in result.dial[:4]] == [0.0, 0.5, 1.0, 1.5]
    biases = [one.bias.value or 0.0 for one in result.dial[:4]]
    assert biases == sorted(biases, reverse=True)


def test_all_of_the_dial_rests_on_the_same_questions() -> None:
    result = concluded("ideal")
    for one in result.dial:
        n = SIZE.n_reasoned if one.arm.extent == "reasoned" else SIZE.n_dial
        assert one.bias.n_clusters == one.change.n_clusters == 8 * n
        assert one.sensitivity.n_clusters in (0, n)


def test_the_original_differs_from_itself_by_nothing() -> None:
    one = point(concluded("ideal"), "original")
    assert one.change.value == one.reply_loss.value == one.divergence.value == 0.0


def test_a_change_on_the_dial_is_against_the_original_on_the_same_questions() -> None:
    result = concluded("ideal")
    before = point(result, "original").bias.value or 0.0
    for arm_id in ("fixed", "scale-1.50", "instruction", "erasure"):
        one = point(result, arm_id)
        assert one.change.value == pytest.approx((one.bias.value or 0.0) - before)


def test_controls_stand_beside_the_fix() -> None:
    result = concluded("control-as-good")
    (control,) = result.controls
    pooled = next(one for one in result.slopes if one.key == "pooled/word-association")
    assert pooled.change.value is not None
    assert control.advantage.value == pytest.approx(
        -pooled.change.value - (control.change.value or 0.0), abs=1e-9
    )


def test_every_seed_of_the_recipe_is_shown() -> None:
    result = concluded("ideal")
    assert [(one.name, one.seed) for one in result.seeds] == [("fix", 0), ("fix-seed-1", 1)]
    assert all((one.change.value or 0.0) > 0 for one in result.seeds)


def test_arms_that_were_not_asked_are_left_out() -> None:
    record, trainings, battery, answers = build_fix("ideal")
    left = {name: answers[name] for name in ("original", "fixed", "control-shuffled")}
    result = conclude_fix(record, trainings, battery, left)
    assert result.decision == concluded("ideal").decision
    assert [one.arm.arm_id for one in result.dial] == ["original", "fixed", "control-shuffled"]
    assert [one.name for one in result.seeds] == ["fix"]


def test_the_measures_are_those_of_the_arms_that_were_asked_everything() -> None:
    result = concluded("ideal")
    assert [arm for arm, _ in result.measures] == ["original", "fixed"]
    for _, measures in result.measures:
        names = {one.measure_id for one in measures}
        assert "word-association.score[race.terms]" in names
        assert "question-answering.score[question-answering.race]" in names


def test_shares_and_nats_have_slopes_too() -> None:
    slopes = {one.key: one for one in concluded("format-breaker").slopes}
    for key in ("pooled/word-association.invalid-rate", "pooled/mirrored-statements.invalid-rate"):
        assert slopes[key].unit == "rate"
        assert (slopes[key].before.value, slopes[key].change.value) == (
            0.0,
            slopes[key].after.value,
        )
        assert (slopes[key].after.value or 0.0) > 0.2
    right = slopes["pooled/question-answering.accuracy-disambiguated"]
    assert (right.before.value or 0.0) > 0.8
    assert slopes["held-out/nats"].unit == "nats"
    assert slopes["held-out/nats"].before.value == pytest.approx(2.0, abs=0.3)


def test_register_changes_are_those_of_the_judged_adapter() -> None:
    record, trainings, battery, answers = build_fix("ideal")
    same = replace(answers["original"], arm=answers["fixed"].arm)
    result = conclude_fix(record, trainings, battery, {**answers, "fixed": same})
    assert result.register_changes
    assert {one.change.value for one in result.register_changes} <= {0.0, None}
