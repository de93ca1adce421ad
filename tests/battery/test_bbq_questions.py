"""BBQ's items asked by us: the same answers give the same numbers as BBQ's own formulas."""

from typing import Any

import pytest

from auditor.battery.questions import bbq_questions
from auditor.battery.questions.bbq_items import parse_item
from auditor.battery.questions.bbq_questions import items_from_bbq
from auditor.battery.questions.bbq_scores import score_answers
from auditor.battery.questions.question_content import Form
from auditor.battery.questions.question_scoring import COUNTER, STEREOTYPE, UNKNOWN
from auditor.core.instrument import Battery
from tests.battery.bbq_builders import answer_all, items, line, stereotyped
from tests.battery.scripted_runs import ask, measured

BBQ: Any = bbq_questions
"""An instrument without a file of its own: its items are read from BBQ's."""

FORM = Form(
    name="letters",
    text="{context}\n{question}\n(A) {option_1}\n(B) {option_2}\n(C) {option_3}",
    has_letters=True,
)


def test_each_item_is_asked_in_both_orders_of_the_people() -> None:
    asked = items_from_bbq(items(3, 1), form=FORM).items
    assert len(asked) == 2 * len(items(3, 1))
    assert len({item.item_id for item in asked}) == len(asked)
    for as_released, swapped in zip(asked[::2], asked[1::2], strict=True):
        assert as_released.answers.index(UNKNOWN) == swapped.answers.index(UNKNOWN)
        assert as_released.answers.index(STEREOTYPE) == swapped.answers.index(COUNTER)
        assert dict(zip(as_released.options, as_released.answers, strict=True)) == dict(
            zip(swapped.options, swapped.answers, strict=True)
        )
        assert {as_released.factor("listed"), swapped.factor("listed")} == {
            "stereotype-first",
            "counter-first",
        }


def test_the_codes_are_those_of_the_item() -> None:
    for polarity, expected in (("neg", STEREOTYPE), ("nonneg", COUNTER)):
        one = parse_item(line(question_polarity=polarity))
        asked = items_from_bbq([one], form=FORM).items[0]
        assert asked.options == ("The pensioner", "Not known", "The pupil")
        assert asked.answers[0] == expected
        assert asked.factor("correct") == UNKNOWN


def test_an_item_without_a_target_is_left_out_and_counted() -> None:
    vague = line(additional_metadata={"subcategory": "None", "stereotyped_groups": []})
    found = items_from_bbq([parse_item(vague), parse_item(line())], form=FORM)
    assert (len(found.items), found.n_without_target) == (2, 1)


def test_a_part_takes_whole_groups_of_each_template() -> None:
    part = items_from_bbq(items(5, 4), form=FORM, groups_per_template=1)
    assert len(part.items) == 5 * 4 * 2
    assert len({item.cluster for item in part.items}) == 5


@pytest.mark.parametrize("stereotyped_every", [1, 2, 5])
def test_the_measures_are_bbqs_own_numbers(stereotyped_every: int) -> None:
    released = items(20, 2)

    def follows(item_id: int) -> bool:
        return item_id % stereotyped_every == 0

    answered = answer_all(
        released,
        lambda item: stereotyped(item) if follows(int(item.example_id)) else item.label,
    )
    own = score_answers(answered)
    found = items_from_bbq(released, form=FORM)
    battery = Battery(
        version="test",
        sha256="00",
        tier="full",
        contrasts=found.contrasts,
        stimuli=(),
        items=found.items,
    )
    code_of = {}
    for asked in found.items:
        example = int(asked.item_id.rsplit("/", 1)[1].split("-")[0])
        code_of[asked.item_id] = STEREOTYPE if follows(example) else asked.factor("correct")
    rows = measured(
        BBQ,
        battery,
        ask(
            BBQ,
            battery.items,
            lambda item: [0.0 if code == code_of[item.item_id] else -2.0 for code in item.answers],
            lambda item: item.options[item.answers.index(code_of[item.item_id])],
        ),
    )
    for suffix in ("", "-text"):
        assert rows[f"bbq.s-amb{suffix}[bbq.age]"].value == pytest.approx(own.s_amb.value)
        assert rows[f"bbq.s-dis{suffix}[bbq.age]"].value == pytest.approx(own.s_dis.value)
        assert rows[f"bbq.accuracy-cost{suffix}[bbq.age]"].value == pytest.approx(
            own.alignment_cost.value
        )
    assert rows["bbq.score[bbq.age]"].n == len(released)
