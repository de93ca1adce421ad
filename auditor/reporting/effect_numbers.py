"""Effects as text, cells and dots: a number never comes without its interval and its n. Pure."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Literal

from auditor.core.fix_results import Effect
from auditor.core.measures import Interval
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Dot
from auditor.reporting.cleaning import clean_line
from auditor.reporting.language import SPACE, mark, tr
from auditor.reporting.recorded_texts import recorded
from auditor.reporting.rounding import NONE

Unit = Literal["score", "rate", "points", "nats", "distance", "share"]
"""`points` are differences of two rates; `distance` is in nats and has no sign; `share` is one of a
whole that may be exceeded."""
_WORDS: Mapping[Unit, str] = {
    "points": mark("pp"),
    "nats": mark("nats"),
    "distance": mark("nats"),
}
LEVEL_OF: Mapping[str, Unit] = {"score": "score", "rate": "rate", "nats": "distance"}
"""Of a number in the unit of a slope, which is no difference."""
CHANGE_OF: Mapping[str, Unit] = {"score": "score", "rate": "points", "nats": "nats"}
"""The unit of a difference of two numbers in a unit."""


def value_text(value: float, unit: Unit, limit: float | None = None) -> str:
    """A number in its unit, on the side of a limit where it is."""
    return _with_word(_bare(value, unit, limit), unit)


def span_text(span: Interval | None, unit: Unit, limit: float | None = None) -> str:
    """As in `[−0.31, −0.12]`, with its unit once; empty where none could be formed."""
    if span is None:
        return ""
    low, high = (_bare(end, unit, limit, is_end=True) for end in (span.low, span.high))
    return _with_word(rounding.pair(low, high).replace(" ", SPACE), unit)


def effect_text(effect: Effect, unit: Unit, limit: float | None = None) -> str:
    """A number with its interval and its unit once; that there is none is said."""
    if effect.value is None:
        return tr("no value ({because})", because=_because(effect))
    if effect.interval is None:
        return tr("{value} (no interval)", value=value_text(effect.value, unit, limit))
    return f"{_bare(effect.value, unit, limit)} {span_text(effect.interval, unit, limit)}"


def effect_cell(effect: Effect, unit: Unit, limit: float | None = None) -> Cell:
    """A number above its interval, and above its bounds where unusable answers leave any."""
    if effect.value is None:
        return Cell(text=NONE, note=_because(effect), kind="number")
    bounds = effect.bounds
    is_open = bounds is not None and bounds.low < bounds.high
    return Cell(
        text=value_text(effect.value, unit, limit),
        note=span_text(effect.interval, unit, limit) or tr("no interval"),
        more=tr("bounds {bounds}", bounds=span_text(bounds, unit, limit)) if is_open else "",
        kind="number",
    )


def counted_cell(effect: Effect, unit: Unit) -> Cell:
    """A number above its interval and its n, for a table whose numbers rest on different ones."""
    told = effect_cell(effect, unit)
    if effect.value is None:
        return told
    return Cell(text=told.text, note=told.note, more=n_text(effect), kind="number")


def n_text(effect: Effect) -> str:
    """As in `n 192 (24), 3 unusable`."""
    told = n_of(effect)
    if not effect.n_unscored:
        return f"n{SPACE}{told}"
    return tr("n\u00a0{n}, {unusable} unusable", n=told, unusable=rounding.count(effect.n_unscored))


def n_of(effect: Effect) -> str:
    """As in `192 (24)`: what a number is over, and the units that its interval rests on."""
    return f"{rounding.count(effect.n)}{SPACE}({rounding.count(effect.n_clusters)})"


def n_cell(effect: Effect) -> Cell:
    return Cell(text=n_of(effect), kind="number")


def unusable_cell(effect: Effect) -> Cell:
    """How many answers could not be scored."""
    return Cell(text=rounding.count(effect.n_unscored), kind="number")


def turned(effect: Effect) -> Effect:
    """The same with the other sign."""

    def other(span: Interval | None) -> Interval | None:
        return None if span is None else replace(span, low=-span.high, high=-span.low)

    return replace(
        effect,
        value=None if effect.value is None else -effect.value,
        interval=other(effect.interval),
        bounds=other(effect.bounds),
    )


def effect_dot(effect: Effect) -> Dot | None:
    """A number as a chart shows it; None without a value."""
    return scaled_dot(effect, 0.0, 1.0)


def scaled_dot(effect: Effect, zero: float, scale: float) -> Dot | None:
    """The same with `zero` moved to 0 and `scale` stretched to 1; a negative scale turns it."""
    if effect.value is None:
        return None

    def ends(span: Interval | None) -> tuple[float, float]:
        if span is None:
            return value, value
        low, high = sorted((end - zero) / scale for end in (span.low, span.high))
        return low, high

    value = (effect.value - zero) / scale
    low, high = ends(effect.interval)
    bound_low, bound_high = ends(effect.bounds)
    return Dot(
        value=value,
        low=low,
        high=high,
        bound_low=min(bound_low, value),
        bound_high=max(bound_high, value),
    )


def side(effect: Effect) -> int:
    """1 or −1 where the whole interval lies above or below zero, else 0."""
    span = effect.interval
    if effect.value is None or span is None:
        return 0
    return (span.low > 0) - (span.high < 0)


def is_certain(effect: Effect) -> bool:
    """Whether the interval's side of zero holds, however unusable answers would have come out."""
    bounds = effect.bounds
    if bounds is None or not side(effect):
        return bool(side(effect))
    return bounds.low > 0 if side(effect) > 0 else bounds.high < 0


def _because(effect: Effect) -> str:
    because = effect.undefined_because
    return clean_line(recorded(because)) if because else tr("no value")


def _with_word(told: str, unit: Unit) -> str:
    """A number, or two in brackets, with the word of its unit where it has one."""
    return f"{told}{SPACE}{tr(_WORDS[unit])}" if unit in _WORDS else told


def _bare(value: float, unit: Unit, limit: float | None, *, is_end: bool = False) -> str:
    """Without the word of its unit; a percent sign is part of the number."""
    match unit:
        case "rate":
            return rounding.percent(value)
        case "share":
            told = _apart(value, limit, 100, 0, is_end=is_end).removeprefix("+")
            return f"{told}{SPACE}%"
        case "points":
            return _apart(value, limit, 100, 1, is_end=is_end)
        case "nats":
            return _apart(value, limit, 1, 3, is_end=is_end)
        case "distance":
            return _apart(value, limit, 1, 3, is_end=is_end).removeprefix("+")
        case "score":
            return _apart(value, limit, 1, 2, is_end=is_end)


def _apart(value: float, limit: float | None, scale: float, digits: int, *, is_end: bool) -> str:
    """Signed, with the digits that keep it on its side of the limit; an end also off zero."""
    for more in range(digits, digits + 4):
        rounded = round(scale * value, more)
        is_off_zero = rounded != 0 or value == 0 or not is_end
        if is_off_zero and (limit is None or _side(rounded / scale, limit) == _side(value, limit)):
            return rounding.signed(scale * value, digits=more)
    return rounding.signed(scale * value, digits=digits + 4)


def _side(value: float, edge: float) -> int:
    # A share of 0.1 is the same edge when it is told as 10.0 pp.
    return 0 if abs(value - edge) < 1e-12 else (1 if value > edge else -1)
