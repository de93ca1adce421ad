"""The text for a mail: the verdict first, short, and as the report says it."""

from functools import cache

import pytest

from auditor.reporting.exports.summary_txt import summary_text
from auditor.reporting.report import summarise
from tests.reporting.exports.cases import BUILDERS, case, named
from tests.reporting.hostile import hostile_texts


@pytest.mark.parametrize("name", BUILDERS)
def test_the_verdict_first_and_about_ten_lines(name: str) -> None:
    report = summarise(case(name))
    lines = summary_text(report).splitlines()
    assert lines[0] == f"{report.cover.mark.word.upper()}: {report.title}"
    assert report.cover.verdict_line in lines[1]
    assert set(report.summary.sentences) <= set(lines)
    assert lines[-1] == report.disclaimer
    assert len(lines) <= 12
    assert all(lines)


def test_fields_that_are_left_keep_it_from_looking_finished() -> None:
    report = summarise(case("pairings"))
    n = report.filled.n_open
    assert n > 1
    assert f"{report.status}: {n} fields are left to complete." in summary_text(report)


@cache
def n_lines_of_a_calm_name() -> int:
    return len(summary_text(summarise(named("model"))).splitlines())


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_a_name_adds_no_line(name: str) -> None:
    text = summary_text(summarise(named(hostile_texts()[name])))
    text.encode("utf-8")
    assert len(text.splitlines()) == n_lines_of_a_calm_name()
