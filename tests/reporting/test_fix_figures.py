"""Charts of a fix: vector only, everything on the page, shape and word beside every colour."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from matplotlib.textpath import TextPath
from pypdf import PdfReader

from auditor.core.fix_evidence import Arm
from auditor.core.fix_results import Effect, FixResult
from auditor.core.measures import Interval
from auditor.reporting.blocks import Dot
from auditor.reporting.fix.dial_figure import draw_dial_chart
from auditor.reporting.fix.fix_chart import SideRow
from auditor.reporting.fix.fix_charts import PANELS, slope_charts
from auditor.reporting.fix.fix_names import FixNames, names_of
from auditor.reporting.fix.fix_page import summarise_fix
from auditor.reporting.fix.fix_side_charts import dial_chart, share_of_limit, side_chart
from auditor.reporting.fix.fix_training import training_chart
from auditor.reporting.fix.side_figure import draw_side_chart
from auditor.reporting.fix.slope_figure import draw_slope_chart
from auditor.reporting.fix.training_figure import draw_training_chart
from auditor.reporting.html import fix_chart_files, render_html
from auditor.reporting.report import summarise
from tests.battery.fix.arm_evidence import Kind
from tests.reporting.builders import given
from tests.reporting.fix_builders import fix_result, with_fix
from tests.reporting.same_bytes import outputs
from tests.reporting.standalone_builders import standalone_result
from tests.reporting.test_layer_figures import texts
from tests.reporting.test_pdf import page_text, render

pytestmark = pytest.mark.one_thread

NAMES = FixNames(titles={})
DIGEST = """
from hashlib import sha256
from tests.reporting.test_fix_figures import drawn
from tests.reporting.fix_builders import fix_result
print(sha256("".join(drawn(fix_result("refuser")).values()).encode()).hexdigest())
"""


def drawn(told: FixResult) -> dict[str, str]:
    return fix_chart_files(summarise_fix(told))


@pytest.fixture(scope="module", params=["ideal", "refuser", "insensitive"])
def charts(request: pytest.FixtureRequest) -> dict[str, str]:
    return drawn(fix_result(request.param))


def test_vector_only_and_as_wide_as_the_page(charts: dict[str, str]) -> None:
    assert len(charts) == 8
    for svg in charts.values():
        assert "<image" not in svg
        assert "<script" not in svg
        assert not re.search(r"href=[\"'](?!#)", svg)
        width = given(re.search(r'width="([\d.]+)pt"', svg))
        assert abs(float(width[1]) * 25.4 / 72 - 170) < 0.2
        sizes = [float(size) for size in re.findall(r"font(?:-size)?: ?([\d.]+)px", svg)]
        assert min(sizes) >= 7


def test_no_text_runs_off_the_page(charts: dict[str, str]) -> None:
    """By the widths of the font's own letters."""
    for name, svg in charts.items():
        if name.startswith("fix-dialect"):
            continue
        for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text"):
            style = text.get("style") or ""
            if "middle" in style or "end" in style:
                continue
            left = re.findall(r"[\d.]+", text.get("x") or text.get("transform") or "")
            size = given(re.search(r"font(?:-size)?: ?([\d.]+)px", style))
            told = "".join(text.itertext()).strip()
            width = TextPath((0, 0), told, size=float(size[1])).get_extents().width
            assert float(left[0]) + width < 6.69 * 72, (name, told)


@pytest.mark.slow
def test_two_processes_draw_the_same_bytes() -> None:
    assert len(outputs(DIGEST)) == 1


def test_the_pooled_scores_come_first_and_all_panels_have_one_axis() -> None:
    told = fix_result("ideal")
    (chart,) = slope_charts(told, NAMES)
    assert chart.panels[0].title == "Pooled"
    assert len(chart.panels) == 9
    for panel in chart.panels:
        for ends in (panel.implicit, panel.explicit):
            for dot in (given(ends).before, given(ends).after):
                assert chart.span[0] <= dot.low <= dot.high <= chart.span[1]
    assert {"before", "after", "Pooled", "implicit", "explicit"} <= set(
        texts(draw_slope_chart(chart))
    )


def test_many_contrasts_are_spread_over_figures_with_the_same_axis() -> None:
    told = fix_result("ideal")
    more = tuple(
        replace(s, key=s.key.replace("[", f"[x{i}-"), contrast_id=f"x{i}-{s.contrast_id}")
        for i in range(2)
        for s in told.slopes
        if s.key.startswith("word-association.score[") and "control" not in s.key
    )
    made = slope_charts(replace(told, slopes=(*told.slopes, *more)), NAMES)
    assert len(made) > 1
    assert max(len(chart.panels) for chart in made) <= PANELS
    assert len({chart.span for chart in made}) == 1


def test_the_ruling_stands_in_words_beside_every_side_effect() -> None:
    chart = given(side_chart(fix_result("refuser")))
    shown = texts(draw_side_chart(chart))
    assert shown.count("met") == 6
    assert shown.count("not met") == 1
    assert [row.label for row in chart.rows][:3] == [
        "Everyday replies",
        "Stated facts",
        "Written answers",
    ]


