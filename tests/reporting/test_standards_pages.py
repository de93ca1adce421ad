"""The crosswalk and the tables of selection: only what the run has, and what it has in full."""

from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from auditor.core.items import Contrast
from auditor.core.measures import Interval, Measure
from auditor.core.presentation import About
from auditor.prompt_library.standards import load_crosswalk
from auditor.reporting.blocks import Table
from auditor.reporting.coverage_pages import scope
from auditor.reporting.fields import filled_fields
from auditor.reporting.html import _environment
from auditor.reporting.standards.crosswalk import CrosswalkSection, RequirementRow
from auditor.reporting.standards.crosswalk_pages import crosswalk_section
from auditor.reporting.standards.ratio_figure import draw_ratio_chart
from auditor.reporting.standards.ratio_pages import ratio_chart
from auditor.reporting.standards.selection import SelectionSection
from auditor.reporting.standards.selection_pages import (
    TABLE_IDS,
    selection_section,
)
from auditor.reporting.view import View, view
from tests.reporting import builders
from tests.reporting.builders import contrast, given
from tests.reporting.same_bytes import outputs

CROSSWALK = load_crosswalk()
PLACES = {
    "summary": "Summary",
    "register": "Verdict register",
    "findings": "Findings",
    "method": "Method",
}
NOTHING = About(organisation="", answers=(), mitigations=(), standards=(), sha256="0" * 64)
RATES = {
    "hiring.sex-names": {"women": (0.30, 40, 10), "men": (0.60, 50, 0)},
    "hiring.race-names": {"Black": (0.54, 50, 0), "White": (0.60, 50, 0)},
    "hiring.race-sex-names": {
        "Black women": (0.30, 50, 0),
        "Black men": (0.45, 50, 0),
        "White women": (0.60, 50, 0),
        "White men": (0.50, 20, 0),
    },
}
"""Rate, usable and unknown decisions of each group."""
TEXT = "-text"


def rows(section: CrosswalkSection) -> Iterator[RequirementRow]:
    for standard in section.standards:
        yield from standard.rows


def about_hiring(contrast_id: str) -> Contrast:
    category = "gender" if "sex-names" in contrast_id and "race" not in contrast_id else "race"
    one = contrast(contrast_id, category, f"Hiring: {contrast_id}", "primary")
    return replace(one, instruments=("hiring",))


def group_measures(contrast_id: str, suffix: str) -> Iterator[Measure]:
    about, groups = about_hiring(contrast_id), RATES[contrast_id]
    top = max(groups, key=lambda group: groups[group][0])
    for kind, ratio_kind in (
        (f"selection-rate{suffix}", f"impact-ratio{suffix}"),
        ("scoring-rate", "scoring-impact-ratio"),
    ):
        if suffix and kind == "scoring-rate":
            continue
        blank = builders.measure(f"hiring.{kind}", about, 0.5, 0.05, unit="rate")
        for group, (rate, n, unknown) in groups.items():
            yield replace(
                blank,
                measure_id=f"hiring.{kind}[{contrast_id}]:{group}",
                group=group,
                value=rate,
                interval=Interval(low=rate - 0.1, high=rate + 0.1, level=0.95),
                n=n,
                n_unscored=unknown,
            )
        for group, (rate, n, unknown) in groups.items():
            if group == top:
                continue
            ratio = rate / groups[top][0]
            yield replace(
                blank,
                measure_id=f"hiring.{ratio_kind}[{contrast_id}]:{group}",
                name=f"hiring.{ratio_kind}",
                group=group,
                unit="ratio",
                value=ratio,
                interval=Interval(low=ratio * 0.8, high=ratio * 1.25, level=0.95),
                bounds=Interval(low=ratio, high=ratio + 0.4 * bool(unknown), level=1.0),
                n=n,
                n_unscored=unknown,
                parts=(f"hiring.{kind}[{contrast_id}]:{top}",),
            )


def hiring(*contrast_ids: str) -> View:
    plain = builders.result()
    return view(
        replace(
            plain,
            contrasts=tuple(about_hiring(one) for one in contrast_ids),
            measures=tuple(
                m
                for one in contrast_ids
                for suffix in ("", TEXT)
                for m in group_measures(one, suffix)
            ),
            findings=(),
        )
    )


WHOLE = hiring(*RATES)
SELECTION: SelectionSection = given(selection_section(WHOLE))


def table(table_id: str) -> Table:
    (found,) = (one for one in SELECTION.tables if one.table_id == table_id)
    return found


def test_evidence_that_the_report_lacks_is_not_run_and_nothing_is_linked_to_it() -> None:
    section = crosswalk_section(CROSSWALK, None, PLACES)
    for row in rows(section):
        assert {one.target for one in row.evidence} <= {*PLACES, "system", "sign-off"}
        assert (row.state == "not-run") == (not row.evidence)
    states = {row.state for row in rows(section)}
    assert states == {"measured", "in-report", "not-run", "open"}
    (ll144,) = (one for one in section.standards if one.table_id == "standard-nyc-ll144")
    assert {row.who for row in ll144.rows if row.clause.startswith("§ 5-301(b)")} == {"not run"}


