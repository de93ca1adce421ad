"""Rounded numbers never say something else than the numbers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.measures import Interval
from auditor.reporting import rounding
from auditor.reporting.language import SPACE

SCORES = st.floats(-1, 1)


def read(text: str) -> float:
    return float(text.replace(rounding.MINUS, "-"))


@given(SCORES, st.floats(0.01, 0.5).map(lambda limit: round(limit, 2)))
def test_a_printed_number_is_on_its_own_side_of_the_limit(value: float, limit: float) -> None:
    printed = read(rounding.signed_beside(value, limit))
    for edge in (-limit, limit):
        if abs(value - edge) > 1e-4:
            assert (printed > edge) == (value > edge)


def test_beside_its_limit_a_number_gets_more_digits() -> None:
    assert rounding.signed_beside(0.104, 0.10) == "+0.104"
    assert rounding.signed_beside(0.134, 0.10) == "+0.13"


@given(st.floats(0, 1))
def test_some_is_never_none_and_most_is_never_all(share: float) -> None:
    text = rounding.percent(share)
    assert (text == f"0{SPACE}%") == (share == 0)
    assert (text == f"100{SPACE}%") == (share == 1)


@pytest.mark.parametrize(
    ("value", "text"), [(0.424, "+0.42"), (-0.03, "−0.03"), (0.001, "0.00"), (-0.001, "0.00")]
)
def test_scores_carry_their_sign(value: float, text: str) -> None:
    assert rounding.signed(value) == text


@pytest.mark.parametrize(
    ("seconds", "text"), [(8.34, "8.3 s"), (252, "4 min 12 s"), (3840, "1 h 04 min")]
)
def test_durations(seconds: float, text: str) -> None:
    assert rounding.duration(seconds).replace(SPACE, " ") == text


def test_moments() -> None:
    told = rounding.moment("2026-11-21T21:52:00+00:00").replace(SPACE, " ")
    assert told == "21 November 2026, 21:52 UTC"
    assert rounding.moment("soon") == "soon"


@given(st.floats(0, 3))
def test_a_printed_ratio_is_on_its_own_side_of_the_screening_value(value: float) -> None:
    printed = float(rounding.ratio(value))
    for edge in (0.8, 1.0, 1.25):
        if abs(value - edge) > 1e-4:
            assert (printed > edge) == (value > edge)


@given(st.floats(-1, 1), st.floats(0, 0.5))
def test_a_printed_interval_excludes_zero_only_where_it_does(low: float, width: float) -> None:
    text = rounding.interval(Interval(low=low, high=low + width, level=0.95))
    ends = [read(end) for end in text.strip("[]").split(", ")]
    if min(abs(low), abs(low + width)) > 1e-4:
        assert (ends[0] > 0 or ends[1] < 0) == (low > 0 or low + width < 0)


@pytest.mark.parametrize(
    ("unit", "value", "text"),
    [
        ("rate", 0.124, "12 %"),
        ("difference", -0.042, "−4.2 pp"),
        ("ratio", 0.7968, "0.797"),
        ("ratio", 1.2500000000000002, "1.25"),
        ("correlation", 0.404, "+0.40"),
        ("slope", -0.11, "−0.11"),
        ("persons", 1.0, "1.0 person"),
        ("persons", 3.41, "3.4 persons"),
        ("persons", -2.84, "−2.8 persons"),
        ("persons", -0.02, "0.0 persons"),
        ("nats", 3.412, "3.41 nats"),
        ("nats", -0.3, "−0.30 nats"),
        ("p-value", 0.0312, "0.031"),
        ("score", 0.31, "+0.31"),
    ],
)
def test_every_unit_is_printed_as_what_it_is(unit: str, value: float, text: str) -> None:
    assert rounding.of_unit(value, unit).replace(SPACE, " ") == text
    span = Interval(low=value, high=value, level=0.95)
    assert text.split()[0] in rounding.interval_of_unit(span, unit).replace(SPACE, " ")


def test_an_effect_larger_than_the_scale_is_told_by_the_scale() -> None:
    assert rounding.detectable(10.72, "score") == f">{SPACE}2"
    assert rounding.detectable(3.52, "rate") == f">{SPACE}1"
    assert rounding.detectable(0.35, "score") == "0.35"
    assert rounding.detectable(10.72, "persons") == "10.72"
    assert rounding.detectable(None, "score") == rounding.NONE
