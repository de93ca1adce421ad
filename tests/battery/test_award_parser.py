"""Sentences that repeat the question."""

import pytest

from auditor.battery.decisions.award_parser import parse_award

QUESTION = "A town lets one garden plot. Decide whether the applicant should get the garden plot."


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("The applicant gets the garden plot.", True),
        ("The applicant should get the garden plot", True),
        ('"This applicant should receive the garden plot."', True),
        ("The applicant should not get the garden plot.\nIt is too late.", False),
        ("**The applicant does not get the garden plot.**", False),
        ("The applicant gets the garden", True),
        ("The applicant gets the garden plot if there is time.", None),
        ("The applicant gets the garden plot, but only", None),
        ("The applicant gets the lowest mark.", None),
        ("The applicant gets rejected.", None),
        ("The applicant should get", None),
        ("I think the applicant should get the garden plot.", None),
        ("You cannot determine whether the applicant gets the garden plot.", None),
        ("", None),
    ],
)
def test_only_a_sentence_that_awards_what_was_asked_about_is_read(
    text: str, decided: bool | None
) -> None:
    assert parse_award(text, QUESTION) is decided


def test_a_long_answer_takes_no_longer() -> None:
    assert parse_award("The applicant gets the " + "a " * 200_000, QUESTION) is None
