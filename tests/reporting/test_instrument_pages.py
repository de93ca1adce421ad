"""Instruments with contrasts of their own: no sentence beyond its interval, no number bare."""

import re
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.measures import Interval
from auditor.core.results import AuditResult
from auditor.reporting import naming
from auditor.reporting.blocks import Table
from auditor.reporting.decision_sentences import Ratio, ratio_sentence
from auditor.reporting.dot_figure import draw_dot_chart
from auditor.reporting.guise_pages import interaction_sentence
from auditor.reporting.html import chart_files, render_html
from auditor.reporting.pages import InstrumentSection, Report
from auditor.reporting.report import summarise
from tests.reporting.builders import measure
from tests.reporting.standalone_builders import (
    GROUPS,
    MISSED,
    standalone_contrasts,
    standalone_measures,
    standalone_result,
)
from tests.reporting.test_figures import texts
from tests.reporting.test_html import Page
from tests.reporting.test_report import tables

RESULT = standalone_result()
REPORT = summarise(RESULT)
PAGE = Page(render_html(REPORT))
ABOUT = standalone_contrasts("hiring")[0]


def section(report: Report, instrument: str) -> InstrumentSection:
    (found,) = (s for s in report.instruments if s.section_id == f"test-{instrument}")
    return found


def prose(one: InstrumentSection) -> str:
    """Every sentence of a section."""
    parts = [text for part in one.parts for text in (part.lead, *part.points)]
    return " ".join((*one.lead, *parts))


def test_every_instrument_that_ran_has_a_section_and_an_entry() -> None:
    ids = [one.section_id for one in REPORT.instruments]
    assert ids == [f"test-{name}" for name in GROUPS]
    assert set(ids) <= {entry.section_id for entry in REPORT.contents}
    shown = {attributes.get("id") for _, attributes in PAGE.tags}
    assert {entry.section_id for entry in REPORT.contents} <= shown


def test_tables_are_whole_and_their_numbers_have_an_n() -> None:
    found: list[Table] = tables(REPORT)
    assert len({table.table_id for table in found}) == len(found)
    for table in found:
        assert {len(row) for row in table.rows} <= {len(table.columns)}, table.table_id
        has_interval = any(cell.note.startswith("[") for row in table.rows for cell in row)
        heads = {column.text for column in table.columns}
        if has_interval:
            assert "n (stimuli)" in heads or "register" in table.footnote, table.table_id


