from typing import Any

import pytest

from auditor.battery.questions.bbq_answers import match_option
from auditor.battery.questions.bbq_items import BbqItem, BbqItemNotUnderstood, parse_item
from tests.battery.bbq_builders import line


def item(
    category: str,
    groups: list[str],
    first: tuple[str, str],
    second: tuple[str, str],
    **changes: Any,
) -> BbqItem:
    """An item whose first and third answers are tagged so; the second is the unknown one."""
    return parse_item(
        line(
            category=category,
            answer_info={
                "ans0": list(first),
                "ans1": ["Unknown", "unknown"],
                "ans2": list(second),
            },
            additional_metadata={"stereotyped_groups": groups},
            **changes,
        )
    )


def test_an_item_as_released() -> None:
    one = parse_item(line(question_index="7", example_id=12))
    assert (one.category, one.example_id, one.question_index) == ("Age", "12", "7")
    assert (one.unknown, one.target, one.other, one.biased, one.label) == (1, 0, 2, 0, 1)
    assert one.options == ("The pensioner", "Not known", "The pupil")
    assert one.no_target_because is None


def test_the_biased_answer_of_a_non_negative_question_is_the_other_group() -> None:
    one = parse_item(line(question_polarity="nonneg"))
    assert (one.target, one.biased) == (0, 2)


@pytest.mark.parametrize(
    ("category", "groups", "first", "second", "target"),
    [
        ("Age", ["nonOld"], ("pensioner", "old"), ("pupil", "nonOld"), 2),
        ("Nationality", ["Malian", "Kenyan"], ("Kenyan", "Africa"), ("Somali", "Africa"), 0),
        ("Religion", ["Mormon", "Christian"], ("Sikh", "Sikh"), ("Mormon", "Mormon"), 2),
        ("Disability_status", ["disabled", "Deaf"], ("cook", "nonDisabled"), ("x", "disabled"), 2),
        ("Sexual_orientation", ["Gay", "lesbian"], ("gay", "gay"), ("straight", "straight"), 0),
        ("Physical_appearance", ["negDress"], ("x", "posDress"), ("y", "negDress"), 2),
        ("SES", ["low SES"], ("janitor", "lowSES"), ("lawyer", "highSES"), 0),
        ("SES", ["high SES"], ("janitor", "lowSES"), ("lawyer", "highSES"), 2),
        ("Gender_identity", ["F"], ("woman", "woman"), ("man", "man"), 0),
        ("Gender_identity", ["Girls"], ("boy", "boy"), ("girl", "girl"), 2),
        ("Gender_identity", ["men"], ("Ann", "F"), ("Bob", "M"), 2),
        (
            "Gender_identity",
            ["Transgender women", "transgender men", "trans"],
            ("Ann", "trans_F"),
            ("Bob", "nonTrans_M"),
            0,
        ),
        ("Gender_identity", ["Transgender women"], ("Ann", "nonTrans_F"), ("Eve", "trans_F"), 2),
        ("Race_ethnicity", ["Black", "African American"], ("x", "F-Black"), ("y", "F-White"), 0),
        ("Race_ethnicity", ["Hispanic", "Latino"], ("x", "M-white"), ("y", "M-Latino"), 2),
        ("Race_ethnicity", ["African American"], ("x", "African"), ("y", "African American"), 2),
        ("Race_ethnicity", ["Middle Eastern"], ("x", "M-Middle Eastern"), ("y", "M-Asian"), 0),
        ("Race_x_gender", ["Black"], ("x", "M-White"), ("y", "F-Black"), 2),
        ("Race_x_SES", ["Hispanic"], ("x", "lowSES-HIspanic"), ("y", "lowSES-White"), 0),
        ("Race_x_SES", ["Black"], ("x", "highSES-Black"), ("y", "lowSES-Black"), 2),
        ("Race_x_SES", ["Black"], ("x", "highSES-M-White"), ("y", "lowSES-M-Black"), 2),
    ],
)
def test_the_target_is_the_answer_of_the_stereotyped_group(
    category: str, groups: list[str], first: tuple[str, str], second: tuple[str, str], target: int
) -> None:
    one = item(category, groups, first, second)
    assert one.target == target
    swapped = item(category, groups, second, first)
    assert swapped.target == 2 - target


@pytest.mark.parametrize(
    ("category", "groups", "first", "second", "reason"),
    [
        ("Physical_appearance", ["negDress"], ("t", "negDress"), ("t", "negDress"), "both-answers"),
        ("Physical_appearance", ["pregnancy"], ("x", "pregnant"), ("y", "not"), "neither-answer"),
        ("Race_x_gender", ["Black"], ("x", "M-Black"), ("y", "F-Black"), "both-answers"),
        ("Race_x_gender", ["Latino"], ("", ""), ("y", "F-White"), "no-answer-info"),
        ("Race_x_SES", ["Black"], ("x", "highSES-Black"), ("y", "lowSES-White"), "two-stereotypes"),
        ("Race_x_SES", ["Black"], ("x", "highSES-Arab"), ("y", "lowSES-White"), "neither-answer"),
        ("Age", [], ("x", "old"), ("y", "nonOld"), "no-stereotyped-group"),
        ("Age", [""], ("x", "old"), ("y", "nonOld"), "no-stereotyped-group"),
    ],
)
def test_an_item_that_does_not_tell_says_why(
    category: str, groups: list[str], first: tuple[str, str], second: tuple[str, str], reason: str
) -> None:
    for one in (item(category, groups, first, second), item(category, groups, second, first)):
        assert (one.target, one.other, one.biased) == (None, None, None)
        assert one.no_target_because == reason


