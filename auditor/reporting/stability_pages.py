"""How often decisions flip, by what varied and by group. Pure."""

from collections.abc import Sequence

from auditor.core.items import Contrast
from auditor.core.measures import Measure
from auditor.reporting import naming, rounding, wording
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.instrument_sentences import unread_sentence
from auditor.reporting.language import mark, tr
from auditor.reporting.measure_table import measure_table
from auditor.reporting.pages import Part
from auditor.reporting.view import View

COPIES = 2
"""Copies of each candidate: one a group."""
_FLIPS = (
    ("flip-rate", mark("Flips")),
    ("flip-rate-paraphrase", mark("Over wordings")),
    ("flip-rate-order", mark("Over orders")),
    ("flip-rate-sampling", mark("Over drawn answers")),
    ("ambiguity", mark("Ambiguous")),
    ("near-threshold", mark("Near threshold")),
)
_CONFIGURATIONS = (
    ("discrepancy", mark("Discrepancy")),
    ("format-spread", mark("Spread over wordings")),
    ("format-deviation", mark("Deviation")),
    ("self-consistency", mark("Self-consistency")),
    ("text-flip-rate", mark("Flips in writing")),
)


def stability_parts(view: View, instrument: str) -> tuple[Part, ...]:
    """Flips by source and group; what the choice of a wording alone decides."""
    contrasts = view.contrasts_of(instrument, "primary", "ladder", "null-control")
    rows = [row for c in contrasts for row in _flip_rows(view, instrument, c)]
    if not rows:
        return ()
    return (
        Part(
            title=tr("What makes decisions flip?"),
            lead=" ".join(
                s for s in (unread_sentence(view, instrument), _sentence(view, instrument)) if s
            ),
            tables=(_flips_table(instrument, rows), _configurations(view, instrument, contrasts)),
        ),
    )


_Row = tuple[Cell, list[Measure | None], str]
"""Name, measures, and the number of variants."""


def _flip_rows(view: View, instrument: str, contrast: Contrast) -> list[_Row]:
    names = [f"{instrument}.{kind}" for kind, _ in _FLIPS]
    overall = [view.measure(name, contrast) for name in names]
    if overall[0] is None:
        return []
    title = naming.contrast_title(contrast)
    rows: list[_Row] = [
        (Cell(text=title, note=tr("both groups")), overall, _variants(overall[0], 2))
    ]
    for group in dict.fromkeys(m.group for m in view.of_groups(names[0], contrast)):
        found = [
            next((m for m in view.of_groups(name, contrast) if m.group == group), None)
            for name in names
        ]
        note = clean_line(tr(group))
        rows.append((Cell(text=title, note=note), found, _variants(found[0], 1)))
    return rows


def _variants(measure: Measure | None, copies: int) -> str:
    """K, the number of variants that each candidate was decided in."""
    if measure is None or not measure.n_clusters:
        return rounding.NONE
    return f"{(measure.n + measure.n_unscored) / (copies * measure.n_clusters):.0f}"


def _flips_table(instrument: str, rows: Sequence[_Row]) -> Table:
    table = measure_table(
        f"t-{instrument}-flips",
        tr("Flips by source and by group, with 95 % intervals"),
        (tr("Contrast, group"), *(tr(head) for _, head in _FLIPS)),
        [(name, found) for name, found, _ in rows],
        footnote=tr(
            "Flips: 1 − |2p − 1| for the share p of variants that select the candidate; 0 if all "
            "agree, 100 % if halves differ. Ambiguous: at least two variants disagree. Near "
            "threshold: log-odds within ±0.5. K: variants of each candidate, which every rate "
            "depends on. n: decisions."
        ),
    )
    return Table(
        table_id=table.table_id,
        caption=table.caption,
        columns=(table.columns[0], Column(text="K", kind="number"), *table.columns[1:]),
        rows=tuple(
            (cells[0], Cell(text=k, kind="number"), *cells[1:])
            for cells, (_, _, k) in zip(table.rows, rows, strict=True)
        ),
        footnote=table.footnote,
        is_dense=True,
        kind=table.kind,
    )


def _configurations(view: View, instrument: str, contrasts: Sequence[Contrast]) -> Table:
    return measure_table(
        f"t-{instrument}-configurations",
        tr("What the choice of a wording decides, with 95 % intervals"),
        (tr("Contrast"), *(tr(head) for _, head in _CONFIGURATIONS)),
        [
            (
                Cell(text=naming.contrast_title(c)),
                [view.measure(f"{instrument}.{kind}", c) for kind, _ in _CONFIGURATIONS],
            )
            for c in contrasts
        ],
        footnote=tr(
            "Discrepancy: the largest share of candidates that one variant decides otherwise than "
            "the first. Spread: largest minus smallest selection rate over wordings, and their "
            "standard deviation, in percentage points. Self-consistency: chance that two variants "
            "agree."
        ),
    )


def _sentence(view: View, instrument: str) -> str:
    found = [
        (c, m)
        for c in view.groups_of(instrument)
        if (m := view.measure(f"{instrument}.flip-rate", c)) is not None and m.value is not None
    ]
    if not found:
        return tr("No flip rate could be formed.")
    contrast, worst = max(found, key=lambda pair: pair[1].value or 0.0)
    return tr(
        "The same candidate, asked about in {n} variants of one question, gets flipping decisions "
        "at a rate of {rate} for “{contrast}”, the highest of the contrasts. Where decisions flip "
        "by wording or order, whoever writes the question decides.",
        n=_variants(worst, COPIES),
        rate=wording.value_text(worst),
        contrast=naming.contrast_title(contrast),
    )
