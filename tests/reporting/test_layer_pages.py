"""Inside the model: said no further than intervals and controls reach, or why it is not said."""

import re
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.core.layer_results import ConceptResult, LayerResult, LayersMissing
from auditor.reporting.blocks import Table
from auditor.reporting.html import chart_files, render_html
from auditor.reporting.layers.layer_section import LayerFinding, LayerSection
from auditor.reporting.layers.layer_sentences import concept_title, plain_sentences, probe_sentences
from auditor.reporting.report import summarise
from tests.reporting import builders
from tests.reporting.hostile import hostile_texts
from tests.reporting.layer_builders import (
    ablation,
    blank_concept,
    clear_concept,
    curve_point,
    layer_result,
    layered,
    patching,
    readings,
    share_point,
    small_concept,
    unread_concept,
    with_base,
)
from tests.reporting.test_html import Page

REPORT = summarise(layered())
CLEAR = clear_concept()


def section(told: LayerResult) -> LayerSection:
    return builders.given(summarise(layered(told)).layers)


def finding(concept: ConceptResult) -> LayerFinding:
    (told,) = section(layer_result(concept)).findings
    return told


def line(concept: ConceptResult, label: str) -> str:
    return next(fact.text for fact in finding(concept).lines if fact.label == label)


def tables(told: LayerSection) -> dict[str, Table]:
    return {table.table_id: table for part in told.parts for table in part.tables}


def cells(table: Table, row: int = 0) -> dict[str, str]:
    heads = [column.text for column in table.columns]
    return {h: c.text for h, c in zip(heads, table.rows[row], strict=True)}


def test_a_clear_peak_is_told_with_its_layer_interval_and_limit() -> None:
    told = line(clear_concept(), "Told apart")
    assert re.match(r"At 24 of 31 layers \(5–28\), best at layer\s16: ", told)
    assert re.search(r"in 95\s% \[89\s%,\s100\s%\] of 96 held-out readings", told)
    assert "above the limit of 66" in told
    assert "less than that layer" in told
    assert finding(clear_concept()).lead.startswith("A probe tells people from colours")


def test_nowhere_above_the_control_band_is_said_plainly() -> None:
    told = line(blank_concept(), "Told apart")
    assert told.startswith("Nowhere above the control band, at none of 31 layers")
    assert "is not shown, and neither is that it does not" in told
    assert "not shown to tell people from things" in finding(blank_concept()).lead
    assert line(blank_concept(), "In prompts") == (
        "Cannot be read, since no layer tells the senses apart."
    )


def test_too_few_relabellings_are_no_test() -> None:
    concept = replace(blank_concept(), probe=replace(blank_concept().probe, limit=1.0))
    assert line(concept, "Told apart").startswith("Not tested: there were too few relabellings")


def test_prompts_that_cannot_be_read_are_not_read() -> None:
    told = line(unread_concept(), "In prompts")
    assert told.startswith("Cannot be read: at no layer is the probe shown to follow prompts")
    assert "cannot be read" in finding(unread_concept()).lead
    row = cells(tables(section(layer_result(unread_concept())))["t-layer-prompts"])
    assert {row["Implicit"], row["Explicit"], row["Implicit − explicit"]} == {"n/r"}


def test_prompts_are_read_at_the_best_layer_that_can_be_read() -> None:
    told = line(clear_concept(), "In prompts")
    assert re.search(r"readable layers \(8–27\), layer\s16 is best", told)
    assert re.search(r"42\s% \[\d+\s%,\s\d+\s%\] of the implicit", told)
    assert re.search(r"a difference of −28\.9\spp \[−\d", told)
    assert "less often in the battery’s implicit task" in finding(clear_concept()).lead


def test_one_readable_layer_is_counted_once() -> None:
    told = line(small_concept(), "In prompts")
    assert re.match(r"Only layer\s6 is readable\.", told)
    assert "not corrected" not in told


