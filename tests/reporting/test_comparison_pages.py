"""Pages of a comparison: what they say where nothing can be said, and what they draw."""

import re
from dataclasses import replace

import pytest

from auditor.battery.reviewing.steps import training_step
from auditor.cli.compare_table import models_lines, pairs_as_json
from auditor.core.agreement import Slice
from auditor.core.comparison import PairDistance
from auditor.core.fix_results import Effect
from auditor.core.items import Item
from auditor.core.measures import Interval
from auditor.prompt_library import load_battery
from auditor.reporting.comparison.agreement_chart import (
    AgreementBar,
    AgreementChart,
    AgreementPanel,
)
from auditor.reporting.comparison.agreement_figure import draw_agreement_chart
from auditor.reporting.comparison.agreement_pages import agreement_section
from auditor.reporting.comparison.agreement_words import joint_sentence, pair_sentences
from auditor.reporting.comparison.comparison_document import comparison_document
from auditor.reporting.comparison.comparison_summary import summary
from auditor.reporting.comparison.distance_pages import distance_section, distance_sentences
from auditor.reporting.comparison.material import Material
from auditor.reporting.html import render_document_html
from auditor.reporting.reviews.size_chart import SizeChart, SizePoint
from auditor.reporting.reviews.size_figure import draw_size_chart
from tests.battery_models import leaning
from tests.builders import identity, record
from tests.reporting.comparison_builders import compared, deciding, scripted_run

BATTERY = load_battery("quick", instruments=("hiring",))
ALL = Slice(kind="all", mode="log-likelihood")


def even(item: Item) -> bool:
    return sum(map(ord, item.cluster + item.factor("group"))) % 2 == 0


def third(item: Item) -> bool:
    return sum(map(ord, item.cluster + item.factor("group"))) % 3 == 0


@pytest.fixture(scope="module")
def material() -> Material:
    return compared(
        *(scripted_run(BATTERY, deciding(BATTERY, rule)) for rule in (even, third)),
        labels=("<i>small</i>", "large"),
    )


def shown(material: Material, excess: Effect) -> str:
    """What is said where the excess is another one."""
    (pair,) = material.comparison.agreement.pairs
    tables = tuple(replace(one, excess=excess) for one in pair.tables)
    return pair_sentences(replace(pair, tables=tables), "log-likelihood")[1]


def span(low: float, high: float) -> Effect:
    interval = Interval(low=low, high=high, level=0.95)
    return Effect(value=(low + high) / 2, interval=interval, n=48, n_clusters=6)


@pytest.mark.parametrize(
    ("excess", "said"),
    [
        (span(0.01, 0.2), "more often than the two rates explain: "),
        (span(-0.2, -0.01), "less often than the two rates would give: "),
        (span(-0.1, 0.1), "is not shown: "),
        (Effect(value=0.1, n=48, n_clusters=6), "is not shown: "),
        (Effect(value=-0.1, n=48, n_clusters=6), "is not shown: "),
    ],
)
def test_no_more_is_said_than_the_interval_shows(
    excess: Effect, said: str, material: Material
) -> None:
    assert said in shown(material, excess)


def test_where_a_model_rejects_all_its_agreement_is_not_read() -> None:
    rules = (lambda _: True, even)
    told = compared(*(scripted_run(BATTERY, deciding(BATTERY, rule)) for rule in rules))
    (pair,) = told.comparison.agreement.pairs
    assert "cannot be seen" in pair_sentences(pair, "log-likelihood")[1]
    table = pair.table(ALL)
    assert table is not None
    assert f"{table.cells.both} rejected by both" in " ".join(summary(told))


def test_runs_that_decide_about_nobody_say_so() -> None:
    battery = load_battery("quick", instruments=("word-association",))
    run = scripted_run(battery, leaning(battery, 0.3, 3))
    told = compared(run, run)
    assert any("decides about persons" in sentence for sentence in summary(told))
    section = agreement_section(told)
    assert section.parts == ()
    assert section.lead == ("No test of these runs decides about persons: nothing is said here.",)


def test_who_is_left_out_is_told_with_the_cells() -> None:
    def unsure(item: Item) -> bool | None:
        return None if item.factor("context") == "simple" else even(item)

    told = compared(*(scripted_run(BATTERY, deciding(BATTERY, rule)) for rule in (even, unsure)))
    (pair,) = told.comparison.agreement.pairs
    table = pair.table(Slice(kind="all", mode="text"))
    assert table is not None
    assert 0 < table.left_out.only_second < table.cells.n + table.left_out.n
    said = pair_sentences(pair, "text")[0]
    assert said.endswith(
        f"Left out as undecided: 0 in A alone, {table.left_out.only_second} in B alone, 0 in both."
    )


