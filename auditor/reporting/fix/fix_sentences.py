"""What a fix changes, in sentences that the paired intervals carry. Pure.

A change is only said to be one where its interval lies off zero; a withheld fix is described by the
same rules as an accepted one.
"""

from collections.abc import Sequence

from auditor.core.fix_results import ControlResult, DialPoint, FixResult, RegisterChange, Slope
from auditor.reporting import naming, rounding
from auditor.reporting.fix.adapter_sentences import facet_title
from auditor.reporting.fix.fix_cards import counted
from auditor.reporting.fix.fix_lookup import other_seeds
from auditor.reporting.fix.fix_names import CONTROLS, POOLED, FixNames, arm_name
from auditor.reporting.fix.fix_numbers import (
    CHANGE_OF,
    LEVEL_OF,
    effect_text,
    is_certain,
    n_text,
    side,
)
from auditor.reporting.view import EXPLICIT, IMPLICIT


def pooled_sentences(told: FixResult) -> list[str]:
    """Implicit and explicit, pooled over the primary contrasts."""
    return [
        _pooled(slope, naming.score_name(name))
        for name in (IMPLICIT, EXPLICIT)
        for slope in told.slopes
        if slope.key == f"{POOLED}{name}"
    ]


def contrast_sentence(slopes: Sequence[Slope], names: FixNames) -> str:
    """In how many contrasts a score is shown to be nearer to zero, or farther from it."""
    read = [s for s in slopes if s.contrast_id and s.change.value is not None]
    if not read:
        return ""
    score = naming.score_name(naming.instrument_of(read[0].key))
    nearer = [s for s in read if moved(s) == "nearer"]
    farther = [s for s in read if moved(s) == "farther"]
    turned = [s for s in read if moved(s) == "turned"]
    parts = [
        f"nearer to zero in {len(nearer)}",
        f"farther from it in {len(farther)}",
        *([f"turned round in {len(turned)} ({_listed(turned, names)})"] if turned else []),
    ]
    rest = len(read) - len(nearer) - len(farther) - len(turned)
    undecided = f"; {counted(rest, 'contrast')} {_is(rest)} undecided" if rest else ""
    return (
        f"Of {counted(len(read), 'contrast')}, the {score} is shown to be {', '.join(parts[:-1])} "
        f"and {parts[-1]}{undecided}. These intervals are not corrected for their number."
    )


def moved(slope: Slope) -> str:
    """`nearer` to zero, `farther`, `turned` round, or `undecided`, as far as intervals show it."""
    before, after = slope.before.value, slope.after.value
    if before is None or after is None or not is_certain(slope.change):
        return "undecided"
    if side(slope.before) * side(slope.after) < 0:
        return "turned"
    if abs(after) < abs(before) and side(slope.change) == -_sign(before):
        return "nearer"
    if abs(after) > abs(before) and side(slope.change) == _sign(after):
        return "farther"
    return "undecided"


def dial_sentences(points: Sequence[DialPoint]) -> list[str]:
    """What more of the adapter does, and what else does as much."""
    original = next((p for p in points if p.arm.kind == "original"), None)
    dial = sorted((p for p in points if p.arm.kind in ("fixed", "scaled")), key=lambda p: p.scale)
    if original is None or not dial:
        return []
    if not side(original.bias):
        return [
            "On these few questions the original’s pooled implicit score is not told from zero "
            f"({effect_text(original.bias, 'score')}, {n_text(original.bias)}), so the dial cannot "
            "show where a bias goes."
        ]
    turned = turned_from(points)
    if turned is None:
        last = dial[-1]
        return [
            "At no strength that was tried is the pooled implicit score shown to lie on the other "
            f"side of zero; at {last.scale:g} it is {effect_text(last.bias, 'score')}, "
            f"{n_text(last.bias)}."
        ]
    return [
        f"At strength {turned.scale:g} the pooled implicit score is shown to lie on the other side "
        f"of zero ({effect_text(turned.bias, 'score')}, {n_text(turned.bias)}): there the bias is "
        "turned round, not removed."
    ]