@given(st.floats(-0.6, 0.6), st.floats(0.005, 0.2))
def test_less_often_is_said_only_where_the_interval_is_below_zero(
    value: float, error: float
) -> None:
    concept = CLEAR
    points = tuple(curve_point(p.layer, value, error) for p in concept.awareness.difference)
    moved = replace(concept, awareness=replace(concept.awareness, difference=points))
    lead = " ".join(plain_sentences(moved))
    low, high = points[0].low, points[0].high
    assert low is not None
    assert high is not None
    assert ("read as people less often" in lead) == (high < 0)
    assert ("read as people more often" in lead) == (low > 0)


@given(st.floats(0.5, 0.99), st.floats(0.5, 0.99))
def test_an_accuracy_never_prints_on_the_other_side_of_its_limit(
    value: float, limit: float
) -> None:
    above = value > limit
    best = share_point(7, value)
    probe = replace(
        CLEAR.probe,
        accuracy=(best,),
        limit=limit,
        above=(7,) if above else (),
        peak=7 if above else None,
    )
    told = " ".join(probe_sentences(replace(CLEAR, probe=probe)))
    shares = [float(x) for x in re.findall(r"(\d+(?:\.\d+)?)\s%", told)]
    printed, edge = shares[0], shares[3]
    if abs(value - limit) > 1e-4:
        assert (printed > edge) == above
    assert ("above the limit" in told) == above


def test_words_alone_that_do_as_much_are_named() -> None:
    concept = clear_concept()
    alone = replace(concept.probe, words_alone=share_point(0, 0.93))
    told = line(replace(concept, probe=alone), "Told apart")
    assert "not shown to be less, so the topic may be all that is read" in told


def test_use_is_claimed_by_patching_alone() -> None:
    used, none = line(clear_concept(), "Patching"), line(blank_concept(), "Patching")
    assert used.startswith("A state from a sentence about")
    assert "at 4 of 8 layers (4, 8, 12, 16; of these most at layer" in used
    assert none.startswith("That the state is used is not shown: at none of 8 layers")
    assert "moves what the model says" in finding(clear_concept()).lead
    assert "is not shown to move what the model says" in finding(blank_concept()).lead
    assert "Whether the model uses this was not tested" in finding(unread_concept()).lead


def test_the_largest_control_counts_by_its_size() -> None:
    told = patching(1.3, np.random.default_rng(1))
    low = tuple(replace(p, value=-0.7) for p in told.curves[1].points)
    moved = replace(told, curves=(told.curves[0], replace(told.curves[1], points=low)))
    assert "an unrelated word or random: −0.70" in line(
        replace(clear_concept(), patching=moved), "Patching"
    )


def test_ablation_is_held_against_random_directions() -> None:
    told = line(clear_concept(), "Ablation")
    assert (
        "more than random directions do: 20 random directions change it by −0.04 to +0.04" in told
    )
    assert "p = 0.048" in told
    none = line(blank_concept(), "Ablation")
    assert "That this direction matters is not shown" in none
    assert "So few directions can give no p below 0.11" in none
    alone = replace(clear_concept(), ablation=ablation(-0.3, n_random=0, p=None))
    assert "this shows nothing" in line(alone, "Ablation")
    assert "tested too weakly to tell" in finding(alone).lead


def test_a_damaged_model_is_named() -> None:
    broken = replace(ablation(-0.19), log_likelihood_change=-2.3)
    assert "may be damage" in line(replace(clear_concept(), ablation=broken), "Ablation")
    assert "may be damage" not in line(clear_concept(), "Ablation")


def test_readings_in_words_are_quoted_of_believed_layers_alone() -> None:
    assert line(clear_concept(), "In words").startswith("Believed at 3 of 8 layers (8, 12, 16)")
    assert line(blank_concept(), "In words").startswith("Believed at none of 8 layers")
    parts = section(layer_result(clear_concept(), blank_concept())).parts
    quoted = [one for part in parts for one in part.readings]
    assert len(quoted) == 3
    assert all("the the" not in one.answer for one in quoted)


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_hostile_readings_change_only_their_own_text(name: str) -> None:
    harmless = Page(render_html(summarise(layered(layer_result(clear_concept())))))
    text = hostile_texts()[name]
    page = Page(render_html(summarise(layered(layer_result(clear_concept(text))))))
    assert page.tags == harmless.tags
    assert page.headings == harmless.headings
    own = [q for q in page.quotes if q not in harmless.quotes]
    assert len(own) == 3
    assert all(len(q) < 3000 for q in own)
    assert all(ord(c) >= 32 or c in "\n\t" for q in own for c in q)
    if len(text) > 240:
        assert all("full text in layer-evidence.json" in q for q in own)


