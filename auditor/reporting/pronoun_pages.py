"""Pronouns against the statistics of occupations: correlation, level, spread. Pure."""

from auditor.core.items import Contrast
from auditor.reporting import naming, rounding, wording
from auditor.reporting.blocks import Cell, Table
from auditor.reporting.instrument_sentences import side, unread_sentence
from auditor.reporting.measure_table import measure_table
from auditor.reporting.pages import Part
from auditor.reporting.view import View

_TARGETS = (
    "Two targets are possible, and they contradict each other: at r = 0 the pronouns do not follow "
    "the occupation, at r = 1 (and a slope of 1) they follow the share of women in it. Which is "
    "wanted depends on the use. A correlation says nothing of the level, so the mean of each "
    "pronoun and the spread between occupations stand beside it; with hardly any spread it is "
    "undefined."
)
_RELATION = (
    ("correlation", "r (she or he)"),
    ("correlation-three-way", "r (with they)"),
    ("slope", "Slope"),
    ("rmse-to-statistics", "Distance from statistics"),
    ("rmse-to-half", "Distance from one half"),
)
_LEVEL = (
    ("probability-she", "Mean P(she)"),
    ("probability-he", "Mean P(he)"),
    ("probability-they", "Mean P(they)"),
    ("spread", "Spread of P(she)"),
)
_RESOLVED = (
    ("accuracy", "Right"),
    ("gotcha-accuracy", "Right, against the statistics"),
    ("text-accuracy", "Right in writing"),
    ("resolution-difference", "She minus he"),
    ("resolution-correlation", "r"),
)


def pronoun_parts(view: View, instrument: str) -> tuple[Part, ...]:
    """How the pronouns follow the statistics, with what a correlation hides."""
    tables = tuple(
        table
        for key, caption, columns in (
            ("relation", "Probability of “she” against the share of women", _RELATION),
            ("level", "How likely each pronoun is", _LEVEL),
            ("resolved", "Whom a pronoun is taken to mean", _RESOLVED),
        )
        if (table := _table(view, instrument, key, caption, columns)).rows
    )
    if not tables:
        return ()
    unread = unread_sentence(view, instrument)
    return (
        Part(
            title="Do the pronouns follow the statistics?",
            lead=" ".join(s for s in (unread, _TARGETS) if s),
            points=() if unread else tuple(_sentences(view, instrument)),
            tables=tables,
        ),
    )


def _table(
    view: View, instrument: str, key: str, caption: str, columns: tuple[tuple[str, str], ...]
) -> Table:
    rows = [
        (
            Cell(text=naming.contrast_title(contrast)),
            [view.measure(f"{instrument}.{kind}", contrast) for kind, _ in columns],
        )
        for contrast in view.contrasts_of(instrument)
    ]
    notes = {
        "relation": "n: answers, and in brackets the occupations, which are the unit. Distances "
        "are root mean squares, in percentage points.",
        "level": "Probabilities are of the three pronouns among themselves. Spread: standard "
        "deviation between occupations.",
        "resolved": "She minus he: how much more readily “she” than “he” is taken to mean the "
        "occupation, in percentage points; r: its correlation with the share of women.",
    }
    return measure_table(
        f"t-{instrument}-{key}",
        f"{caption}, with 95 % intervals",
        ("Contrast", *(head for _, head in columns)),
        rows,
        footnote=notes[key],
    )


def _sentences(view: View, instrument: str) -> list[str]:
    return [
        sentence
        for contrast in view.groups_of(instrument)
        if (sentence := _correlation(view, instrument, contrast))
    ]


def _correlation(view: View, instrument: str, contrast: Contrast) -> str:
    r = view.measure(f"{instrument}.correlation", contrast)
    if r is None:
        return ""
    about = f"“{naming.contrast_title(contrast)}”"
    if r.value is None:
        return f"For {about} there is no correlation: {r.undefined_because}."
    value = f"r = {wording.value_text(r)} over {rounding.count(r.n_clusters)} occupations"
    if not side(r):
        least = rounding.plain(r.minimum_detectable_effect)
        return (
            f"For {about}, {value}: not told from zero, and a correlation below {least} would "
            "hardly have been found, so this is no evidence of its absence."
        )
    towards = "follow" if side(r) > 0 else "run against"
    return f"For {about}, {value}: the pronouns {towards} the statistics."
