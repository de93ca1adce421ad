"""The numbers of a fix: scores before and after, the dial, controls, what was trained. Pure."""

from collections.abc import Collection, Mapping, Sequence

from auditor.core.fix_results import ControlResult, DialPoint, Effect, FixResult, Slope
from auditor.reporting import naming, rounding
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.effect_numbers import (
    CHANGE_OF,
    LEVEL_OF,
    counted_cell,
    effect_cell,
    n_cell,
    turned,
    unusable_cell,
)
from auditor.reporting.fix.fix_lookup import instrument_of, roles, slope_of
from auditor.reporting.fix.fix_names import POOLED, FixNames, adapter_name, arm_name
from auditor.reporting.fix.fix_sentences import moved
from auditor.reporting.language import mark, number, tr
from auditor.reporting.rounding import NONE
from auditor.reporting.view import EXPLICIT, IMPLICIT

_OF_CONTROLS = mark(
    "Of a control: weaker or stronger, by the size of its score; weaker is no improvement."
)
N_STIMULI = mark("n (stimuli)")
_STATED_FACTS = f"{POOLED}question-answering.accuracy-disambiguated"
_SIDE_KEYS = (
    ("held-out/nats", mark("Everyday replies"), mark("nats a token")),
    (
        _STATED_FACTS,
        mark("Stated facts"),
        mark("share answered as the text states"),
    ),
    (
        f"{POOLED}{IMPLICIT}.invalid-rate",
        mark("Unusable answers"),
        mark("written word association"),
    ),
    (
        f"{POOLED}{EXPLICIT}.invalid-rate",
        mark("Unusable answers"),
        mark("written mirrored statements"),
    ),
)
"""Of the slopes that are no scores: key, name, and what it is."""
_MOVED = {
    "nearer": mark("nearer"),
    "farther": mark("farther"),
    "turned": mark("turned round"),
    "undecided": mark("undecided"),
}
_CONTROL_MOVED = {**_MOVED, "nearer": mark("weaker"), "farther": mark("stronger")}
"""Of a control: what every reader sees, or should not, and no bias that could be repaired."""


def slope_table(
    slopes: Sequence[Slope],
    names: FixNames,
    *,
    controls: Collection[str],
    kind: str,
    caption: str,
) -> Table:
    """Scores before and after, the pooled first; a column of nothing but zeros is told below."""
    has_unusable = any(slope.change.n_unscored for slope in slopes)
    heads = (
        tr("Score"),
        tr("Before"),
        tr("After"),
        tr("Paired change"),
        tr(N_STIMULI),
        *((tr("Unusable"),) if has_unusable else ()),
        tr("Shown"),
    )
    never = tr("None of these answers was unusable: likelihoods never are.")
    footnote = (
        tr(
            "By likelihood, on the same questions both times. Shown: what the intervals of this "
            "row alone show, nearer to zero or farther from it, not corrected for the number of "
            "rows."
        ),
        *((tr(_OF_CONTROLS),) if any(s.contrast_id in controls for s in slopes) else ()),
        *(() if has_unusable else (never,)),
        tr("n: answers, in brackets stimuli."),
    )
    return fix_table(
        f"t-fix-{kind}",
        caption,
        heads,
        [
            _slope_row(
                slope,
                names,
                _CONTROL_MOVED if slope.contrast_id in controls else _MOVED,
                has_unusable=has_unusable,
            )
            for slope in slopes
        ],
        footnote=" ".join(footnote),
        style="t-fix t-slopes",
    )


def side_table(told: FixResult) -> Table | None:
    """What the side effects rest on, before and after; None where nothing of it was asked."""
    heads = (
        tr("Quantity"),
        tr("Before"),
        tr("After"),
        tr("Worse by (+)"),
        tr("n (units)"),
        tr("Unusable"),
    )
    rows = [
        (
            Cell(text=text, note=note),
            effect_cell(slope.before, LEVEL_OF[slope.unit]),
            effect_cell(slope.after, LEVEL_OF[slope.unit]),
            effect_cell(_for_the_worse(slope), CHANGE_OF[slope.unit]),
            n_cell(slope.change),
            _none() if slope.unit == "rate" else unusable_cell(slope.change),
        )
        for text, note, slope in _side_slopes(told)
    ]
    if not rows:
        return None
    return fix_table(
        "t-fix-sides",
        tr("What the side effects rest on, with 95 % intervals"),
        heads,
        rows,
        footnote=tr(
            "Worse by: the paired change, with + for the worse as in the gate’s table, so that a "
            "share of right answers or a control that falls has +. The limits, and how each was "
            "ruled, stand in the gate’s table; the explicit score and other contrasts under "
            "“Before and after”. n: answers or messages, in brackets the stimuli or messages that "
            "the interval rests on. –: unusable answers are counted in the share."
        ),
    )


def _for_the_worse(slope: Slope) -> Effect:
    """The paired change, turned where less is worse: right answers, and the positive control."""
    is_less_worse = slope.key == _STATED_FACTS or slope.unit == "score"
    return turned(slope.change) if is_less_worse else slope.change


