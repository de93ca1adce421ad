"""What a fix changes, in sentences that the paired intervals carry. Pure.

A change is only said to be one where its interval lies off zero; a withheld fix is described by the
same rules as an accepted one.
"""

from collections.abc import Sequence

from auditor.core.fix_results import ControlResult, DialPoint, FixResult, Slope
from auditor.reporting import naming
from auditor.reporting.effect_numbers import (
    CHANGE_OF,
    LEVEL_OF,
    effect_text,
    is_certain,
    n_text,
    side,
)
from auditor.reporting.fix.fix_cards import few
from auditor.reporting.fix.fix_lookup import other_seeds
from auditor.reporting.fix.fix_names import CONTROLS, POOLED, FixNames, arm_name, quoted
from auditor.reporting.language import mark, number, tr, tr_n
from auditor.reporting.view import EXPLICIT, IMPLICIT

_SHOWN = (
    mark(
        "Of one primary contrast, the {score} is shown to be nearer to zero in {nearer} and "
        "farther from it in {farther}"
    ),
    mark(
        "Of {n} primary contrasts, the {score} is shown to be nearer to zero in {nearer} and "
        "farther from it in {farther}"
    ),
)
_SHOWN_TURNED = (
    mark(
        "Of one primary contrast, the {score} is shown to be nearer to zero in {nearer}, farther "
        "from it in {farther} and turned round in {turned} ({contrasts})"
    ),
    mark(
        "Of {n} primary contrasts, the {score} is shown to be nearer to zero in {nearer}, farther "
        "from it in {farther} and turned round in {turned} ({contrasts})"
    ),
)
"""For one contrast and for several; the latter pair where a score was turned round too."""
_MOVED = {
    "nearer": mark("it is shown to be nearer to zero"),
    "farther": mark("it is shown to be farther from zero"),
    "turned": mark("it is turned round, to the other side of zero"),
    "undecided": mark("that it is nearer to zero is not shown"),
}
_AHEAD = {
    1: mark("the fix is shown to bring the score closer to zero"),
    -1: mark("the control is shown to bring the score closer to zero than the fix"),
    0: mark("that the fix does more is not shown"),
}


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
    counts = {"nearer": len(nearer), "farther": len(farther), "turned": len(turned)}
    one, several = _SHOWN_TURNED if turned else _SHOWN
    told = tr_n(
        one,
        several,
        len(read),
        n=few(len(read)),
        score=score,
        contrasts=", ".join(quoted(names.contrast(slope.contrast_id)) for slope in turned),
        **counts,
    )
    if rest := len(read) - sum(counts.values()):
        undecided = tr_n(
            "one contrast is undecided", "{n} contrasts are undecided", rest, n=few(rest)
        )
        told = f"{told}; {undecided}"
    uncorrected = tr(
        "These intervals are not corrected for their number. The table has other contrasts too, "
        "which are not counted here."
    )
    return f"{told}. {uncorrected}"


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
            tr(
                "On these few questions the original’s pooled implicit score is not told from zero "
                "({found}, {n}), so the dial cannot show where a bias goes.",
                found=effect_text(original.bias, "score"),
                n=n_text(original.bias),
            )
        ]
    turned = turned_from(points)
    if turned is None:
        last = dial[-1]
        return [
            tr(
                "At no strength that was tried is the pooled implicit score shown to lie on the "
                "other side of zero; at {strength} it is {found}, {n}.",
                strength=number(f"{last.scale:g}"),
                found=effect_text(last.bias, "score"),
                n=n_text(last.bias),
            )
        ]
    return [
        tr(
            "At strength {strength} the pooled implicit score is shown to lie on the other side of "
            "zero ({found}, {n}): there the bias is turned round, not removed.",
            strength=number(f"{turned.scale:g}"),
            found=effect_text(turned.bias, "score"),
            n=n_text(turned.bias),
        )
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
    ahead = control.advantage
    return tr(
        "The {control}, at strength {strength}, where it changes the model by {distance} of KL a "
        "token: {judged} (fix minus control, towards zero: {ahead}, {n}).",
        control=tr(CONTROLS[control.control]),
        strength=number(f"{control.scale:.2g}"),
        distance=effect_text(control.divergence, "distance"),
        judged=tr(_AHEAD[side(ahead) if is_certain(ahead) else 0]),
        ahead=effect_text(ahead, "score", 0.0),
        n=n_text(ahead),
    )


def seed_sentence(told: FixResult) -> str:
    """Whether other beginnings come to the same."""
    seeds = other_seeds(told)
    if not seeds:
        return tr(
            "One adapter was trained from one seed. Another seed can come out differently, and "
            "nothing here shows by how much."
        )
    nearer = sum(side(seed.change) > 0 and is_certain(seed.change) for seed in seeds)
    judged = tr("Seeds are described; only the first is judged by the gate.")
    return f"{_other_seeds(len(seeds), nearer)} {judged}"


def _other_seeds(n: int, nearer: int) -> str:
    if n == 1:
        return tr_n(
            "Of one more adapter of the same recipe from other beginnings, {n} is shown to bring "
            "the score closer to zero.",
            "Of one more adapter of the same recipe from other beginnings, {n} are shown to bring "
            "the score closer to zero.",
            nearer,
        )
    return tr_n(
        "Of {others} more adapters of the same recipe from other beginnings, {n} is shown to bring "
        "the score closer to zero.",
        "Of {others} more adapters of the same recipe from other beginnings, {n} are shown to "
        "bring the score closer to zero.",
        nearer,
        others=few(n),
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
    return tr("Without training, on the same questions: {found}.", found="; ".join(told))


def _pooled(slope: Slope, name: str) -> str:
    unit = slope.unit
    return tr(
        "{score}, pooled: {before} before and {after} after, a paired change of {change} ({n}): "
        "{moved}.",
        score=naming.capital(name),
        before=effect_text(slope.before, LEVEL_OF[unit]),
        after=effect_text(slope.after, LEVEL_OF[unit]),
        change=effect_text(slope.change, CHANGE_OF[unit]),
        n=n_text(slope.change),
        moved=tr(_MOVED[moved(slope)]),
    )


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
