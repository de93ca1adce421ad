"""Numbers of layers as text: which layers, shares beside a limit, effects beside zero. Pure."""

from collections.abc import Sequence

from auditor.core.layer_results import ConceptResult, Curve, CurvePoint
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell
from auditor.reporting.language import SPACE, number, tr
from auditor.reporting.rounding import NONE


def joined(sentences: Sequence[str]) -> str:
    """One paragraph."""
    return " ".join(one for one in sentences if one)


def at(curve: Curve, layer: int | None) -> CurvePoint | None:
    """The point of a curve at a layer; None where it has none, or no value."""
    return next((p for p in curve if p.layer == layer and p.value is not None), None)


def valued(curve: Curve) -> list[tuple[CurvePoint, float]]:
    """The points that have a value, with it."""
    return [(p, p.value) for p in curve if p.value is not None]


def highest(curve: Curve) -> CurvePoint | None:
    """The point with the largest value, the earliest of several; None for an empty curve."""
    return max(valued(curve), key=lambda one: one[1], default=(None, 0.0))[0]


def best_readable(concept: ConceptResult) -> int | None:
    """Of the layers that can be read, the one whose probe is right most often."""
    readable = set(concept.awareness.readable)
    best = highest(tuple(p for p in concept.probe.accuracy if p.layer in readable))
    return best.layer if best else None


def runs(layers: Sequence[int]) -> list[tuple[int, int]]:
    """Neighbouring layers together, as first and last."""
    told: list[tuple[int, int]] = []
    for layer in sorted(set(layers)):
        if told and layer == told[-1][1] + 1:
            told[-1] = (told[-1][0], layer)
        else:
            told.append((layer, layer))
    return told


def layer_list(layers: Sequence[int]) -> str:
    """As in `4–9, 12`; a dash for none."""
    parts = [str(a) if a == b else f"{a}–{b}" for a, b in runs(layers)]
    return ", ".join(parts) or NONE


def layer_name(layer: int) -> str:
    """As in `layer 7`; layer 0 is said to be no layer of the model's own."""
    if layer == 0:
        return tr("layer 0 (token embeddings)")
    # The space within the message is no-break, as everywhere between a number and its unit.
    return tr("layer\u00a0{layer}", layer=layer)


def shares_apart(value: float, edge: float) -> tuple[str, str]:
    """Two shares with as many digits as tell them apart, as in `67.4 %` and `67.2 %`."""
    for digits in range(4):
        one, two = (round(100 * share, digits) for share in (value, edge))
        if (one > two) - (one < two) == (value > edge) - (value < edge):
            break
    return _percent(value, digits), _percent(edge, digits)


def level_text(level: float) -> str:
    """As in `98.75 %`, with all the digits it has."""
    return number(f"{100 * level:.4g}{SPACE}%")


def share_interval(point: CurvePoint) -> str:
    """As in `[41 %, 60 %]`; empty where none could be formed."""
    if point.low is None or point.high is None:
        return ""
    return _pair(rounding.percent(point.low), rounding.percent(point.high))


def share_text(point: CurvePoint | None) -> str:
    """A share with its interval; what is missing is said."""
    if point is None or point.value is None:
        return NONE
    within = share_interval(point) or tr("(no interval)")
    return f"{rounding.percent(point.value)} {within}"


def effect(value: float, *, digits: int = 2) -> str:
    """A signed number that never rounds to zero unless it is zero."""
    for more in range(digits, 6):
        if value == 0 or round(value, more) != 0:
            return rounding.signed(value, digits=more)
    return rounding.signed(value, digits=6)


def effect_interval(point: CurvePoint, *, scale: float = 1.0, digits: int = 2) -> str:
    """As in `[−0.31, −0.12]`; empty where none could be formed."""
    if point.low is None or point.high is None:
        return ""
    low, high = (effect(scale * end, digits=digits) for end in (point.low, point.high))
    return _pair(low, high)


def effect_text(point: CurvePoint | None) -> str:
    """A number on a scale around zero, with its interval."""
    if point is None or point.value is None:
        return NONE
    within = effect_interval(point) or tr("(no interval)")
    return f"{effect(point.value)} {within}"


def points_text(point: CurvePoint | None) -> str:
    """A difference of shares in percentage points, with its interval."""
    if point is None or point.value is None:
        return NONE
    span = effect_interval(point, scale=100, digits=1)
    within = _in_points(span) if span else tr("(no interval)")
    return f"{_in_points(effect(100 * point.value, digits=1))} {within}"


def side(point: CurvePoint | None) -> int:
    """1 or −1 where the whole interval lies above or below zero, else 0."""
    if point is None or point.low is None or point.high is None:
        return 0
    return (point.low > 0) - (point.high < 0)


def share_cell(point: CurvePoint | None) -> Cell:
    """A share above its interval."""
    if point is None or point.value is None:
        return Cell(text=NONE, kind="number")
    return Cell(text=rounding.percent(point.value), note=share_interval(point), kind="number")


def effect_cell(point: CurvePoint | None) -> Cell:
    """A signed number above its interval."""
    if point is None or point.value is None:
        return Cell(text=NONE, kind="number")
    return Cell(text=effect(point.value), note=effect_interval(point), kind="number")


def points_cell(point: CurvePoint | None) -> Cell:
    """A difference of shares above its interval, in percentage points."""
    if point is None or point.value is None:
        return Cell(text=NONE, kind="number")
    return Cell(
        text=_in_points(effect(100 * point.value, digits=1)),
        note=effect_interval(point, scale=100, digits=1),
        kind="number",
    )


def n_cell(point: CurvePoint | None) -> Cell:
    """As in `96 (24)`: what a number is over, and the clusters that its interval rests on."""
    if point is None:
        return Cell(text=NONE, kind="number")
    text = f"{rounding.count(point.n)}{SPACE}({rounding.count(point.n_clusters)})"
    return Cell(text=text, kind="number")


def _in_points(text: str) -> str:
    unit = tr("pp")
    return f"{text}{SPACE}{unit}"


def _pair(low: str, high: str) -> str:
    """Both ends on one line."""
    return rounding.pair(low, high).replace(" ", SPACE)


def _percent(share: float, digits: int) -> str:
    if digits == 0:
        return rounding.percent(share)
    return number(f"{100 * share:.{digits}f}{SPACE}%")
