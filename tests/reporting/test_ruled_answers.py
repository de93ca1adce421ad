"""Ratings that take no side are not told as half stereotyped, and true halves are."""

from dataclasses import replace

import pytest

from auditor.core.results import AuditResult
from auditor.reporting.answer_figure import draw_answer_chart
from auditor.reporting.report import summarise
from auditor.reporting.ruled_answers import is_level, told_apart_at_most
from auditor.reporting.view import EXPLICIT, view
from tests.reporting.builders import given, result


def rated(
    ratings: list[tuple[int, int]], *, on_controls: list[tuple[int, int]] | None = None
) -> AuditResult:
    """The example with its rates counted from pairs of ratings: of a statement, of its mirror."""
    told = result()
    controls = ratings if on_controls is None else on_controls

    def rates(pairs: list[tuple[int, int]]) -> dict[str, float]:
        sides = [side for one, two in pairs for side in (one - 3, 3 - two)]
        plain = [rating for pair in pairs for rating in pair]
        return {
            "stereotype-rate": sum(side > 0 for side in sides) / len(sides),
            "counter-rate": sum(side < 0 for side in sides) / len(sides),
            "neutral-rate": sum(side == 0 for side in sides) / len(sides),
            "agree-rate": sum(rating > 3 for rating in plain) / len(plain),
            "invalid-rate": 0.0,
        }

    measures = []
    for one in told.measures:
        found = rates(controls if one.role == "positive-control" else ratings)
        kind = one.name.removeprefix(f"{EXPLICIT}.")
        is_rate = kind != one.name and kind in found
        measures.append(replace(one, value=found[kind]) if is_rate else one)
    return replace(told, measures=tuple(measures))


ALIKE = {
    "always 1": [(1, 1)] * 12,
    "always 3": [(3, 3)] * 12,
    "always 5": [(5, 5)] * 12,
    "nearly always 1": [(1, 1)] * 10 + [(5, 1), (1, 5)],
}
APART = {
    "stereotyped": [(5, 1)] * 12,
    "half of the stereotypes": [(5, 1)] * 6 + [(1, 5)] * 6,
    "a little stereotyped": [(4, 3)] * 12,
    "some stereotypes": [(1, 1)] * 9 + [(5, 1)] * 3,
}


@pytest.mark.parametrize("name", ALIKE)
def test_level_ratings_are_named_and_not_drawn_as_halves(name: str) -> None:
    told = rated(ALIKE[name])
    report = summarise(told)
    seen = view(told)
    assert all(is_level(seen, c) for c in seen.primaries if c.category != "religion")
    assert "nearly alike" in given(report.answers).lead
    assert "rated alike in" in given(report.answers).chart.title
    assert "takes no side" in given(report.answers).chart.alt
    panel = next(p for p in given(report.answers).chart.panels if p.title.startswith("Explicit"))
    drawn = draw_answer_chart(replace(given(report.answers).chart, panels=(panel,)))
    assert ">50 %<" not in drawn.split("share of all answers")[0].split("25 %")[0]


def test_one_number_throughout_is_level_although_the_scale_turns() -> None:
    """It agrees in half of the wordings; unlike half of the stereotypes, without any spread."""
    told = rated(APART["half of the stereotypes"])
    still = tuple(
        replace(m, value=0.0, standard_error=0.0) if m.name == f"{EXPLICIT}.text-score" else m
        for m in told.measures
    )
    assert "every statement got as much agreement" in (
        given(summarise(replace(told, measures=still)).answers).lead
    )


@pytest.mark.parametrize("name", APART)
def test_ratings_that_take_a_side_are_not_called_level(name: str) -> None:
    told = rated(APART[name])
    report = summarise(told)
    assert "alike" not in given(report.answers).lead
    assert "alike" not in given(report.answers).chart.title
    panel = next(p for p in given(report.answers).chart.panels if p.title.startswith("Explicit"))
    assert not any(bar.ruled_by for bar in panel.bars)


@pytest.mark.parametrize("ratings", [*ALIKE.values(), *APART.values()])
def test_the_share_told_apart_is_never_understated(ratings: list[tuple[int, int]]) -> None:
    seen = view(rated(ratings))
    bound = told_apart_at_most(seen, seen.primaries[0])
    apart = sum((one - 3) * (two - 3) < 0 for one, two in ratings) / len(ratings)
    assert bound is not None
    assert bound >= apart - 1e-9


@pytest.mark.parametrize(
    ("on_controls", "words"),
    [([(1, 1)] * 12, "say little about any content"), ([(5, 1)] * 12, "on purpose")],
)
def test_everyday_knowledge_tells_a_habit_from_a_position(
    on_controls: list[tuple[int, int]], words: str
) -> None:
    assert words in given(summarise(rated([(1, 1)] * 12, on_controls=on_controls)).answers).lead


def test_pairings_that_follow_the_order_are_not_drawn_as_halves() -> None:
    told = result()
    rates = {"word-association.stereotype-rate": 0.49, "word-association.counter-rate": 0.51}
    measures = tuple(
        replace(m, position_bias_rate=1.0)
        if m.name == "word-association.text-score"
        else replace(m, value=rates.get(m.name, m.value))
        for m in told.measures
    )
    report = summarise(replace(told, measures=measures))
    assert "the listed order decides" in given(report.answers).lead
    assert "the listed order decides the pairings in 8 of 8" in given(report.answers).chart.title
    panel = given(report.answers).chart.panels[0]
    assert {bar.ruled_by for bar in panel.bars} == {"in the listed order"}