def test_one_is_the_limit_and_right_is_worse() -> None:
    findings = {one.name: one for one in fix_result("ideal").decision.findings}

    def at(name: str, value: float, limit: float) -> Dot:
        span = Interval(low=value - 0.02, high=value + 0.02, level=0.95)
        effect = Effect(value=value, interval=span, n=40, n_clusters=10)
        return given(
            share_of_limit(replace(findings[name], effect=effect, limit=limit))  # type: ignore[index]
        )

    assert at("replies", 0.05, 0.05).value == pytest.approx(1)
    assert at("replies", -0.05, 0.05).value == pytest.approx(-1)
    kept = at("sensitivity", 0.7, 0.7)
    assert kept.value == pytest.approx(1)
    assert kept.low < 1 < kept.high
    assert at("sensitivity", 1.0, 0.7).value == pytest.approx(0)
    assert at("sensitivity", 0.4, 0.7).value > 1
    no_scale = replace(findings["replies"], limit=0.0)
    assert share_of_limit(no_scale) is None
    by_order = replace(findings["sensitivity"], where="position-bias/text")
    assert share_of_limit(by_order) is None


def test_what_lies_beyond_the_axis_is_pointed_at_and_what_has_no_scale_says_so() -> None:
    chart = given(side_chart(fix_result("ideal")))
    far = replace(chart.rows[0], dot=Dot(value=9.0, low=8.0, high=10.0, bound_low=9, bound_high=9))
    plain, beyond = (
        draw_side_chart(replace(chart, rows=(row, *chart.rows[1:]))) for row in (chart.rows[0], far)
    )
    assert beyond.count("<use") > plain.count("<use")
    none: SideRow = replace(chart.rows[0], dot=None)
    assert "no scale" in texts(draw_side_chart(replace(chart, rows=(none,))))


def test_arms_without_training_and_controls_stand_beside_the_dial() -> None:
    told = fix_result("ideal")
    point = next(p for p in told.dial if p.arm.kind == "scaled")
    arm = Arm(
        arm_id="control-shuffled", kind="control", extent="control", adapter="control-shuffled"
    )
    control = replace(point, arm=arm, scale=0.8)
    with_control = replace(told, dial=(*told.dial, control))
    chart = given(dial_chart(with_control))
    assert [dot.across for dot in chart.dial] == [0.0, 0.5, 1.0, 1.5]
    assert chart.other_labels[-1] == "control with shuffled sides at 0.8"
    shown = texts(draw_dial_chart(chart))
    assert {"control", "by instruction", "erasure"} <= set(shown)
    assert any("shuffled" in text for text in shown)


def test_what_was_not_asked_on_the_dial_says_so() -> None:
    told = fix_result("ideal")
    gone = Effect(value=None, undefined_because="no written answers were asked for")
    points = tuple(replace(p, unusable=gone) for p in told.dial)
    shown = texts(draw_dial_chart(given(dial_chart(replace(told, dial=points)))))
    assert shown.count("not asked") == len(points)


def test_training_curves_count_the_stopping_set_from_its_start() -> None:
    chart = given(training_chart(fix_result("ideal")))
    assert [panel.title for panel in chart.panels][1] == "KL to the original"
    for line in chart.panels[2].lines:
        assert line.values[0] == 0
    shown = texts(draw_training_chart(chart))
    assert {"the fix", "another seed", "a control", "stops at +0.05"} <= set(shown)


def test_contrasts_are_called_as_in_the_rest_of_the_report() -> None:
    told = fix_result("ideal")
    names = names_of(with_fix(told).contrasts)
    key = "word-association.score[religion.terms]"
    assert names.of_key(key) == "“Religion: Muslims and Christians”"
    assert NAMES.of_key(key) == "“Religion: terms”"
    assert NAMES.of_key("control-shuffled") == "control with shuffled sides"


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["ideal", "refuser"])
def test_the_section_takes_at_most_ten_pages_and_the_summary_one(
    kind: Kind, tmp_path: Path
) -> None:
    path = tmp_path / "fix.pdf"
    told = fix_result(kind)
    render(render_html(summarise(with_fix(told))), path)
    pages = [page.extract_text() for page in PdfReader(path).pages]
    first = next(i for i, text in enumerate(pages) if "The adapter is" in text)
    last = next(i for i, text in enumerate(pages) if "What this does not show" in text)
    assert 1 < last - first <= 10
    word = "ACCEPTED" if kind == "ideal" else "WITHHELD"
    assert word in pages[first].upper()
    assert "The gate: every criterion" in pages[first]
    assert "A fix was trained and" in " ".join(pages[1].split())
    assert "not a legal opinion" in " ".join(pages[1].split())
    assert "Contents" in pages[2][:200]


@pytest.mark.slow
def test_page_two_holds_every_instrument_and_a_fix(tmp_path: Path) -> None:
    path = tmp_path / "whole.pdf"
    told = fix_result("constant")
    render(render_html(summarise(replace(standalone_result(), fix=told))), path)
    text = " ".join(page_text(path, 2).split())
    assert "A fix was trained and withheld because" in text
    assert "not a legal opinion" in text
    assert page_text(path, 3).lstrip().find("Contents") < 200