@pytest.mark.parametrize("n_models", [2, 3])
def test_where_all_are_left_out_it_is_not_that_nobody_was_decided_about(n_models: int) -> None:
    rules = (even, third, lambda _: None)[-n_models:]
    told = compared(*(scripted_run(BATTERY, deciding(BATTERY, rule)) for rule in rules))
    pair = told.comparison.agreement.pairs[-1]
    table = pair.table(Slice(kind="all", mode="text"))
    assert table is not None
    assert (table.cells.n, table.left_out.only_second) == (0, table.left_out.n)
    names = "A and B" if n_models == 2 else "B and C"
    assert pair_sentences(pair, "text") == (
        f"In text, models {names} have no decision in common: all {table.left_out.n} candidates "
        "are left out, as one of the two decided nothing about them.",
    )
    page = render_document_html(comparison_document(told))
    assert "decides about persons" not in page
    assert f"models {names} have no decision in common" in page
    if n_models == 3:
        assert "In text, all 3 models have no decision in common" in " ".join(summary(told))


def test_both_tables_of_cells_say_what_their_rows_do_not_take_apart() -> None:
    rules = (even, third, lambda _: True)
    told = compared(*(scripted_run(BATTERY, deciding(BATTERY, rule)) for rule in rules))
    section = agreement_section(told)
    tables = [*section.tables, *(table for part in section.parts for table in part.tables)]
    assert len(tables) == 1 + 3 * 2
    assert all("agree in it blindly" in table.footnote for table in tables)
    joint = told.comparison.agreement.joint[0]
    assert joint_sentence(joint, 3).endswith(f"nothing about them: {joint.left_out}.")


def test_items_that_have_no_distance_are_counted_beside_it() -> None:
    battery = load_battery("quick", instruments=("admissions",))
    made = replace(record(), token_ids_sha256="77" * 32)
    run = scripted_run(battery, deciding(battery, even), made=made)
    place = next(i for i, one in enumerate(run.responses) if one.mode == "log-likelihood")
    broken = list(run.responses)
    broken[place] = replace(broken[place], log_likelihoods=None)
    told = compared(run, replace(run, responses=tuple(broken)))
    (pair,) = told.comparison.distances
    counted = f"n {pair.distances[0].flips.n} ({pair.distances[0].flips.n_clusters}), 1 unusable"
    (sentence,) = distance_sentences(told)
    assert counted in sentence.replace("\u00a0", " ")
    section = distance_section(told)
    assert section is not None
    assert section.tables[0].rows[0][-1].text.replace("\u00a0", " ") == counted


def test_on_the_terminal_every_number_has_its_interval_and_its_n() -> None:
    battery = load_battery("quick", instruments=("word-association", "mirrored-statements"))
    run = scripted_run(battery, leaning(battery, 0.3, 3))
    told = compared(run, run)
    lines = [one.replace("\u00a0", " ") for one in models_lines(told)]
    unusable = told.comparison.models.models[0].unusable
    assert re.search(r" \d+ % \[\d+ %, \d+ %\] ", lines[1])
    assert f"unusable n {unusable.n}" in lines[3]
    assert f"({unusable.n_clusters}" in lines[3]
    assert "implicit n " in lines[3]
    # The policy speaks of other tests and contrasts too.
    asked = {name for name, _ in told.comparison.models.models[0].values}
    tally = sum(map(int, re.findall(r"(\d+) (?:pass|warn|fail|inconcl|not meas)", lines[1])))
    was_asked = [one for one in told.findings if "not-asked" not in one.reasons]
    assert tally == len(asked) == len(was_asked) < len(told.findings)


def test_machines_read_numbers_with_their_intervals_and_asked_criteria_alone() -> None:
    battery = load_battery("quick", instruments=("admissions",))
    made = replace(record(), token_ids_sha256="77" * 32)
    runs = [scripted_run(battery, deciding(battery, rule), made=made) for rule in (even, third)]
    told = pairs_as_json(compared(*runs))
    (distance,) = entries(told["distances"])
    agreed = entries(told["agreement"])[0]
    for number in (distance["kl"], distance["flipped"], agreed["systemic_ratio"], agreed["excess"]):
        assert isinstance(number, dict)
        assert number.keys() == {"value", "low", "high", "n", "n_clusters", "n_unscored"}
        assert number["n"] > number["n_clusters"] > 1
        assert number["low"] <= number["value"] <= number["high"]
    assert isinstance(agreed["n_telling"], int)
    # The policy speaks of other tests alone.
    assert entries(told["changes"]) == [{"first": "A", "second": "B"}]


def entries(found: object) -> list[dict[str, object]]:
    assert isinstance(found, list)
    return found


def test_a_label_is_text(material: Material) -> None:
    html = render_document_html(comparison_document(material))
    assert "&lt;i&gt;small&lt;/i&gt;" in html
    assert "<i>small" not in html


