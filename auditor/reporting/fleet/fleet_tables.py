"""The tables of a fleet: its models, those that were not audited, criteria by models. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.fix_results import Effect
from auditor.core.fleet import FleetAudit, FleetModel, FleetResult
from auditor.core.items import Contrast
from auditor.core.policy import Finding
from auditor.core.runs import ModelIdentity
from auditor.reporting import naming, rounding, verdicts
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.effect_numbers import n_text
from auditor.reporting.fleet.fleet_words import (
    audit_verdict,
    ending_words,
    exit_code_words,
    increases_words,
    letters,
    tally_words,
    worst,
)
from auditor.reporting.language import SPACE, tr
from auditor.reporting.reviews.change_parts import level_cell
from auditor.reporting.reviews.size_figure import size_words

MAX_COLUMNS = 5
"""Models side by side that fit on a page."""
_BECAUSE_LIMIT = 500
Contrasts = Mapping[str, Contrast]


def models_table(result: FleetResult, contrasts: Contrasts) -> Table:
    """Every model of the fleet with what came of it."""
    names = letters(result.models)
    return Table(
        table_id="t-fleet",
        caption=tr("Every model, in the order of the fleet file"),
        columns=(
            Column(text=tr("Model")),
            Column(text=tr("Verdict")),
            Column(text=tr("Worst criterion")),
            Column(text=tr("Written answers unusable"), kind="number"),
            Column(text=tr("Duration"), kind="number"),
            Column(text=tr("Report")),
        ),
        rows=tuple(_model_row(names[one.name], one, contrasts) for one in result.models),
        footnote=tr(
            "Duration: of the process, this time; a run that was gone on with was asked nothing "
            "again. Unusable: of the written answers to the plain question."
        ),
        is_dense=True,
    )


def _model_row(letter: str, model: FleetModel, contrasts: Contrasts) -> tuple[Cell, ...]:
    audit = model.audit
    name = Cell(
        text=f"{letter}: {clean_line(model.name)}",
        note=_weights_words(audit.scores.run.model) if audit else clean_line(model.model),
    )
    took = Cell(text=rounding.duration(model.seconds), kind="number")
    if audit is None:
        nothing = Cell(text=rounding.NONE, kind="number")
        ended = Cell(text=ending_words(model), note=exit_code_words(model))
        return (name, ended, Cell(text=rounding.NONE), nothing, took, Cell(text=rounding.NONE))
    return (
        name,
        Cell(
            text="",
            mark=verdicts.mark_of(audit_verdict(audit)),
            note=tally_words(audit),
            more=increases_words(audit),
            last=exit_code_words(model),
        ),
        _worst_cell(audit, contrasts),
        level_cell(audit.scores.unusable, "rate"),
        took,
        Cell(text=audit.report, kind="code", file=audit.report),
    )


def _weights_words(model: ModelIdentity) -> str:
    """As in `SmolLM2-135M-Instruct, 135 M, Q4_1`."""
    parts = [naming.model_name(model)]
    if model.n_parameters:
        parts.append(size_words(model.n_parameters))
    told = tr("behind a server") if model.is_declared else clean_line(model.quantisation)
    return ", ".join([*parts, told])


def _worst_cell(audit: FleetAudit, contrasts: Contrasts) -> Cell:
    finding = worst(audit)
    if finding is None:
        return Cell(text=rounding.NONE)
    number, bounds, counted = _numbers(audit, finding)
    return Cell(
        text=criterion_words(finding, contrasts),
        note=tr("{value}, limit {limit}", value=number, limit=_limit(audit, finding)),
        more=bounds,
        last=counted,
    )


def not_audited_table(models: Sequence[FleetModel], names: Mapping[str, str]) -> Table:
    """Those of which nothing is known, each with the reason in the words of its process."""
    return Table(
        table_id="t-not-audited",
        caption=tr("Not audited, and what the process said last"),
        columns=(
            Column(text=tr("Model")),
            Column(text=tr("How it ended")),
            Column(text=tr("What was said")),
            Column(text=tr("Log")),
        ),
        rows=tuple(
            (
                Cell(text=f"{names[one.name]}: {clean_line(one.name)}", note=clean_line(one.model)),
                Cell(text=ending_words(one), note=exit_code_words(one)),
                Cell(text=clean_line(one.because, _BECAUSE_LIMIT) or tr("nothing")),
                Cell(text=one.log, kind="code", file=one.log),
            )
            for one in models
        ),
        is_dense=True,
    )


def matrix_tables(
    models: Sequence[FleetModel], names: Mapping[str, str], contrasts: Contrasts, key: str
) -> tuple[Table, ...]:
    """Criteria by models that were asked the same; a few models in each table."""
    starts = range(0, len(models), MAX_COLUMNS)
    return tuple(
        _matrix(models[start : start + MAX_COLUMNS], names, contrasts, f"{key}-{place}")
        for place, start in enumerate(starts)
    )


def _matrix(
    models: Sequence[FleetModel], names: Mapping[str, str], contrasts: Contrasts, key: str
) -> Table:
    audits = [model.audit for model in models if model.audit is not None]
    told = verdicts.asked(audits[0].findings)
    heads = ", ".join(f"{names[one.name]} {clean_line(one.name)}" for one in models)
    return Table(
        table_id=f"t-{key}",
        caption=tr("Each criterion in each model: {models}", models=heads),
        columns=(
            Column(text=tr("Criterion")),
            *(Column(text=names[model.name]) for model in models),
        ),
        rows=tuple(
            (
                Cell(
                    text=criterion_words(finding, contrasts),
                    note=tr("limit {limit}", limit=_limit(audits[0], finding)),
                ),
                *(_verdict_cell(audit, finding.criterion_id) for audit in audits),
            )
            for finding in told
        ),
        is_dense=True,
        kind="t-changes",
    )


def _verdict_cell(audit: FleetAudit, criterion_id: str) -> Cell:
    finding = next((one for one in audit.findings if one.criterion_id == criterion_id), None)
    if finding is None or not verdicts.is_asked(finding):
        return Cell(text=tr("not judged"))
    number, bounds, counted = _numbers(audit, finding)
    return Cell(
        text="", mark=verdicts.mark_of(finding.verdict), note=number, more=bounds, last=counted
    )


def criterion_words(finding: Finding, contrasts: Contrasts) -> str:
    """What a criterion is called: its contrast and its measure."""
    contrast = contrasts.get(finding.contrast_id)
    title = naming.contrast_title(contrast) if contrast else naming.spelt(finding.contrast_id)
    return f"{title}, {naming.short_name(finding.measure_id.partition('[')[0])}"


def _numbers(audit: FleetAudit, finding: Finding) -> tuple[str, str, str]:
    """A value with its interval, its bounds where unusable answers leave any, its n."""
    effect: Effect | None = dict(audit.scores.values).get(finding.criterion_id)
    unit = _unit(audit, finding)
    if effect is None or effect.value is None:
        return tr("no value"), "", n_text(effect) if effect else ""
    value = rounding.of_unit(effect.value, unit, finding.limit)
    bounds = effect.bounds
    is_open = bounds is not None and bounds.low < bounds.high
    span = rounding.interval_of_unit(bounds, unit, finding.limit)
    interval = rounding.interval_of_unit(effect.interval, unit, finding.limit)
    return (
        # Where there is no room, the line breaks before the interval and not within it.
        f"{value} {interval.replace(' ', SPACE)}",
        tr("bounds {bounds}", bounds=span) if is_open else "",
        n_text(effect),
    )


def _limit(audit: FleetAudit, finding: Finding) -> str:
    return f"±{rounding.of_unit(finding.limit, _unit(audit, finding)).removeprefix('+')}"


def _unit(audit: FleetAudit, finding: Finding) -> str:
    return dict(audit.units).get(finding.criterion_id, "score")
