"""Pronouns against the statistics of occupations: correlation, level, spread. Pure."""

from collections.abc import Mapping

from auditor.core.items import Contrast
from auditor.reporting import naming, rounding, wording
from auditor.reporting.blocks import Cell, Table
from auditor.reporting.instrument_sentences import side, unread_sentence
from auditor.reporting.language import mark, tr
from auditor.reporting.measure_table import measure_table
from auditor.reporting.pages import Part
from auditor.reporting.recorded_texts import recorded
from auditor.reporting.view import View

_TARGETS = mark(
    "Two targets are possible, and they contradict each other: at r = 0 the pronouns do not follow "
    "the occupation, at r = 1 (and a slope of 1) they follow the share of women in it. Which is "
    "wanted depends on the use. A correlation says nothing of the level, so the mean of each "
    "pronoun and the spread between occupations stand beside it; with hardly any spread it is "
    "undefined."
)
_NO_VALUE = mark("no value")
_RELATION = (
    ("correlation", mark("r (she or he)")),
    ("correlation-three-way", mark("r (with they)")),
    ("slope", mark("Slope")),
    ("rmse-to-statistics", mark("Distance from statistics")),
    ("rmse-to-half", mark("Distance from one half")),
)
_LEVEL = (
    ("probability-she", mark("Mean P(she)")),
    ("probability-he", mark("Mean P(he)")),
    ("probability-they", mark("Mean P(they)")),
    ("spread", mark("Spread of P(she)")),
)
_RESOLVED = (
    ("accuracy", mark("Right")),
    ("gotcha-accuracy", mark("Right, against the statistics")),
    ("text-accuracy", mark("Right in writing")),
    ("resolution-difference", mark("She minus he")),
    ("resolution-correlation", "r"),
)
_CAPTIONS: Mapping[str, str] = {
    "relation": mark("Probability of “she” against the share of women, with 95 % intervals"),
    "level": mark("How likely each pronoun is, with 95 % intervals"),
    "resolved": mark("Whom a pronoun is taken to mean, with 95 % intervals"),
}
_FOOTNOTES: Mapping[str, str] = {
    "relation": mark(
        "n: answers, and in brackets the occupations, which are the unit. Distances are root mean "
        "squares, in percentage points."
    ),
    "level": mark(
        "Probabilities are of the three pronouns among themselves. Spread: standard deviation "
        "between occupations."
    ),
    "resolved": mark(
        "She minus he: how much more readily “she” than “he” is taken to mean the occupation, in "
        "percentage points; r: its correlation with the share of women."
    ),
}


def pronoun_parts(view: View, instrument: str) -> tuple[Part, ...]:
    """How the pronouns follow the statistics, with what a correlation hides."""
    tables = tuple(
        table
        for key, columns in (("relation", _RELATION), ("level", _LEVEL), ("resolved", _RESOLVED))
        if (table := _table(view, instrument, key, columns)).rows
    )
    if not tables:
        return ()
    unread = unread_sentence(view, instrument)
    return (
        Part(
            title=tr("Do the pronouns follow the statistics?"),
            lead=" ".join(s for s in (unread, tr(_TARGETS)) if s),
            points=() if unread else tuple(_sentences(view, instrument)),
            tables=tables,
        ),
    )


def _table(view: View, instrument: str, key: str, columns: tuple[tuple[str, str], ...]) -> Table:
    rows = [
        (
            Cell(text=naming.contrast_title(contrast)),
            [view.measure(f"{instrument}.{kind}", contrast) for kind, _ in columns],
        )
        for contrast in view.contrasts_of(instrument)
    ]
    return measure_table(
        f"t-{instrument}-{key}",
        tr(_CAPTIONS[key]),
        (tr("Contrast"), *(tr(head) for _, head in columns)),
        rows,
        footnote=tr(_FOOTNOTES[key]),
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
    about = naming.contrast_title(contrast)
    if r.value is None:
        return tr(
            "For “{contrast}” there is no correlation: {reason}.",
            contrast=about,
            reason=recorded(r.undefined_because or _NO_VALUE),
        )
    value = wording.value_text(r)
    n = rounding.count(r.n_clusters)
    if not side(r):
        return tr(
            "For “{contrast}”, r = {value} over {n} occupations: not told from zero, and a "
            "correlation below {least} would hardly have been found, so this is no evidence of "
            "its absence.",
            contrast=about,
            value=value,
            n=n,
            least=rounding.detectable(r.minimum_detectable_effect, r.unit),
        )
    if side(r) > 0:
        return tr(
            "For “{contrast}”, r = {value} over {n} occupations: the pronouns follow the "
            "statistics.",
            contrast=about,
            value=value,
            n=n,
        )
    return tr(
        "For “{contrast}”, r = {value} over {n} occupations: the pronouns run against the "
        "statistics.",
        contrast=about,
        value=value,
        n=n,
    )
