"""Several models on the same questions, beside the one that a report is about."""

from collections.abc import Sequence

from auditor.battery.association import mirrored_statements, word_association
from auditor.battery.fix.effects import score_effect, share_effect, undefined
from auditor.battery.fix.pooled import PRIMARY, contrasts_in, sample_of
from auditor.battery.reviewing.changes import measure_effect, review
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.core.fix_results import Effect
from auditor.core.review import ModelScores, ModelsResult

NOT_ASKED = "not asked"


def models_result(runs: Sequence[ReviewedScores]) -> ModelsResult:
    """Every model's scores, and each further model against the first."""
    first, *others = runs
    return ModelsResult(
        models=tuple(_model_scores(run) for run in runs),
        reviews=tuple(review(first, other) for other in others),
    )


def _model_scores(run: ReviewedScores) -> ModelScores:
    return ModelScores(
        run=run.run,
        implicit=_pooled(run, word_association.name),
        explicit=_pooled(run, mirrored_statements.name),
        unusable=unusable_share(run),
        verdicts=tuple((finding.criterion_id, finding.verdict) for finding in run.findings),
        values=tuple(
            (finding.criterion_id, measure_effect(measure))
            for finding in run.findings
            if (measure := run.measure(finding.measure_id)) is not None
        ),
    )


def _pooled(run: ReviewedScores, instrument: str) -> Effect:
    contrasts = contrasts_in(run.battery, instrument, PRIMARY)
    if not contrasts:
        return undefined(NOT_ASKED)
    return score_effect(sample_of(run.battery, instrument, run.scores, contrasts))


def unusable_share(run: ReviewedScores) -> Effect:
    """Share of the written answers that no rule could score."""
    clusters = {item.item_id: item.cluster for item in run.battery.items}
    hits = [
        (clusters[score.item_id], score.unscored_because is not None)
        for score in run.scores
        if score.mode == "text" and score.item_id in clusters
    ]
    return share_effect(hits) if hits else undefined(NOT_ASKED)
