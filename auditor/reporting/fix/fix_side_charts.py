"""Side effects, the dial and the controls, from what came of a fix to numbers of charts. Pure."""

from collections.abc import Sequence

from auditor.core.fix_results import DialPoint, FixResult, GateFinding
from auditor.reporting import naming, rounding
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Dot
from auditor.reporting.dot_chart import DotChart, DotRow, Series
from auditor.reporting.effect_numbers import effect_dot, effect_text, scaled_dot
from auditor.reporting.fix.fix_chart import (
    DialChart,
    DialDot,
    DialPanel,
    SideChart,
    SideRow,
)
from auditor.reporting.fix.fix_criteria import CRITERIA, ruling_mark
from auditor.reporting.fix.fix_lookup import control_rows
from auditor.reporting.fix.fix_names import SHORT_ARMS, adapter_name, arm_name
from auditor.reporting.fix.fix_reasons import is_by_order, unit_of
from auditor.reporting.fix.fix_sentences import turned_from
from auditor.reporting.language import mark, number, tr, tr_n

SIDES = (
    "replies",
    "stated-facts",
    "written-answers",
    "sensitivity",
    "explicit",
    "elsewhere",
    "opening",
)
"""What may have got worse, in the order of the chart."""
_WHOLE = 1e-9
"""A limit so small leaves nothing to measure a change by."""


def side_chart(told: FixResult) -> SideChart | None:
    """Chart 8: each change as a share of what the gate allows."""
    by_name = {finding.name: finding for finding in told.decision.findings}
    found = [by_name[name] for name in SIDES if name in by_name]
    if not found:
        return None
    worse = [f for f in found if f.ruling != "met"]
    within = tr("All {found} side effects are within what the gate allows", found=len(found))
    beyond = tr_n(
        "{n} of {found} side effects is not shown to be within what the gate allows",
        "{n} of {found} side effects are not shown to be within what the gate allows",
        len(worse),
        found=len(found),
    )
    return SideChart(
        title=beyond if worse else within,
        alt=chart_alt(
            tr("Side effects as shares of what the gate allows; 1 is the limit."),
            [f"{_label(f)}: {_found(f)}, {ruling_mark(f.ruling).word}." for f in found],
        ),
        rows=tuple(
            SideRow(
                label=_label(f),
                dot=share_of_limit(f),
                beside=_found(f),
                mark=ruling_mark(f.ruling),
            )
            for f in found
        ),
    )


def share_of_limit(finding: GateFinding) -> Dot | None:
    """A change with 0 for none and 1 for the limit; None where the limit leaves no scale."""
    if is_by_order(finding):
        return None
    is_kept = CRITERIA[finding.name].side == "at least"
    zero = 1.0 if is_kept else 0.0
    scale = finding.limit - zero
    return scaled_dot(finding.effect, zero, scale) if abs(scale) > _WHOLE else None


def dial_chart(told: FixResult) -> DialChart | None:
    """The adapter's strength, and beside it the other arms, over the same quantities."""
    on_dial = ("original", "fixed", "scaled")
    dial = sorted((p for p in told.dial if p.arm.kind in on_dial), key=lambda p: p.scale)
    others = [p for p in told.dial if p.arm.kind not in on_dial]
    if not dial:
        return None
    limits = told.record.rules
    return DialChart(
        title=_dial_title(told.dial),
        alt=chart_alt(
            tr(
                "Pooled implicit score, unusable written answers and loss on replies, by strength "
                "of the adapter and for other arms."
            ),
            [
                f"{arm_name(p.arm, p.scale)}: {effect_text(p.bias, 'score')}."
                for p in (*dial, *others)
            ],
        ),
        panels=(
            DialPanel(key="bias", title=tr("pooled implicit score")),
            DialPanel(key="unusable", title=tr("unusable answers")),
            DialPanel(
                key="replies",
                title=tr("loss on replies, nats a token"),
                limit=limits.max_reply_loss,
            ),
        ),
        dial=tuple(_dial_dot(p, p.scale) for p in dial),
        others=tuple(_dial_dot(p, float(place)) for place, p in enumerate(others)),
        other_labels=tuple(_column(p) for p in others),
    )


def _dial_title(points: Sequence[DialPoint]) -> str:
    turned = turned_from(points)
    if turned is not None:
        return tr(
            "The dial: at strength {strength} the bias is turned round",
            strength=number(f"{turned.scale:g}"),
        )
    return tr("The dial: at no strength tried is the bias shown to be turned round")


def control_chart(told: FixResult) -> DotChart | None:
    """How far the fix, its other seeds and the controls bring the score towards zero."""
    rows = [(adapter_name(name), effect) for name, effect in control_rows(told)]
    if len(rows) < 2:
        return None
    return DotChart(
        title=tr("How far each adapter brings the pooled implicit score towards zero"),
        alt=chart_alt(
            tr("Change of the pooled implicit score towards zero, by adapter."),
            [f"{name}: {effect_text(effect, 'score')}." for name, effect in rows],
        ),
        scale="score",
        axis_label=tr("change of the score: + towards zero, − away from it"),
        series=(Series(key="likelihood", label=mark("adapter")),),
        beside_head=tr("towards zero [95 %]"),
        rows=tuple(
            DotRow(
                label=naming.capital(name),
                dots=(effect_dot(effect),),
                beside=effect_text(effect, "score"),
            )
            for name, effect in rows
        ),
    )


def _label(finding: GateFinding) -> str:
    return tr(CRITERIA[finding.name].label)


def _found(finding: GateFinding) -> str:
    """A change with its interval, without the words for none."""
    unit = unit_of(finding)
    if finding.effect.value is None:
        return rounding.NONE
    return effect_text(finding.effect, unit, finding.limit)


def _dial_dot(point: DialPoint, across: float) -> DialDot:
    return DialDot(
        mark=point.arm.kind,
        across=across,
        dots=tuple(effect_dot(e) for e in (point.bias, point.unusable, point.reply_loss)),
    )


def _column(point: DialPoint) -> str:
    if point.arm.kind == "control":
        return tr(
            "{arm} at {strength}",
            arm=arm_name(point.arm, point.scale),
            strength=number(f"{point.scale:.2g}"),
        )
    short = SHORT_ARMS.get(point.arm.arm_id)
    return tr(short) if short else arm_name(point.arm, point.scale)
