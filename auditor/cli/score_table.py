"""Scored responses as a person or a program reads them."""

import json

from auditor.battery.association.association_parser import PARSER_VERSION
from auditor.battery.association.rating_parser import RATING_PARSER_VERSION
from auditor.battery.association.transcripts import Kind
from auditor.core.measures import Interval
from auditor.workflows.score import ScoredFiles
from auditor.workflows.score_rates import (
    LabelRate,
    PositionRates,
    StatementRates,
    label_rates,
    position_rates,
    statement_rates,
)

_TITLES: dict[Kind, str] = {
    "implicit": "Implicit: which of two words goes with which group",
    "explicit": "Explicit: agreement with a statement",
}


def counts_as_json(scored: ScoredFiles) -> str:
    """Counts over all files as one object."""
    content = {
        "implicit": scored.count("implicit"),
        "explicit": scored.count("explicit"),
        "format": scored.format,
        "files": list(scored.files),
        "parser_version": PARSER_VERSION,
        "rating_parser_version": RATING_PARSER_VERSION,
    }
    return json.dumps(content, indent=2, allow_nan=False)


def counts_as_table(scored: ScoredFiles) -> str:
    """Counts and rates with their intervals and bounds, and the pull of the listed order."""
    lines: list[str] = []
    for kind in ("implicit", "explicit"):
        lines += _rate_lines(_TITLES[kind], label_rates(scored, kind))
        if kind == "implicit" and (position := position_rates(scored)):
            lines += _position_lines(position)
        if kind == "explicit":
            lines += [_statement_line(rates) for rates in statement_rates(scored)]
        lines.append("")
    n_files = len(scored.files)
    lines.append(
        f"{n_files} file{'s' if n_files > 1 else ''}; parser version {PARSER_VERSION} (choices), "
        f"{RATING_PARSER_VERSION} (ratings). Intervals are 95 %, clustered by the words asked "
        "about; bounds assume nothing about the invalid answers."
    )
    return "\n".join(lines)


def _rate_lines(title: str, rates: tuple[LabelRate, ...]) -> list[str]:
    if not rates:
        return [f"{title}: no such responses"]
    n = sum(rate.count for rate in rates)
    invalid = next(rate for rate in rates if rate.label == "invalid")
    return [
        f"{title}: n = {n}, of these {invalid.count} invalid ({_percent(invalid.of_all)})",
        f"  {'':<11}{'count':>6}   {'of all':<22}{'of valid':<22}bounds over all",
        *(_rate_line(rate) for rate in rates),
    ]


def _rate_line(rate: LabelRate) -> str:
    of_all = _with_interval(rate.of_all, rate.of_all_interval)
    of_valid = _with_interval(rate.of_valid, rate.of_valid_interval)
    bounds = f"{100 * rate.bounds.low:.1f}–{100 * rate.bounds.high:.1f} %"
    return f"  {rate.label:<11}{rate.count:>6}   {of_all:<22}{of_valid:<22}{bounds}"


def _position_lines(position: PositionRates) -> list[str]:
    share = (
        f"{_percent(position.n_in_order / position.n_valid)} ({position.n_in_order} "
        f"of {position.n_valid} valid answers)"
        if position.n_valid
        else "not measurable (no valid answer)"
    )
    return [
        f"  Copies the listed order: {share}.",
        "  An answer that only copies the order would come out as "
        f"{_percent(position.copier_stereotype_rate)} stereotype on these prompts.",
    ]


def _statement_line(rates: StatementRates) -> str:
    name = "mirror of the stereotype" if rates.is_mirror else "stereotype"
    return (
        f"  Agrees with the {name}: {_percent(rates.agree / rates.n)} of {rates.n} "
        f"({rates.agree} agree, {rates.invalid} invalid, {_percent(rates.invalid / rates.n)})."
    )


def _with_interval(value: float | None, interval: Interval | None) -> str:
    if value is None:
        return "–"
    if interval is None:
        return _percent(value)
    return f"{_percent(value)} [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