def test_hostile_names_stay_text() -> None:
    evil = "<b>x</b>\u202e\x00{{ 7*7 }}"
    concept = replace(
        clear_concept(), label=evil, words=(evil,), names=(evil, evil), category="race"
    )
    told = layer_result(concept)
    told = with_base(replace(told, source=replace(told.source, model=evil, blocks=evil)))
    html = render_html(summarise(layered(replace(told, base_missing_because=evil))))
    assert "<b>" not in html
    assert "\u202e" not in html
    assert "\x00" not in html
    Page(html)
    missing = LayersMissing(kind="not-possible", because=evil)
    html = render_html(summarise(replace(builders.result(), layers=missing)))
    assert "<b>" not in html
    assert "\u202e" not in html


def test_no_number_without_its_interval_and_n() -> None:
    """Every share and score of the tables; a row with an interval has its n."""
    for told in (layer_result(), with_base(layer_result())):
        found = tables(section(told))
        for table in found.values():
            heads = [column.text for column in table.columns]
            has_interval = any(cell.note.startswith("[") for row in table.rows for cell in row)
            if has_interval:
                assert any(head.startswith("n (") for head in heads), table.table_id
            assert {len(row) for row in table.rows} == {len(heads)}
        bare = found["t-layer-readings"]
        assert "without intervals" in bare.footnote
        heads = [column.text for column in found["t-layer-prompts"].columns]
        for row in found["t-layer-prompts"].rows:
            for head, cell in zip(heads, row, strict=True):
                if cell.text.endswith("%"):
                    assert cell.note.startswith("["), head


def test_it_stands_between_conditions_and_controls_and_every_table_has_its_id() -> None:
    ids = [entry.section_id for entry in REPORT.contents]
    assert ids.index("layers") == ids.index("controls") - 1
    html = render_html(REPORT)
    assert html.index('id="layers"') < html.index('id="controls"')
    found = re.findall(r' id="([^"]+)"', html)
    assert len(found) == len(set(found))


def test_alternative_texts_are_short_and_name_every_concept() -> None:
    charts = [c for p in builders.given(REPORT.layers).parts for c in p.charts]
    assert len(charts) == 2
    for chart in charts:
        assert 80 < len(chart.alt) <= 300
        for panel in chart.panels:
            assert panel.title.partition(":")[0] in chart.alt


def test_charts_are_files_of_their_own() -> None:
    assert {"layers.svg", "patching.svg"} <= set(chart_files(REPORT))
    six = tuple(replace(clear_concept(), concept_id=f"race.{i}") for i in range(6))
    files = set(chart_files(summarise(layered(layer_result(*six)))))
    assert {"layers.svg", "layers-1.svg", "patching.svg", "patching-1.svg"} <= files


def test_the_base_model_is_compared_by_paired_differences() -> None:
    told = section(with_base(layer_result()))
    (part,) = [p for p in told.parts if p.title.startswith("Beside the base model")]
    assert len(part.findings) == 4
    assert "accuracy is higher than that of the base model" in part.findings[0].text
    assert "share of implicit prompts read as people is lower" in part.findings[0].text
    row = cells(part.tables[0])
    assert row["Base"].endswith("%")
    assert "t-layer-base" not in tables(section(layer_result()))


def test_bases_of_another_depth_are_not_subtracted() -> None:
    told = section(with_base(layer_result(), n_layers=24))
    (part,) = [p for p in told.parts if p.title.startswith("Beside the base model")]
    assert "models differ in depth" in part.findings[0].text
    row = cells(part.tables[0])
    assert [row["Base"], row["Difference"]] == ["–", "–"]
    assert row["Model"].endswith("%")


