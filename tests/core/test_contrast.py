"""Contrast as WCAG 2.2 defines it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.contrast import (
    BLACK,
    READABLE,
    WHITE,
    contrast,
    is_colour,
    luminance,
    readable_on,
)

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06X}")


@pytest.mark.parametrize(
    ("colour", "expected"),
    # The grey on both sides of the limit, and pure red: published examples of WCAG's checkers.
    [(BLACK, 21.0), (WHITE, 1.0), ("#767676", 4.54), ("#777777", 4.48), ("#FF0000", 4.00)],
)
def test_contrast_on_white_is_the_published_one(colour: str, expected: float) -> None:
    assert contrast(colour, WHITE) == pytest.approx(expected, abs=0.005)


@given(COLOURS, COLOURS)
def test_contrast_takes_no_side_and_keeps_its_range(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21


@given(COLOURS, st.sampled_from([WHITE, "#14181C", "#1F2429", "#777777"]))
def test_a_readable_colour_is_readable_and_a_good_one_stays(colour: str, background: str) -> None:
    found = readable_on(background, colour)
    assert contrast(found, background) >= min(READABLE, contrast(BLACK, background))
    if contrast(colour, background) >= READABLE:
        assert found == colour


@pytest.mark.parametrize("text", ["", "005A8C", "#05A", "#005A8G", "#005A8C;", " #005A8C", "red"])
def test_what_is_no_colour_is_refused(text: str) -> None:
    assert not is_colour(text)
    with pytest.raises(ValueError, match="no colour"):
        luminance(text)
