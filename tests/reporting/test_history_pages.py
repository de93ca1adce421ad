"""A history as a document: what it says, and a trend that is drawn only where there is one."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import matplotlib
import numpy as np
import pytest
from hypothesis import given, strategies
from matplotlib.figure import Figure

from auditor.core.history import History, Line
from auditor.reporting.alternatives import MAX_ALT
from auditor.reporting.effect_numbers import effect_text, n_text
from auditor.reporting.history.history_pages import history_document
from auditor.reporting.history.history_section import newest, since
from auditor.reporting.history.history_tables import reviews_table
from auditor.reporting.history.history_words import letters_of
from auditor.reporting.history.trend_axis import places_of, spaced
from auditor.reporting.history.trend_chart import TrendChart
from auditor.reporting.history.trend_figure import draw_trend_chart, mark_size
from auditor.reporting.history.trend_marks import draw_panel
from auditor.reporting.history.trend_panels import trend_charts
from auditor.reporting.html import document_chart_files, render_document_html
from auditor.reporting.language import LANGUAGES, Language, speaking
from tests.reporting.history_builders import contrasts, document, failed_margin, history, line
from tests.reporting.review_builders import effect
from tests.reporting.same_bytes import outputs
from tests.reporting.test_figures import texts

DIGEST = """
from hashlib import sha256
from auditor.reporting.html import document_chart_files, render_document_html
from tests.reporting.history_builders import document
told = document(6, "en")
text = render_document_html(told) + "".join(document_chart_files(told).values())
print(sha256(text.encode()).hexdigest())
"""


def charts(told: Line) -> tuple[TrendChart, ...]:
    by_id = {one.contrast_id: one for one in contrasts()}
    return trend_charts(told, by_id, letters_of(told.steps))


def joined_pairs(chart: TrendChart) -> list[tuple[float, float]]:
    """Where the lines of the first panel's first series begin and end, as drawn."""
    panel = replace(chart.panels[0], series=chart.panels[0].series[:1])
    axes = Figure(figsize=(4, 2)).add_axes((0.1, 0.1, 0.8, 0.8))
    axes.set_xlim(-0.07, 1.07)
    draw_panel(axes, chart, panel, 4.0)
    ends = [np.asarray(one.get_xdata(), dtype=float).tolist() for one in axes.lines]
    return [(one[0], one[1]) for one in ends if len(one) == 2 and 0 < one[1] - one[0] < 1]


def test_two_processes_write_the_same_bytes() -> None:
    assert len(outputs(DIGEST)) == 1


def test_no_line_leads_over_a_break() -> None:
    told = line(6)
    chart = charts(told)[0]
    chart = replace(chart, panels=chart.panels[1:])
    assert chart.is_joined == (True, False, True, True, True)
    drawn = joined_pairs(chart)
    steps = [pair for place, pair in enumerate(pairwise(chart.places)) if chart.is_joined[place]]
    assert [end for pair in drawn for end in pair] == pytest.approx(
        [end for pair in steps for end in pair]
    )


def test_a_number_that_is_not_measurable_ends_a_line() -> None:
    chart = charts(line(6))[0]
    panel = chart.panels[1]
    dots = list(panel.series[0].dots)
    assert dots[4] is not None
    dots[4] = replace(dots[4], is_measurable=False)
    crossed = replace(panel, series=(replace(panel.series[0], dots=tuple(dots)),))
    drawn = joined_pairs(replace(chart, panels=(crossed,)))
    assert len(drawn) == 2


def test_dates_set_the_places_unless_they_crowd() -> None:
    apart = charts(line(4, days=(0, 30, 61, 91)))[0]
    assert apart.places == pytest.approx((0, 30 / 91, 61 / 91, 1))
    assert "by date" in apart.axis_label
    crowded = charts(line(4, days=(0, 1, 61, 91)))[0]
    assert crowded.places == pytest.approx((0, 1 / 3, 2 / 3, 1))
    assert "not to scale" in crowded.axis_label


@given(strategies.lists(strategies.integers(0, 10**9), min_size=1, max_size=60))
def test_places_keep_the_order_and_the_range(seconds: list[int]) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    places, _ = places_of([start + timedelta(seconds=one) for one in sorted(seconds)])
    assert len(places) == len(seconds)
    assert list(places) == sorted(places)
    assert all(0 <= one <= 1 for one in places)
    gaps = [after - before for before, after in pairwise(places)]
    assert all(gap >= 0.3 / (len(places) - 1) for gap in gaps)


@given(
    strategies.lists(strategies.floats(0, 1), max_size=80).map(sorted),
    strategies.floats(0.01, 0.5),
)
def test_labels_that_are_kept_do_not_touch(places: list[float], apart: float) -> None:
    kept = [places[place] for place in spaced(places, apart)]
    assert all(after - before >= apart for before, after in pairwise(kept))
    assert not places or kept


def test_one_review_is_no_trend() -> None:
    told = document(1, "en")
    assert not document_chart_files(told)
    html = render_document_html(told)
    assert "One review is no trend." in html
    assert "t-model-1-reviews" in html
    assert "What moved" not in html


@pytest.mark.parametrize("n", [2, 16, 17, 50])
def test_any_number_of_reviews_stays_legible(n: int) -> None:
    for chart in charts(line(n)):
        columns = 1 if n >= 17 else 2
        across = 72 * 6.13 / columns * min(b - a for a, b in pairwise(chart.places))
        # Two series side by side, and still a gap to the next review.
        assert 2 * mark_size(chart, columns) <= across
        assert len(chart.panels) <= 12
        svg = draw_trend_chart(chart)
        assert "<image" not in svg
        sizes = [float(size) for size in re.findall(r"font(?:-size)?: ?([\d.]+)px", svg)]
        assert min(sizes) >= 7
        height = re.search(r'height="([\d.]+)pt"', svg)
        assert height is not None
        # With its headings on a page of 297 mm with margins.
        assert float(height[1]) * 25.4 / 72 < 225


