"""The decisions of two models as bars of candidates. Pure."""

from collections.abc import Sequence

from auditor.core.agreement import Agreement
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.comparison.agreement_chart import (
    AgreementBar,
    AgreementChart,
    AgreementPanel,
)
from auditor.reporting.comparison.agreement_words import MODES, slice_name, slice_note
from auditor.reporting.comparison.material import Material
from auditor.reporting.language import tr

_MOST_BARS = 36
"""Bars of a chart that fit on a page; the table has all."""


def agreement_chart(
    material: Material, tables: Sequence[Agreement], names: tuple[str, str]
) -> AgreementChart | None:
    """Tests, contexts and groups; groups are left out where there is no room for them."""
    shown = [one for one in tables if one.about.kind in ("instrument", "context", "group")]
    if len(shown) > _MOST_BARS:
        shown = [one for one in shown if one.about.kind != "group"]
    shown = [one for one in shown if one.cells.n]
    if not shown:
        return None
    instruments = dict.fromkeys(one.about.instrument for one in shown)
    return AgreementChart(
        title=tr(
            "Candidates rejected by models {first} and {second}, {mode}",
            first=names[0],
            second=names[1],
            mode=tr(MODES[shown[0].about.mode]),
        ),
        alt=chart_alt(
            tr(
                "Bars of candidates: rejected by both models, by {first} alone, by {second} alone, "
                "by neither.",
                first=names[0],
                second=names[1],
            ),
            [
                tr(
                    "{test}: {both}, {only_first}, {only_second}, {neither}.",
                    test=naming.heading(one.about.instrument),
                    both=rounding.count(one.cells.both),
                    only_first=rounding.count(one.cells.only_first),
                    only_second=rounding.count(one.cells.only_second),
                    neither=rounding.count(one.cells.neither),
                )
                for one in shown
                if one.about.kind == "instrument"
            ],
        ),
        names=names,
        panels=tuple(
            AgreementPanel(
                title=naming.heading(name),
                bars=tuple(
                    _bar(material, one, shown) for one in shown if one.about.instrument == name
                ),
            )
            for name in instruments
        ),
    )


def _bar(material: Material, one: Agreement, shown: Sequence[Agreement]) -> AgreementBar:
    cells = one.cells
    label = slice_name(one.about)
    if one.about.kind == "instrument":
        label = tr("All candidates")
    namesakes = [
        each
        for each in shown
        if each.about.kind == "group"
        and (each.about.instrument, each.about.group) == (one.about.instrument, one.about.group)
    ]
    if len(namesakes) > 1:
        # The same group in several contrasts: as told by names, and as stated.
        label = f"{label} – {slice_note(material, one.about)}"
    return AgreementBar(
        label=label,
        both=cells.both,
        only_first=cells.only_first,
        only_second=cells.only_second,
        neither=cells.neither,
        left_out=one.left_out.n,
    )
