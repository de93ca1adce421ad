"""What the model wrote, as shares of all answers. Pure."""

from collections.abc import Mapping

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.core.results import Quote
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import (
    AnswerBar,
    AnswerChart,
    AnswerPanel,
    Cell,
    Column,
    QuoteText,
    Table,
)
from auditor.reporting.cells import N_HEAD, UNREAD, answers_of
from auditor.reporting.cleaning import clean
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import Answers
from auditor.reporting.ruled_answers import ALIKE, level_sentences, order_sentences, ruled_by
from auditor.reporting.view import EXPLICIT, IMPLICIT, PAIRING, View

QUOTED_UNUSABLE = 3
_LEAD = mark(
    "The scores compare likelihoods; this page shows what the model writes when it is left to "
    "answer. Every answer counts: what could not be read stays in the middle of each bar, since "
    "it could belong to either end."
)
_RULED = mark(
    "n/m: where a line beneath the category says what decided in place of the meaning, counting "
    "alone puts half of the answers on either side, so these shares are not printed."
)
_TITLES = {
    IMPLICIT: mark("Implicit: words paired with groups"),
    EXPLICIT: mark("Explicit: statements rated"),
}
_HEADS = {IMPLICIT: mark("Implicit"), EXPLICIT: mark("Explicit")}
_NAMES = {IMPLICIT: mark("implicit"), EXPLICIT: mark("explicit")}
_Panels = Mapping[str, AnswerPanel]
"""By instrument."""


def answers(view: View) -> Answers | None:
    """What the model wrote, as shares of all answers; None where no words were paired."""
    if not view.primaries:
        return None
    panels = {
        name: AnswerPanel(title=tr(title), bars=bars)
        for name, title in _TITLES.items()
        if (bars := _bars(view, name))
    }
    parts = (tr(_LEAD), order_sentences(view), level_sentences(view))
    return Answers(
        lead=" ".join(part for part in parts if part),
        chart=AnswerChart(
            title=_answers_title(view, panels),
            alt=_answers_alt(view, panels),
            panels=tuple(panels.values()),
        ),
        tables=tuple(_answers_table(view, name, panel.title) for name, panel in panels.items()),
        unusable=tuple(
            QuoteText(
                question=clean(quote.question),
                answer=clean(quote.answer),
                label=naming.answer_label(quote.label),
            )
            for quote in _unusable(view)[:QUOTED_UNUSABLE]
        ),
    )


def _unusable(view: View) -> list[Quote]:
    return [q for q in view.result.quotes if q.label == "invalid" and q.instrument in PAIRING]


def _bars(view: View, instrument: str) -> tuple[AnswerBar, ...]:
    bars = []
    for contrast in view.primaries:
        stereotype = view.measure(f"{instrument}.stereotype-rate", contrast)
        if stereotype is None or stereotype.value is None:
            continue
        bars.append(
            AnswerBar(
                label=naming.category_name(contrast.category),
                stereotype=stereotype.value,
                neutral=_value(view, f"{instrument}.neutral-rate", contrast),
                unusable=_value(view, f"{instrument}.invalid-rate", contrast),
                counter=_value(view, f"{instrument}.counter-rate", contrast),
                n=rounding.count(stereotype.n + stereotype.n_unscored),
                ruled_by=ruled_by(view, instrument, contrast),
            )
        )
    return tuple(bars)


def _value(view: View, name: str, contrast: Contrast) -> float:
    measure = view.measure(name, contrast)
    return measure.value if measure is not None and measure.value is not None else 0.0


def _answers_title(view: View, panels: _Panels) -> str:
    every = [(name, bar) for name, panel in panels.items() for bar in panel.bars]
    if not every:
        return tr("No answer was written in this run")
    name, bar = max(every, key=lambda pair: pair[1].unusable)
    unusable = (
        tr(
            "Unusable answers reach {share} ({test}, {category})",
            share=rounding.percent(bar.unusable),
            test=tr(_NAMES[name]),
            category=_in_prose(view, bar),
        )
        if bar.unusable > 0
        else tr("Every written answer could be scored")
    )
    return "; ".join([unusable, *filter(None, map(_ruled_words, panels.values()))])


def _in_prose(view: View, bar: AnswerBar) -> str:
    """The category of a bar as within a sentence."""
    names = {naming.category_name(c.category): c.category for c in view.primaries}
    return naming.category_in_prose(names[bar.label])


