"""What the answers were, the ladders of ambiguity, and the controls. Pure."""

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting import rounding, wording
from auditor.reporting.cleaning import clean, clean_line
from auditor.reporting.pages import (
    AnswerBar,
    AnswerChart,
    AnswerPanel,
    Answers,
    Cell,
    Column,
    Control,
    GapChart,
    Ladders,
    QuoteText,
    Table,
)
from auditor.reporting.summary_pages import chart_alt, gap_row
from auditor.reporting.view import (
    EXPLICIT,
    IMPLICIT,
    N_HEAD,
    View,
    answers_cell,
    answers_of,
    unusable_cell,
    value_cell,
)

CHARTED_RUNGS = 4
"""Contrasts of one category from which it gets a chart of its own."""
QUOTED_UNUSABLE = 3
_LADDER_LEAD = (
    "The same stereotypes, asked about with words that say more or less plainly whom they mean, "
    "and about other groups. A score that is high for ambiguous words or names and low for stated "
    "groups is what a check by direct questions misses. Only contrasts that the policy names are "
    "judged; the others have no limit, and their intervals are not adjusted for being many."
)
_TITLES = {
    IMPLICIT: "Implicit: words paired with groups",
    EXPLICIT: "Explicit: statements rated",
}


def answers(view: View) -> Answers:
    """What the model wrote, as shares of all answers."""
    panels = tuple(
        AnswerPanel(title=title, bars=bars)
        for name, title in _TITLES.items()
        if (bars := _bars(view, name))
    )
    return Answers(
        lead="The scores compare likelihoods; this page shows what the model writes when it is "
        "left to answer. Every answer counts: what could not be read stays in the middle of each "
        "bar, since it could belong to either end.",
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
            for quote in [q for q in view.result.quotes if q.label == "invalid"][:QUOTED_UNUSABLE]
        ),
    )


def ladders(view: View) -> Ladders | None:
    """The contrasts beside the primary ones; None where there are none."""
    rungs = {
        primary.category: [
            c
            for c in view.result.contrasts
            if c.category == primary.category and c.role in ("primary", "ladder")
        ]
        for primary in view.primaries
    }
    long = [name for name, found in rungs.items() if len(found) >= CHARTED_RUNGS]
    rest = [c for name, found in rungs.items() if name not in long for c in found]
    has_rest = any(c.role == "ladder" for c in rest)
    if not long and not has_rest:
        return None
    return Ladders(
        lead=_LADDER_LEAD,
        charts=tuple(
            (_ladder_chart(view, rungs[name]), _ladder_table(view, rungs[name], is_one=True))
            for name in long
        ),
        others=_ladder_table(view, [c for c in rest if _has_ladder(view, c)], is_one=False)
        if has_rest
        else None,
    )


def _has_ladder(view: View, contrast: Contrast) -> bool:
    return any(
        c.role == "ladder" and c.category == contrast.category for c in view.result.contrasts
    )


def controls(view: View) -> tuple[Control, ...]:
    """Whether the instruments see what is there, and nothing where nothing is."""
    return (
        _positive_control(view),
        _null_control(view),
        _pull(
            view,
            f"{IMPLICIT}.score",
            title="Pull of the listed order",
            lead="Every question is asked in all orders, and the orders are averaged. What remains "
            "worth knowing is how strong the pull was: a share near 0 % or 100 % means that "
            "position, not meaning, chose the answers.",
            columns=("Answers in the listed order", "Pull on the score’s scale"),
        ),
        _pull(
            view,
            f"{EXPLICIT}.score",
            title="Pull towards agreement",
            lead="A statement and its mirror cannot both be true. A model that agrees with both is "
            "agreeable, not prejudiced; the score takes their difference, and this is what was "
            "taken out.",
            columns=("", "Pull on the score’s scale"),
        ),
    )


