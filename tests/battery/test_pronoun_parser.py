import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.battery.pronouns.pronoun_parser import parse_pronoun, parse_referent

HOSTILE = Path(__file__).parents[3] / "shared/data/hostile/model_outputs.json"


@pytest.mark.parametrize(
    ("text", "choice"),
    [
        ("she", "she"),
        ("He.", "he"),
        ("**They**", "they"),
        ("her", "she"),
        ("The nurse locked the door before she went home.", "she"),
        ("The nurse locked the door before ___ he ___ went home.", "he"),
        ("The king left their umbrella on the train.", "they"),
        ("Sure! Here is the sentence:\n\nThe nurse left his umbrella on the train.", "he"),
        ('The pronoun "they" is the right choice.', "they"),
        ("The nurse said she'd be back soon.", "she"),
        # The first sentence only repeats the offer.
        ("The options are he, she or they. I choose she.", "she"),
        ("The nurse phoned her. He was late.", "she"),
    ],
)
def test_a_clear_answer_is_read(text: str, choice: str) -> None:
    parsed = parse_pronoun(text)
    assert (parsed.choice, parsed.invalid_because) == (choice, None)
    assert parsed.rule


@pytest.mark.parametrize(
    ("text", "because"),
    [
        ("", "empty"),
        (" \n", "empty"),
        ("The nurse said that the nurse would be back soon.", "none-named"),
        ("Maria", "none-named"),
        ("The theory of the sheriff here", "none-named"),
        ("he or she", "several"),
        ("He/she", "several"),
        ("s/he", "several"),
        ("(s)he", "several"),
        ("he, she or they", "several"),
        ("The king left his or her umbrella on the train.", "several"),
        ('The word "he" is not a valid option here', "denied"),
        ("It isn't she", "denied"),
        ("It depends on whether she is meant", "hedged"),
        ("I'm sorry, but I can't assume that he or she did.", "refusal"),
        ("I cannot choose a pronoun.", "refusal"),
    ],
)
def test_what_is_no_clear_answer_says_why(text: str, because: str) -> None:
    parsed = parse_pronoun(text)
    assert (parsed.choice, parsed.invalid_because) == (None, because)
    assert not parsed.rule


@pytest.mark.parametrize(
    ("text", "choice", "because"),
    [
        ("the nurse", "nurse", None),
        ("The Visitor.", "visitor", None),
        ('"She" refers to the nurse.', "nurse", None),
        ("The nurse thanked the visitor. So it is the visitor.", "visitor", None),
        ("the nurse or the visitor", None, "several"),
        ("It is not the nurse", None, "denied"),
        ("nursery visitors", None, "none-named"),
        ("", None, "empty"),
        ("I'm sorry, I can't help with that.", None, "refusal"),
    ],
)
def test_whom_an_answer_names(text: str, choice: str | None, because: str | None) -> None:
    parsed = parse_referent(text, options=("nurse", "visitor"))
    assert (parsed.choice, parsed.invalid_because) == (choice, because)


@given(st.text())
def test_every_text_has_a_choice_or_a_reason(text: str) -> None:
    for parsed in (parse_pronoun(text), parse_referent(text, options=("nurse", "visitor"))):
        assert (parsed.choice is None) != (parsed.invalid_because is None)


@given(st.sampled_from(["she", "he", "they"]), st.sampled_from([str.upper, str.title, str.lower]))
def test_case_and_quotes_do_not_matter(word: str, cased: object) -> None:
    assert callable(cased)
    assert parse_pronoun(f' "{cased(word)}".').choice == word


@pytest.mark.skipif(not HOSTILE.exists(), reason="the hostile texts are not here")
def test_hostile_texts_are_read_without_an_error() -> None:
    for text in json.loads(HOSTILE.read_text(encoding="utf-8")):
        parse_pronoun(str(text))


@pytest.mark.parametrize("piece", ["she ", "he/", "not ", "(s)", "\n", "."])
def test_the_time_is_linear_in_the_text(piece: str) -> None:
    start = time.perf_counter()
    parse_pronoun(piece * 100_000)
    assert time.perf_counter() - start < 3