def test_with_the_tables_of_selection_the_rule_has_its_evidence() -> None:
    section = crosswalk_section(CROSSWALK, None, PLACES | SELECTION.places)
    (ll144,) = (one for one in section.standards if one.table_id == "standard-nyc-ll144")
    told = [row for row in ll144.rows if row.clause in ("§ 5-301(b)", "§ 5-301(c)")]
    assert {row.state for row in told} == {"measured"}
    assert {one.target for row in told for one in row.evidence} == set(TABLE_IDS)


def test_what_is_answered_is_declared_and_never_measured() -> None:
    about = replace(NOTHING, answers=(("intended-purpose", "x"), ("metric-choice", "y")))
    section = crosswalk_section(CROSSWALK, about, PLACES)
    (ai_act,) = (one for one in section.standards if one.table_id == "standard-ai-act")
    by_asks = {row.asks: row for row in ai_act.rows}
    assert by_asks["Why they are appropriate for this system"].who == "declared, not verified"
    partly = next(row for asks, row in by_asks.items() if asks.startswith("Intended purpose"))
    assert partly.who == "declared in part, not verified"
    everything = replace(NOTHING, answers=tuple((f.field_id, "z") for f in CROSSWALK.fields))
    states = [row.state for row in rows(crosswalk_section(CROSSWALK, everything, {}))]
    assert set(states) == {"declared", "not-run"}


def test_the_audit_file_chooses_the_standards() -> None:
    about = replace(NOTHING, standards=("iso-42001", "ai-act"))
    section = crosswalk_section(CROSSWALK, about, PLACES)
    assert [one.table_id for one in section.standards] == ["standard-ai-act", "standard-iso-42001"]
    assert "9 further standards" in section.lead[-1]
    for one in CROSSWALK.standards:
        assert (one.title in section.lead[-1]) == (one.standard_id not in about.standards)
    assert len(crosswalk_section(CROSSWALK, None, PLACES).lead) == 2


def test_standing_text_is_in_the_report_and_not_measured() -> None:
    section = crosswalk_section(CROSSWALK, None, PLACES)
    by_asks = {row.asks: row for row in rows(section)}
    for asks in ("Hazard", "Review trigger", "Why the metrics are appropriate"):
        assert by_asks[asks].who == "in the report, not measured"
        assert by_asks[asks].evidence
    n = sum(row.state == "in-report" for row in rows(section))
    assert f"; {n} have text or form in this report, and no measurement;" in section.lead[1]


def test_the_counts_of_the_lead_add_up() -> None:
    about = replace(NOTHING, answers=(("provider", "x"),))
    section = crosswalk_section(CROSSWALK, about, PLACES)
    numbers = [int(word) for word in section.lead[1].replace(",", " ").split() if word.isdigit()]
    assert numbers[0] == sum(numbers[1:]) == len(list(rows(section)))


def test_every_standard_says_as_of_when_and_from_where() -> None:
    for one in crosswalk_section(CROSSWALK, None, {}).standards:
        assert one.status.startswith("As of 21\u00a0November\u00a02026: ")
        assert one.source.startswith("Source: ")
        assert one.note


def test_rate_ratio_worst_case_and_unknown_share_stand_in_one_row() -> None:
    texts = [[cell.text for cell in row] for row in table("t-selection-sex").rows]
    assert texts[:2] == [
        ["women", "50", "30\u00a0%", "0.50", "[0.50, 0.90]", "20\u00a0%"],
        ["men", "50", "60\u00a0%", "reference", "–", "0\u00a0%"],
    ]
    # Once by likelihood, once in writing; never pooled.
    assert [row[0].more for row in table("t-selection-sex").rows] == [
        "by likelihood",
        "by likelihood",
        "in writing",
        "in writing",
    ]
    assert "simulated" in SELECTION.lead[0]


def test_the_crossing_has_one_reference_a_mode_and_names_a_small_group() -> None:
    crossed = table("t-selection-race-sex").rows
    assert [row[3].text for row in crossed].count("reference") == 2
    assert [row[1].note for row in crossed[:4]] == ["", "", "", "fewer than 30"]


def test_scores_are_told_apart_from_selections() -> None:
    scored = table("t-selection-scores")
    assert scored.columns[2].text == "Above the median"
    assert len(scored.rows) == sum(len(groups) for groups in RATES.values())


def test_without_these_groups_there_is_no_such_section() -> None:
    assert selection_section(view(builders.result())) is None
    only = given(selection_section(hiring("hiring.race-names")))
    assert [one.table_id for one in only.tables] == ["t-selection-race", "t-selection-scores"]


