"""What a fix was made of and what it changed: the parts of its section. Pure."""

from collections.abc import Sequence

from auditor.core.fix_results import FixResult, RegisterChange
from auditor.reporting import naming, rounding
from auditor.reporting.blocks import Fact, ReadingText
from auditor.reporting.cleaning import clean, clean_line
from auditor.reporting.fix.adapter_pages import register_chart, register_table
from auditor.reporting.fix.fix_answers import answer_chart, composition_sentence, flow_table
from auditor.reporting.fix.fix_charts import slope_charts
from auditor.reporting.fix.fix_lookup import (
    control_ids,
    control_rows,
    instrument_of,
    other_instruments,
    own_training,
    primaries,
    slopes_of,
)
from auditor.reporting.fix.fix_names import FixNames, adapter_name
from auditor.reporting.fix.fix_registers import register_sentences
from auditor.reporting.fix.fix_section import FixPart
from auditor.reporting.fix.fix_sentences import (
    contrast_sentence,
    control_sentence,
    dial_sentences,
    pooled_sentences,
    prompted_sentence,
    seed_sentence,
)
from auditor.reporting.fix.fix_side_charts import control_chart, dial_chart, side_chart
from auditor.reporting.fix.fix_tables import (
    control_table,
    dial_table,
    side_table,
    slope_table,
)
from auditor.reporting.fix.fix_training import (
    held_out_sentence,
    training_chart,
    training_facts,
    training_table,
)
from auditor.reporting.language import mark, tr
from auditor.reporting.view import EXPLICIT, IMPLICIT

_WITHHELD = mark(
    "This fix is withheld: what follows describes it, and a score nearer to zero is no success of "
    "it."
)
QUOTED = 120
"""Characters of an opening that are printed."""
_STORED = "texts.json"
_DIALECTS = {"English": mark("English"), "Russian": mark("Russian")}


def parts(told: FixResult, names: FixNames) -> tuple[FixPart, ...]:
    """Training, scores, answers, side effects, the dial, controls and dialects, in this order."""
    found = (
        _training(told),
        _slopes(told, names),
        _answers(told),
        _sides(told),
        _dial(told),
        _controls(told),
        *_registers(told),
    )
    return tuple(part for part in found if part is not None)


def _training(told: FixResult) -> FixPart | None:
    if not told.trainings:
        return None
    own = own_training(told)
    chart = training_chart(told)
    return FixPart(
        name="training",
        title=tr("What it was trained on, and how"),
        lead=(held_out_sentence(told),),
        facts=tuple(
            Fact(label=label, text=clean_line(text, 500), is_code=is_code)
            for label, text, is_code in training_facts(told, own)
        ),
        charts=(chart,) if chart else (),
        tables=(training_table(told.trainings),),
    )


def _slopes(told: FixResult, names: FixNames) -> FixPart | None:
    headline = slopes_of(told, names, (IMPLICIT, EXPLICIT))
    others = other_instruments(told)
    groups, controls = primaries(told, names), control_ids(told, names)
    if not told.slopes:
        return None
    tables = []
    if headline:
        tables.append(
            slope_table(
                headline,
                names,
                controls=controls,
                kind="slopes",
                caption=tr("Implicit and explicit scores before and after, with 95 % intervals"),
            )
        )
    if rest := slopes_of(told, names, others):
        tables.append(
            slope_table(
                rest,
                names,
                controls=controls,
                kind="other-slopes",
                caption=tr("Scores of the other tests before and after, with 95 % intervals"),
            )
        )
    counted = [
        contrast_sentence(
            [s for s in headline if instrument_of(s) == name and s.contrast_id in groups],
            names,
        )
        for name in (IMPLICIT, EXPLICIT)
    ]
    return FixPart(
        name="slopes",
        title=tr("Before and after"),
        lead=() if told.decision.is_accepted else (tr(_WITHHELD),),
        points=tuple(one for one in (*pooled_sentences(told), *counted) if one),
        charts=slope_charts(told, names),
        tables=tuple(tables),
    )


def _answers(told: FixResult) -> FixPart | None:
    chart = answer_chart(told)
    if chart is None:
        return None
    asked = [one for one in told.compositions if one.n]
    return FixPart(
        name="answers",
        title=tr("What became of the written answers"),
        lead=(
            tr(
                "A fix can lower a share of stereotyped answers by changing them, or by making "
                "them unusable. Only the first is a repair, so both are counted."
            ),
        ),
        points=tuple(composition_sentence(one) for one in asked),
        charts=(chart,),
        tables=tuple(flow_table(one) for one in asked),
    )


def _sides(told: FixResult) -> FixPart | None:
    chart, table = side_chart(told), side_table(told)
    if chart is None:
        return None
    return FixPart(
        name="side-effects",
        title=tr("Side effects"),
        lead=(
            tr(
                "Each change as a share of what the gate allows: 0 is no change, to the right is "
                "worse. How each was ruled follows from the gate’s table."
            ),
        ),
        charts=(chart,),
        tables=(table,) if table else (),
        openings=tuple(_opening(*one) for one in told.openings),
    )


def _opening(arm: str, words: str, count: int, n: int) -> ReadingText:
    name = naming.capital(adapter_name(arm))
    return ReadingText(
        state=tr(
            "{name}: {count} of {n} answers begin with",
            name=name,
            count=rounding.count(count),
            n=rounding.count(n),
        ),
        answer=clean(words, QUOTED, stored=_STORED),
    )


def _dial(told: FixResult) -> FixPart | None:
    chart = dial_chart(told)
    if chart is None:
        return None
    return FixPart(
        name="dial",
        title=tr("The dial"),
        lead=(
            tr(
                "The same adapter at other strengths: whether more of it removes the bias, turns "
                "it round, or costs something else. Beside it what needs no training, and a "
                "control."
            ),
        ),
        points=tuple(
            one for one in (*dial_sentences(told.dial), prompted_sentence(told.dial)) if one
        ),
        charts=(chart,),
        tables=(dial_table(told.dial),),
    )


def _controls(told: FixResult) -> FixPart | None:
    rows = control_rows(told)
    chart = control_chart(told)
    sentences = [control_sentence(control) for control in told.controls]
    return FixPart(
        name="controls",
        title=tr("Other seeds, and controls"),
        lead=(),
        points=(*sentences, seed_sentence(told)),
        charts=(chart,) if chart else (),
        tables=(control_table(told, rows),) if rows else (),
    )


def _registers(told: FixResult) -> tuple[FixPart, ...]:
    """What the adapter does to dialects, where they were asked about."""
    languages = dict.fromkeys(row.language for row in told.register_changes)
    return tuple(
        _register(language, [row for row in told.register_changes if row.language == language])
        for language in languages
    )


def _register(language: str, rows: Sequence[RegisterChange]) -> FixPart:
    return FixPart(
        name=f"dialect-{language.lower()}",
        title=tr("What it does by dialect: {language}", language=tr(_DIALECTS[language])),
        lead=(),
        points=tuple(register_sentences(rows)),
        charts=(register_chart(language, rows),),
        tables=(register_table(language, rows, table_id=f"t-fix-{language.lower()}"),),
    )
