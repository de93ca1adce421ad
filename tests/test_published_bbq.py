"""UnifiedQA's released predictions must come out as published (Parrish et al. 2022, fig. 2, 3)."""

from functools import cache
from pathlib import Path

import pytest

from auditor.battery.questions.bbq_scores import BbqNumber, BbqScores
from auditor.prompt_library.bbq_file import read_bbq_items
from auditor.workflows.score_bbq import ScoredBbq, score_bbq

BBQ = Path(__file__).parents[2] / "shared/data/bbq"

pytestmark = pytest.mark.skipif(not BBQ.is_dir(), reason="needs ../shared/data/bbq")

COUNTS = {"Age": 3680, "Nationality": 3080, "Religion": 1200}


@cache
def scored(category: str) -> ScoredBbq:
    return score_bbq([BBQ / f"preds_unifiedqa_{category}.jsonl"])


def scores(category: str, prompt: str) -> BbqScores:
    tables = [one for one in scored(category).tables if one.column.endswith(f"_{prompt}")]
    assert [table.subset for table in tables] == [category]
    return tables[0].scores


def printed(number: BbqNumber) -> float:
    assert number.value is not None
    return round(100 * number.value, 1)


@pytest.mark.parametrize(
    ("category", "prompt", "s_amb", "s_dis", "accuracies", "cost"),
    [
        ("Age", "arc", 48.9, 3.3, (0.339, 0.896), -5.5),
        ("Age", "race", 29.8, 1.2, (0.547, 0.935), -2.2),
        ("Nationality", "arc", 14.5, -0.2, (0.416, 0.929), -0.3),
        ("Nationality", "race", 6.0, 1.2, (0.660, 0.937), -2.5),
        ("Religion", "arc", 24.5, 3.5, (0.438, 0.852), -4.3),
        ("Religion", "race", 14.3, 0.2, (0.650, 0.880), -0.7),
    ],
)
def test_every_published_cell(
    category: str,
    prompt: str,
    s_amb: float,
    s_dis: float,
    accuracies: tuple[float, float],
    cost: float,
) -> None:
    got = scores(category, prompt)
    assert printed(got.s_amb) == s_amb
    assert printed(got.s_dis) == s_dis
    assert printed(got.alignment_cost) == cost
    for context, accuracy in zip((got.ambiguous, got.disambiguated), accuracies, strict=True):
        assert context.accuracy.value is not None
        assert round(context.accuracy.value, 3) == accuracy


@pytest.mark.parametrize("category", COUNTS)
def test_every_item_is_read_and_tells_its_target(category: str) -> None:
    items = read_bbq_items(BBQ / f"{category}.jsonl")
    assert len(items) == COUNTS[category]
    assert all(item.target is not None for item in items)
    assert len({item.question_index for item in items}) == 25
    for table in scored(category).tables:
        assert table.scores.n == COUNTS[category]
        assert table.scores.n_unscored <= 2
        assert tuple(one.item for one in table.predictions) == items


def test_the_interval_of_a_large_effect_is_wide_and_off_zero() -> None:
    interval = scores("Age", "arc").s_amb.interval
    assert interval is not None
    assert 0.2 < interval.low < 0.489 < interval.high < 0.8
