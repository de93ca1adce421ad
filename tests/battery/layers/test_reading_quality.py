"""What counts as a reading, and what it names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.battery.layers.reading_quality import is_degenerate, is_relevant, names_any

_PROMPT = 'What does "x" refer to? It refers to'


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "... ?! 1 2 3 --",
        "refers to what it refers to",
        "the X",
        "a, an, the",
        "black black",
        "a river a river a river",
        "of the sea of the sea of the",
        "paint, paint. Paint! And so",
        "one two three four five one two three four five",
    ],
)
def test_saying_nothing_and_saying_it_twice_are_degenerate(text: str) -> None:
    assert is_degenerate(text, _PROMPT)


@pytest.mark.parametrize(
    "text",
    [
        "people",
        "a city",
        "the capital of France, a city on the Seine",
        "black or white people, black or brown ones",
        "people, who refer to what it does to people",
        "a people of the people by the people",
        "Überbau",
    ],
)
def test_a_short_answer_and_a_word_that_returns_are_sound(text: str) -> None:
    assert not is_degenerate(text, _PROMPT)


def test_copies_that_overlap_are_counted_once() -> None:
    # "a a a a" within seven words: two copies of "a a", not three.
    assert is_degenerate("a a a a b c d", "")
    assert not is_degenerate("a a a b c d e", "")


@given(words=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6), n=st.integers(2, 5))
def test_no_text_escapes_by_being_written_more_often(words: list[str], n: int) -> None:
    if len(words) <= 5:
        assert is_degenerate(" ".join(words * n), "")
    assert is_degenerate(" ".join(words), " ".join(words).upper())


@pytest.mark.parametrize(
    ("text", "is_named"),
    [
        ("People of that town", True),
        ("peoples", False),
        ("of (people)", True),
        ("the skin-colour of some", True),
        ("skin colour", False),
        ("", False),
    ],
)
def test_only_whole_words_are_named(text: str, is_named: bool) -> None:
    assert names_any(text, ("people", "skin-colour")) is is_named


def test_signs_in_a_keyword_are_signs() -> None:
    assert not names_any("abc", ("a.c", ""))
    assert names_any("the a.c of it", ("a.c",))


@pytest.mark.parametrize(("relevance", "is_enough"), [(0.0, False), (0.136, False), (0.14, True)])
def test_what_random_vectors_reach_is_not_relevant(relevance: float, is_enough: bool) -> None:
    assert is_relevant(relevance) is is_enough
