"""What conditions change, in sentences that the paired intervals carry. Pure."""

from collections.abc import Sequence

from auditor.core.items import Condition, Contrast
from auditor.core.judging import is_sensitive
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.instrument_sentences import control_sentence, counted, side
from auditor.reporting.view import View

NEUTRAL: Condition = "neutral-instruction"


def condition_sentences(
    view: View, instrument: str, under: Sequence[Condition], contrasts: Sequence[Contrast]
) -> list[str]:
    """What each condition does over the contrasts of groups; over-correction by name."""
    name = f"{instrument}.score"
    groups = [
        c for c in contrasts if c.role in ("primary", "ladder") and view.is_measurable(c, name)
    ]
    if not groups:
        told = control_sentence(view, name) or "No contrast can be measured."
        return [told, "Changes of such scores are no evidence; the numbers are printed."]
    return [
        *(_changes(view, name, one, groups) for one in under),
        *_over_corrections(view, name, under, groups),
        *_alike(view, name, under, groups),
        *_lost_controls(view, name, under),
        *_unusable(view, instrument, under, groups),
    ]


def is_over_corrected(view: View, name: str, contrast: Contrast, condition: Condition) -> bool:
    """Whether the sign turns: interval above 0 plainly, below 0 under the condition."""
    plain = view.measure(name, contrast)
    under = view.measure(f"{name}@{condition}", contrast)
    if plain is None or under is None:
        return False
    return side(plain) > 0 > side(under)


def is_neutral_alike(view: View, name: str, contrast: Contrast, condition: Condition) -> bool:
    """Whether the neutral instruction is shown to change the score in the same direction."""
    if condition == NEUTRAL:
        return False
    change = view.measure(f"{name}-change@{condition}", contrast)
    neutral = view.measure(f"{name}-change@{NEUTRAL}", contrast)
    if change is None or neutral is None:
        return False
    return side(change) != 0 and side(change) == side(neutral)


def _changes(view: View, name: str, condition: Condition, groups: Sequence[Contrast]) -> str:
    found = [
        (c, m)
        for c in groups
        if (m := view.measure(f"{name}-change@{condition}", c)) is not None and m.value is not None
    ]
    words = naming.capital(naming.CONDITIONS[condition])
    if not found:
        return f"{words}: no change could be formed."
    lower = [pair for pair in found if side(pair[1]) < 0]
    higher = [pair for pair in found if side(pair[1]) > 0]
    n = counted(len(found), "contrast")
    if not lower and not higher:
        return f"{words}: in none of {n} is a change of the score shown."
    contrast, measure = max([*lower, *higher], key=lambda pair: abs(pair[1].value or 0.0))
    return (
        f"{words}: the score is shown to fall in {len(lower)} and to rise in {len(higher)} of {n}, "
        f"most for “{naming.contrast_title(contrast)}” ({wording.value_text(measure)})."
    )


def _over_corrections(
    view: View, name: str, under: Sequence[Condition], groups: Sequence[Contrast]
) -> list[str]:
    told = []
    for condition in under:
        turned = [
            f"“{naming.contrast_title(c)}” (from {_value(view.measure(name, c))} to "
            f"{_value(view.measure(f'{name}@{condition}', c))})"
            for c in groups
            if is_over_corrected(view, name, c, condition)
        ]
        if turned:
            told.append(
                f"Over-correction under the {naming.CONDITIONS[condition]}: the score turns from "
                f"above zero to below it for {', '.join(turned)}. There the bias is turned round, "
                "not removed."
            )
    return told


def _lost_controls(view: View, name: str, under: Sequence[Condition]) -> list[str]:
    """Conditions under which the test no longer sees what everybody sees."""
    lost = [
        naming.CONDITIONS[one]
        for one in under
        if any(not is_sensitive(m) for m in view.positive_controls(f"{name}@{one}"))
    ]
    if not lost:
        return []
    return [
        f"Under the {' and the '.join(lost)} the positive control is no longer detected: a score "
        "near zero there shows no absence."
    ]


def _value(measure: Measure | None) -> str:
    return wording.value_text(measure) if measure is not None else rounding.NONE


def _alike(
    view: View, name: str, under: Sequence[Condition], groups: Sequence[Contrast]
) -> list[str]:
    found = [(c, one) for c in groups for one in under if is_neutral_alike(view, name, c, one)]
    if not found:
        return []
    contrasts = dict.fromkeys(naming.contrast_title(c) for c, _ in found)
    return [
        f"In {counted(len(contrasts), 'contrast')} the neutral instruction changes the score in "
        "the same direction as one against bias, so what that one says need not be the cause."
    ]


def _unusable(
    view: View, instrument: str, under: Sequence[Condition], groups: Sequence[Contrast]
) -> list[str]:
    """The largest rise of the unusable share that each condition is shown to bring."""
    told = []
    for condition in under:
        rises = [
            (after.value - before.value, c, before, after)
            for c in groups
            if (before := view.measure(f"{instrument}.invalid-rate", c)) is not None
            and (after := view.measure(f"{instrument}.invalid-rate@{condition}", c)) is not None
            and before.value is not None
            and after.value is not None
            and _is_above(after, before)
        ]
        if not rises:
            continue
        _, contrast, before, after = max(rises, key=lambda one: one[0])
        told.append(
            f"Under the {naming.CONDITIONS[condition]}, more answers are unusable: "
            f"{wording.value_text(before)} before and {wording.value_text(after)} under it for "
            f"“{naming.contrast_title(contrast)}”, the largest rise. A written score near zero "
            "there may only be silence."
        )
    return told


def _is_above(one: Measure, other: Measure) -> bool:
    """Whether the whole interval of the one lies above that of the other."""
    spans = (one.interval, other.interval)
    return spans[0] is not None and spans[1] is not None and spans[0].low > spans[1].high
