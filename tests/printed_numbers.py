"""Which numbers a report may print, by what the run's own files hold, and which ones it prints.

A number by itself says little: of two decimals between -1 and 1 there are 199, and a run has
thousands of numbers. So numbers are read as they stand, a value with its interval, which fits no
other measure of the same test but by chance.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from auditor.core.measures import Interval
from auditor.reporting import rounding
from auditor.reporting.language import SPACE
from tests.catalogues import messages

_UNITS = ("score", "rate", "difference", "ratio", "persons", "nats", "p-value")
_SHARES = ("position_bias_rate", "stereotype_share", "comprehension")
_EFFECTS = ("value", "position_effect", "agreement_effect")
_SPANS = ("interval", "equivalence_interval", "bounds")
_NUMBER = (
    rf"(?:[<>]{SPACE})?[+−]?\d+(?:{SPACE}\d{{3}})*(?:\.\d+)?(?:{SPACE}(?:%|pp|persons?|nats)\b|"
    rf"{SPACE}%)?"
)
SPAN = re.compile(rf"\[({_NUMBER}),\s({_NUMBER})\](?:{SPACE}(?:pp|persons|nats))?")
ESTIMATE = re.compile(rf"({_NUMBER})\s+({SPAN.pattern})")
LONE = re.compile(
    rf"(?<![\w.+−])(?:[+−]\d+\.\d+(?:{SPACE}pp)?|(?:[<>]{SPACE})?\d+(?:\.\d+)?{SPACE}%|"
    rf"\d{{1,3}}(?:{SPACE}\d{{3}})+|\d+(?:\.\d+)+)(?![\w]|\.\d)"
)
"""Decimals, shares, and counts from a thousand on; smaller whole numbers are names as often."""
_MARKS = re.compile(r"(?:^[+−]?\d+(?:\.\d+)?$\n?){3,}", re.MULTILINE)
RATIO_MARKS = ("0.1", "0.2", "0.4", "0.5", "0.6", "0.8", "1", "1.25", "1.6", "2", "2.5", "4", "5",
               "10")  # fmt: skip
"""Where the axes of impact ratios may have marks: they are not evenly spaced."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What may be printed, as it is printed in English."""

    estimates: Collection[tuple[str, str]]
    """A value with an interval of the same measure."""
    spans: Collection[str]
    lone: Collection[str]


def numbers_of(measures: Collection[Mapping[str, Any]], limits: Collection[float]) -> Numbers:
    """Of measures as their file has them, each in its own unit."""
    estimates: set[tuple[str, str]] = set()
    spans: set[str] = set()
    lone: set[str] = set()
    for measure in measures:
        unit, beside = str(measure["unit"]), (None, *limits)
        own = {text for span in _SPANS for text in _spans(measure[span], unit, beside)}
        values = set(_values(measure["value"], unit, beside))
        estimates |= {(value, span) for value in values for span in own}
        spans |= own
        lone |= values | _parts(measure, unit, beside)
    return Numbers(estimates=estimates, spans=spans, lone=lone)


def standing_numbers(folder: Path) -> set[str]:
    """Numbers of no measure: what the texts of the report say, and what the run's files record."""
    said = {one for _, text, _ in messages() for one in _literal(text)}
    for name in ("run.json", "policy.json", "results.json"):
        said |= _recorded(json.loads((folder / name).read_text(encoding="utf-8")))
    findings = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["findings"]
    for finding in findings:
        said.add(rounding.plain(finding["limit"]))
        said |= {rounding.p_value(finding[key]) for key in ("adjusted_p", "adjusted_p_beyond")}
        for key in ("null_value", "positive_control"):
            if finding[key] is not None:
                said.add(rounding.signed(finding[key]))
    finish = json.loads((folder / "finish.json").read_text(encoding="utf-8"))
    said |= set(LONE.findall(rounding.duration(finish["asking_seconds"])))
    measured = json.loads((folder / "measures.json").read_text(encoding="utf-8"))
    for noise in measured["noise"]:
        said |= {rounding.plain(noise[k], digits=3) for k in ("standard_deviation", "largest")}
    return said