def test_every_cell_of_the_table_is_a_number_of_the_comparison(material: Material) -> None:
    section = agreement_section(material)
    (pair,) = material.comparison.agreement.pairs
    table = pair.table(ALL)
    assert table is not None
    row = section.parts[0].tables[0].rows[0]
    cells = table.cells
    assert [cell.text for cell in row[1:5]] == [
        str(n) for n in (cells.both, cells.only_first, cells.only_second, cells.neither)
    ]
    bars = [bar for part in section.parts[:1] for bar in panels(part.chart)[0].bars]
    assert [bar.n for bar in bars][:3] == [48, 24, 24]


def panels(chart: object) -> tuple[AgreementPanel, ...]:
    assert isinstance(chart, AgreementChart)
    return chart.panels


@pytest.mark.parametrize("because", ["tokens-unknown", "tokens-differ", "no-likelihoods"])
def test_a_distance_that_is_not_known_is_no_number(because: str, material: Material) -> None:
    missing = PairDistance(first=0, second=1, missing_because=because)  # type: ignore[arg-type]
    told = replace(material, comparison=replace(material.comparison, distances=(missing,)))
    section = distance_section(told)
    assert section is not None
    assert section.tables == ()
    assert "No distance is printed" in section.lead[0]
    assert distance_sentences(told) == ()


def test_models_of_other_kinds_have_no_section_of_distances(material: Material) -> None:
    missing = PairDistance(first=0, second=1, missing_because="other-model")
    told = replace(material, comparison=replace(material.comparison, distances=(missing,)))
    assert distance_section(told) is None


BAR = AgreementBar(
    label="All <candidates>", both=30, only_first=20, only_second=1, neither=49, left_out=7
)


def test_the_chart_holds_every_number_that_has_room() -> None:
    chart = AgreementChart(
        title="t",
        alt="a",
        names=("A", "B"),
        panels=(AgreementPanel(title="Hiring", bars=(BAR, replace(BAR, label="x " * 40))),),
    )
    svg = draw_agreement_chart(chart)
    assert svg == draw_agreement_chart(chart)
    told = re.findall(r">([^<>]+)</text>", svg)
    for text in ("30", "20", "49", "100", "7", "by A alone", "All &lt;candidates&gt;"):
        assert text in told
    # One of a hundred has no room.
    assert "1" not in told
    assert "<image" not in svg


def test_a_bar_without_candidates_is_empty() -> None:
    none = AgreementBar(label="x", both=0, only_first=0, only_second=0, neither=0, left_out=5)
    chart = AgreementChart(
        title="t", alt="a", names=("A", "B"), panels=(AgreementPanel(title="p", bars=(none,)),)
    )
    assert ">0</text>" in draw_agreement_chart(chart)


def steps_of(*steps: int) -> str:
    points = tuple(
        SizePoint(
            label="A", family="llama", n_parameters=9, implicit=None, explicit=None, step=step
        )
        for step in steps
    )
    return draw_size_chart(SizeChart(title="t", alt="a", points=points, axis="steps"))


def test_steps_stand_by_magnitude_only_where_they_reach_far() -> None:
    assert "training step, on a logarithmic axis" in steps_of(10, 100, 1000)
    for near in ((0, 1000), (500, 1000, 1500)):
        told = steps_of(*near)
        assert "training step" in told
        assert "logarithmic" not in told
    assert "1 500" in steps_of(500, 1500).replace("\u00a0", " ")


def test_along_the_training_only_where_there_are_steps_and_scores(material: Material) -> None:
    def sections(told: Material, *steps: int | None) -> list[str]:
        found = zip(told.comparison.compared, steps, strict=True)
        moved = replace(
            told.comparison, compared=tuple(replace(one, step=step) for one, step in found)
        )
        document = comparison_document(replace(told, comparison=moved))
        return [one.section_id for one in document.reviews]

    battery = load_battery("quick", instruments=("word-association",))
    run = scripted_run(battery, leaning(battery, 0.3, 3))
    told = compared(run, run)
    assert "steps" in sections(told, 100, 200)
    assert "steps" not in sections(told, 100, 100)
    assert "steps" not in sections(told, 100, None)
    # Decisions alone have no score over all categories.
    assert "steps" not in sections(material, 100, 200)


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("checkpoint-500", 500),
        ("pythia-step1000", 1000),
        ("global_step2000", 2000),
        ("iter_0000300", 300),
        ("model-iteration-7", 7),
        ("Llama-3.2-1B", None),
        ("run-checkpoint-2/checkpoint-40", 40),
    ],
)
def test_a_step_is_read_from_the_name(name: str, step: int | None) -> None:
    assert training_step(replace(identity(), name=name)) == step


def test_a_step_is_read_from_where_the_model_came_from() -> None:
    assert training_step(replace(identity(), source="runs/checkpoint-12")) == 12