def test_a_base_that_could_not_be_read_is_named() -> None:
    told = replace(layer_result(), base_missing_because="its folder holds no weights")
    report = summarise(layered(told))
    said = "The base model could not be read. Its folder holds no weights."
    assert said in builders.given(report.layers).lead[1]
    assert said in report.limitations.met


def test_dequantised_weights_are_said_where_it_matters() -> None:
    for is_dequantised in (True, False):
        report = summarise(layered(layer_result(is_dequantised=is_dequantised)))
        told = builders.given(report.layers)
        facts = {fact.label: fact.text for fact in report.provenance.facts}
        assert any("opened dequantised" in one for one in told.not_shown) == is_dequantised
        assert any("opened dequantised" in one for one in report.limitations.met) == is_dequantised
        assert ("dequantised" in facts["Layers read in"]) == is_dequantised
        assert "cd" * 32 in facts["Layers read in"]
        assert facts["Senses"] == f"sha256 {'78' * 32}, version 1.0.0"


def test_the_same_arithmetic_is_not_said_to_differ() -> None:
    told = layered()
    model = replace(told.record.model, backend="transformers")
    same = replace(told, record=replace(told.record, model=model))
    for one, differs in ((told, True), (same, False)):
        box = builders.given(summarise(one).layers).not_shown
        assert any("quantised arithmetic" in line for line in box) == differs


def test_words_are_explained_only_where_they_are_used() -> None:
    def words(told: LayerResult | LayersMissing) -> set[str]:
        report = summarise(replace(builders.result(), layers=told))
        return {term.word for term in report.glossary}

    plain = words(LayersMissing(kind="not-asked", because="x"))
    whole, bare = words(layer_result()), words(layer_result(unread_concept()))
    causal = {"Ablation", "Activation patching", "Reading in words"}
    assert whole - plain >= causal | {"Probe", "Residual stream", "Selectivity", "Control band"}
    assert not bare & causal
    assert "Probe" not in plain


def test_layers_that_could_not_be_read_have_a_section_with_the_reason() -> None:
    missing = LayersMissing(kind="not-possible", because="no decoder blocks were found")
    report = summarise(replace(builders.result(), layers=missing))
    told = builders.given(report.layers)
    assert told.lead == (
        "The layers of this model could not be read. No decoder blocks were found.",
    )
    assert not told.parts
    assert not told.not_shown
    assert "layers" in {entry.section_id for entry in report.contents}
    assert any("No decoder blocks were found." in one for one in report.limitations.met)
    html = render_html(report)
    assert "What a layer curve does not show" not in html
    assert 'id="layers"' in html


def test_layers_nobody_asked_for_are_named_among_what_was_not_run() -> None:
    report = summarise(builders.result())
    assert report.layers is None
    assert "layers" not in {entry.section_id for entry in report.contents}
    assert any(
        one.startswith("Inside the model (layers): not read. The run was started")
        for one in report.scope.not_run
    )
    assert not any("Inside the model" in one for one in REPORT.scope.not_run)
    assert not any(path.startswith("layers") for path in chart_files(report))


def test_titles_keep_one_colon() -> None:
    assert concept_title(clear_concept()) == "Race: black and white, people or colours"
    twice = replace(clear_concept(), label="Race: black and white")
    assert concept_title(twice) == "Race: black and white"


def test_concepts_follow_the_order_of_the_report() -> None:
    order = [row.label for row in builders.given(REPORT.gap).chart.rows]
    told = [f.title.partition(":")[0] for f in builders.given(REPORT.layers).findings]
    assert told == sorted(told, key=order.index)


def test_a_concept_without_readings_has_no_part_for_them() -> None:
    concept = replace(clear_concept(), readings=None)
    assert "t-layer-readings" not in tables(section(layer_result(concept)))
    none = replace(clear_concept(), readings=readings((), "x"))
    assert not [r for p in section(layer_result(none)).parts for r in p.readings]


def test_no_harmlessness_is_claimed() -> None:
    for told in (layer_result(), with_base(layer_result())):
        everything = repr(section(told)).lower()
        for phrase in ("no bias", "unbiased", "does not know", "blind"):
            assert phrase not in everything