def turned_from(points: Sequence[DialPoint]) -> DialPoint | None:
    """The smallest strength that is shown to turn the score round; None for none."""
    original = next((p for p in points if p.arm.kind == "original"), None)
    if original is None:
        return None
    turned = [
        p
        for p in points
        if p.arm.kind in ("fixed", "scaled") and side(p.bias) * side(original.bias) < 0
    ]
    return min(turned, key=lambda p: p.scale, default=None)


def control_sentence(control: ControlResult) -> str:
    """What a control adapter does at the same distance, and whether the fix does more."""
    name = CONTROLS[control.control]
    ahead = effect_text(control.advantage, "score")
    judged = {
        1: "the fix is shown to bring the score closer to zero",
        -1: "the control is shown to bring the score closer to zero than the fix",
        0: "that the fix does more is not shown",
    }[side(control.advantage) if is_certain(control.advantage) else 0]
    return (
        f"The {name}, at strength {control.scale:.2g}, where it changes the "
        f"model by {effect_text(control.divergence, 'distance')} of KL a token: {judged} "
        f"(ahead by {ahead}, {n_text(control.advantage)})."
    )


def seed_sentence(told: FixResult) -> str:
    """Whether other beginnings come to the same."""
    seeds = other_seeds(told)
    if not seeds:
        return (
            "One adapter was trained from one seed. Another seed can come out differently, and "
            "nothing here shows by how much."
        )
    n = len(seeds)
    nearer = sum(side(seed.change) > 0 and is_certain(seed.change) for seed in seeds)
    return (
        f"Of {counted(n, 'more adapter')} of the same recipe from other beginnings, "
        f"{nearer} {_is(nearer)} shown to bring the score closer to zero. "
        "Seeds are described; only the first is judged by the gate."
    )


def prompted_sentence(points: Sequence[DialPoint]) -> str:
    """What asking the model, or erasing its concepts, does to the same score."""
    told = [
        f"{arm_name(p.arm, p.scale)} {effect_text(p.bias, 'score')}, {n_text(p.bias)}"
        for p in points
        if p.arm.kind in ("prompted", "erased") and p.bias.value is not None
    ]
    if not told:
        return ""
    return f"Without training, on the same questions: {'; '.join(told)}."


def register_sentences(rows: Sequence[RegisterChange]) -> list[str]:
    """Which differences between dialect and standard the adapter is shown to change."""
    tested = [row for row in rows if row.adjusted_p is not None]
    shown = [row for row in tested if row.is_shown]
    if not tested:
        return ["None of these changes could be tested."]
    told = (
        f"Of {counted(len(tested), 'difference')} between dialect and standard that could be "
        f"tested, {rounding.count(len(shown))} {_is(len(shown))} shown to change with the adapter, "
        "after adjustment for the number of them."
    )
    if not shown:
        return [f"{told} That none is shown does not mean that there is none."]
    return [told, *(_register(row) for row in shown)]


def _register(row: RegisterChange) -> str:
    unit = CHANGE_OF[row.unit]
    way = "more against the dialect" if side(row.change) > 0 else "less against the dialect"
    if row.quantity != "score":
        way = "more of them" if side(row.change) > 0 else "fewer of them"
    return (
        f"{facet_title(row)}: dialect minus standard changes by {effect_text(row.change, unit)} "
        f"({n_text(row.change)}), {way} than without the adapter."
    )


def _pooled(slope: Slope, name: str) -> str:
    unit = slope.unit
    head = (
        f"{naming.capital(name)}, pooled: {effect_text(slope.before, LEVEL_OF[unit])} before and "
        f"{effect_text(slope.after, LEVEL_OF[unit])} after, a paired change of "
        f"{effect_text(slope.change, CHANGE_OF[unit])} ({n_text(slope.change)})"
    )
    words = {
        "nearer": "it is shown to be nearer to zero",
        "farther": "it is shown to be farther from zero",
        "turned": "it is turned round, to the other side of zero",
        "undecided": "that it is nearer to zero is not shown",
    }
    return f"{head}: {words[moved(slope)]}."


def _listed(slopes: Sequence[Slope], names: FixNames) -> str:
    return ", ".join(f"“{names.contrast(slope.contrast_id)}”" for slope in slopes)


def _is(n: int) -> str:
    return "is" if n == 1 else "are"


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
