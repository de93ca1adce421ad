"""Who is selected: rates, impact ratios and shortfalls by group, and pairs decided apart. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Dot, Table
from auditor.reporting.cells import dot
from auditor.reporting.charts_of_scores import LIKELIHOOD, WRITTEN
from auditor.reporting.cleaning import clean_line
from auditor.reporting.decision_sentences import (
    FOUR_FIFTHS_NOTE,
    MODES,
    Ratio,
    lowest,
    ratio_sentence,
)
from auditor.reporting.dot_chart import DotChart, DotRow
from auditor.reporting.instrument_sentences import unread_sentence
from auditor.reporting.language import mark, tr
from auditor.reporting.measure_table import measure_table
from auditor.reporting.pages import Part
from auditor.reporting.view import View

_RATES: Mapping[str, str] = {
    "": mark("Selection by group, by likelihood, with 95 % intervals"),
    "-text": mark("Selection by group, in writing, with 95 % intervals"),
}
"""By mode, as all that follow."""
_LOWEST: Mapping[str, str] = {
    "": mark("Lowest impact ratio by likelihood: {value}, {group} to {reference}"),
    "-text": mark("Lowest impact ratio in writing: {value}, {group} to {reference}"),
}
_ONE_RATIO: Mapping[str, str] = {
    "": mark("{group} to {reference} by likelihood {value}."),
    "-text": mark("{group} to {reference} in writing {value}."),
}


def decision_parts(view: View, instrument: str) -> tuple[Part, ...]:
    """Rates and ratios by group; then the pairs of copies that are decided differently."""
    ratios = [r for mode, _ in MODES for r in _ratios(view, instrument, mode)]
    told = [ratio_sentence(lowest(ratios, mode), words) for mode, words in MODES]
    parts = [
        Part(
            title=tr("Who is selected?"),
            lead=" ".join(
                s for s in (unread_sentence(view, instrument), tr(FOUR_FIFTHS_NOTE)) if s
            ),
            points=tuple(sentence for sentence in told if sentence),
            chart=_chart(instrument, ratios) if ratios else None,
            tables=tuple(
                table for mode, _ in MODES if (table := _rates_table(view, instrument, mode)).rows
            ),
        ),
        Part(
            title=tr("Are equal applications decided alike?"),
            lead=tr(
                "Each application is put once for each group, with nothing else changed. Pairs "
                "that are decided differently are counted; McNemar’s test asks whether they fall "
                "on one side."
            ),
            tables=(_pairs_table(view, instrument),),
        ),
    ]
    return tuple(part for part in parts if any(table.rows for table in part.tables))


def _contrasts(view: View, instrument: str) -> tuple[Contrast, ...]:
    return view.groups_of(instrument)


def _ratios(view: View, instrument: str, mode: str) -> list[Ratio]:
    """The impact ratios of the contrasts of groups, each with the two rates it is made of."""
    found = []
    for contrast in view.groups_of(instrument):
        rates = {m.group: m for m in view.of_groups(f"{instrument}.selection-rate{mode}", contrast)}
        for ratio in view.of_groups(f"{instrument}.impact-ratio{mode}", contrast):
            reference = reference_group(ratio, tuple(rates.values()))
            if ratio.value is not None and reference is not None and ratio.group in rates:
                found.append(
                    Ratio(
                        contrast=contrast,
                        mode=mode,
                        ratio=ratio,
                        rate=rates[ratio.group],
                        reference=reference,
                    )
                )
    return found


def reference_group(ratio: Measure, rates: Sequence[Measure]) -> Measure | None:
    """The rate that a ratio is taken of: the one it names, else that of the most selected."""
    named = next((m for m in rates if m.measure_id in ratio.parts), None)
    known = [m for m in rates if m.value is not None]
    return named or max(known, key=lambda m: m.value or 0.0, default=None)


def _rates_table(view: View, instrument: str, mode: str) -> Table:
    kinds = ("impact-ratio", "rejection-ratio", "shortfall")
    rows: list[tuple[Cell, list[Measure | None]]] = []
    for contrast in _contrasts(view, instrument):
        others = {
            (kind, m.group): m
            for kind in kinds
            for m in view.of_groups(f"{instrument}.{kind}{mode}", contrast)
        }
        for rate in view.of_groups(f"{instrument}.selection-rate{mode}", contrast):
            name = Cell(text=clean_line(tr(rate.group)), note=naming.contrast_title(contrast))
            rows.append((name, [rate, *(others.get((kind, rate.group)) for kind in kinds)]))
    table = measure_table(
        f"t-{instrument}-rates{mode}",
        tr(_RATES[mode]),
        (
            tr("Group"),
            tr("Selected"),
            tr("Impact ratio"),
            tr("Ratio of rejections"),
            tr("Shortfall"),
        ),
        rows,
        footnote=tr(
            "Impact ratio: selection rate over that of the group selected most, which is the "
            "reference. Shortfall: persons of the group, of those asked about, who would have "
            "been selected besides at the reference’s rate. Bounds: the worst case, if all "
            "unusable answers went one way, or the other; an unusable answer selects nobody."
        ),
    )
    return _with_references(view, instrument, mode, table)


def _with_references(view: View, instrument: str, mode: str, table: Table) -> Table:
    """The table with the reference of each contrast named in place of its ratio."""
    names = [
        (contrast, rate, view.of_groups(f"{instrument}.impact-ratio{mode}", contrast))
        for contrast in _contrasts(view, instrument)
        for rate in view.of_groups(f"{instrument}.selection-rate{mode}", contrast)
    ]
    rows = []
    for cells, (_, rate, ratios) in zip(table.rows, names, strict=True):
        is_reference = bool(ratios) and all(m.group != rate.group for m in ratios)
        marked = Cell(text=tr("reference"), kind="number")
        rows.append((*cells[:2], marked, *cells[3:]) if is_reference else cells)
    return Table(
        table_id=table.table_id,
        caption=table.caption,
        columns=table.columns,
        rows=tuple(rows),
        footnote=table.footnote,
        is_dense=True,
        kind=table.kind,
    )


@dataclass(frozen=True, slots=True)
class _Place:
    """One row of the chart: a group against its reference, in whichever mode it is below it."""

    label: str
    dots: dict[str, Dot | None]


def _chart(instrument: str, ratios: list[Ratio]) -> DotChart:
    places: dict[tuple[str, str, str], _Place] = {}
    for one in ratios:
        label = tr(
            "{category}: {group} to {reference}",
            category=naming.category_name(one.contrast.category),
            **_groups(one),
        )
        key = (one.contrast.contrast_id, one.ratio.group, one.reference.group)
        places.setdefault(key, _Place(label, {})).dots[one.mode] = dot(one.ratio)
    low = lowest(ratios, "-text") or lowest(ratios, "")
    shown = [mode for mode, _ in MODES if any(one.mode == mode for one in ratios)]
    series = {"": LIKELIHOOD, "-text": WRITTEN}
    return DotChart(
        title=_chart_title(low),
        alt=_alt(instrument, ratios),
        scale="ratio",
        axis_label=tr("impact ratio (log scale): 1 equal selection rates"),
        series=tuple(series[mode] for mode in shown),
        rows=tuple(
            DotRow(label=place.label, dots=tuple(place.dots.get(mode) for mode in shown))
            for place in places.values()
        ),
    )


def _chart_title(low: Ratio | None) -> str:
    if low is None:
        return tr("Impact ratios")
    value = rounding.of_unit(low.ratio.value, "ratio")
    span = rounding.interval_of_unit(low.ratio.interval, "ratio")
    return tr(_LOWEST[low.mode], value=f"{value} {span}", **_groups(low))


def _groups(one: Ratio) -> dict[str, str]:
    """The names of the two groups, as messages call them."""
    return {
        "group": clean_line(tr(one.ratio.group)),
        "reference": clean_line(tr(one.reference.group)),
    }


def _alt(instrument: str, ratios: list[Ratio]) -> str:
    ordered = sorted(ratios, key=lambda one: one.ratio.value or 0.0)
    parts = [
        tr(
            _ONE_RATIO[one.mode],
            value=rounding.of_unit(one.ratio.value, "ratio"),
            **_groups(one),
        )
        for one in ordered
    ]
    lead = tr(
        "Impact ratios of {test} with 95 % intervals, log scale.",
        test=naming.heading_in_prose(instrument),
    )
    return chart_alt(lead, parts)


def _pairs_table(view: View, instrument: str) -> Table:
    kinds = ("discordant-rate", "mcnemar", "refusal-gap")
    rows = [
        (
            Cell(text=naming.contrast_title(contrast), note=tr(words)),
            [_taken(view, instrument, kind, mode, contrast) for kind in kinds],
        )
        for contrast in _contrasts(view, instrument)
        for mode, words in MODES
    ]
    return measure_table(
        f"t-{instrument}-pairs",
        tr("Pairs of copies of one application"),
        (tr("Contrast"), tr("Decided differently"), tr("McNemar’s p"), tr("Refusals, difference")),
        rows,
        footnote=tr(
            "Decided differently: share of the pairs, with 95 % interval. McNemar’s p is exact "
            "and takes pairs as independent; the clustered intervals govern. Refusals: share of "
            "unusable answers about the target group minus that about the reference, in "
            "percentage points."
        ),
    )


def _taken(view: View, instrument: str, kind: str, mode: str, contrast: Contrast) -> Measure | None:
    """The measure in this mode; the gap in refusals is of the written answers alone."""
    if kind == "refusal-gap":
        return view.measure(f"{instrument}.{kind}", contrast) if mode else None
    return view.measure(f"{instrument}.{kind}{mode}", contrast)
