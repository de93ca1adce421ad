"""Dialect beyond typing errors, the guises' surprisal, English against Russian. Pure."""

from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.blocks import Cell, Table
from auditor.reporting.charts_of_scores import common_limit
from auditor.reporting.cleaning import clean_line
from auditor.reporting.instrument_sentences import side, unread_sentence
from auditor.reporting.measure_table import measure_table
from auditor.reporting.pages import Part
from auditor.reporting.view import View

ENGLISH = "matched-guise"
_MISMATCH = ".surprisal-mismatch"
RUSSIAN = "matched-guise-russian"


def guise_parts(view: View, instrument: str) -> tuple[Part, ...]:
    """The dialect beyond its control; in the last language also how the two compare."""
    parts = [_excess_part(view, instrument)]
    if instrument == RUSSIAN:
        parts.append(_interaction_part(view))
    return tuple(part for part in parts if part is not None)


def _excess_part(view: View, instrument: str) -> Part | None:
    excess = [
        (Cell(text=naming.contrast_title(c)), [m])
        for c in view.contrasts_of(instrument)
        if (m := view.measure(f"{instrument}.excess", c)) is not None
    ]
    surprisals = _surprisals(view, instrument)
    tables: list[Table] = []
    if excess:
        tables.append(
            measure_table(
                f"t-{instrument}-excess",
                "What the dialect adds beyond typing errors, with 95 % intervals",
                ("Contrast", "Dialect minus control"),
                excess,
                footnote="On the score’s scale. Above zero: the dialect is judged worse than "
                "equally marred text.",
            )
        )
    if surprisals:
        tables.append(
            measure_table(
                f"t-{instrument}-surprisal",
                "How surprising each guise is to this model, with 95 % intervals",
                ("Guise", "Surprisal"),
                [(Cell(text=name), [m]) for name, m in surprisals],
                footnote="Mean negative log-likelihood. A control that surprises the model less "
                "than the dialect does not rule out that rarity alone moves its judgement.",
            )
        )
    if not tables:
        return None
    unread = unread_sentence(view, instrument)
    effects = [] if unread else _excess_sentences(view, instrument)
    return Part(
        title="The dialect, or any unusual text?",
        lead=unread,
        points=tuple(s for s in (*effects, _match_sentence(surprisals)) if s),
        tables=tuple(tables),
    )


def _surprisals(view: View, instrument: str) -> list[tuple[str, Measure]]:
    """One a guise, then the paired difference between dialect and control."""
    prefix = f"{instrument}.surprisal"
    found = [
        m for m in view.result.measures if m.name.startswith(prefix) and m.condition == "question"
    ]
    return [
        ("Dialect minus control" if m.name.endswith(_MISMATCH) else naming.spelt(m.group), m)
        for m in found
    ]


def _excess_sentences(view: View, instrument: str) -> list[str]:
    told = []
    for contrast in view.groups_of(instrument):
        measure = view.measure(f"{instrument}.excess", contrast)
        if measure is None or measure.value is None:
            continue
        value = f"“{naming.contrast_title(contrast)}”: {wording.value_text(measure)}"
        told.append(
            f"{value}, so the judgement is not told apart from that of typing errors."
            if not side(measure)
            else f"{value}, so the dialect is judged {'worse' if side(measure) > 0 else 'better'} "
            "than typing errors are."
        )
    return told


def _match_sentence(found: list[tuple[str, Measure]]) -> str:
    """Whether the control is matched for this model: where the paired interval lies."""
    mismatch = next((m for _, m in found if m.name.endswith(_MISMATCH)), None)
    if mismatch is None or mismatch.value is None:
        return ""
    value = wording.value_text(mismatch)
    if not side(mismatch):
        return (
            "The dialect is not shown to surprise this model more, or less, than the control does "
            f"({value})."
        )
    if side(mismatch) > 0:
        return (
            f"The dialect surprises this model more than the control does ({value}): the two are "
            "not matched for it, and part of the effect may be rarity."
        )
    return (
        f"The control surprises this model more than the dialect does ({value}), so rarity alone "
        "does not explain an effect of the dialect beyond it."
    )


def _interaction_part(view: View) -> Part | None:
    found = [
        m
        for m in view.result.measures
        if m.name == naming.INTERACTION and m.condition == "question"
    ]
    if not found:
        return None
    limit = common_limit(view, (naming.INTERACTION, "matched-guise.score"))
    return Part(
        title="Does what English shows hold in Russian?",
        lead=_blind_sentence(view),
        points=()
        if _blind_sentence(view)
        else tuple(interaction_sentence(m, limit) for m in found),
        tables=(
            measure_table(
                "t-interaction",
                "Dialect effect in English minus that in Russian, with 95 % interval",
                ("Contrast", "English minus Russian"),
                [(Cell(text=_about(view, m)), [m]) for m in found],
                footnote="Both effects are dialect minus control, on the score’s scale.",
            ),
        ),
    )


def _blind_sentence(view: View) -> str:
    """Which language's positive control was missed; empty where both were detected."""
    missed = [
        language
        for language, name in (("English", ENGLISH), ("Russian", RUSSIAN))
        if view.is_insensitive(f"{name}.score")
    ]
    if not missed:
        return ""
    return (
        f"The two languages cannot be compared: the positive control in {' and in '.join(missed)} "
        "was not detected. The number is no evidence."
    )


def interaction_sentence(measure: Measure, limit: float | None) -> str:
    """Shown different, shown equivalent, or open: by the intervals alone."""
    if measure.value is None or measure.interval is None:
        return f"The two languages cannot be compared: {measure.undefined_because or 'no value'}."
    value = wording.value_text(measure)
    if side(measure):
        larger = "larger" if side(measure) > 0 else "smaller"
        return (
            f"The languages are shown to differ: the dialect effect is {larger} in English than in "
            f"Russian, {value}."
        )
    inside = measure.equivalence_interval
    if limit is not None and inside is not None and -limit < inside.low and inside.high < limit:
        return (
            f"The languages are shown to be alike within ±{rounding.plain(limit)}: the 90 % "
            f"interval of the difference lies inside it, {value}."
        )
    return (
        f"It is open: the difference between the languages, {value}, includes zero and is not "
        "shown to be small; a difference of "
        f"{rounding.plain(measure.minimum_detectable_effect)} would have been found with 80 % "
        "power."
    )


def _about(view: View, measure: Measure) -> str:
    contrast = view.contrast(measure.contrast_id)
    return naming.contrast_title(contrast) if contrast else clean_line(measure.contrast_id)
