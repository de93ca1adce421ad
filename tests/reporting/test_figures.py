"""Charts: the same bytes everywhere, vector only, and true to their numbers."""

import re
from dataclasses import replace
from xml.etree import ElementTree

from auditor.reporting.answer_figure import draw_answer_chart
from auditor.reporting.blocks import GapRow
from auditor.reporting.dot_marks import score_tick
from auditor.reporting.gap_figure import draw_gap_chart
from auditor.reporting.report import summarise
from tests.reporting.builders import given, result
from tests.reporting.same_bytes import outputs

REPORT = summarise(result())
GAP = draw_gap_chart(given(REPORT.gap).chart)
ANSWERS = draw_answer_chart(given(REPORT.answers).chart)

DIGEST = """
from hashlib import sha256
from auditor.reporting.answer_figure import draw_answer_chart
from auditor.reporting.gap_figure import draw_gap_chart
from auditor.reporting.report import summarise
from tests.reporting.builders import given, result
report = summarise(result())
text = draw_gap_chart(given(report.gap).chart) + draw_answer_chart(given(report.answers).chart)
print(sha256(text.encode()).hexdigest())
"""


def texts(svg: str) -> list[str]:
    """The text objects of a chart."""
    root = ElementTree.fromstring(svg)
    return [
        "".join(one.itertext()).strip() for one in root.iter("{http://www.w3.org/2000/svg}text")
    ]


def test_two_processes_draw_the_same_bytes() -> None:
    assert len(outputs(DIGEST)) == 1


def test_no_bitmap_and_nothing_loaded() -> None:
    for svg in (GAP, ANSWERS):
        assert "<image" not in svg
        assert not re.search(r"href=[\"'](?!#)", svg)
        assert "<script" not in svg


def test_charts_are_as_wide_as_the_page() -> None:
    """170 mm: text of 8 pt stays 8 pt on paper."""
    for svg in (GAP, ANSWERS):
        width = re.search(r'width="([\d.]+)pt"', svg)
        assert width is not None
        assert abs(float(width[1]) * 25.4 / 72 - 170) < 0.2


def test_text_is_text_and_not_smaller_than_seven_points() -> None:
    for svg in (GAP, ANSWERS):
        sizes = [float(size) for size in re.findall(r"font(?:-size)?: ?([\d.]+)px", svg)]
        assert sizes
        assert min(sizes) >= 7


def test_every_row_is_named_with_its_gap_and_verdict_word() -> None:
    told = texts(GAP)
    for row in given(REPORT.gap).chart.rows:
        assert row.label in told
        assert row.gap in told
        assert row.mark is not None
        assert row.mark.word in told
        assert row.mark.sign in told


def test_segments_are_labelled_from_five_per_cent() -> None:
    told = texts(ANSWERS)
    shares = [
        share
        for panel in given(REPORT.answers).chart.panels
        for bar in panel.bars
        for share in (bar.stereotype, bar.neutral, bar.unusable, bar.counter)
    ]
    printed = [text for text in told if re.fullmatch(r"\d+ %", text)]
    axis = 5
    assert len(printed) - axis == sum(share >= 0.05 for share in shares)


def test_shares_of_a_bar_add_up() -> None:
    for panel in given(REPORT.answers).chart.panels:
        for bar in panel.bars:
            total = bar.stereotype + bar.neutral + bar.unusable + bar.counter
            assert abs(total - 1) < 1e-6


def test_the_axis_reaches_as_far_as_the_numbers() -> None:
    row = given(REPORT.gap).chart.rows[0]
    assert row.implicit is not None
    far = replace(row.implicit, value=0.97, high=1.0, bound_high=1.0)
    wide = replace(given(REPORT.gap).chart, rows=(replace(row, implicit=far),))
    assert "+1.0" in texts(draw_gap_chart(wide))
    assert "+1.0" not in texts(GAP)


def test_a_row_without_numbers_is_drawn_without_marks() -> None:
    empty = GapRow(label="Empty", explicit=None, implicit=None, gap="–", mark=None)
    chart = replace(given(REPORT.gap).chart, rows=(empty,))
    assert "Empty" in texts(draw_gap_chart(chart))


def test_a_mark_of_an_axis_says_where_it_stands() -> None:
    said = [score_tick(value, 0) for value in (-0.75, -0.2, 1e-17, 0.25, 0.5, 1.0, 0.125)]
    assert said == ["−0.75", "−0.2", "0", "+0.25", "+0.5", "+1.0", "+0.125"]