def test_titles_stay_within_their_panels() -> None:
    for chart in charts(line(6)):
        titles = [panel.title for panel in chart.panels]
        told = " ".join(texts(draw_trend_chart(chart)))
        assert all(all(word in told for word in title.split()) for title in titles)


def test_a_change_has_the_letter_that_the_table_explains() -> None:
    told = line(8)
    letters = letters_of(told.steps)
    assert letters == ("", "A", "B", "", "", "C", "")
    drawn = texts(draw_trend_chart(charts(told)[0]))
    assert {"A", "B", "C"} <= set(drawn)
    html = render_document_html(document(8, "en"))
    assert "The battery, the tier, the weights" in html


def test_letters_go_on_after_z() -> None:
    steps = [replace(line(4).steps[1], first=place) for place in range(54)]
    letters = letters_of(steps)
    assert (letters[25], letters[26], letters[51], letters[52]) == ("Z", "AA", "AZ", "BA")


@pytest.mark.parametrize("language", LANGUAGES)
def test_alternatives_are_short_and_tables_are_named(language: Language) -> None:
    with speaking(language):
        told = document(6, language, models=("one", "two"))
        html = render_document_html(told)
    alts = re.findall(r'alt="([^"]*)"', html)
    assert alts
    assert all(0 < len(alt) <= MAX_ALT for alt in alts)
    ids = re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))


def test_what_others_wrote_is_text() -> None:
    html = render_document_html(document(3, "en", models=("<script>x</script>",)))
    assert "<script>x" not in html
    assert "half-&lt;b&gt;done" in html


def test_what_is_left_out_is_said_on_the_summary_and_listed() -> None:
    html = render_document_html(document(3, "en"))
    assert "3 folders hold something of a run" in html
    assert "The same run as in 2025-01, which is taken once" in html
    assert "its manifest or the ledger has another hash" in html


def test_stored_numbers_are_told_apart() -> None:
    html = render_document_html(document(6, "en"))
    assert html.count("numbers as stored") == 2
    assert "2 of them asked another battery" in html
    assert "pale: as stored" in texts(draw_trend_chart(charts(line(6))[0]))
    assert "pale: as stored" not in texts(
        draw_trend_chart(replace(charts(line(6))[0], is_stored=(False,) * 6))
    )


def test_a_limit_that_a_policy_changed_is_drawn_where_it_held() -> None:
    chart = charts(line(4, days=(0, 30, 60, 90)))[0]
    panel = replace(chart.panels[1], limits=(0.1, 0.1, 0.05, None))
    axes = Figure(figsize=(4, 2)).add_axes((0.1, 0.1, 0.8, 0.8))
    with matplotlib.rc_context():
        draw_panel(axes, chart, panel, 4.0)
    spans = []
    for band in axes.collections:
        points = np.asarray(band.get_paths()[0].vertices)
        spans.append((points[:, 0].min(), points[:, 0].max(), points[:, 1].max()))
    assert spans == [
        pytest.approx((-0.07, 0.5, 0.1)),
        pytest.approx((0.5, 5 / 6, 0.05)),
    ]


def test_several_models_are_not_compared_with_each_other() -> None:
    assert len(history(2, models=("a", "b")).lines) == 2
    told = " ".join(document(2, "en", models=("a", "b")).summary)
    assert "Models are not compared with each other" in told


def test_a_failed_margin_fails_the_review_in_headline_and_tables() -> None:
    told = failed_margin()
    headline = newest(told)
    assert headline.startswith("The newest review: fail. ")
    assert "an increase beyond the margin is shown, and the audit fails by it." in headline
    (verdict,) = [cell for cell in reviews_table(told, "x").rows[0] if cell.mark]
    assert verdict.mark is not None
    assert (verdict.mark.word, verdict.note, verdict.more) == (
        "fail",
        "1 pass",
        "against its baseline: 1 fail",
    )
    both = History(lines=(told, line(1, "other")), left_out=())
    table = history_document(both, contrasts(), language="en").summary_table
    assert table is not None
    assert [cell.mark.word for cell in table.rows[0] if cell.mark] == ["fail"]


def test_the_largest_difference_names_its_reviews_its_n_and_its_word() -> None:
    told = line(6)
    assert told.span is not None
    largest = replace(
        told.span.changes[0], difference=effect(-0.4, n=88, n_unscored=3), word="better"
    )
    span = replace(told.span, changes=(*told.span.changes[1:], largest))
    (said,) = [one for one in since(replace(told, span=span), {}) if "largest" in one]
    assert largest.difference is not None
    assert said.startswith("The largest paired difference from review 3 to review 6: ")
    assert said.endswith(
        f", {effect_text(largest.difference, 'score')}, {n_text(largest.difference)} (better)."
    )
    assert "3 unusable" in said


def test_the_difference_of_older_reviews_is_not_told_of_the_newest() -> None:
    told = line(4)
    assert any("largest paired difference" in one for one in since(told, {}))
    broken = replace(told.steps[-1], because=("battery",), is_joined=False, changes=(), pooled=())
    # From the second review to the third there is a difference, which the newest has no part in.
    moved = replace(told.steps[-1], first=1, second=2)
    cut = replace(told, steps=(told.steps[0], moved, broken), span=None)
    assert cut.compared[-1] == moved
    assert not any("largest paired difference" in one for one in since(cut, {}))
