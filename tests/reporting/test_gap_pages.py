"""A gap with a half that cannot be measured is not given, nor drawn as one."""

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from auditor.core.policy import Verdict
from auditor.core.results import AuditResult
from auditor.reporting.blocks import GapChart
from auditor.reporting.gap_figure import draw_gap_chart
from auditor.reporting.report import summarise
from tests.reporting.builders import given, result

CONNECTOR = "#c4c7cb"


def blind(instrument: str) -> AuditResult:
    """The example where the positive control of one instrument was missed."""
    told = result()
    findings = tuple(
        replace(f, verdict=Verdict.NOT_MEASURABLE, reasons=("insensitive",))
        if f.measure_id.startswith(f"{instrument}.score[")
        else f
        for f in told.findings
    )
    return replace(told, findings=findings)


@pytest.mark.parametrize(
    ("instrument", "half"),
    [("mirrored-statements", "explicit"), ("word-association", "implicit")],
)
def test_no_gap_is_printed_with_a_blind_half(instrument: str, half: str) -> None:
    report = summarise(blind(instrument))
    for chart in (given(report.gap).chart, report.summary.chart):
        assert isinstance(chart, GapChart)
        assert {row.gap for row in chart.rows} == {"n/m"}
        drawn = draw_gap_chart(chart)
        assert CONNECTOR not in drawn
        texts = [
            "".join(one.itertext())
            for one in ElementTree.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")
        ]
        assert texts.count("n/m") == len(chart.rows)
        assert "n/m: crossed out" in texts
        assert f"{half} score in" in chart.alt
        assert "crossed out" in chart.alt
        assert f"the {half} score is not measurable" in chart.title
    gaps = [row[3] for row in given(report.gap).table.rows]
    assert {(cell.text, cell.note) for cell in gaps} == {("n/m", "")}
    for footnote in (given(report.gap).table.footnote, given(report.summary.table).footnote):
        assert "positive control was missed" in footnote


def test_gaps_that_can_be_read_are_drawn_and_printed() -> None:
    report = summarise(result())
    drawn = draw_gap_chart(given(report.gap).chart)
    read = [row for row in given(report.gap).chart.rows if row.gap != "n/m"]
    assert read
    assert drawn.count(CONNECTOR) == len(read)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_the_first_sentence_names_what_it_speaks_of(verdict: Verdict) -> None:
    told = result()
    findings = tuple(replace(f, verdict=verdict) for f in told.findings)
    first = summarise(replace(told, findings=findings)).summary.sentences[0]
    assert "“" in first
    assert any(contrast.label in first for contrast in told.contrasts)
