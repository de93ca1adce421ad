"""What the model wrote, as shares of all answers. Pure."""

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
from auditor.reporting.cleaning import clean, clean_line
from auditor.reporting.pages import Answers
from auditor.reporting.ruled_answers import ALIKE, level_sentences, order_sentences, ruled_by
from auditor.reporting.view import EXPLICIT, IMPLICIT, PAIRING, View

QUOTED_UNUSABLE = 3
_LEAD = (
    "The scores compare likelihoods; this page shows what the model writes when it is left to "
    "answer. Every answer counts: what could not be read stays in the middle of each bar, since "
    "it could belong to either end."
)
_RULED = (
    " n/m: where a line beneath the category says what decided in place of the meaning, counting "
    "alone puts half of the answers on either side, so these shares are not printed."
)
_TITLES = {
    IMPLICIT: "Implicit: words paired with groups",
    EXPLICIT: "Explicit: statements rated",
}


def answers(view: View) -> Answers | None:
    """What the model wrote, as shares of all answers; None where no words were paired."""
    if not view.primaries:
        return None
    panels = tuple(
        AnswerPanel(title=title, bars=bars)
        for name, title in _TITLES.items()
        if (bars := _bars(view, name))
    )
    parts = (_LEAD, order_sentences(view), level_sentences(view))
    return Answers(
        lead=" ".join(part for part in parts if part),
        chart=AnswerChart(title=_answers_title(panels), alt=_answers_alt(panels), panels=panels),
        tables=tuple(
            _answers_table(view, name, title)
            for name, title in _TITLES.items()
            if _bars(view, name)
        ),
        unusable=tuple(
            QuoteText(
                question=clean(quote.question),
                answer=clean(quote.answer),
                label=clean_line(quote.label),
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


def _answers_title(panels: tuple[AnswerPanel, ...]) -> str:
    worst = [(panel.title.split(":")[0], bar) for panel in panels for bar in panel.bars]
    if not worst:
        return "No answer was written in this run"
    test, bar = max(worst, key=lambda pair: pair[1].unusable)
    unusable = (
        f"Unusable answers reach {rounding.percent(bar.unusable)} ({test.lower()}, "
        f"{bar.label.lower()})"
        if bar.unusable > 0
        else "Every written answer could be scored"
    )
    level = _ruled_words(panels)
    return f"{unusable}; {level}" if level else unusable


def _ruled_words(panels: tuple[AnswerPanel, ...]) -> str:
    """Where answers take no side, and why; empty for nowhere."""
    parts = []
    for panel in panels:
        ruled = [bar.ruled_by for bar in panel.bars if bar.ruled_by]
        if not ruled:
            continue
        words = (
            "statement and mirror are rated alike"
            if ALIKE in ruled
            else "the listed order decides the pairings"
        )
        parts.append(f"{words} in {len(ruled)} of {len(panel.bars)} categories")
    return "; ".join(parts)


def _answers_alt(panels: tuple[AnswerPanel, ...]) -> str:
    parts = []
    for panel in panels:
        bars = [bar for bar in panel.bars if not bar.ruled_by]
        if len(bars) < len(panel.bars):
            words = _ruled_words((panel,))
            parts.append(f"{panel.title.split(':')[0]}: {words}, which takes no side.")
        if not bars:
            continue
        high = max(bars, key=lambda bar: bar.stereotype)
        low = min(bars, key=lambda bar: bar.stereotype)
        test = panel.title.split(":")[0]
        least, most = rounding.percent(low.stereotype), rounding.percent(high.stereotype)
        parts.append(
            f"{test}: stereotyped {least} in each."
            if least == most
            else f"{test}: stereotyped {least} ({low.label.lower()}) to {most} "
            f"({high.label.lower()})."
        )
    return chart_alt("Shares of stereotyped, unusable and counter-stereotyped answers.", parts)


def _answers_table(view: View, instrument: str, title: str) -> Table:
    is_explicit = instrument == EXPLICIT
    third = "neutral-rate" if is_explicit else "stereotype-rate-valid"
    third_head = "Neutral" if is_explicit else "Stereotyped, of usable"
    heads = ("Category", "Stereotyped", "Bounds", "Counter", "Unusable")
    columns = (*heads, third_head, N_HEAD)
    rows = tuple(
        (
            Cell(
                text=naming.category_name(c.category),
                note=ruled_by(view, instrument, c),
            ),
            *_sides(view, instrument, c),
            _bare(view.measure(f"{instrument}.invalid-rate", c)),
            _bare(view.measure(f"{instrument}.{third}", c))
            if is_explicit or not ruled_by(view, instrument, c)
            else Cell(text=UNREAD, kind="number"),
            _asked(view.measure(f"{instrument}.stereotype-rate", c)),
        )
        for c in view.primaries
    )
    return Table(
        table_id=f"t-answers-{instrument}",
        caption=f"{title} (shares of all answers, 95 % intervals, bounds)",
        columns=tuple(
            Column(text=c, kind="number" if i else "text") for i, c in enumerate(columns)
        ),
        rows=rows,
        footnote="Bounds: the stereotyped share if none, or all, of the unusable answers were "
        "stereotyped. n: all answers, and in brackets the stimuli they are about."
        f"{_RULED if any(ruled_by(view, instrument, c) for c in view.primaries) else ''}",
        is_dense=True,
    )


def _sides(view: View, instrument: str, contrast: Contrast) -> tuple[Cell, ...]:
    """Stereotyped share, its bounds, the other side's share; unread where meaning chose neither."""
    if ruled_by(view, instrument, contrast):
        return (Cell(text=UNREAD, kind="number"),) * 3
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
    text = f"{rounding.percent(bounds.low)} to {rounding.percent(bounds.high)}"
    return Cell(text=text, kind="number")


def _asked(measure: Measure | None) -> Cell:
    if measure is None:
        return Cell(text=rounding.NONE, kind="number")
    return answers_of(measure.n + measure.n_unscored, measure.n_clusters)
