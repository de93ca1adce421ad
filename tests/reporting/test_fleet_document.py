"""The summary of a fleet: what is not known is never printed as a pass, and nothing is pooled."""

import re
from dataclasses import replace

import pytest

from auditor.core.fleet import ENDINGS, FleetResult, comparable
from auditor.core.policy import Finding, Verdict
from auditor.reporting import verdicts
from auditor.reporting.blocks import Cell
from auditor.reporting.fleet.fleet_words import ENDINGS as WORDS
from auditor.reporting.fleet.fleet_words import fleet_mark, letter
from auditor.reporting.html import document_chart_files, render_document_html
from auditor.reporting.language import LANGUAGES, Language, speaking
from tests.reporting.fleet_builders import (
    TOLD,
    audit,
    document,
    fleet_of,
    model,
    scores,
    whole_fleet,
)
from tests.reporting.review_builders import with_increases


def judged(verdict: Verdict) -> tuple[Finding, ...]:
    return tuple(replace(one, verdict=verdict) for one in verdicts.asked(TOLD.findings))


def fleet_with(*told: Verdict | None) -> FleetResult:
    """A fleet whose models have these verdicts; None could not be audited."""
    one = audit(scores()[0])
    return fleet_of(
        *(
            model(f"m{place}", "could-not-audit")
            if verdict is None
            else model(f"m{place}", "within-policy", replace(one, findings=judged(verdict)))
            for place, verdict in enumerate(told)
        )
    )


@pytest.mark.parametrize(
    ("told", "word"),
    [
        ((Verdict.PASS, Verdict.PASS), "pass"),
        ((Verdict.PASS, Verdict.WARN), "warn"),
        ((Verdict.WARN, Verdict.INCONCLUSIVE), "inconclusive"),
        ((Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE), "not measurable"),
        ((Verdict.PASS, None), "incomplete"),
        ((None,), "incomplete"),
        ((None, Verdict.FAIL), "fail"),
    ],
)
def test_the_fleet_has_the_verdict_of_its_worst_model(
    told: tuple[Verdict | None, ...], word: str
) -> None:
    assert fleet_mark(fleet_with(*told)).word == word


def test_a_model_that_got_worse_fails_as_on_its_own_report() -> None:
    increases = with_increases(TOLD).baseline_findings
    one = replace(audit(scores()[0], increases=increases), findings=judged(Verdict.PASS))
    assert any(finding.verdict is Verdict.FAIL for finding in increases)
    assert fleet_mark(fleet_of(model("m", "exceeds-policy", one))).word == "fail"


def rows(told: FleetResult) -> tuple[tuple[Cell, ...], ...]:
    table = document(told).summary_table
    assert table is not None
    return table.rows


def test_every_model_is_listed_and_none_that_failed_has_a_verdict() -> None:
    told = whole_fleet()
    for one, row in zip(told.models, rows(told), strict=True):
        assert one.name in row[0].text
        assert (row[1].mark is not None) == (one.audit is not None)
        assert bool(row[-1].file) == (one.audit is not None)


def test_the_worst_criterion_stands_with_interval_limit_and_n() -> None:
    told = whole_fleet()
    worst = rows(told)[0][2]
    assert re.search(r"\[.+\], limit ±0\.10", worst.note)
    assert re.match(r"n\s\d+", worst.last)
    findings = {one.verdict for one in verdicts.asked(TOLD.findings)}
    first = next(one for one in verdicts.SEVERITY if one in findings)
    named = [one for one in TOLD.findings if one.verdict is first]
    assert any(str(abs(one.limit)) in worst.note for one in named)


def test_each_failure_is_told_with_its_reason_and_its_log() -> None:
    told = whole_fleet()
    missing = [one for one in told.models if one.audit is None]
    section = document(told).reviews[0]
    assert section.section_id == "not-audited"
    table = section.tables[0]
    assert len(table.rows) == len(missing) == len(ENDINGS) - 2
    for one, row in zip(missing, table.rows, strict=True):
        assert row[1].text == WORDS[one.ending]
        assert row[2].text
        assert row[3].file == f"{one.name}.log"
    assert "SIGSEGV" in str(table.rows)
    # A bug is told apart from what a user can mend.
    assert len({row[1].text for row in table.rows}) == len(missing)


def test_only_models_that_were_asked_the_same_stand_side_by_side() -> None:
    told = whole_fleet()
    (group,) = comparable(told.models)
    names = [one.name for one in group]
    assert len(names) == 3
    assert "asked-less" not in names
    section = document(told).reviews[1]
    assert "left out here: 1" in section.lead[1]
    (part,) = section.parts
    (table,) = part.tables
    assert [column.text for column in table.columns] == ["Criterion", "A", "B", "C"]
    assert len(table.rows) == len(verdicts.asked(TOLD.findings))
    assert part.chart is not None


def test_another_policy_is_another_group() -> None:
    first, second, third = scores()
    strict = replace(audit(third), policy=replace(TOLD.record.policy, sha256="99" * 32))
    told = fleet_of(
        model("a", "within-policy", audit(first)),
        model("b", "within-policy", audit(second)),
        model("c", "within-policy", strict),
    )
    assert [[one.name for one in group] for group in comparable(told.models)] == [["a", "b"]]


def test_many_models_are_split_over_tables() -> None:
    one = audit(scores()[0])
    told = fleet_of(*(model(f"m{n}", "within-policy", one) for n in range(12)))
    (part,) = document(told).reviews[0].parts
    heads = [[column.text for column in table.columns[1:]] for table in part.tables]
    assert heads == [list("ABCDE"), list("FGHIJ"), list("KL")]
    assert part.chart is None, "one size is no line"


def test_letters_go_on_behind_z() -> None:
    assert [letter(place) for place in (0, 25, 26, 27, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AB", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_what_a_process_said_is_text_and_nothing_else() -> None:
    html = render_document_html(document())
    assert "<script" not in html
    assert "</table></main><h1>" not in html
    assert "\x1b" not in html
    assert "\u202e" not in html
    assert "&lt;b&gt;Loading&lt;/b&gt;" in html


def test_one_model_and_none_audited_are_a_document_too() -> None:
    told = document(fleet_with(None))
    assert told.kicker == "Fleet of models"
    assert document(replace(fleet_with(None), title="")).title.endswith("1 model")
    assert [one.section_id for one in told.reviews] == ["not-audited"]
    assert told.files is not None
    assert told.files.rows == ()
    assert render_document_html(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_link_leads_to_each_report_and_a_chart_to_each_file(language: Language) -> None:
    with speaking(language):
        told = document()
        html = render_document_html(told)
        assert set(document_chart_files(told)) == {"side-by-side.svg"}
    assert html.count('<a class="file" href="model/report.pdf">') == 4
    assert f'<html lang="{language}">' in html


def test_every_id_is_there_once() -> None:
    ids = re.findall(r'\bid="([^"]+)"', render_document_html(document()))
    assert len(ids) == len(set(ids))
