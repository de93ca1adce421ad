"""Several models on the same questions. Pure."""

from collections.abc import Mapping, Sequence

from auditor.core.fix_results import Effect
from auditor.core.policy import Finding, Verdict
from auditor.core.review import ModelScores, ModelsResult, Review, ReviewMissing
from auditor.reporting import identity_words, naming, rounding, verdicts
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Cell, Column, Table
from auditor.reporting.effect_numbers import effect_dot
from auditor.reporting.finding_pages import criterion_title
from auditor.reporting.language import tr
from auditor.reporting.pages import ReviewSection
from auditor.reporting.reviews.baseline_pages import how
from auditor.reporting.reviews.change_parts import change_part, level_cell
from auditor.reporting.reviews.change_words import differs_words, run_words, tally_sentence
from auditor.reporting.reviews.size_chart import SizeChart, SizePoint
from auditor.reporting.reviews.size_figure import size_words
from auditor.reporting.view import Names, View


def models(view: View) -> ReviewSection | None:
    """The models side by side; None where there is only one."""
    found = view.result.models
    if isinstance(found, ReviewMissing):
        return None
    n = len(found.models)
    return ReviewSection(
        section_id="models",
        title=tr("{n} models on the same questions", n=rounding.count(n)),
        lead=(
            tr(
                "Model A is the one that this report is about; the others stand beside it, asked "
                "the same questions and judged by the same policy. Nothing is pooled over models, "
                "and a difference between two of them may come from anything in which they differ."
            ),
            how(),
        ),
        chart=size_chart(found),
        tables=(
            models_table(found),
            verdict_table(view, found, view.result.findings, _units(view)),
        ),
        parts=tuple(
            change_part(
                view,
                review,
                key=f"model-{letter(place)}",
                title=tr("Model {letter} against model A", letter=letter(place)),
                lead=_against(place, review),
                heads=("A", letter(place)),
            )
            for place, review in enumerate(found.reviews, start=1)
        ),
    )


def _against(place: int, review: Review) -> str:
    """Which two models a part is about."""
    told = (
        tr("Model {letter}: {run}.", letter=letter(place), run=run_words(review.second)),
        tr("Not the same: {differs}.", differs=differs_words(review.what_differs))
        if review.what_differs
        else tr("Weights, template and settings are the same."),
        tally_sentence(review.changes),
    )
    return " ".join(told)


def letter(place: int) -> str:
    """A, B, C …: a name that fits the head of a column."""
    return chr(ord("A") + place) if place < 26 else f"A{place - 25}"


def size_chart(found: ModelsResult) -> SizeChart | None:
    """The scores by size; None where the models are not known to differ in it."""
    ordered = sorted(enumerate(found.models), key=lambda pair: pair[1].run.model.n_parameters)
    # What stands behind a server does not say how large it is.
    ordered = [
        (place, one) for place, one in ordered if one.run.model.n_parameters and has_scores(one)
    ]
    if len({one.run.model.n_parameters for _, one in ordered}) < 2:
        return None
    told = [
        tr(
            "Model {letter}, {size}: implicit {implicit}, explicit {explicit}.",
            letter=letter(place),
            size=size_words(one.run.model.n_parameters),
            implicit=rounding.of_unit(one.implicit.value, "score"),
            explicit=rounding.of_unit(one.explicit.value, "score"),
        )
        for place, one in ordered
    ]
    return SizeChart(
        title=tr("Scores over all categories of {n} models, by size", n=rounding.count(len(told))),
        alt=chart_alt(tr("Implicit and explicit score against the number of parameters."), told),
        points=tuple(size_point(place, one) for place, one in ordered),
    )


def has_scores(one: ModelScores) -> bool:
    """Whether there is anything that a chart over all categories could show of a model."""
    return one.implicit.value is not None or one.explicit.value is not None


def size_point(place: int, one: ModelScores, *, step: int | None = None) -> SizePoint:
    """One model in a chart of the scores."""
    return SizePoint(
        label=letter(place),
        family=one.run.model.architecture,
        n_parameters=one.run.model.n_parameters,
        step=step,
        implicit=effect_dot(one.implicit),
        explicit=effect_dot(one.explicit),
    )


def models_table(found: ModelsResult) -> Table:
    """Which models they are, with their scores."""
    return Table(
        table_id="t-models",
        caption=tr("The models, and their mean score over the main contrast of each category"),
        columns=(
            Column(text=tr("Model")),
            Column(text=tr("Parameters"), kind="number"),
            Column(text=tr("Format")),
            Column(text=tr("Implicit, all categories"), kind="number"),
            Column(text=tr("Explicit, all categories"), kind="number"),
            Column(text=tr("Written answers unusable"), kind="number"),
        ),
        rows=tuple(_model_row(letter(place), one) for place, one in enumerate(found.models)),
        is_dense=True,
        kind="t-changes",
    )


def _model_row(name: str, one: ModelScores) -> tuple[Cell, ...]:
    model = one.run.model
    return (
        Cell(
            text=f"{name}: {naming.model_name(model)}",
            note=identity_words.short_words(model),
        ),
        Cell(text=identity_words.size(model), kind="number"),
        Cell(text=identity_words.format_words(model), note=identity_words.family(model)),
        level_cell(one.implicit, "score"),
        level_cell(one.explicit, "score"),
        level_cell(one.unusable, "rate"),
    )


def _units(view: View) -> dict[str, str]:
    """Units of the measures that are judged."""
    return {key: measure.unit for key, measure in view.by_measure.items()}


def verdict_table(
    names: Names, found: ModelsResult, findings: Sequence[Finding], units: Mapping[str, str]
) -> Table:
    """Chart 6: criteria by models, each cell a value with its verdict; `units` by measure."""
    return Table(
        table_id="t-model-verdicts",
        caption=tr("Each criterion in each model"),
        columns=(
            Column(text=tr("Criterion")),
            *(Column(text=letter(place)) for place in range(len(found.models))),
        ),
        rows=tuple(
            (
                Cell(text=criterion_title(names, finding)),
                *(
                    _verdict_cell(one, finding, units.get(finding.measure_id, "score"))
                    for one in found.models
                ),
            )
            for finding in findings
            if verdicts.is_asked(finding)
        ),
        is_dense=True,
        kind="t-changes",
    )


def _verdict_cell(one: ModelScores, finding: Finding, unit: str) -> Cell:
    verdict: Verdict | None = dict(one.verdicts).get(finding.criterion_id)
    value: Effect | None = dict(one.values).get(finding.criterion_id)
    if verdict is None:
        return Cell(text=tr("not judged"))
    seen = level_cell(value, unit)
    number = f"{seen.text} {seen.note}" if value is not None else ""
    return Cell(text="", mark=verdicts.mark_of(verdict), note=number, more=seen.more)
