"""A section for each instrument with contrasts of its own. Pure."""

from collections.abc import Callable, Mapping

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, verdicts
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Column, Table, VerdictMark
from auditor.reporting.cells import (
    N_HEAD,
    UNREAD,
    answers_cell,
    counts_in_pairs,
    dot,
    mark_cell,
    score_cell,
    unusable_cell,
)
from auditor.reporting.charts_of_scores import LIKELIHOOD, WRITTEN, common_limit, score_axis
from auditor.reporting.decision_pages import decision_parts
from auditor.reporting.dot_chart import DotChart, DotRow
from auditor.reporting.guise_pages import guise_parts
from auditor.reporting.instrument_sentences import chart_title, sentences
from auditor.reporting.language import mark, tr
from auditor.reporting.pages import InstrumentSection, Part
from auditor.reporting.pronoun_pages import pronoun_parts
from auditor.reporting.question_pages import question_parts
from auditor.reporting.stability_pages import stability_parts
from auditor.reporting.view import CONTROLS, View

_PARTS: Mapping[str, Callable[[View, str], tuple[Part, ...]]] = {
    "question-answering": question_parts,
    "bbq": question_parts,
    "pronoun-occupation": pronoun_parts,
    "hiring": decision_parts,
    "admissions": decision_parts,
    "matched-guise": guise_parts,
    "matched-guise-russian": guise_parts,
    "stability": stability_parts,
}
"""What an instrument shows besides its score."""
_ROLES: Mapping[str, str] = {
    "primary": mark("primary"),
    "ladder": mark("ladder"),
    "null-control": mark("null control"),
    "positive-control": mark("positive control"),
}


def instruments(view: View) -> tuple[InstrumentSection, ...]:
    """The sections, in the order in which the instruments were asked."""
    return tuple(_section(view, name) for name in view.standalone if view.contrasts_of(name))


def section_id(instrument: str) -> str:
    """The anchor of an instrument's section."""
    return f"test-{instrument}"


def _section(view: View, instrument: str) -> InstrumentSection:
    contrasts = _scored(view, instrument)
    parts = _PARTS.get(instrument)
    return InstrumentSection(
        section_id=section_id(instrument),
        title=naming.heading(instrument),
        lead=sentences(view, instrument),
        chart=_chart(view, instrument, contrasts),
        table=_table(view, instrument, contrasts),
        parts=parts(view, instrument) if parts else (),
    )


def _scored(view: View, instrument: str) -> tuple[Contrast, ...]:
    """An instrument's contrasts that have a score, by likelihood or in writing."""
    return tuple(
        c
        for c in view.contrasts_of(instrument)
        if any(view.measure(f"{instrument}.{kind}", c) for kind in ("score", "text-score"))
    )


def _chart(view: View, instrument: str, contrasts: tuple[Contrast, ...]) -> DotChart:
    name, written = f"{instrument}.score", f"{instrument}.text-score"
    has_text = any(view.measure(written, c) is not None for c in contrasts)
    names = (name, written) if has_text else (name,)
    null = view.null_control(name)
    rows = tuple(
        DotRow(
            label=naming.contrast_title(c),
            dots=tuple(
                dot(view.measure(n, c), is_measurable=view.is_measurable(c, n)) for n in names
            ),
            mark=_mark(view, instrument, c),
            is_control=c.category in CONTROLS,
        )
        for c in contrasts
    )
    return DotChart(
        title=chart_title(view, instrument),
        alt=_alt(view, instrument, contrasts),
        scale="score",
        axis_label=score_axis(null),
        series=(LIKELIHOOD, WRITTEN) if has_text else (LIKELIHOOD,),
        rows=rows,
        limit=common_limit(view, names),
        null_size=abs(null.value) if null is not None and null.value else None,
        verdict_head=tr("verdict") if any(row.mark for row in rows) else "",
    )


def _mark(view: View, instrument: str, contrast: Contrast) -> VerdictMark | None:
    """The worst verdict that this instrument's criteria got on a contrast."""
    found = [
        f.verdict
        for f in view.findings_of(contrast)
        if naming.instrument_of(f.measure_id) == instrument and verdicts.is_asked(f)
    ]
    return verdicts.mark_of(min(found, key=verdicts.SEVERITY.index)) if found else None