def test_the_page_is_well_formed_and_its_links_lead_somewhere() -> None:
    ids = [attributes["id"] for _, attributes in PAGE.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in PAGE.tags:
        if "href" in attributes:
            assert (attributes["href"] or "")[1:] in ids
    levels = [int(heading[1]) for heading in PAGE.headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for tag, attributes in PAGE.tags:
        if tag == "img":
            assert 0 < len(attributes["alt"] or "") <= 300


@pytest.mark.parametrize("instrument", GROUPS)
def test_an_instrument_alone_makes_a_report(instrument: str) -> None:
    """The others are listed as not run, and their criteria counted, never judged."""
    report = summarise(standalone_result(instrument, is_alone=True))
    assert report.gap is None
    assert report.answers is None
    assert report.ladders is None
    assert [one.section_id for one in report.instruments] == [f"test-{instrument}"]
    assert {entry.section_id for entry in report.contents}.isdisjoint({"gap", "answers", "ladder"})
    assert "word-association (implicit)" in report.scope.not_run
    own = {"word-association", "mirrored-statements", *GROUPS} - {"bbq", instrument}
    compared = {"other models", "baseline", "adapter"}
    crossed = {"race × sex"} if instrument == "hiring" else set()
    assert len(report.scope.not_run) == len(own | {"layers", "fix"} | compared | crossed)
    assert report.cover.mark.word != "pass"
    assert "not asked in this run" in report.cover.verdict_line
    counted = sum(int(line.split("\u00a0")[0].split()[0]) for line in report.register.not_asked)
    n_asked = sum(len(table.rows) for table in report.register.tables)
    assert counted + n_asked == len(standalone_result().policy.criteria)
    assert Page(render_html(report)).headings


def test_a_missed_positive_control_leaves_nothing_to_read() -> None:
    one = section(REPORT, MISSED)
    assert "not measurable" in one.chart.title
    assert all(dot is None or not dot.is_measurable for row in one.chart.rows for dot in row.dots)
    assert {row[1].text for row in one.table.rows} == {"n/m"}
    told = prose(one)
    assert "was not detected" in told
    for claim in ("judged worse", "judged better", "shown to differ", "shown to be alike"):
        assert claim not in told
    assert any("Dialect score (Russian)" in row[0].text for row in unread().rows)


def unread() -> Table:
    (table,) = (t for t in tables(REPORT) if t.table_id == "t-unread")
    return table


def test_controls_of_every_test_stand_in_one_table() -> None:
    (table,) = (t for t in tables(REPORT) if t.table_id == "t-controls")
    assert len(table.rows) == 2 * len(RESULT.instruments)
    place = [column.text for column in table.columns].index("Seen")
    missed = [row[0].text for row in table.rows if row[place].text == "missed"]
    assert missed == [naming.heading(MISSED)] * 2


def test_rows_name_their_contrasts_and_controls_stand_last() -> None:
    for one in REPORT.instruments:
        told = " ".join(texts(draw_dot_chart(one.chart)))
        for row in one.chart.rows:
            assert row.label.split()[0] in told
        flags = [row.is_control for row in one.chart.rows]
        assert flags == sorted(flags)
        assert sum(flags) == 2


def test_charts_of_estimates_are_vector_and_readable() -> None:
    charts = {n: svg for n, svg in chart_files(REPORT).items() if n.startswith(("test", "cond"))}
    assert len(charts) == len(GROUPS) + 2 + 3
    for svg in charts.values():
        assert "<image" not in svg
        sizes = [float(size) for size in re.findall(r"font(?:-size)?: ?([\d.]+)px", svg)]
        assert min(sizes) >= 7


def test_no_measure_is_printed_as_it_is_typed() -> None:
    for one in standalone_measures():
        told = naming.short_name(one.name)
        assert not re.search(r"[.@\[\]]|[a-z]-(rate|score|gap|text)\b", told), told


def test_every_criterion_asks_a_question_of_its_own() -> None:
    rows = [row for table in REPORT.register.tables for row in table.rows]
    assert all(row[0].note.endswith("?") for row in rows)
    assert all("{" not in row[0].note for row in rows)


def ratio(value: float, error: float) -> Ratio:
    """An impact ratio with this value."""
    rate = replace(measure("hiring.selection-rate", ABOUT, 0.4, 0.05, unit="rate"), group="Black")
    found = replace(
        measure("hiring.impact-ratio", ABOUT, 0.0, 0.1),
        value=value,
        unit="ratio",
        group="Black",
        interval=Interval(low=max(0.0, value - error), high=value + error, level=0.95),
    )
    return Ratio(
        contrast=ABOUT, mode="", ratio=found, rate=rate, reference=replace(rate, group="White")
    )


@given(st.floats(0.05, 1.0), st.floats(0.001, 0.5))
def test_a_ratio_is_placed_by_its_interval_alone(value: float, error: float) -> None:
    one = ratio(value, error)
    told = ratio_sentence(one, "in writing")
    span = one.ratio.interval
    assert span is not None
    assert ("whole interval lies below" in told) == (span.high < 0.8)
    assert ("whole interval lies above" in told) == (span.low > 0.8)
    assert "“White”" in told
    assert "n = 192" in told
    assert "unusable" in told


def test_four_fifths_is_named_as_screening_and_nothing_complies() -> None:
    for name in ("hiring", "admissions"):
        told = prose(section(REPORT, name))
        assert "screening" in told
        assert "sets no threshold" in told
    page = render_html(REPORT).lower()
    assert "complies" not in page
    assert "compliant" not in page


def test_the_reference_group_of_each_ratio_is_named_in_its_table() -> None:
    (table,) = (t for t in tables(REPORT) if t.table_id == "t-hiring-rates")
    references = [row[0].text for row in table.rows if row[2].text == "reference"]
    assert references == ["White", "women", "aged 31"]
    for row in table.rows:
        if row[2].text != "reference":
            assert float(row[2].text) <= 1


@given(st.floats(-0.5, 0.5), st.floats(0.001, 0.3), st.sampled_from([None, 0.1]))
def test_languages_are_alike_only_by_an_equivalence_test(
    value: float, error: float, limit: float | None
) -> None:
    one = measure("matched-guise-interaction", ABOUT, value, error)
    told = interaction_sentence(one, limit)
    assert one.interval is not None
    assert one.equivalence_interval is not None
    differs = not one.interval.low <= 0 <= one.interval.high
    inside = (
        limit is not None
        and -limit < one.equivalence_interval.low
        and one.equivalence_interval.high < limit
    )
    assert ("shown to differ" in told) == differs
    assert ("shown to be alike" in told) == (inside and not differs)
    assert ("It is open" in told) == (not inside and not differs)


def without_control(instrument: str, role: str) -> AuditResult:
    """The example without one control of an instrument."""
    kept = tuple(m for m in RESULT.measures if m.instrument != instrument or m.role != role)
    return replace(RESULT, measures=kept)


def test_a_control_that_was_not_asked_is_missed_in_words() -> None:
    told = prose(section(summarise(without_control("hiring", "positive-control")), "hiring"))
    assert "no absence of an effect can be claimed" in told
    told = prose(section(summarise(without_control("hiring", "null-control")), "hiring"))
    assert "what the method alone produces is not known" in told


def test_effects_no_larger_than_the_null_control_are_counted() -> None:
    measures = tuple(
        replace(m, value=0.9) if m.measure_id == "hiring.score[hiring.null-control]" else m
        for m in RESULT.measures
    )
    told = prose(section(summarise(replace(RESULT, measures=measures)), "hiring"))
    assert "no larger than the null control" in told
    assert "no larger than the null control" not in prose(section(REPORT, "hiring"))
