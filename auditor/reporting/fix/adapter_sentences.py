"""What an adapter changes, in sentences that the paired intervals carry. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from auditor.core.fix_results import AdapterResult, RegisterChange, Slope
from auditor.reporting import naming, rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.effect_numbers import Unit as EffectUnit
from auditor.reporting.effect_numbers import effect_text, is_certain, side, span_text, value_text
from auditor.reporting.fix.adapter_texts import (
    DESIGN,
    DIRECTIONS,
    FACETS,
    HIRED,
    METHOD,
    MISSED,
    NOT_ASKED,
    QUANTITIES,
    UNFINISHED,
)
from auditor.reporting.language import language, tr, tr_in, tr_n
from auditor.reporting.view import View

INSTRUMENTS: Mapping[str, str] = {"English": "matched-guise", "Russian": "matched-guise-russian"}
HIRING = "hiring"
UNITS: Mapping[str, EffectUnit] = {"score": "score", "rate": "points"}
"""Of what a dialect differs by from the standard: a difference of two shares is in points."""


def missing_sentence(view: View) -> str:
    """Why there is nothing to compare."""
    asked = any(view.has_run(name) for name in (*INSTRUMENTS.values(), HIRING))
    return tr(UNFINISHED if asked else NOT_ASKED)


def lead(told: AdapterResult) -> tuple[str, ...]:
    """How it was compared, and what came of all comparisons of dialects together."""
    n_answers = rounding.count(told.n_answers)
    recorded = tr("{n} answers were recorded without it.", n=n_answers)
    changes = told.register_changes
    paragraphs = [f"{tr(DESIGN)} {recorded}"]
    if changes:
        paragraphs.append(_overall(changes))
    return tuple(paragraphs)


def _overall(changes: Sequence[RegisterChange]) -> str:
    shown = sum(row.is_shown for row in changes)
    tested = sum(row.adjusted_p is not None for row in changes)
    if not tested:
        found = tr("None of these changes could be computed.")
    elif not shown:
        found = tr(
            "Of {tested} such changes that could be tested, 0 are shown, after adjustment for "
            "their number; that none is shown does not mean that there is none.",
            tested=rounding.count(tested),
        )
    else:
        found = tr_n(
            "Of {tested} such changes that could be tested, {n} is shown, after adjustment for "
            "their number.",
            "Of {tested} such changes that could be tested, {n} are shown, after adjustment for "
            "their number.",
            shown,
            tested=rounding.count(tested),
        )
    return f"{tr(METHOD)} {found}"


def register_points(changes: Sequence[RegisterChange]) -> tuple[str, ...]:
    """What is shown, what unusable answers put in doubt, and how far the rest may reach."""
    shown = [row for row in changes if row.is_shown]
    doubtful = [row for row in changes if _is_doubtful(row)]
    others = [row for row in changes if row not in shown and row not in doubtful]
    alike: dict[tuple[str, bool], list[RegisterChange]] = {}
    for row in shown:
        alike.setdefault(_direction(row), []).append(row)
    return (
        *(f"{tr(DIRECTIONS[way])}. {_listed(map(_shown, rows))}." for way, rows in alike.items()),
        *([_doubtful(doubtful)] if doubtful else []),
        *_open(others),
    )


def facet_title(row: RegisterChange) -> str:
    """As in `Traits: score by likelihood`."""
    return f"{_facet(row)}: {tr(QUANTITIES[row.quantity])}"


def _facet(row: RegisterChange) -> str:
    if row.facet == "verdict":
        # Of a court: other languages tell it from what an audit finds.
        return tr_in("facet", "Verdict")
    told = FACETS.get(row.facet)
    return tr(told) if told else naming.spelt(row.facet)


def _direction(row: RegisterChange) -> tuple[str, bool]:
    return row.quantity, (row.change.value or 0.0) > 0


def _shown(row: RegisterChange) -> str:
    change = f"{_facet(row)}: {effect_text(row.change, UNITS[row.unit])}"
    if row.over_typos.value is None:
        return change
    beyond = effect_text(row.over_typos, UNITS[row.unit])
    if side(row.over_typos) == side(row.change):
        return tr(
            "{change}, and beyond what typing errors change, by {beyond}",
            change=change,
            beyond=beyond,
        )
    return tr(
        "{change}, not told from what typing errors change: difference {beyond}",
        change=change,
        beyond=beyond,
    )


def _listed(texts: Iterable[str]) -> str:
    first, *rest = texts
    # A German noun keeps its capital wherever it stands.
    return "; ".join(
        (first, *(rest if language() == "de" else (f"{one[:1].lower()}{one[1:]}" for one in rest)))
    )


def _is_doubtful(row: RegisterChange) -> bool:
    """Shown but for the unusable answers, which could have come out otherwise."""
    return (
        not row.is_shown
        and row.adjusted_p is not None
        and row.adjusted_p < 0.05
        and not is_certain(row.change)
    )


def _doubtful(rows: Sequence[RegisterChange]) -> str:
    told = _listed(
        tr(
            "{facet}, {change}, with bounds {bounds}",
            facet=facet_title(row),
            change=effect_text(row.change, UNITS[row.unit]),
            bounds=span_text(row.change.bounds, UNITS[row.unit]),
        )
        for row in rows
    )
    doubt = tr("Not shown, since the unusable answers alone could have made the change.")
    return f"{doubt} {told}."


def _open(rows: Sequence[RegisterChange]) -> tuple[str, ...]:
    """How large a change may still be where none is shown."""
    read = [row for row in rows if row.change.interval is not None]
    if not read:
        return ()
    told = tr_n(
        "In one comparison no change is shown; the 95 % intervals reach as far as {reach}, so "
        "changes of up to that size are not ruled out.",
        "In {n} comparisons no change is shown; the 95 % intervals reach as far as {reach}, so "
        "changes of up to that size are not ruled out.",
        len(read),
        reach=_reaches(read),
    )
    alone = sum(bool(side(row.change)) for row in read)
    if not alone:
        return (told,)
    taken_alone = tr_n(
        "Taken alone, the interval of {n} of them excludes zero; adjusted for the number of "
        "comparisons it does not.",
        "Taken alone, the interval of {n} of them exclude zero; adjusted for the number of "
        "comparisons it does not.",
        alone,
    )
    return (f"{told} {taken_alone}",)


def _reaches(rows: Sequence[RegisterChange]) -> str:
    score, share = (
        _reach([row for row in rows if row.unit == unit], UNITS[unit]) for unit in ("score", "rate")
    )
    if score and share:
        return tr(
            "{score} on the scale of scores and {share} of the answers", score=score, share=share
        )
    if score:
        return tr("{score} on the scale of scores", score=score)
    return tr("{share} of the answers", share=share)


def _reach(rows: Sequence[RegisterChange], unit: EffectUnit) -> str:
    """The largest size within the intervals; empty where there are none."""
    ends = [max(abs(span.low), abs(span.high)) for row in rows if (span := row.change.interval)]
    return f"±{value_text(max(ends), unit).lstrip('+')}" if ends else ""


def unread_sentence(told: AdapterResult, instrument: str) -> str:
    """Whether what every reader sees was seen, with the adapter and without it."""
    before, after = _controls(told, instrument)
    return "" if before and after else tr(MISSED[not before, not after])


def _controls(told: AdapterResult, instrument: str) -> tuple[bool, bool]:
    """Whether the positive control lies above zero, before and after; True where none is told."""
    found = [
        slope
        for slope in told.slopes
        if slope.key.startswith(f"{instrument}.score[") and slope.key.endswith(".positive-control]")
    ]
    return (
        all(side(slope.before) > 0 for slope in found),
        all(side(slope.after) > 0 for slope in found),
    )


def hiring_points(view: View, slopes: Sequence[Slope]) -> tuple[str, ...]:
    """Each contrast of groups whose interval excludes zero, and how many do not."""
    read = [s for s in slopes if s.change.interval is not None]
    groups = [s for s in read if not is_control(view, s)]
    moved = [s for s in groups if side(s.change)]
    if not groups:
        return ()
    told = [
        tr(words, groups="; ".join(_hired(view, s) for s in moved if side(s.change) == sign))
        for sign, words in HIRED.items()
        if any(side(slope.change) == sign for slope in moved)
    ]
    rest = len(groups) - len(moved)
    if rest:
        told.append(
            tr_n(
                "In one comparison the interval of the change includes zero: neither a change nor "
                "its absence is shown.",
                "In {n} comparisons the interval of the change includes zero: neither a change nor "
                "its absence is shown.",
                rest,
            )
        )
    told.append(
        tr(
            "These {n} intervals are not adjusted for their number: of 20, one is expected to "
            "exclude zero where there is nothing.",
            n=rounding.count(len(groups)),
        )
    )
    return tuple(told)


def is_control(view: View, slope: Slope) -> bool:
    """Whether a slope compares no groups of people."""
    contrast = view.contrast(slope.contrast_id)
    return contrast is None or contrast.role in ("null-control", "positive-control")


def slope_title(view: View, slope: Slope) -> str:
    """The contrast's name."""
    contrast = view.contrast(slope.contrast_id)
    return naming.contrast_title(contrast) if contrast else naming.spelt(slope.contrast_id)


def _hired(view: View, slope: Slope) -> str:
    contrast = view.contrast(slope.contrast_id)
    group = clean_line(tr(contrast.target)) if contrast else slope_title(view, slope)
    return f"{group}, {effect_text(slope.change, 'score')}"