def _side_slopes(told: FixResult) -> list[tuple[str, str, Slope]]:
    """Name, note and slope of each that was measured."""
    fixed = [
        (tr(text), tr(note), slope)
        for key, text, note in _SIDE_KEYS
        if (slope := slope_of(told, key)) is not None
    ]
    known = roles(told)
    seen = [
        (tr("Positive control"), naming.score_name(IMPLICIT), slope)
        for slope in told.slopes
        if known.get(slope.contrast_id) == "positive-control" and instrument_of(slope) == IMPLICIT
    ]
    return [*fixed, *seen]


def dial_table(points: Sequence[DialPoint]) -> Table:
    """Every arm on the same questions."""
    heads = (
        tr("Arm"),
        tr("Strength"),
        tr("Pooled implicit score"),
        tr("Positive control"),
        tr("Unusable, written"),
        tr("Loss on replies"),
        tr("KL to the original"),
    )
    order = ("original", "scaled", "fixed", "control", "prompted", "erased")
    dial = ("original", "scaled", "fixed")
    ranked = sorted(
        points,
        key=lambda p: (
            p.arm.kind not in dial,
            p.scale if p.arm.kind in dial else 0.0,
            order.index(p.arm.kind),
        ),
    )
    return fix_table(
        "t-fix-dial",
        tr("The dial and other arms, each on the same questions, with 95 % intervals"),
        heads,
        [_dial_row(point) for point in ranked],
        footnote=tr(
            "Under each number its interval and n (stimuli, or messages): the dial is asked fewer "
            "stimuli than the gate, so its numbers differ from those above. Losses and KL in nats "
            "a token. A control’s strength is the one at which it changes the model as much as the "
            "fix."
        ),
    )


def control_table(told: FixResult, rows: Sequence[tuple[str, Effect]]) -> Table:
    """How far each adapter goes towards zero, and how far the fix is ahead of each control."""
    ahead: dict[str, ControlResult] = {c.control: c for c in told.controls}
    heads = (
        tr("Adapter"),
        tr("Towards zero"),
        tr(N_STIMULI),
        tr("Fix ahead by"),
        tr(N_STIMULI),
        tr("KL to the original"),
    )
    table_rows = []
    for name, effect in rows:
        control = ahead.get(name)
        table_rows.append(
            (
                Cell(
                    text=naming.capital(adapter_name(name)),
                    note=tr("at strength {strength}", strength=number(f"{control.scale:.2g}"))
                    if control
                    else "",
                ),
                effect_cell(effect, "score"),
                n_cell(effect),
                effect_cell(control.advantage, "score", 0.0) if control else _none(),
                n_cell(control.advantage) if control else _none(),
                effect_cell(control.divergence, "distance") if control else _none(),
            )
        )
    return fix_table(
        "t-fix-controls",
        tr("Other seeds and control adapters, with 95 % intervals"),
        heads,
        table_rows,
        footnote=tr(
            "Towards zero: change of the pooled implicit score, positive is nearer to zero. Fix "
            "ahead by: how much farther the fix goes than the control, paired by stimulus; − where "
            "the control goes farther. KL in nats a token, on held-out replies."
        ),
    )


def fix_table(
    table_id: str,
    caption: str,
    heads: Sequence[str],
    rows: Sequence[tuple[Cell, ...]],
    *,
    footnote: str,
    style: str = "t-fix",
) -> Table:
    """A table of the fix, its columns of the kind of their first cells."""
    return Table(
        table_id=table_id,
        caption=caption,
        columns=tuple(
            Column(text=h, kind=rows[0][i].kind if rows else "text") for i, h in enumerate(heads)
        ),
        rows=tuple(rows),
        footnote=footnote,
        is_dense=True,
        kind=style,
    )


def _slope_row(
    slope: Slope, names: FixNames, words: Mapping[str, str], *, has_unusable: bool
) -> tuple[Cell, ...]:
    # English has the word last, and the column's head says it; elsewhere the name stays whole.
    name = naming.score_name(instrument_of(slope)).removesuffix(" score")
    title = names.contrast(slope.contrast_id) if slope.contrast_id else tr("Pooled")
    return (
        Cell(text=title, note=name),
        effect_cell(slope.before, slope.unit),
        effect_cell(slope.after, slope.unit),
        effect_cell(slope.change, CHANGE_OF[slope.unit]),
        n_cell(slope.change),
        *((unusable_cell(slope.change),) if has_unusable else ()),
        Cell(text=tr(words[moved(slope)])),
    )


def _dial_row(point: DialPoint) -> tuple[Cell, ...]:
    has_strength = point.arm.kind in ("original", "scaled", "fixed", "control")
    return (
        Cell(text=naming.capital(arm_name(point.arm, point.scale))),
        Cell(text=number(f"{point.scale:.2g}") if has_strength else NONE, kind="number"),
        counted_cell(point.bias, "score"),
        counted_cell(point.sensitivity, "score"),
        counted_cell(point.unusable, "rate"),
        counted_cell(point.reply_loss, "nats"),
        counted_cell(point.divergence, "distance"),
    )


def count_cell(n: int) -> Cell:
    """A count as it is."""
    return Cell(text=rounding.count(n), kind="number")


def _none() -> Cell:
    return Cell(text=NONE, kind="number")
