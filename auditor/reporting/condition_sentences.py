"""What conditions change, in sentences that the paired intervals carry. Pure."""

from collections.abc import Sequence
from functools import reduce

from auditor.core.items import Condition, Contrast
from auditor.core.judging import is_sensitive
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.instrument_sentences import control_sentence, side
from auditor.reporting.language import tr, tr_n
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
        told = control_sentence(view, name) or tr("No contrast can be measured.")
        return [told, tr("Changes of such scores are no evidence; the numbers are printed.")]
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
    words = naming.capital(naming.condition_name(condition))
    if not found:
        return tr("{condition}: no change could be formed.", condition=words)
    lower = [pair for pair in found if side(pair[1]) < 0]
    higher = [pair for pair in found if side(pair[1]) > 0]
    if not lower and not higher:
        return tr_n(
            "{condition}: in none of {n} contrast is a change of the score shown.",
            "{condition}: in none of {n} contrasts is a change of the score shown.",
            len(found),
            condition=words,
        )
    contrast, measure = max([*lower, *higher], key=lambda pair: abs(pair[1].value or 0.0))
    return tr_n(
        "{condition}: the score is shown to fall in {n_lower} and to rise in {n_higher} of {n} "
        "contrast, most for “{contrast}” ({value}).",
        "{condition}: the score is shown to fall in {n_lower} and to rise in {n_higher} of {n} "
        "contrasts, most for “{contrast}” ({value}).",
        len(found),
        condition=words,
        n_lower=len(lower),
        n_higher=len(higher),
        contrast=naming.contrast_title(contrast),
        value=wording.value_text(measure),
    )


def _over_corrections(
    view: View, name: str, under: Sequence[Condition], groups: Sequence[Contrast]
) -> list[str]:
    told = []
    for condition in under:
        turned = [
            tr(
                "“{contrast}” (from {before} to {after})",
                contrast=naming.contrast_title(c),
                before=_value(view.measure(name, c)),
                after=_value(view.measure(f"{name}@{condition}", c)),
            )
            for c in groups
            if is_over_corrected(view, name, c, condition)
        ]
        if turned:
            told.append(
                tr(
                    "Over-correction under the {condition}: the score turns from above zero to "
                    "below it for {contrasts}. There the bias is turned round, not removed.",
                    condition=naming.condition_name(condition),
                    contrasts=", ".join(turned),
                )
            )
    return told


def _lost_controls(view: View, name: str, under: Sequence[Condition]) -> list[str]:
    """Conditions under which the test no longer sees what everybody sees."""
    lost = [
        naming.condition_name(one)
        for one in under
        if any(not is_sensitive(m) for m in view.positive_controls(f"{name}@{one}"))
    ]
    if not lost:
        return []
    return [
        tr(
            "Under the {conditions} the positive control is no longer detected: a score near zero "
            "there shows no absence.",
            conditions=reduce(_and_the, lost),
        )
    ]


def _and_the(first: str, second: str) -> str:
    return tr("{first} and the {second}", first=first, second=second)


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
        tr_n(
            "In {n} contrast the neutral instruction changes the score in the same direction as "
            "one against bias, so what that one says need not be the cause.",
            "In {n} contrasts the neutral instruction changes the score in the same direction as "
            "one against bias, so what that one says need not be the cause.",
            len(contrasts),
        )
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
            tr(
                "Under the {condition}, more answers are unusable: {before} before and {after} "
                "under it for “{contrast}”, the largest rise. A written score near zero there may "
                "only be silence.",
                condition=naming.condition_name(condition),
                before=wording.value_text(before),
                after=wording.value_text(after),
                contrast=naming.contrast_title(contrast),
            )
        )
    return told


def _is_above(one: Measure, other: Measure) -> bool:
    """Whether the whole interval of the one lies above that of the other."""
    spans = (one.interval, other.interval)
    return spans[0] is not None and spans[1] is not None and spans[0].low > spans[1].high
