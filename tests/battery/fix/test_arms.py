"""What each arm is asked, and what of it is asked in text."""

from collections import Counter
from dataclasses import replace

import pytest

from auditor.battery import INSTRUMENTS
from auditor.battery.fix.arms import GATE_INSTRUMENTS, arm_battery, arm_prompts, as_asked_plainly
from auditor.core.fix_evidence import Arm, Extent
from auditor.core.instrument import Battery
from auditor.core.items import Condition, Item
from auditor.prompt_library import load_battery
from tests.battery.fix.arm_evidence import build_fix, gate_battery, gate_rules, wordings

GATE = gate_battery("quick")
SIZE = gate_rules().tier("quick")


def arm(extent: Extent = "gate") -> Arm:
    return Arm(arm_id="one", kind="scaled", extent=extent, adapter="fix")


def prompted(condition: Condition = "instruction", extent: Extent = "dial") -> Arm:
    return replace(arm(extent), condition=condition)


def asked(one: Arm, battery: Battery = GATE) -> Battery:
    return arm_battery(battery, one, SIZE, wordings())


def roles(battery: Battery) -> set[str]:
    return {contrast.role for contrast in battery.contrasts}


def stimuli_by_contrast(battery: Battery) -> Counter[str]:
    clusters = {(item.contrast_id, item.cluster) for item in battery.items}
    return Counter(contrast for contrast, _ in clusters)


def test_the_gate_asks_everything() -> None:
    assert asked(arm()).items == GATE.items


def test_of_an_audits_battery_only_what_the_gate_judges_is_left() -> None:
    battery = load_battery("quick")
    left = asked(arm(), battery).items
    assert {item.instrument for item in left} == set(GATE_INSTRUMENTS)
    assert {(item.condition, item.sample) for item in left} == {("question", 0)}
    assert 0 < len(left) < len(battery.items)


@pytest.mark.parametrize(
    ("extent", "n"), [("dial", SIZE.n_dial), ("reasoned", SIZE.n_reasoned), ("control", None)]
)
def test_the_other_arms_are_asked_the_pairings_that_make_a_score_or_show_sight(
    extent: Extent, n: int | None
) -> None:
    battery = asked(arm(extent))
    assert {item.instrument for item in battery.items} == {"word-association"}
    assert roles(battery) == {"primary", "positive-control"}
    assert len(battery.contrasts) == 9
    for contrast, count in stimuli_by_contrast(battery).items():
        is_positive = contrast.startswith("positive-control")
        whole = SIZE.n_control_stimuli if is_positive else SIZE.n_stimuli
        assert count == (n or whole)


def test_smaller_extents_are_parts_of_larger_ones() -> None:
    ids = [
        {item.item_id for item in asked(arm(extent)).items}
        for extent in ("reasoned", "dial", "control", "gate")
    ]
    assert ids[0] < ids[1] < ids[2] < ids[3]


def test_an_instruction_stands_behind_the_same_questions() -> None:
    plain, under = asked(arm("dial")).items, asked(prompted()).items
    for one, other in zip(plain, under, strict=True):
        assert other.item_id == f"{one.item_id}@instruction"
        assert other.text.startswith(one.text)
        assert other.text != one.text
        assert (other.cluster, other.continuations) == (one.cluster, one.continuations)


def test_only_the_arms_own_wording_is_used() -> None:
    assert {item.condition for item in asked(prompted()).items} == {"instruction"}


def test_a_condition_without_a_wording_is_refused() -> None:
    with pytest.raises(ValueError, match="has no wording"):
        arm_battery(GATE, prompted(), SIZE, ())


def written(battery: Battery, one: Arm) -> list[Item]:
    items = {item.item_id: item for item in battery.items}
    prompts = arm_prompts(battery, one, SIZE)
    return [items[prompt.item_id] for prompt in prompts if prompt.mode == "text"]


@pytest.mark.parametrize("extent", ["gate", "control", "dial"])
def test_everything_is_scored_once(extent: Extent) -> None:
    battery = asked(arm(extent))
    prompts = arm_prompts(battery, arm(extent), SIZE)
    scored = [prompt.item_id for prompt in prompts if prompt.mode == "log-likelihood"]
    assert scored == [item.item_id for item in battery.items]


def test_the_first_stimuli_of_each_contrast_are_answered_in_text() -> None:
    counts = Counter(
        (item.instrument, item.contrast_id)
        for item in written(GATE, arm())
        if item.instrument in ("word-association", "mirrored-statements")
    )
    assert len(counts) == 24
    # Two orders of groups and two of attributes, in the one wording of each stimulus.
    assert set(counts.values()) == {4 * SIZE.n_written}


def test_a_speaker_is_judged_in_text_wherever_an_audit_asks_for_it() -> None:
    wanted = {
        item.item_id
        for item in GATE.items
        if item.instrument.startswith("matched-guise")
        and any(p.mode == "text" for p in INSTRUMENTS[item.instrument].prompts(item))
    }
    found = {
        item.item_id for item in written(GATE, arm()) if item.instrument.startswith("matched-guise")
    }
    assert found == wanted
    assert found


def test_questions_about_two_people_are_only_scored() -> None:
    assert not [one for one in written(GATE, arm()) if one.instrument == "question-answering"]


def test_a_control_writes_nothing() -> None:
    assert written(asked(arm("control")), arm("control")) == []


def test_what_reasons_is_first_asked_for_its_reasons() -> None:
    one = prompted("chain-of-thought", "reasoned")
    battery = asked(one)
    assert {prompt.mode for prompt in arm_prompts(battery, one, SIZE)} == {"reasoning"}
    assert len(arm_prompts(battery, one, SIZE)) == len(battery.items)


def test_scores_under_a_wording_are_laid_beside_the_plain_ones() -> None:
    *_, answers = build_fix("ideal")
    plain = {score.item_id for score in answers["scale-0.50"].scores}
    assert {score.item_id for score in as_asked_plainly(answers["instruction"])} == plain
    assert as_asked_plainly(answers["original"]) == answers["original"].scores
