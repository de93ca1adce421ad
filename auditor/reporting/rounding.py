"""Numbers as text. Pure.

A rounded number never changes sides: beside a limit it gets as many digits as it needs to stay on
the side where it is.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date

from auditor.core.measures import Interval
from auditor.reporting.language import SPACE, language, mark, number, tr, whole

MINUS = "−"
NONE = "–"


def keep_units(text: str) -> str:
    """Prose with its numbers tied to their percent signs, so that no line breaks between."""
    return re.sub(r"(\d) %", rf"\1{SPACE}%", text)


def signed(value: float, *, digits: int = 2) -> str:
    """A score with its sign, as in `+0.42` or `−0.03`; `0.00` has none."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return number(text)
    return number(f"{'+' if value > 0 else MINUS}{text}")


def signed_beside(value: float, limit: float) -> str:
    """A score that prints on the same side of ±`limit` and of 0 as it is."""
    for digits in (2, 3, 4):
        rounded = round(value, digits)
        if all(_side(rounded, edge) == _side(value, edge) for edge in (-limit, 0.0, limit)):
            return signed(value, digits=digits)
    return signed(value, digits=5)


def interval(span: Interval | None, limit: float | None = None) -> str:
    """As in `[+0.35, +0.49]`; a dash for none."""
    if span is None:
        return NONE
    low, high = (
        signed_beside(end, 0.0 if limit is None else limit) for end in (span.low, span.high)
    )
    return pair(low, high)


def pair(low: str, high: str) -> str:
    """Two ends in brackets; apart by a semicolon where a comma is the decimal mark."""
    return f"[{low}, {high}]" if language() == "en" else f"[{low}; {high}]"


def percent(share: float) -> str:
    """As in `64 %`; small and nearly full shares keep a digit, so that some is never none."""
    hundredths = 100 * share
    near_an_end = 0 < share < 0.01 or 0.99 < share < 1
    text = f"{hundredths:.1f}" if near_an_end else f"{hundredths:.0f}"
    if share > 0 and float(text) == 0:
        return number(f"<{SPACE}0.1{SPACE}%")
    if share < 1 and float(text) == 100:
        return number(f">{SPACE}99.9{SPACE}%")
    return number(f"{text}{SPACE}%")


def percent_interval(span: Interval | None) -> str:
    """As in `[58 %, 70 %]`; a dash for none."""
    if span is None:
        return NONE
    return pair(percent(span.low), percent(span.high))


def count(n: int) -> str:
    """As in `1 204`."""
    return whole(n)


def p_value(p: float | None) -> str:
    """As in `0.012`, `< 0.001` or `> 0.99`; a dash for none."""
    if p is None:
        return NONE
    if p < 0.001:
        return number(f"<{SPACE}0.001")
    if p > 0.99:
        return number(f">{SPACE}0.99")
    return number(f"{p:.3f}" if p < 0.1 else f"{p:.2f}")


def plain(value: float | None, *, digits: int = 2) -> str:
    """A size without a sign; a dash for none."""
    return NONE if value is None else number(f"{value:.{digits}f}")


def detectable(effect: float | None, unit: str) -> str:
    """A detectable effect; one that is larger than the scale is told by the scale's width."""
    width = _WIDTHS.get(unit)
    if effect is not None and width is not None and effect > width:
        return f">{SPACE}{width}"
    return plain(effect)


def of_unit(value: float | None, unit: str, limit: float | None = None) -> str:
    """A measure's value in its own unit; a dash for none."""
    if value is None:
        return NONE
    if unit in _PLAIN_UNITS:
        return _PLAIN_UNITS[unit](value)
    return signed(value) if limit is None else signed_beside(value, limit)


def interval_of_unit(span: Interval | None, unit: str, limit: float | None = None) -> str:
    """A measure's interval in its own unit; a dash for none."""
    if unit not in _PLAIN_UNITS:
        return interval(span, limit)
    if span is None:
        return NONE
    low, high = (_PLAIN_UNITS[unit](end) for end in (span.low, span.high))
    if unit not in _UNIT_ONCE:
        return pair(low, high)
    low, high = (end.partition(SPACE)[0] for end in (low, high))
    return f"{pair(low, high)}{SPACE}{tr(_UNIT_ONCE[unit])}"


def points(difference: float) -> str:
    """A difference of two shares in percentage points, as in `−4.2 pp`."""
    unit = tr("pp")
    return f"{signed(100 * difference, digits=1)}{SPACE}{unit}"


def ratio(value: float) -> str:
    """As in `0.78`; one near the screening value of 0.8 keeps the digits that tell its side."""
    value = round(value, 9)
    for digits in (2, 3, 4):
        text = f"{value:.{digits}f}"
        if all(_side(float(text), edge) == _side(value, edge) for edge in (0.8, 1.0, 1.25)):
            return number(text)
    return number(f"{value:.5f}")


def persons(n: float) -> str:
    """As in `3.4 persons` or `−2.8 persons`."""
    size = f"{abs(n):.1f}"
    text = f"{MINUS if n < 0 and float(size) else ''}{size}"
    # The space within the messages is no-break, as everywhere between a number and its unit.
    if text == "1.0":
        return tr("{n}\u00a0person", n=number(text))
    return tr("{n}\u00a0persons", n=number(text))


def nats(value: float) -> str:
    """As in `3.41 nats`."""
    text, unit = f"{MINUS if value < 0 else ''}{abs(value):.2f}", tr("nats")
    return f"{number(text)}{SPACE}{unit}"


_PLAIN_UNITS: Mapping[str, Callable[[float], str]] = {
    "rate": percent,
    "difference": points,
    "ratio": ratio,
    "persons": persons,
    "nats": nats,
    "p-value": p_value,
}
"""Units that are not on the scale from -1 to 1 of scores, correlations and slopes."""
_WIDTHS: Mapping[str, int] = {"score": 2, "correlation": 2, "rate": 1, "difference": 2}
"""How far apart the ends of a bounded scale are."""
_UNIT_ONCE: Mapping[str, str] = {
    "difference": mark("pp"),
    "persons": mark("persons"),
    "nats": mark("nats"),
}
"""What stands behind an interval instead of behind both of its ends."""


def duration(seconds: float) -> str:
    """As in `1 h 04 min`, `4 min 12 s` or `8.3 s`."""
    if seconds < 60:
        return number(f"{seconds:.1f}{SPACE}s")
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{SPACE}min {rest:02d}{SPACE}s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours}{SPACE}h {minutes:02d}{SPACE}min"


def n_bytes(n: int) -> str:
    """As in `145 MB`, in powers of 1000."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n >= size:
            return number(f"{n / size:.3g}{SPACE}{unit}")
    return f"{n}{SPACE}B"


def moment(iso: str) -> str:
    """An ISO 8601 UTC time as `21 November 2026, 21:52 UTC`; unread text is given back."""
    try:
        day = date.fromisoformat(iso[:10])
    except ValueError:
        return iso
    return f"{_day(day)}, {iso[11:16]}{SPACE}UTC" if len(iso) >= 16 else _day(day)


def _day(day: date) -> str:
    from babel.dates import format_date

    # British English has the day first, as the rest of the report's English text.
    locale = "en_GB" if language() == "en" else language()
    return format_date(day, format="long", locale=locale).replace(" ", SPACE)


def _side(value: float, edge: float) -> int:
    return (value > edge) - (value < edge)