def strange_numbers(text: str, allowed: Numbers, standing: Collection[str]) -> list[str]:
    """What a page prints and the run does not hold."""
    estimates = [
        _tidy(found[0])
        for found in ESTIMATE.finditer(text)
        if (found[1], _tidy(found[2])) not in allowed.estimates
    ]
    text = ESTIMATE.sub(" ", text)
    spans = [_tidy(found[0]) for found in SPAN.finditer(text)]
    text = SPAN.sub(" ", text)
    axes = [found[0] for found in _MARKS.finditer(text)]
    return [
        *estimates,
        *(one for one in spans if one not in allowed.spans and one not in standing),
        *(one for one in axes if not _is_axis(one.split())),
        *(
            one
            for one in LONE.findall(_MARKS.sub(" ", text))
            if one not in allowed.lone and one not in standing
        ),
    ]


def _is_axis(marks: list[str]) -> bool:
    """Evenly spaced, as charts of scores and of shares are; or those of ratios."""
    values = [float(mark.replace("−", "-")) for mark in marks]
    steps = {round(after - before, 9) for before, after in pairwise(values)}
    return len(steps) == 1 or set(marks) <= set(RATIO_MARKS)


def _tidy(text: str) -> str:
    return re.sub(r",\s", ", ", re.sub(r"[ \n]+", " ", text))


def _values(value: float | None, unit: str, beside: Collection[float | None]) -> Iterator[str]:
    if value is None:
        return
    yield rounding.signed(value)
    for limit in beside:
        yield rounding.of_unit(value, unit, limit)
    if unit == "difference":
        yield f"{rounding.plain(100 * value, digits=1)}{SPACE}pp"


def _spans(
    span: Mapping[str, float] | None, unit: str, beside: Collection[float | None]
) -> Iterator[str]:
    if span is None:
        return
    told = Interval(low=span["low"], high=span["high"], level=span["level"])
    for limit in beside:
        yield rounding.interval_of_unit(told, unit, limit)
    if unit == "difference":
        low, high = (rounding.plain(100 * end, digits=1) for end in (told.low, told.high))
        yield f"{rounding.pair(low, high)}{SPACE}pp"


def _parts(measure: Mapping[str, Any], unit: str, beside: Collection[float | None]) -> set[str]:
    """Numbers of a measure that the report prints alone."""
    shares = [measure[key] for key in _SHARES if measure[key] is not None]
    total = measure["n"] + measure["n_unscored"]
    shares += [measure["n_unscored"] / total] if total else []
    effects = [measure[key] for key in _EFFECTS] + [value for _, value in measure["by_template"]]
    effects += [measure[span][end] for span in _SPANS if measure[span] for end in ("low", "high")]
    # Effects are compared with the size of what a meaningless difference shows.
    sizes = [abs(measure["value"] or 0.0)] if measure["role"] == "null-control" else []
    return {
        *map(rounding.plain, sizes),
        *map(rounding.percent, shares),
        *(text for effect in effects for text in _values(effect, unit, beside)),
        rounding.plain(measure["minimum_detectable_effect"]),
    }


def _literal(text: str) -> Iterator[str]:
    """The numbers that a text writes out; a space before a per cent sign is made one that holds."""
    text = rounding.keep_units(text)
    yield from LONE.findall(text)
    yield from (_tidy(span[0]) for span in SPAN.finditer(text))


def _recorded(value: object) -> set[str]:
    """Of counts, and of what texts write out, as versions do; measured numbers are none of them."""
    if isinstance(value, bool) or value is None or isinstance(value, float):
        return set()
    if isinstance(value, int):
        return {rounding.count(value)}
    if isinstance(value, str):
        return set(_literal(value)) | set(re.findall(r"\d+(?:\.\d+)+", value))
    inner = value.values() if isinstance(value, dict) else value
    assert not isinstance(inner, (str, int))
    return {one for part in inner for one in _recorded(part)}  # type: ignore[attr-defined]
