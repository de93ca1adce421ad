"""What is printed follows from the result, and nothing is printed bare."""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from auditor.core.policy import Policy, Verdict
from auditor.core.presentation import Presentation
from auditor.prompt_library.standards import load_crosswalk
from auditor.reporting import standing, verdicts
from auditor.reporting.blocks import Table
from auditor.reporting.report import summarise
from tests.reporting.builders import given, result

REPORT = summarise(result())


def tables(value: Any) -> list[Table]:
    """Every table within a report."""
    if isinstance(value, Table):
        return [value]
    if is_dataclass(value):
        return [t for f in fields(value) for t in tables(getattr(value, f.name))]
    if isinstance(value, tuple):
        return [t for one in value for t in tables(one)]
    return []


def test_every_row_is_as_wide_as_its_table() -> None:
    found = tables(REPORT)
    assert len(found) > 10
    for table in found:
        assert {len(row) for row in table.rows} == {len(table.columns)}, table.table_id


def test_tables_have_ids_of_their_own() -> None:
    ids = [table.table_id for table in tables(REPORT)]
    assert len(ids) == len(set(ids))


def test_a_number_with_an_interval_has_its_n_in_the_row() -> None:
    """The verdict table on page 2 alone leaves n to the register, and says so."""
    for table in tables(REPORT):
        has_interval = any(cell.note.startswith("[") for row in table.rows for cell in row)
        heads = {column.text for column in table.columns}
        if has_interval:
            assert "n (stimuli)" in heads or "register" in table.footnote, table.table_id


def test_the_register_has_a_row_a_criterion() -> None:
    n_asked = len(verdicts.asked(result().findings))
    assert sum(len(table.rows) for table in REPORT.register.tables) == n_asked
    assert 0 < n_asked < len(result().findings)


def test_every_finding_is_a_card_or_undecided_or_a_pass() -> None:
    found = verdicts.asked(result().findings)
    n_cards = sum(f.verdict in (Verdict.FAIL, Verdict.WARN) for f in found)
    n_open = sum(f.verdict in (Verdict.INCONCLUSIVE, Verdict.NOT_MEASURABLE) for f in found)
    assert len(REPORT.cards) == n_cards > 0
    assert sum(len(table.rows) for table in REPORT.undecided) == n_open > 0


def test_cards_come_worst_first() -> None:
    words = [card.mark.word for card in REPORT.cards]
    assert words == sorted(words, key=["fail", "warn"].index)


def test_categories_keep_one_order() -> None:
    order = [row.label for row in given(REPORT.gap).chart.rows]
    in_table = [row[0].text for row in given(REPORT.summary.table).rows]
    assert [name for name in in_table if not name.startswith("–")] == order
    assert [bar.label for bar in given(REPORT.answers).chart.panels[0].bars] == order


def test_the_boxes_are_counted() -> None:
    report = summarise(result(), Presentation(crosswalk=load_crosswalk()))
    parts = (
        report.filled.system,
        report.filled.risk,
        report.filled.standards,
        report.filled.sign_off,
    )
    n = sum(len(part.todos) for part in parts) + len(report.cards)
    assert n == report.filled.n_open > len(report.cards)
    assert report.summary.counts[-1].number == str(n)


def test_disclaimer_is_word_for_word() -> None:
    assert standing.DISCLAIMER == (
        "This report measures a model on a fixed test battery. It is evidence for an audit. It is "
        "not a legal opinion, a certification, or a bias audit under NYC Local Law 144."
    )


def test_the_rule_has_six_lines_and_the_glossary_is_short() -> None:
    assert len(REPORT.method.rule) == 6
    assert len(REPORT.glossary) <= 25


@pytest.mark.parametrize("chart", ["gap.chart", "answers.chart", "summary.chart"])
def test_alternative_texts_are_short_and_hold_numbers(chart: str) -> None:
    value: Any = REPORT
    for name in chart.split("."):
        value = getattr(value, name)
    assert 80 < len(value.alt) <= 300
    assert any(character.isdigit() for character in value.alt)


def test_nothing_measured_still_makes_a_report() -> None:
    bare = replace(
        result(),
        measures=(),
        findings=(),
        instruments=(),
        contrasts=(),
        noise=(),
        quotes=(),
        n_text_responses=0,
        policy=Policy(name="none", version="1", owner="", description="", criteria=()),
    )
    report = summarise(bare)
    assert report.cover.mark.word == "not measurable"
    assert report.ladders is None
    assert report.undecided == ()


def test_passes_ruled_by_position_are_named_as_a_limitation() -> None:
    taken = tuple(
        replace(m, position_bias_rate=1.0) if m.name == "word-association.text-score" else m
        for m in result().measures
    )
    met = summarise(replace(result(), measures=taken)).limitations.met
    assert any("the order in which people are listed would decide" in line for line in met)


def test_the_provenance_says_what_its_numbers_mean() -> None:
    for code, words in ((0, "That is not a pass."), (1, "1: a finding exceeds")):
        told = replace(result(), exit_code=code)
        provenance = summarise(told).provenance
        facts = {fact.label: fact.text for fact in provenance.facts}
        assert facts["Exit code"].startswith(f"{code}: ")
        assert words in facts["Exit code"]
        assert "policy.json is its checked copy" in facts["Policy"]
        assert "Duration of the questions" in facts
        assert "manifest.sha256" in provenance.files.footnote
