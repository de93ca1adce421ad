"""Dialect beyond typing errors, the guises' surprisal, English against Russian. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.blocks import Cell, Table
from auditor.reporting.charts_of_scores import common_limit
from auditor.reporting.cleaning import clean_line
from auditor.reporting.instrument_sentences import side, unread_sentence
from auditor.reporting.language import mark, tr
from auditor.reporting.measure_table import measure_table
from auditor.reporting.pages import Part
from auditor.reporting.view import View

ENGLISH = "matched-guise"
_MISMATCH = ".surprisal-mismatch"
RUSSIAN = "matched-guise-russian"
_GUISES: Mapping[str, str] = {
    "dialect": mark("Dialect"),
    "standard": mark("Standard"),
    "typos": mark("Typos"),
}
_BLIND: Mapping[tuple[str, ...], str] = {
    (ENGLISH,): mark(
        "The two languages cannot be compared: the positive control in English was not detected. "
        "The number is no evidence."
    ),
    (RUSSIAN,): mark(
        "The two languages cannot be compared: the positive control in Russian was not detected. "
        "The number is no evidence."
    ),
    (ENGLISH, RUSSIAN): mark(
        "The two languages cannot be compared: the positive control in English and in Russian was "
        "not detected. The number is no evidence."
    ),
}
"""By the tests whose positive control was missed."""
_EXCESSES: Mapping[int, str] = {
    0: mark(
        "“{contrast}”: {value}, so the judgement is not told apart from that of typing errors."
    ),
    1: mark("“{contrast}”: {value}, so the dialect is judged worse than typing errors are."),
    -1: mark("“{contrast}”: {value}, so the dialect is judged better than typing errors are."),
}
"""By the side of zero that the interval lies on, as the next."""
_MATCHES: Mapping[int, str] = {
    0: mark(
        "The dialect is not shown to surprise this model more, or less, than the control does "
        "({value})."
    ),
    1: mark(
        "The dialect surprises this model more than the control does ({value}): the two are not "
        "matched for it, and part of the effect may be rarity."
    ),
    -1: mark(
        "The control surprises this model more than the dialect does ({value}), so rarity alone "
        "does not explain an effect of the dialect beyond it."
    ),
}
_LARGER = mark(
    "The languages are shown to differ: the dialect effect is larger in English than in Russian, "
    "{value}."
)
_SMALLER = mark(
    "The languages are shown to differ: the dialect effect is smaller in English than in Russian, "
    "{value}."
)


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
                tr("What the dialect adds beyond typing errors, with 95 % intervals"),
                (tr("Contrast"), tr("Dialect minus control")),
                excess,
                footnote=tr(
                    "On the score’s scale. Above zero: the dialect is judged worse than equally "
                    "marred text."
                ),
            )
        )
    if surprisals:
        tables.append(
            measure_table(
                f"t-{instrument}-surprisal",
                tr("How surprising each guise is to this model, with 95 % intervals"),
                (tr("Guise"), tr("Surprisal")),
                [(Cell(text=_guise(m)), [m]) for m in surprisals],
                footnote=tr(
                    "Mean negative log-likelihood. A control that surprises the model less than "
                    "the dialect does not rule out that rarity alone moves its judgement."
                ),
            )
        )
    if not tables:
        return None
    unread = unread_sentence(view, instrument)
    effects = [] if unread else _excess_sentences(view, instrument)
    return Part(
        title=tr("The dialect, or any unusual text?"),
        lead=unread,
        points=tuple(s for s in (*effects, _match_sentence(surprisals)) if s),
        tables=tuple(tables),
    )


def _surprisals(view: View, instrument: str) -> list[Measure]:
    """One a guise, then the paired difference between dialect and control."""
    prefix = f"{instrument}.surprisal"
    return [
        m for m in view.result.measures if m.name.startswith(prefix) and m.condition == "question"
    ]


def _guise(surprisal: Measure) -> str:
    if surprisal.name.endswith(_MISMATCH):
        return tr("Dialect minus control")
    group = surprisal.group
    return tr(_GUISES[group]) if group in _GUISES else naming.spelt(group)


def _excess_sentences(view: View, instrument: str) -> list[str]:
    told = []
    for contrast in view.groups_of(instrument):
        measure = view.measure(f"{instrument}.excess", contrast)
        if measure is None or measure.value is None:
            continue
        told.append(
            tr(
                _EXCESSES[side(measure)],
                contrast=naming.contrast_title(contrast),
                value=wording.value_text(measure),
            )
        )
    return told


def _match_sentence(surprisals: Sequence[Measure]) -> str:
    """Whether the control is matched for this model: where the paired interval lies."""
    mismatch = next((m for m in surprisals if m.name.endswith(_MISMATCH)), None)
    if mismatch is None or mismatch.value is None:
        return ""
    return tr(_MATCHES[side(mismatch)], value=wording.value_text(mismatch))


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
        title=tr("Does what English shows hold in Russian?"),
        lead=_blind_sentence(view),
        points=()
        if _blind_sentence(view)
        else tuple(interaction_sentence(m, limit) for m in found),
        tables=(
            measure_table(
                "t-interaction",
                tr("Dialect effect in English minus that in Russian, with 95 % interval"),
                (tr("Contrast"), tr("English minus Russian")),
                [(Cell(text=_about(view, m)), [m]) for m in found],
                footnote=tr("Both effects are dialect minus control, on the score’s scale."),
            ),
        ),
    )


def _blind_sentence(view: View) -> str:
    """Which language's positive control was missed; empty where both were detected."""
    missed = tuple(name for name in (ENGLISH, RUSSIAN) if view.is_insensitive(f"{name}.score"))
    return tr(_BLIND[missed]) if missed else ""


def interaction_sentence(measure: Measure, limit: float | None) -> str:
    """Shown different, shown equivalent, or open: by the intervals alone."""
    if measure.value is None or measure.interval is None:
        return tr(
            "The two languages cannot be compared: {reason}.",
            reason=tr(measure.undefined_because or mark("no value")),
        )
    value = wording.value_text(measure)
    if side(measure):
        return tr(_LARGER if side(measure) > 0 else _SMALLER, value=value)
    inside = measure.equivalence_interval
    if limit is not None and inside is not None and -limit < inside.low and inside.high < limit:
        return tr(
            "The languages are shown to be alike within ±{limit}: the 90 % interval of the "
            "difference lies inside it, {value}.",
            limit=rounding.plain(limit),
            value=value,
        )
    return tr(
        "It is open: the difference between the languages, {value}, includes zero and is not "
        "shown to be small; a difference of {least} would have been found with 80 % power.",
        value=value,
        least=rounding.detectable(measure.minimum_detectable_effect, measure.unit),
    )


def _about(view: View, measure: Measure) -> str:
    contrast = view.contrast(measure.contrast_id)
    return naming.contrast_title(contrast) if contrast else clean_line(measure.contrast_id)
