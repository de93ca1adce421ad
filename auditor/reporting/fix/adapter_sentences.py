"""What an adapter changes, in sentences that the paired intervals carry. Pure."""

from collections.abc import Iterable, Mapping, Sequence

from auditor.core.fix_results import AdapterResult, RegisterChange, Slope
from auditor.reporting import naming, rounding
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix.fix_numbers import Unit as EffectUnit
from auditor.reporting.fix.fix_numbers import effect_text, is_certain, side, span_text, value_text
from auditor.reporting.view import View

INSTRUMENTS: Mapping[str, str] = {"English": "matched-guise", "Russian": "matched-guise-russian"}
HIRING = "hiring"
QUANTITIES: Mapping[str, str] = {
    "score": "score by likelihood",
    "unfavourable": "unfavourable answers",
    "unusable": "unusable answers",
    "refusal": "refusals",
}
UNITS: Mapping[str, EffectUnit] = {"score": "score", "rate": "points"}
"""Of what a dialect differs by from the standard: a difference of two shares is in points."""

MISSING = "What was audited is the model with the adapter. What the adapter changes is not known: "
_NOT_ASKED = "none of the tests that are asked with and without an adapter was part of this run."
_UNFINISHED = (
    "the questions without the adapter were not asked to their end; the command that began the "
    "run goes on with them."
)
_DESIGN = (
    "What was audited is the model with the adapter. The questions on dialects and on hiring were "
    "put to the same open model once more, in the same batches, with the adapter’s strength set to "
    "zero: nothing but the adapter lies between the two sets of answers."
)


def missing_sentence(view: View) -> str:
    """Why there is nothing to compare."""
    asked = any(view.has_run(name) for name in (*INSTRUMENTS.values(), HIRING))
    return MISSING + (_UNFINISHED if asked else _NOT_ASKED)


def lead(told: AdapterResult) -> tuple[str, ...]:
    """How it was compared, and what came of all comparisons of dialects together."""
    n = rounding.count(told.n_answers)
    changes = told.register_changes
    paragraphs = [f"{_DESIGN} {n} answers were recorded without it."]
    if changes:
        paragraphs.append(_overall(changes))
    return tuple(paragraphs)


def _overall(changes: Sequence[RegisterChange]) -> str:
    shown = sum(row.is_shown for row in changes)
    tested = sum(row.adjusted_p is not None for row in changes)
    method = (
        "A change is what the dialect differs by from the standard with the adapter, minus the "
        "same without it, paired by sentence: what the adapter does to both alike cancels out. "
    )
    if not tested:
        return f"{method}None of these changes could be computed."
    found = (
        f"Of {rounding.count(tested)} such changes that could be tested, "
        f"{rounding.count(shown)} {'is' if shown == 1 else 'are'} shown, after adjustment for "
        "their number"
    )
    if shown:
        return f"{method}{found}."
    return f"{method}{found}; that none is shown does not mean that there is none."


def register_points(changes: Sequence[RegisterChange]) -> tuple[str, ...]:
    """What is shown, what unusable answers put in doubt, and how far the rest may reach."""
    shown = [row for row in changes if row.is_shown]
    doubtful = [row for row in changes if _is_doubtful(row)]
    others = [row for row in changes if row not in shown and row not in doubtful]
    alike: dict[str, list[RegisterChange]] = {}
    for row in shown:
        alike.setdefault(_direction(row), []).append(row)
    return (
        *(f"{words}. {_listed(map(_shown, rows))}." for words, rows in alike.items()),
        *([_doubtful(doubtful)] if doubtful else []),
        *_open(others),
    )


def facet_title(row: RegisterChange) -> str:
    """As in `Traits: score by likelihood`."""
    return f"{naming.spelt(row.facet)}: {QUANTITIES[row.quantity]}"