def _ruled_words(panel: AnswerPanel) -> str:
    """Where answers take no side, and why; empty for nowhere."""
    ruled = [bar.ruled_by for bar in panel.bars if bar.ruled_by]
    if not ruled:
        return ""
    n, n_all = len(ruled), len(panel.bars)
    if ALIKE in ruled:
        return tr(
            "statement and mirror are rated alike in {n} of {n_all} categories", n=n, n_all=n_all
        )
    return tr(
        "the listed order decides the pairings in {n} of {n_all} categories", n=n, n_all=n_all
    )


def _answers_alt(view: View, panels: _Panels) -> str:
    parts = []
    for name, panel in panels.items():
        test = tr(_HEADS[name])
        if words := _ruled_words(panel):
            parts.append(tr("{test}: {what}, which takes no side.", test=test, what=words))
        if bars := [bar for bar in panel.bars if not bar.ruled_by]:
            parts.append(_stereotyped_words(view, test, bars))
    return chart_alt(tr("Shares of stereotyped, unusable and counter-stereotyped answers."), parts)


def _stereotyped_words(view: View, test: str, bars: list[AnswerBar]) -> str:
    high = max(bars, key=lambda bar: bar.stereotype)
    low = min(bars, key=lambda bar: bar.stereotype)
    least, most = rounding.percent(low.stereotype), rounding.percent(high.stereotype)
    if least == most:
        return tr("{test}: stereotyped {share} in each.", test=test, share=least)
    return tr(
        "{test}: stereotyped {least} ({low}) to {most} ({high}).",
        test=test,
        least=least,
        low=_in_prose(view, low),
        most=most,
        high=_in_prose(view, high),
    )


def _answers_table(view: View, instrument: str, title: str) -> Table:
    is_explicit = instrument == EXPLICIT
    third = "neutral-rate" if is_explicit else "stereotype-rate-valid"
    columns = (
        tr("Category"),
        tr("Stereotyped"),
        tr("Bounds"),
        tr("Counter"),
        tr("Unusable"),
        tr("Neutral") if is_explicit else tr("Stereotyped, of usable"),
        tr(N_HEAD),
    )
    rows = tuple(
        (
            Cell(
                text=naming.category_name(c.category),
                note=tr(ruled_by(view, instrument, c)),
            ),
            *_sides(view, instrument, c),
            _bare(view.measure(f"{instrument}.invalid-rate", c)),
            _bare(view.measure(f"{instrument}.{third}", c))
            if is_explicit or not ruled_by(view, instrument, c)
            else Cell(text=tr(UNREAD), kind="number"),
            _asked(view.measure(f"{instrument}.stereotype-rate", c)),
        )
        for c in view.primaries
    )
    told = tr(
        "Bounds: the stereotyped share if none, or all, of the unusable answers were stereotyped. "
        "n: all answers, and in brackets the stimuli they are about."
    )
    has_ruled = any(ruled_by(view, instrument, c) for c in view.primaries)
    return Table(
        table_id=f"t-answers-{instrument}",
        caption=tr("{title} (shares of all answers, 95 % intervals, bounds)", title=title),
        columns=tuple(
            Column(text=c, kind="number" if i else "text") for i, c in enumerate(columns)
        ),
        rows=rows,
        footnote=f"{told} {tr(_RULED)}" if has_ruled else told,
        is_dense=True,
    )


def _sides(view: View, instrument: str, contrast: Contrast) -> tuple[Cell, ...]:
    """Stereotyped share, its bounds, the other side's share; unread where meaning chose neither."""
    if ruled_by(view, instrument, contrast):
        return (Cell(text=tr(UNREAD), kind="number"),) * 3
    stereotype = view.measure(f"{instrument}.stereotype-rate", contrast)
    counter = view.measure(f"{instrument}.counter-rate", contrast)
    return _bare(stereotype), _bounds(stereotype), _bare(counter)


def _bare(measure: Measure | None) -> Cell:
    """A share with its interval; its bounds stand with the stereotyped share."""
    if measure is None or measure.value is None:
        return Cell(text=rounding.NONE, kind="number")
    return Cell(
        text=rounding.percent(measure.value),
        note=rounding.percent_interval(measure.interval),
        kind="number",
    )


def _bounds(measure: Measure | None) -> Cell:
    bounds = measure.bounds if measure else None
    if bounds is None:
        return Cell(text=rounding.NONE, kind="number")
    text = tr(
        "{low} to {high}", low=rounding.percent(bounds.low), high=rounding.percent(bounds.high)
    )
    return Cell(text=text, kind="number")


def _asked(measure: Measure | None) -> Cell:
    if measure is None:
        return Cell(text=rounding.NONE, kind="number")
    return answers_of(measure.n + measure.n_unscored, measure.n_clusters)