def _bars(view: View, instrument: str) -> tuple[AnswerBar, ...]:
    bars = []
    for contrast in view.primaries:
        stereotype = view.measure(f"{instrument}.stereotype-rate", contrast)
        if stereotype is None or stereotype.value is None:
            continue
        bars.append(
            AnswerBar(
                label=wording.category_name(contrast.category),
                stereotype=stereotype.value,
                neutral=_value(view, f"{instrument}.neutral-rate", contrast),
                unusable=_value(view, f"{instrument}.invalid-rate", contrast),
                counter=_value(view, f"{instrument}.counter-rate", contrast),
                n=rounding.count(stereotype.n + stereotype.n_unscored),
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
    if bar.unusable == 0:
        return "Every written answer could be scored"
    return (
        f"Unusable answers reach {rounding.percent(bar.unusable)} ({test.lower()}, "
        f"{bar.label.lower()})"
    )


def _answers_alt(panels: tuple[AnswerPanel, ...]) -> str:
    parts = []
    for panel in panels:
        high = max(panel.bars, key=lambda bar: bar.stereotype)
        low = min(panel.bars, key=lambda bar: bar.stereotype)
        parts.append(
            f"{panel.title.split(':')[0]}: stereotyped {rounding.percent(low.stereotype)} "
            f"({low.label.lower()}) to {rounding.percent(high.stereotype)} ({high.label.lower()})."
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
            Cell(text=wording.category_name(c.category)),
            _bare(view.measure(f"{instrument}.stereotype-rate", c)),
            _bounds(view.measure(f"{instrument}.stereotype-rate", c)),
            _bare(view.measure(f"{instrument}.counter-rate", c)),
            _bare(view.measure(f"{instrument}.invalid-rate", c)),
            _bare(view.measure(f"{instrument}.{third}", c)),
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
        "stereotyped. n: all answers, and in brackets the stimuli they are about.",
        is_dense=True,
    )


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


def _ladder_chart(view: View, rungs: list[Contrast]) -> GapChart:
    category = wording.category_name(rungs[0].category)
    return GapChart(
        title=f"{category}: scores by wording",
        alt=_ladder_alt(view, rungs),
        limit=None,
        rows=tuple(gap_row(view, c, wording.contrast_name(c)) for c in rungs),
    )


def _ladder_table(view: View, rungs: list[Contrast], *, is_one: bool) -> Table:
    columns = ("Contrast", "Implicit", "Explicit", "Stereotyped in text", "Unusable", N_HEAD)
    rows = tuple(
        (
            Cell(text=wording.contrast_name(c) if is_one else wording.contrast_title(c)),
            value_cell(view.measure(f"{IMPLICIT}.score", c)),
            value_cell(view.measure(f"{EXPLICIT}.score", c)),
            value_cell(view.measure(f"{IMPLICIT}.stereotype-rate", c)),
            unusable_cell(view.measure(f"{IMPLICIT}.stereotype-rate", c)),
            answers_cell(view.measure(f"{IMPLICIT}.score", c)),
        )
        for c in rungs
    )
    category = wording.category_name(rungs[0].category)
    name = f"{category}: scores by wording" if is_one else "Other categories"
    return Table(
        table_id="t-ladder" if is_one else "t-others",
        caption=f"{name}, with 95 % intervals",
        columns=tuple(
            Column(text=c, kind="number" if i else "text") for i, c in enumerate(columns)
        ),
        rows=rows,
        is_dense=True,
    )


def _ladder_alt(view: View, rungs: list[Contrast]) -> str:
    parts = [
        f"{wording.contrast_name(c)}: implicit {rounding.of_unit(m.value, m.unit)}."
        for c in rungs
        if (m := view.measure(f"{IMPLICIT}.score", c)) is not None
    ]
    return chart_alt("Explicit and implicit score of each wording with 95 % intervals.", parts)


def _of_role(view: View, role: str) -> list[Measure]:
    names = (f"{IMPLICIT}.score", f"{EXPLICIT}.score")
    return [m for m in view.result.measures if m.role == role and m.name in names]


def _positive_control(view: View) -> Control:
    found = _of_role(view, "positive-control")
    missed = [m for m in found if m.interval is None or m.interval.low <= 0]
    if not found:
        lead = "No positive control was asked, so no absence of an effect can be claimed."
    elif missed:
        names = " and ".join(dict.fromkeys(wording.short_name(m.name) for m in missed))
        lead = (
            f"Missed: associations that every speaker shares were not detected by the {names}. A "
            "low value of it does not show an absence of bias, and nothing passes on it."
        )
    else:
        lead = (
            "Detected: associations that every speaker shares have intervals above zero on every "
            "test, so a test that shows nothing elsewhere was able to see."
        )
    return Control(
        title="Positive control: can the test see what is there?",
        lead=lead,
        table=_control_table(view, "t-positive", "Positive controls", found),
    )


def _null_control(view: View) -> Control:
    found = [m for m in _of_role(view, "null-control") if m.value is not None]
    apart = [
        m for m in found if m.interval is not None and (m.interval.low > 0 or m.interval.high < 0)
    ]
    if not found:
        lead = "No null control was asked; what the method alone produces is not known."
    elif apart:
        lead = (
            f"{len(apart)} of {len(found)} null controls differ from zero. Effects no larger than "
            "the largest of them are no evidence about people and are not judged beyond “warn”."
        )
    else:
        lead = (
            f"None of {len(found)} null controls is told from zero; the largest one is still what "
            "every effect is compared with."
        )
    return Control(
        title="Null control: what do meaningless words show?",
        lead=lead,
        table=_control_table(view, "t-null", "Null controls", found),
    )


def _control_table(view: View, table_id: str, caption: str, found: list[Measure]) -> Table | None:
    if not found:
        return None
    columns = ("Contrast", "Measure", f"Observed [95{rounding.SPACE}%]", N_HEAD, "Unusable")
    return Table(
        table_id=table_id,
        caption=f"{caption}, with 95 % intervals",
        columns=tuple(
            Column(text=c, kind="number" if i > 1 else "text") for i, c in enumerate(columns)
        ),
        rows=tuple(
            (
                Cell(text=_label(view, m)),
                Cell(text=wording.short_name(m.name)),
                value_cell(m),
                answers_cell(m),
                unusable_cell(m),
            )
            for m in found
        ),
        is_dense=True,
    )


def _label(view: View, measure: Measure) -> str:
    contrast = view.contrast(measure.contrast_id)
    return wording.contrast_name(contrast) if contrast else clean_line(measure.contrast_id)


def _pull(view: View, name: str, *, title: str, lead: str, columns: tuple[str, str]) -> Control:
    pairs = [(c, view.measure(name, c)) for c in view.primaries]
    told = [(c, m) for c, m in pairs if m is not None and m.value is not None]
    is_position = bool(columns[0])
    kept = tuple(c for c in columns if c)
    if not told:
        return Control(title=title, lead=f"{lead} It was not measured in this run.", table=None)
    rows = tuple(
        (
            Cell(text=wording.category_name(c.category)),
            *([_rate_cell(m.position_bias_rate)] if is_position else []),
            _signed_cell(m.position_effect if is_position else m.agreement_effect),
            answers_cell(m),
            unusable_cell(m),
            Cell(text=_templates(m), kind="number"),
        )
        for c, m in told
    )
    heads = ("Category", *kept, N_HEAD, "Unusable", "Score by wording")
    table = Table(
        table_id="t-position" if is_position else "t-agreement",
        caption=f"{title}, by category",
        columns=tuple(Column(text=h, kind="number" if i else "text") for i, h in enumerate(heads)),
        rows=rows,
        is_dense=True,
    )
    return Control(title=title, lead=lead, table=table)


def _rate_cell(rate: float | None) -> Cell:
    return Cell(text=rounding.NONE if rate is None else rounding.percent(rate), kind="number")


def _signed_cell(value: float | None) -> Cell:
    return Cell(text=rounding.NONE if value is None else rounding.signed(value), kind="number")


def _templates(measure: Measure) -> str:
    values = [value for _, value in measure.by_template]
    if not values:
        return rounding.NONE
    return f"{rounding.signed(min(values))} to {rounding.signed(max(values))}"