def _direction(row: RegisterChange) -> str:
    is_up = (row.change.value or 0.0) > 0
    if row.quantity == "score":
        return (
            f"By likelihood the dialect is judged {'worse' if is_up else 'better'} with the "
            "adapter, against the standard, than without it"
        )
    return (
        f"With the adapter there are {'more' if is_up else 'fewer'} {QUANTITIES[row.quantity]} to "
        "the dialect, against the standard, than without it"
    )


def _shown(row: RegisterChange) -> str:
    change = f"{naming.spelt(row.facet)}: {effect_text(row.change, UNITS[row.unit])}"
    if row.over_typos.value is None:
        return change
    beyond = effect_text(row.over_typos, UNITS[row.unit])
    if side(row.over_typos) == side(row.change):
        return f"{change}, and beyond what typing errors change, by {beyond}"
    return f"{change}, not told from what typing errors change: difference {beyond}"


def _listed(texts: Iterable[str]) -> str:
    first, *rest = texts
    return "; ".join((first, *(f"{text[:1].lower()}{text[1:]}" for text in rest)))


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
        f"{facet_title(row)}, {effect_text(row.change, UNITS[row.unit])}, with bounds "
        f"{span_text(row.change.bounds, UNITS[row.unit])}"
        for row in rows
    )
    return f"Not shown, since the unusable answers alone could have made the change. {told}."


def _open(rows: Sequence[RegisterChange]) -> tuple[str, ...]:
    """How large a change may still be where none is shown."""
    read = [row for row in rows if row.change.interval is not None]
    if not read:
        return ()
    reaches = " and ".join(
        text
        for unit, words in (("score", "{} on the scale of scores"), ("rate", "{} of the answers"))
        if (text := _reach([row for row in read if row.unit == unit], UNITS[unit], words))
    )
    alone = sum(bool(side(row.change)) for row in read)
    told = (
        f"In {_of(len(read))} no change is shown; the 95 % intervals reach as far as {reaches}, so "
        "changes of up to that size are not ruled out."
    )
    if not alone:
        return (told,)
    verb = "excludes" if alone == 1 else "exclude"
    return (
        f"{told} Taken alone, the interval of {rounding.count(alone)} of them {verb} zero; "
        "adjusted for the number of comparisons it does not.",
    )


def _of(n: int) -> str:
    return "one comparison" if n == 1 else f"{rounding.count(n)} comparisons"


def _reach(rows: Sequence[RegisterChange], unit: EffectUnit, words: str) -> str:
    ends = [max(abs(span.low), abs(span.high)) for row in rows if (span := row.change.interval)]
    if not ends:
        return ""
    return words.format(f"±{value_text(max(ends), unit).lstrip('+')}")


def unread_sentence(told: AdapterResult, instrument: str) -> str:
    """Whether what every reader sees was seen, with the adapter and without it."""
    missed = [
        words
        for words, is_seen in zip(
            ("without the adapter", "with the adapter"), _controls(told, instrument), strict=True
        )
        if not is_seen
    ]
    if not missed:
        return ""
    return (
        f"The positive control was not detected {' and '.join(missed)}: the test does not see what "
        "every reader sees, so an absence of a change shows nothing here."
    )


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
        f"The adapter moves the hiring score {words} "
        + "; ".join(_hired(view, slope) for slope in moved if side(slope.change) == sign)
        + "."
        for sign, words in ((1, "to the disadvantage of"), (-1, "in favour of"))
        if any(side(slope.change) == sign for slope in moved)
    ]
    rest = len(groups) - len(moved)
    if rest:
        told.append(
            f"In {_of(rest)} the interval of the change includes zero: neither a change nor its "
            "absence is shown."
        )
    told.append(
        f"These {rounding.count(len(groups))} intervals are not adjusted for their number: of 20, "
        "one is expected to exclude zero where there is nothing."
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
    group = clean_line(contrast.target) if contrast else slope_title(view, slope)
    return f"{group}, {effect_text(slope.change, 'score')}"