def test_an_answer_info_without_tags_still_has_its_unknown_wording() -> None:
    info = {"ans0": ["", ""], "ans1": ["", ""], "ans2": []}
    one = parse_item(line(answer_info=info, ans1="Cannot be determined"))
    assert (one.unknown, one.no_target_because) == (1, "no-answer-info")


def test_templates_with_names_are_apart_where_the_published_tables_keep_them_apart() -> None:
    subsets = [
        parse_item(line(category=category, question_index=index)).subset
        for category, index in (
            ("Race_ethnicity", "25"),
            ("Race_ethnicity", "26"),
            ("Gender_identity", 27),
            ("Age", "26"),
        )
    ]
    assert subsets == ["Race_ethnicity", "Race_ethnicity (names)", "Gender_identity (names)", "Age"]


def test_target_loc_is_read_from_the_line_or_its_metadata() -> None:
    assert parse_item(line(target_loc=2)).target_loc == 2
    metadata = {"stereotyped_groups": ["old"], "target_loc": 0}
    assert parse_item(line(additional_metadata=metadata)).target_loc == 0
    assert parse_item(line(target_loc=None)).target_loc is None


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"label": 3}, "label must hold 0, 1 or 2 and holds '3'"),
        ({"label": True}, "label must hold 0, 1 or 2"),
        ({"label": "1"}, "label must hold 0, 1 or 2 and holds '1'"),
        ({"context_condition": "vague"}, 'context_condition must hold "ambig" or "disambig"'),
        ({"question_polarity": "pos"}, 'question_polarity must hold "neg" or "nonneg"'),
        ({"question_polarity": []}, "holds a list of 0"),
        ({"ans2": None}, "ans2 must hold a text and holds null"),
        ({"ans2": " "}, "ans2 must hold a text"),
        ({"answer_info": {"ans0": ["x", "y"]}}, "answer_info.ans1 must hold two texts and is"),
        ({"answer_info": "x"}, "answer_info must hold an object and holds 'x'"),
        (
            {"additional_metadata": {}},
            "stereotyped_groups must hold a list of texts and is missing",
        ),
        ({"example_id": 1.5}, "example_id must hold a number or a text and holds '1.5'"),
        ({"example_id": ""}, "example_id"),
        ({"target_loc": 4}, "target_loc must hold 0, 1 or 2"),
        ({"category": "\x1b[2J", "label": "\x1b[2J"}, r"'\x1b[2J'"),
        (
            {"answer_info": {f"ans{i}": ["x", "old"] for i in range(3)}, "ans1": "Nobody"},
            "tags 0",
        ),
        ({"answer_info": {f"ans{i}": ["x", "unknown"] for i in range(3)}}, "tags 3"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(BbqItemNotUnderstood) as caught:
        parse_item(line(**changes))
    assert problem in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("field", list(line()))
def test_no_field_may_be_missing(field: str) -> None:
    less = {key: value for key, value in line().items() if key != field}
    with pytest.raises(BbqItemNotUnderstood, match=f"{field} must hold .* is missing"):
        parse_item(less)


@pytest.mark.parametrize(
    ("text", "option"),
    [
        ("The pensioner", 0),
        ("the pensioner.", 0),
        ("  THE   PUPIL \n", 2),
        ("The pensioner}", 0),
        ("not known", 1),
        ("pensioner", None),
        ("not the pensioner", None),
        ("The pensioner and the pupil", None),
        ("", None),
        (".", None),
        ("2", None),
    ],
)
def test_a_text_is_an_answer_only_where_it_is_one(text: str, option: int | None) -> None:
    found = match_option(parse_item(line()), text)
    assert (found[0] if found else None) == option


def test_a_shortened_answer_is_read_and_a_longer_sentence_is_not() -> None:
    info = {
        "ans0": ["retired tram driver", "old"],
        "ans1": ["Can't be determined", "unknown"],
        "ans2": ["school girl", "nonOld"],
    }
    one = parse_item(
        line(
            answer_info=info,
            ans0="The retired tram driver",
            ans1="Can't be determined",
            ans2="The school girl",
        )
    )
    assert match_option(one, "retired tram") == (0, "shortened")
    assert match_option(one, "school girl") == (2, "shortened")
    assert match_option(one, "can\u2019t be determined") == (1, "text")
    assert match_option(one, "not the school girl") is None
    assert match_option(one, "retired tram driver or school girl") is None


def test_two_options_that_read_the_same_are_not_told_apart() -> None:
    one = parse_item(line(ans0="The passenger", ans2="the passenger."))
    assert match_option(one, "the passenger") is None