@pytest.mark.parametrize(
    ("contrast_ids", "title"),
    [
        (("hiring.sex-names",), "Selection by sex"),
        (("hiring.race-names",), "Selection by race"),
        (("hiring.sex-names", "hiring.race-names"), "Selection by sex and by race"),
        (("hiring.sex-names", "hiring.race-sex-names"), "Selection by group"),
        (tuple(RATES), "Selection by sex, race, and both"),
    ],
)
def test_titles_name_only_what_was_asked(contrast_ids: tuple[str, ...], title: str) -> None:
    seen = hiring(*contrast_ids)
    section = given(selection_section(seen))
    assert section.title == title
    assert section.tables[-1].caption == title.replace("Selection", "Scoring rates")
    by = title.removeprefix("Selection ").replace(", and", " and")
    assert given(section.chart).alt.startswith(f"Impact ratios {by} with ")


def test_that_nobody_was_told_apart_by_two_attributes_is_said() -> None:
    asked = hiring("hiring.sex-names", "hiring.race-names")
    (told,) = (one for one in scope(asked).not_run if "Intersections" in one)
    assert "not asked in tier quick" in told
    assert not any("Intersections" in one for one in scope(WHOLE).not_run)
    assert not any("Intersections" in one for one in scope(view(builders.result())).not_run)


def test_where_nobody_is_selected_nobody_is_the_reference() -> None:
    nobody = tuple(
        replace(m, value=0.0, interval=Interval(low=0.0, high=0.1, level=0.95))
        if m.unit == "rate"
        else replace(m, value=None, undefined_because="nobody was selected in any group")
        for m in hiring("hiring.sex-names").result.measures
    )
    seen = replace(hiring("hiring.sex-names").result, measures=nobody)
    section = given(selection_section(view(seen)))
    cells = [row[3].text for row in section.tables[0].rows]
    assert set(cells) == {"–"}
    assert section.chart is None


def test_the_chart_counts_whole_intervals_and_not_points() -> None:
    chart = given(ratio_chart(WHOLE))
    # Intervals: 0.50 [0.40, 0.63] and 0.50 below; 0.90 [0.72, 1.13], 0.75, 0.83 hold 0.8.
    assert "2 below four fifths, 0 above, 3 undecided" in chart.title
    assert len(chart.alt) <= 300
    assert [len(block.rows) for block in chart.blocks] == [2, 2, 4]
    shown = [row.beside for block in chart.blocks for row in block.rows]
    assert shown[0] == "0.50 [0.40, 0.62]"
    assert shown.count("reference") == 3


def test_the_chart_is_drawn_with_its_labels_and_without_bitmaps() -> None:
    svg = draw_ratio_chart(given(ratio_chart(WHOLE)))
    told = "".join(ElementTree.fromstring(svg).itertext())
    for text in ("four-fifths screening", "Selection by sex", "Black women", "0.50 [0.40, 0.62]"):
        assert text in told
    assert "<image" not in svg


def test_the_chart_has_the_same_bytes_in_every_process() -> None:
    script = (
        "from auditor.reporting.standards.ratio_figure import draw_ratio_chart\n"
        "from auditor.reporting.standards.ratio_pages import ratio_chart\n"
        "from tests.reporting.test_standards_pages import WHOLE\n"
        "print(draw_ratio_chart(ratio_chart(WHOLE)))"
    )
    assert len(outputs(script)) == 1


@pytest.fixture(scope="module")
def page() -> str:
    """The partials alone, with a hostile declaration."""
    about = replace(NOTHING, answers=(("provider", "<script>alert(1)</script>"),))
    report = SimpleNamespace(
        selection=replace(SELECTION, chart=None),
        standards=crosswalk_section(CROSSWALK, about, PLACES | SELECTION.places),
        filled=filled_fields(CROSSWALK, about, ("implicit/x",)),
    )
    source = (
        '{% import "partials/macros.html.jinja2" as parts with context %}'
        '{% import "partials/fields.html.jinja2" as fields with context %}'
        '{% include "partials/selection.html.jinja2" %}'
        '{% include "partials/standards.html.jinja2" %}'
        '{% include "partials/sign_off.html.jinja2" %}'
        "{{ fields.filled(report.filled.system) }}"
    )
    return _environment().from_string(source).render(report=report)


def test_the_page_says_declared_in_print_and_escapes_it(page: str) -> None:
    assert page.count("DECLARED BY THE ORGANISATION – not verified") == 1
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    n_open = len(CROSSWALK.fields)
    assert page.count("TO BE COMPLETED BY THE ORGANISATION – not measured") == n_open - 1
    assert f"In all, {n_open} fields are open; 5 of them are required" in page


def test_the_page_links_only_to_what_it_may(page: str) -> None:
    targets = {part.split('"')[0] for part in page.split('href="#')[1:]}
    boxes = {f"field-{one.field_id}" for one in CROSSWALK.fields}
    assert targets <= {*PLACES, *SELECTION.places, *boxes, "system", "sign-off"}
    assert boxes - targets == {"field-provider"}
    for target in boxes & targets:
        assert page.count(f'id="{target}"') == 1
    for table_id in TABLE_IDS:
        assert f'id="{table_id}"' in page
