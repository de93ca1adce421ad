"""Charts of layers: a panel a concept, vector only, the same bytes everywhere."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pypdf import PdfReader

from auditor.core.layer_results import LayerResult
from auditor.reporting.html import render_html
from auditor.reporting.layers.layer_chart import Curve, LayerChart, PatchChart
from auditor.reporting.layers.layer_charts import patch_charts, sense_charts
from auditor.reporting.layers.layer_figure import draw_layer_chart
from auditor.reporting.layers.layer_panels import within
from auditor.reporting.layers.patch_figure import draw_patch_chart
from auditor.reporting.report import summarise
from tests.reporting.layer_builders import (
    blank_concept,
    clear_concept,
    layer_result,
    layered,
    unread_concept,
    with_base,
)
from tests.reporting.same_bytes import outputs
from tests.reporting.test_pdf import render

pytestmark = pytest.mark.one_thread

DASHES = "stroke-dasharray"
DIGEST = """
from hashlib import sha256
from tests.reporting.test_layer_figures import drawn
from tests.reporting.layer_builders import layer_result, with_base
print(sha256("".join(drawn(with_base(layer_result()))).encode()).hexdigest())
"""


def sense_chart(told: LayerResult) -> LayerChart:
    return sense_charts(told, told.concepts)[0]


def patch_chart(told: LayerResult) -> PatchChart:
    return patch_charts(told, told.concepts)[0]


def drawn(told: LayerResult) -> list[str]:
    return [draw_layer_chart(sense_chart(told)), draw_patch_chart(patch_chart(told))]


def texts(svg: str) -> list[str]:
    root = ElementTree.fromstring(svg)
    return [
        "".join(one.itertext()).strip() for one in root.iter("{http://www.w3.org/2000/svg}text")
    ]


def n_panels(svg: str) -> int:
    """Axes that have ticks across; those of the key have none."""
    root = ElementTree.fromstring(svg)
    return sum((g.get("id") or "").startswith("matplotlib.axis_") for g in root.iter()) // 2


@pytest.fixture(scope="module")
def plain() -> list[str]:
    return drawn(layer_result())


def test_two_rows_of_a_panel_a_concept(plain: list[str]) -> None:
    layers, patched = plain
    assert n_panels(layers) == 2 * 4
    assert n_panels(patched) == 2


def test_vector_only_and_as_wide_as_the_page(plain: list[str]) -> None:
    for svg in plain:
        assert "<image" not in svg
        assert "<script" not in svg
        assert not re.search(r"href=[\"'](?!#)", svg)
        width = re.search(r'width="([\d.]+)pt"', svg)
        assert width is not None
        assert abs(float(width[1]) * 25.4 / 72 - 170) < 0.2
        sizes = [float(size) for size in re.findall(r"font(?:-size)?: ?([\d.]+)px", svg)]
        assert sizes
        assert min(sizes) >= 7


@pytest.mark.slow
def test_two_processes_draw_the_same_bytes() -> None:
    assert len(outputs(DIGEST)) == 1


def test_a_peak_is_marked_only_above_the_limit() -> None:
    clear, blank = (layer_result(one) for one in (clear_concept(), blank_concept()))
    assert sense_chart(clear).panels[0].peak == 16
    assert "16" in texts(draw_layer_chart(sense_chart(clear)))
    assert sense_chart(blank).panels[0].peak is None
    # Even where the peak would be named, a concept with nothing above has none.
    odd = replace(blank_concept(), probe=replace(blank_concept().probe, peak=7))
    assert sense_chart(layer_result(odd)).panels[0].peak is None


def test_what_cannot_be_read_is_greyed_and_says_so() -> None:
    svg = draw_layer_chart(sense_chart(layer_result(unread_concept())))
    assert any("cannot be read" in text for text in texts(svg))
    clear = draw_layer_chart(sense_chart(layer_result(clear_concept())))
    assert not any(text == "cannot be read" for text in texts(clear))
    assert svg.count("#eceef0") > clear.count("#eceef0") > 0


def test_the_base_is_dashed_in_the_same_panels(plain: list[str]) -> None:
    beside = draw_layer_chart(sense_chart(with_base(layer_result())))
    assert n_panels(beside) == n_panels(plain[0])
    assert beside.count(DASHES) > plain[0].count(DASHES)
    assert "base model" in texts(beside)
    assert "base model" not in texts(plain[0])


def test_keys_end_on_the_page() -> None:
    """By the mean width of a letter of DejaVu Sans at 7 pt, generously."""
    for svg in drawn(with_base(layer_result())):
        width = 6.69 * 72
        root = ElementTree.fromstring(svg)
        for text in root.iter("{http://www.w3.org/2000/svg}text"):
            left = text.get("x") or re.findall(r"translate\(([\d.]+)", text.get("transform") or "")
            start = float(left if isinstance(left, str) else left[0])
            if "middle" in (text.get("style") or "") or "end" in (text.get("style") or ""):
                continue
            assert start + 4.4 * len("".join(text.itertext()).strip()) < width


def test_all_figures_have_the_same_axes() -> None:
    many = tuple(replace(clear_concept(), concept_id=f"race.{i}") for i in range(5))
    told = layer_result(*many[:4], blank_concept(), unread_concept())
    charts = sense_charts(told, told.concepts)
    assert [len(chart.panels) for chart in charts] == [3, 3]
    assert len({chart.floor for chart in charts}) == 1
    assert len({chart.span for chart in patch_charts(told, told.concepts)}) == 1


def test_one_concept_is_drawn_in_a_narrow_panel() -> None:
    svg = draw_layer_chart(sense_chart(layer_result(clear_concept())))
    assert n_panels(svg) == 2


def test_pieces_end_where_layers_cannot_be_read() -> None:
    values = tuple(float(i) for i in range(6))
    curve = Curve(layers=(0, 1, 2, 3, 4, 5), values=values, lows=values, highs=values)
    assert [piece.layers for piece in within(curve, (1, 2, 4))] == [(1, 2), (4,)]
    assert within(curve, ()) == []


@pytest.mark.slow
def test_the_section_takes_at_most_five_pages_of_the_pdf(tmp_path: Path) -> None:
    path = tmp_path / "layers.pdf"
    report = summarise(layered())
    render(render_html(report), path)
    reader = PdfReader(path)
    first, after = (_page_of(reader, title) for title in ("Inside the model", "Controls"))
    assert 1 < after - first <= 5
    pages = [reader.pages[number].extract_text() for number in range(first, after + 1)]
    assert any("What a layer curve does not show" in page for page in pages)


@pytest.mark.slow
def test_the_pdf_with_a_base_and_hostile_readings_is_written(tmp_path: Path) -> None:
    path = tmp_path / "base.pdf"
    hostile = "\ud800</pre><script>x</script>\u202e漢字" * 40
    told = with_base(layer_result(clear_concept(hostile), blank_concept()))
    render(render_html(summarise(layered(told))), path)
    assert path.stat().st_size > 10_000


def _page_of(reader: PdfReader, title: str) -> int:
    """Where a section begins, counted from 0."""
    for part in reader.outline:
        for one in part if isinstance(part, list) else [part]:
            if not isinstance(one, list) and one.title == title:
                return reader.get_destination_page_number(one) or 0
    raise AssertionError(title)