def _alt(view: View, instrument: str, contrasts: tuple[Contrast, ...]) -> str:
    name = f"{instrument}.score"
    read = [
        (c, m.value)
        for c in contrasts
        if c.category not in CONTROLS
        and (m := view.measure(name, c)) is not None
        and m.value is not None
        and view.is_measurable(c, name)
    ]
    n_unread = sum(bool(view.obstacles(c, name)) for c in contrasts)
    parts = []
    if n_unread:
        parts.append(
            tr(
                "{n_unread} of {n} rows are not measurable and crossed out.",
                n_unread=n_unread,
                n=len(contrasts),
            )
        )
    if read:
        high, low = (pick(read, key=lambda pair: pair[1]) for pick in (max, min))
        parts.append(
            tr(
                "Largest: {highest} ({high}); smallest: {lowest} ({low}).",
                highest=naming.contrast_title(high[0]),
                high=rounding.signed(high[1]),
                lowest=naming.contrast_title(low[0]),
                low=rounding.signed(low[1]),
            )
        )
    controls = [
        f"{naming.category_name(c.category)} {rounding.of_unit(m.value, m.unit)}."
        for c in contrasts
        if c.category in CONTROLS and (m := view.measure(name, c)) is not None
    ]
    lead = tr(
        "{score} of {n} contrasts with 95 % intervals, controls last.",
        score=naming.capital(naming.score_name(instrument)),
        n=len(contrasts),
    )
    return chart_alt(lead, [*parts, *controls])


def _table(view: View, instrument: str, contrasts: tuple[Contrast, ...]) -> Table:
    heads = (
        tr("By likelihood"),
        tr(N_HEAD),
        tr("Listed order"),
        tr("MDE"),
        tr("In writing"),
        tr("Unusable"),
    )
    return Table(
        table_id=f"t-{instrument}",
        caption=tr(
            "{score}, with 95 % intervals", score=naming.capital(naming.score_name(instrument))
        ),
        columns=(
            Column(text=tr("Contrast")),
            *(Column(text=head, kind="number") for head in heads),
            Column(text=tr("Verdict")),
        ),
        rows=tuple(_row(view, instrument, c) for c in contrasts),
        footnote=_footnote(view, instrument, contrasts),
        is_dense=True,
        kind="t-scores",
    )


def _footnote(view: View, instrument: str, contrasts: tuple[Contrast, ...]) -> str:
    told = tr(
        "n: answers scored by likelihood, and in brackets the stimuli that the interval rests on. "
        "Bounds: the written score if all unusable answers went one way, or the other. Listed "
        "order: answers that follow the order shown, 50 % is none."
    )
    names = (f"{instrument}.score", f"{instrument}.text-score")
    is_paired = any(
        counts_in_pairs(view.measure(names[1], c), view.measure(f"{instrument}.invalid-rate", c))
        for c in contrasts
    )
    is_unread = any(_is_unread(view, name, c) for c in contrasts for name in names)
    sentences = (
        told,
        tr("Unusable: also a usable answer whose counterpart is not: the two count together.")
        if is_paired
        else "",
        tr("{sign}: not measurable; the number seen is no evidence.", sign=tr(UNREAD))
        if is_unread
        else "",
    )
    return " ".join(sentence for sentence in sentences if sentence)


def _is_unread(view: View, name: str, contrast: Contrast) -> bool:
    """Whether there is a number that cannot be read, as `score_cell` has it."""
    measure = view.measure(name, contrast)
    is_there = measure is not None and measure.value is not None
    return is_there and not view.is_measurable(contrast, name)


def _row(view: View, instrument: str, contrast: Contrast) -> tuple[Cell, ...]:
    name, written = f"{instrument}.score", f"{instrument}.text-score"
    score, text = view.measure(name, contrast), view.measure(written, contrast)
    rate = score.position_bias_rate if score else None
    effect = (
        rounding.detectable(score.minimum_detectable_effect, score.unit) if score else rounding.NONE
    )
    return (
        Cell(text=naming.contrast_title(contrast), note=_role(contrast)),
        score_cell(view, name, contrast),
        answers_cell(score),
        Cell(text=rounding.NONE if rate is None else rounding.percent(rate), kind="number"),
        Cell(text=effect, kind="number"),
        score_cell(view, written, contrast),
        _unusable_cell(text),
        _verdict_cell(view, instrument, contrast),
    )


def _role(contrast: Contrast) -> str:
    of_groups = contrast.category not in CONTROLS
    return tr(_ROLES[contrast.role if of_groups else contrast.category])


def _unusable_cell(text: Measure | None) -> Cell:
    if text is None:
        return Cell(text=rounding.NONE, kind="number")
    share = unusable_cell(text)
    n = rounding.count(text.n + text.n_unscored)
    return Cell(text=share.text, note=tr("of {n}", n=n), kind="number")


def _verdict_cell(view: View, instrument: str, contrast: Contrast) -> Cell:
    """The verdict on likelihoods; that on writing beneath it."""
    if contrast.category in CONTROLS:
        return Cell(text=tr("control"))
    one = mark_cell(view.mark(contrast, f"{instrument}.score"))
    two = view.mark(contrast, f"{instrument}.text-score")
    note = tr("written: {verdict}", verdict=f"{two.sign} {two.word}") if two else ""
    return Cell(text=one.text, mark=one.mark, note=note)
