"""The tidy table: safe in a spreadsheet, complete, without invented zeros."""

import csv
from dataclasses import replace
from io import StringIO

import pytest

from auditor.reporting.tables import COLUMNS, scores_csv
from tests.reporting.builders import record, result
from tests.reporting.hostile import hostile_texts
from tests.reporting.standalone_builders import UNDER, standalone_result


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text, newline="")))


def test_one_row_a_measure() -> None:
    told = result()
    read = rows(scores_csv(told.record, told.measures, told.findings))
    assert [row["measure"] for row in read] == [m.name for m in told.measures]
    assert tuple(read[0]) == COLUMNS


def test_numbers_come_back_and_what_is_undefined_is_empty() -> None:
    told = result()
    read = rows(scores_csv(told.record, told.measures, told.findings))
    for row, taken in zip(read, told.measures, strict=True):
        if taken.value is None:
            assert row["value"] == row["low"] == row["bound_high"] == ""
        else:
            assert float(row["value"]) == pytest.approx(taken.value, abs=1e-9)
            assert int(row["n_unusable"]) == taken.n_unscored
    assert any(row["value"] == "" for row in read)


def test_verdicts_stand_beside_what_was_judged() -> None:
    told = result()
    read = rows(scores_csv(told.record, told.measures, told.findings))
    taken = {m.measure_id for m in told.measures}
    judged = [f for f in told.findings if f.measure_id in taken]
    assert sum(row["verdict"] != "" for row in read) == len(judged) > 20


@pytest.mark.parametrize("name", sorted(hostile_texts()))
def test_no_name_becomes_a_formula_or_breaks_a_row(name: str) -> None:
    told = result()
    hostile = replace(record(), model=replace(record().model, name=hostile_texts()[name]))
    text = scores_csv(hostile, told.measures[:3], told.findings)
    text.encode("utf-8")
    read = rows(text)
    assert len(read) == 3
    assert not read[0]["model"].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r"))


def test_condition_and_group_have_columns_of_their_own() -> None:
    told = standalone_result("hiring", is_alone=True)
    read = rows(scores_csv(told.record, told.measures, told.findings))
    assert {row["condition"] for row in read} == {"question", *UNDER["hiring"]}
    assert {"Black", "White", ""} <= {row["group"] for row in read}
    assert {row["contrast"] for row in read} == {c.contrast_id for c in told.contrasts}
    assert {row["tier"] for row in read} == {told.record.settings.tier}
    keys = [(row["measure"], row["contrast"], row["group"]) for row in read]
    assert len(set(keys)) == len(keys)
