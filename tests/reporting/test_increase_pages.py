"""What the policy asks of an increase since an earlier run, as it is printed."""

from dataclasses import replace
from typing import get_args

import pytest

from auditor.battery.reviewing.baseline_gate import REASONS
from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.core.review import NO_EARLIER_RUN, ReviewMissing
from auditor.reporting import verdicts
from auditor.reporting.pages import Report, ReviewSection
from auditor.reporting.report import summarise
from auditor.reporting.reviews import increase_words
from auditor.reporting.reviews.increase_words import margin_text
from tests.reporting.builders import result
from tests.reporting.review_builders import not_comparable, with_baseline, with_increases


def section(report: Report) -> ReviewSection | None:
    return next((one for one in report.reviews if one.section_id == "baseline"), None)


def only(told: AuditResult, verdict: Verdict) -> AuditResult:
    """With one criterion on an increase, of this verdict."""
    found = [one for one in with_increases(told).baseline_findings if one.verdict is verdict]
    return replace(told, baseline_findings=(found[0],))


def test_every_reason_has_a_sentence() -> None:
    assert set(increase_words._REASONS) == set(REASONS)


def test_a_row_for_each_criterion_with_its_increase_margin_and_verdict() -> None:
    told = with_increases(with_baseline(result()))
    found = section(summarise(told))
    assert found is not None
    (table,) = [t for part in found.parts for t in part.tables if t.table_id == "t-increases"]
    assert len(table.rows) == len(told.baseline_findings)
    for row, finding in zip(table.rows, told.baseline_findings, strict=True):
        assert row[0].note
        assert row[4].text == "0.10"
        assert row[6].mark is not None
        assert row[6].mark.word == finding.verdict
        # Never a number without its interval and its n.
        if finding.increase is not None:
            assert row[3].note.startswith("[")
            assert "n" in row[3].more
        else:
            assert row[3].text == "–"


def test_the_cover_the_register_and_the_method_say_that_the_policy_asks_for_it() -> None:
    report = summarise(with_increases(with_baseline(result())))
    for text in (report.cover.verdict_line, report.register.lead):
        assert "limits the increase since an earlier run" in text
        assert "2 pass, 2 fail, 2 inconclusive, 19 not measurable, 2 not asked" in text
    assert any(fact.label == "Increase since an earlier run" for fact in report.method.paragraphs)
    assert report.summary.decisions[0].startswith("Whether this version may take the place")
    assert len(report.summary.decisions) <= 4


def test_a_policy_that_does_not_ask_has_none_of_it() -> None:
    report = summarise(with_baseline(result()))
    assert "increase" not in report.cover.verdict_line
    assert "increase" not in report.register.lead
    assert section(summarise(result())) is None


@pytest.mark.parametrize("kind", get_args(ReviewMissing.__annotations__["kind"]))
def test_without_a_comparison_the_section_says_why_and_keeps_the_table(kind: str) -> None:
    told = with_increases(result())
    if kind == "not-comparable":
        told = not_comparable(told)
    elif kind == "no-earlier-run":
        told = replace(told, baseline=NO_EARLIER_RUN)
    found = section(summarise(told))
    assert found is not None
    assert any("earlier run" in text or "not comparable" in text for text in found.lead)
    assert found.parts


def test_the_verdict_of_the_audit_is_no_better_than_that_of_the_increase() -> None:
    passed = replace(
        result(),
        findings=tuple(replace(f, verdict=Verdict.PASS, reasons=()) for f in result().findings),
    )
    assert verdicts.of_audit(passed) is Verdict.PASS
    assert verdicts.of_audit(only(passed, Verdict.PASS)) is Verdict.PASS
    assert verdicts.of_audit(only(passed, Verdict.FAIL)) is Verdict.FAIL
    for is_open in (Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE):
        assert verdicts.of_audit(only(passed, is_open)) is Verdict.INCONCLUSIVE
    assert summarise(only(passed, Verdict.FAIL)).cover.mark.word == "fail"


@pytest.mark.parametrize(
    ("margin", "told"), [(0.1, "0.10"), (0.025, "0.025"), (1.0, "1.00"), (0.005, "0.005")]
)
def test_a_margin_is_printed_as_it_was_declared(margin: float, told: str) -> None:
    assert margin_text(margin) == told
