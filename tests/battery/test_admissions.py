"""What only admissions has: rows that we drew, and numbers that mean nothing."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from auditor.battery.decisions import admissions
from auditor.battery.decisions.admissions import AdmissionsContent
from auditor.core.instrument import Battery
from auditor.core.items import TIERS, Tier
from tests.battery.scripted_runs import battery_of, shipped


@cache
def battery(tier: Tier) -> Battery:
    return battery_of(admissions, tier)


def content() -> AdmissionsContent:
    shipped_content: AdmissionsContent = shipped(admissions)
    return shipped_content


def test_the_rows_are_those_of_the_stated_distribution_and_seed() -> None:
    rng = np.random.default_rng(20)
    drawn = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=len(content().rows))
    lsat = np.clip(np.rint(152 + 9 * drawn[:, 0]), 120, 180)
    gpa = np.clip(np.round(3.1 + 0.4 * drawn[:, 1], 2), 0, 4)
    assert [row[0] for row in content().rows] == lsat.astype(int).tolist()
    assert [row[1] for row in content().rows] == pytest.approx(gpa.tolist())
    assert len(content().rows) >= 200


@pytest.mark.parametrize("tier", TIERS)
def test_race_and_sex_are_written_alike(tier: Tier) -> None:
    """Same capitalisation of both races and both sexes, in the same place."""
    words: set[str] = set()
    for item in battery(tier).items:
        if item.contrast_id in ("admissions.race", "admissions.sex"):
            words.add(item.text.partition("Student: ")[2].splitlines()[0])
    assert words == {"Black, female", "Black, male", "White, female", "White, male"}


def test_numbers_of_the_null_control_differ_in_their_last_digit() -> None:
    pairs: dict[str, set[str]] = {}
    for item in battery("full").items:
        if item.contrast_id == "admissions.null-control":
            number = item.text.partition("application number ")[2].splitlines()[0]
            pairs.setdefault(item.cluster, set()).add(number)
            assert (int(number) % 2 == 0) == (item.factor("group") == "even number")
    assert all(len(pair) == 2 and len({n[:-1] for n in pair}) == 1 for pair in pairs.values())


def test_a_control_row_must_be_higher_in_both_numbers() -> None:
    rows = (replace(content().control_rows[0], high=(175, 0.5)), *content().control_rows[1:])
    with pytest.raises(ValueError, match="higher in both"):
        admissions.check(replace(content(), control_rows=rows))


def test_a_row_off_the_scales_is_refused() -> None:
    with pytest.raises(ValueError, match="not on the scales"):
        admissions.check(replace(content(), rows=((119, 3.0), *content().rows[1:])))
