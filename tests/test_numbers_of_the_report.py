"""Every number that the PDF of a whole audit prints is one that the run's own files hold."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from auditor.core.measures import Interval
from auditor.reporting import rounding
from auditor.reporting.report import summarise
from auditor.workflows.rendering import Conclusion
from tests.printed_numbers import (
    ESTIMATE,
    LONE,
    Numbers,
    numbers_of,
    standing_numbers,
    strange_numbers,
)

pytestmark = pytest.mark.slow

BESIDE = {"matched-guise-russian": ("matched-guise", "matched-guise-interaction")}
"""Tests whose section also prints the numbers of others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The text of a PDF and what its run holds."""

    pages: tuple[str, ...]
    allowed: tuple[Numbers, ...]
    """What each page may say of measures: those of its own tests."""
    standing: frozenset[str]

    def strange(self, page: int, text: str) -> list[str]:
        return strange_numbers(text, self.allowed[page], self.standing)


def read(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def printed(whole_audit: Conclusion) -> Printed:
    folder = whole_audit.folder.path
    reader = PdfReader(folder / str(whole_audit.pdf))
    measures = read(folder, "measures.json")["measures"]
    limits = {one["limit"] for one in read(folder, "policy.json")["criteria"]}
    tests = sorted({one["instrument"] for one in measures})
    of_test = {
        f"test-{test}": numbers_of(
            [m for m in measures if m["instrument"] in (test, *BESIDE.get(test, ()))], limits
        )
        for test in tests
    }
    everything = numbers_of(measures, limits)
    sections = section_pages(whole_audit, reader)
    return Printed(
        pages=tuple(page.extract_text() for page in reader.pages),
        allowed=tuple(of_test.get(section, everything) for section in sections),
        standing=frozenset(standing_numbers(folder)),
    )


def section_pages(conclusion: Conclusion, reader: PdfReader) -> list[str]:
    """The section that each page is of; empty where it has parts of several."""
    title_of = {one.section_id: one.title for one in summarise(conclusion.result).contents}
    titles = {title: section for section, title in title_of.items()}
    starts: dict[str, int] = {}
    for one in _outline(reader.outline):
        page = reader.get_destination_page_number(one)
        if str(one.title) in titles and page is not None:
            starts.setdefault(titles[str(one.title)], page)
    assert starts.keys() == set(titles.values())
    pages = [""] * len(reader.pages)
    ordered = sorted(starts.items(), key=lambda item: item[1])
    for (section, first), (_, end) in pairwise(ordered):
        is_alone = reader.pages[first].extract_text().lstrip().startswith(title_of[section])
        for page in range(first if is_alone else first + 1, end):
            pages[page] = section
    return pages


def _outline(entries: Sequence[Any]) -> Iterator[Any]:
    for one in entries:
        if isinstance(one, list):
            yield from _outline(one)
        else:
            yield one


def test_every_number_is_one_of_the_run(printed: Printed) -> None:
    strange = {
        number + 1: found
        for number, text in enumerate(printed.pages)
        if (found := printed.strange(number, text))
    }
    assert strange == {}


def test_most_numbers_are_read_with_their_interval(printed: Printed) -> None:
    """So that the test above cannot run empty."""
    n_estimates = sum(len(ESTIMATE.findall(text)) for text in printed.pages)
    assert n_estimates > 500
    assert sum(len(LONE.findall(ESTIMATE.sub(" ", text))) for text in printed.pages) > 500


def mutations(text: str, spans: Sequence[re.Match[str]]) -> Iterator[str]:
    """The text with the last digit of one number after the other another one."""
    for found in spans:
        places = [match.end() - 1 for match in re.finditer(r"\d+(?:\.\d+)?", found[0])]
        for place in places[:3]:
            at = found.start() + place
            yield text[:at] + str((int(text[at]) + 3) % 10) + text[at + 1 :]


def share_noticed(printed: Printed, pattern: re.Pattern[str], *, without: bool) -> float:
    """Of the numbers that a pattern finds, those that cannot be changed unseen."""
    noticed = [
        bool(printed.strange(number, changed))
        for number, page in enumerate(printed.pages)
        for text in [ESTIMATE.sub(" ", page) if without else page]
        for changed in mutations(text, list(pattern.finditer(text)))
    ]
    return sum(noticed) / len(noticed)


def test_a_changed_number_is_noticed(printed: Printed) -> None:
    """How far the tests above can be trusted: of all numbers, those that cannot change unseen.

    A number without an interval is one of few, as a share in hundredths is, and often equals
    another one of its page. Those of the register are checked by the row below.
    """
    assert share_noticed(printed, ESTIMATE, without=False) > 0.97
    assert share_noticed(printed, LONE, without=True) > 0.3


def rows(printed: Printed, conclusion: Conclusion) -> dict[str, str]:
    """The register's text behind each criterion's id, without any space: lines break anywhere."""
    text = "".join(re.sub(r"\s", "", page) for page in printed.pages)
    text = text[text.index("Verdictregister", text.index("Howtoreadthisreport") + 200) :]
    ids = [one["criterion_id"] for one in read(conclusion.folder.path, "findings.json")["findings"]]
    # What is asked follows the id, and begins with a capital.
    found = {name: re.search(rf"{re.escape(name)}(?=[A-Z±])", text) for name in ids}
    ends = {name: match.end() for name, match in found.items() if match}
    assert ends.keys() == set(ids)
    starts = sorted(match.start() for match in found.values() if match)
    return {
        name: text[end : min((s for s in starts if s > end), default=end + 400)]
        for name, end in ends.items()
    }


def row(finding: Mapping[str, Any], measure: Mapping[str, Any]) -> str:
    """What the register says of a criterion from its limit on, made from the files alone."""
    limit, unit = finding["limit"], measure["unit"]

    def span(name: str) -> str:
        told = measure[name]
        return "" if told is None else rounding.interval_of_unit(Interval(**told), unit, limit)

    value = rounding.of_unit(measure["value"], unit, limit)
    bounds = measure["bounds"]
    total = measure["n"] + measure["n_unscored"]
    is_written = measure["name"].endswith(".text-score")
    is_effect = finding["verdict"] in ("warn", "fail")
    is_read = letters(finding["verdict"]) != "notmeasurable"
    position = measure["position_bias_rate"]
    parts = (
        f"±{rounding.of_unit(limit, unit).removeprefix('+')}",
        value,
        span("interval") if measure["value"] is not None else measure["undefined_because"],
        f"bounds{span('bounds')}" if bounds and bounds["low"] < bounds["high"] else "",
        f"90%:{span('equivalence_interval')}" if finding["verdict"] == "pass" else "",
        f"{rounding.count(measure['n'])}({rounding.count(measure['n_clusters'])})",
        rounding.percent(measure["n_unscored"] / total) if is_written else rounding.NONE,
        rounding.NONE if position is None else rounding.percent(position),
        rounding.p_value(finding["adjusted_p"]),
        f"oflimit{rounding.p_value(finding['adjusted_p_beyond'])}" if is_effect else "",
        rounding.detectable(measure["minimum_detectable_effect"] if is_read else None, unit),
    )
    return re.sub(r"\s", "", "".join(parts))


def letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)


def told_otherwise(told: Mapping[str, str], folder: Path) -> list[str]:
    """Criteria whose row in the register is not what the files say."""
    measures = {one["measure_id"]: one for one in read(folder, "measures.json")["measures"]}
    return [
        name
        for finding in read(folder, "findings.json")["findings"]
        if (name := finding["criterion_id"])
        and not re.search(
            rf"{re.escape(row(finding, measures[finding['measure_id']]))}\S"
            rf"{letters(finding['verdict'])}",
            told[name],
        )
    ]


def test_every_row_of_the_register_is_what_the_files_say(
    printed: Printed, whole_audit: Conclusion
) -> None:
    folder = whole_audit.folder.path
    told = rows(printed, whole_audit)
    assert len(told) > 50
    assert told_otherwise(told, folder) == []
    for name, text in told.items():
        changed = text.replace("±0.10", "±0.20")
        assert told_otherwise({**told, name: changed}, folder) == [name]
