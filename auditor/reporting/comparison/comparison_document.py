"""A comparison of several models, finished for print. Pure."""

from dataclasses import replace

from auditor import __version__
from auditor.core.comparison import PairReview
from auditor.core.review import ModelScores
from auditor.reporting import rounding, standing
from auditor.reporting.alternatives import chart_alt
from auditor.reporting.blocks import Fact
from auditor.reporting.cleaning import clean_line
from auditor.reporting.comparison import comparison_provenance
from auditor.reporting.comparison.agreement_pages import agreement_section
from auditor.reporting.comparison.comparison_summary import summary, title
from auditor.reporting.comparison.distance_pages import distance_section
from auditor.reporting.comparison.material import Material, asked_changes
from auditor.reporting.document import Document
from auditor.reporting.language import language, tr
from auditor.reporting.pages import Part, ReviewSection
from auditor.reporting.reviews.change_parts import change_part
from auditor.reporting.reviews.change_words import differs_words, tally_sentence
from auditor.reporting.reviews.models_pages import (
    has_scores,
    letter,
    models_table,
    size_chart,
    size_point,
    verdict_table,
)
from auditor.reporting.reviews.size_chart import SizeChart


def comparison_document(material: Material) -> Document:
    """Everything that is printed of a comparison."""
    n = rounding.count(material.n)
    distance = distance_section(material)
    steps = _steps_section(material)
    return Document(
        kicker=tr("Comparison of {n} models", n=n),
        title=title(material),
        language=language(),
        created=material.comparison.created,
        description=tr("{n} models on the same questions, compared by stimulus", n=n),
        generator=f"auditor {__version__}",
        run_id=tr("{n} runs", n=n),
        facts=_facts(material),
        summary=summary(material),
        summary_table=models_table(material.comparison.models),
        reviews=(
            _models_section(material),
            *([steps] if steps else []),
            agreement_section(material),
            *([distance] if distance else []),
            _differences_section(material),
        ),
        method=comparison_provenance.method(),
        provenance=comparison_provenance.provenance(material),
        files=comparison_provenance.files(material),
        commands=comparison_provenance.commands(material),
        disclaimer=tr(standing.DISCLAIMER),
    )


def _facts(material: Material) -> tuple[Fact, ...]:
    record = material.records[0]
    return (
        *(
            Fact(
                label=tr("Model {letter}", letter=letter(place)),
                text=clean_line(
                    f"{material.name(place)} ({one.model.format}, {one.model.quantisation})"
                ),
            )
            for place, one in enumerate(material.records)
        ),
        Fact(label=tr("Newest run"), text=rounding.moment(material.comparison.created)),
        Fact(
            label=tr("Battery"),
            text=tr(
                "{version}, tier {tier}",
                version=clean_line(record.battery.version),
                tier=record.settings.tier,
            ),
        ),
        Fact(
            label=tr("Policy"), text=clean_line(f"{material.policy.name} {material.policy.version}")
        ),
    )


def _models_section(material: Material) -> ReviewSection:
    found = material.comparison.models
    units = {one.measure_id: one.unit for one in material.measures}
    return ReviewSection(
        section_id="models",
        title=tr("{n} models on the same questions", n=rounding.count(material.n)),
        lead=(
            tr(
                "Each cell is one model’s own result, judged by the same policy. Two verdicts side "
                "by side are no comparison: whether two models differ is shown by the paired "
                "differences."
            ),
        ),
        chart=size_chart(found),
        tables=(verdict_table(material, found, material.findings, units),),
        parts=(),
    )


def _steps_section(material: Material) -> ReviewSection | None:
    """Scores along the training; None unless two models stand at different steps."""
    steps = [one.step for one in material.comparison.compared]
    found: list[tuple[int, int, ModelScores]] = sorted(
        (
            (step, place, one)
            for place, (step, one) in enumerate(
                zip(steps, material.comparison.models.models, strict=True)
            )
            if step is not None and has_scores(one)
        ),
        key=lambda each: each[:2],
    )
    if len({step for step, _, _ in found}) < 2:
        return None
    chart = SizeChart(
        title=tr(
            "Scores over all categories of {n} models, by training step",
            n=rounding.count(len(found)),
        ),
        alt=chart_alt(
            tr("Implicit and explicit score against the training step."),
            [
                tr(
                    "Model {letter}, step {step}: implicit {implicit}, explicit {explicit}.",
                    letter=letter(place),
                    step=rounding.count(step),
                    implicit=rounding.of_unit(one.implicit.value, "score"),
                    explicit=rounding.of_unit(one.explicit.value, "score"),
                )
                for step, place, one in found
            ],
        ),
        points=tuple(size_point(place, one, step=step) for step, place, one in found),
        axis="steps",
    )
    return ReviewSection(
        section_id="steps",
        title=tr("Along the training"),
        lead=(
            tr(
                "The step is read from the name of the checkpoint, or was given by whoever made "
                "the comparison; it is not measured. Lines join models of one architecture."
            ),
        ),
        chart=chart,
        parts=(),
    )


def _differences_section(material: Material) -> ReviewSection:
    return ReviewSection(
        section_id="differences",
        title=tr("Paired differences"),
        lead=(
            tr(
                "Worse and better stand for farther from zero and nearer in the second model of a "
                "pair. The p values are adjusted over the criteria of each pair, not over pairs."
            ),
            *(
                [tr("Pairs without model A are shown by their chart; comparison.json has all.")]
                if any(one.first for one in material.comparison.reviews)
                else []
            ),
        ),
        parts=tuple(_difference_part(material, one) for one in material.comparison.reviews),
    )


def _difference_part(material: Material, pair: PairReview) -> Part:
    review = replace(pair.review, changes=asked_changes(pair))
    first, second = letter(pair.first), letter(pair.second)
    differs = tr("Weights, template and settings are the same.")
    if review.what_differs:
        differs = tr("Not the same: {differs}.", differs=differs_words(review.what_differs))
    part = change_part(
        material,
        review,
        key=f"pair-{first}-{second}",
        title=tr("Model {second} against model {first}", second=second, first=first),
        lead=f"{differs} {tally_sentence(review.changes)}",
        heads=(first, second),
    )
    return replace(part, tables=()) if pair.first else part
