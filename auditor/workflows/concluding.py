"""From recorded evidence to conclusions and the report. Needs no model."""

from collections.abc import Mapping
from dataclasses import dataclass

from auditor import __version__
from auditor.battery import INSTRUMENTS
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.judging import exceeds_policy
from auditor.core.layer_results import LayerResult
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Policy
from auditor.core.presentation import Presentation
from auditor.core.results import AuditResult, InstrumentUse
from auditor.core.review import NOT_COMPARED
from auditor.core.runs import SCHEMA_VERSION, BatteryIdentity, RunRecord
from auditor.reporting.tables import scores_csv
from auditor.store import RunFolder
from auditor.workflows.adapter_audit import conclude_adapter
from auditor.workflows.fix_files import conclude_fix_folder
from auditor.workflows.layers import LAYERS, conclude_layer_file, layer_file
from auditor.workflows.presenting import note_presentation, refuse_incomplete
from auditor.workflows.proofs.ledger_lines import witness_of
from auditor.workflows.quoting import quotes_of
from auditor.workflows.rendering import EXCEEDS_POLICY, Conclusion, render_run
from auditor.workflows.reviews.review import NONE, Neighbours, Reviews, compare_run
from auditor.workflows.run_files import BASELINE, BASELINE_FINDINGS, MODELS, Finish
from auditor.workflows.stored_run import Scored, score_run

WITHIN_POLICY = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuresFile:
    """`measures.json`: the same bytes whenever the same evidence is measured."""

    schema: int
    battery: BatteryIdentity
    noise: tuple[NumericalNoise, ...]
    measures: tuple[Measure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingsFile:
    """`findings.json`."""

    schema: int
    policy: Policy
    findings: tuple[Finding, ...]


def conclude(
    folder: RunFolder,
    record: RunRecord,
    battery: Battery,
    policy: Policy,
    *,
    presentation: Presentation,
    beside: Neighbours = NONE,
    wants_pdf: bool = True,
) -> Conclusion:
    """Measure, judge and render what the folder holds; JSON first, then HTML, then PDF."""
    scored = score_run(folder, battery, policy)
    reviews = compare_run(record, battery, scored, policy, beside)
    result = _result(folder, record, battery, policy, scored, reviews)
    # Before anything is written: what is refused leaves the run as it was.
    refuse_incomplete(result, presentation)
    note_presentation(folder, presentation)
    _write_numbers(folder, record, policy, scored, reviews)
    if isinstance(result.layers, LayerResult):
        folder.write_json(LAYERS, result.layers)
    return render_run(folder, result, presentation, wants_pdf=wants_pdf)


def number_files(record: RunRecord, policy: Policy, scored: Scored) -> Mapping[str, object]:
    """The files that follow from the answers and the policy alone, by name."""
    return {
        "measures.json": MeasuresFile(
            schema=SCHEMA_VERSION,
            battery=record.battery,
            noise=scored.noise,
            measures=scored.measures,
        ),
        "findings.json": FindingsFile(
            schema=SCHEMA_VERSION, policy=policy, findings=scored.findings
        ),
    }


def _write_numbers(
    folder: RunFolder, record: RunRecord, policy: Policy, scored: Scored, reviews: Reviews
) -> None:
    """Everything computed from the answers, before anything is rendered."""
    for name, value in number_files(record, policy, scored).items():
        folder.write_json(name, value)
    folder.write_bytes("scores.csv", scores_csv(record, scored.measures, scored.findings).encode())
    for name, found in (
        (BASELINE, reviews.baseline),
        (BASELINE_FINDINGS, reviews.baseline_findings),
        (MODELS, reviews.models),
    ):
        # A comparison that nobody asked for this time is not left beside newer numbers.
        (folder.path / name).unlink(missing_ok=True)
        if found and found != NOT_COMPARED:
            folder.write_json(name, found)


def _result(
    folder: RunFolder,
    record: RunRecord,
    battery: Battery,
    policy: Policy,
    scored: Scored,
    reviews: Reviews,
) -> AuditResult:
    finish = folder.read_json(Finish.FILE, Finish)
    responses, findings = scored.responses, scored.findings
    texts = [score for score in scored.scores if score.mode == "text"]
    return AuditResult(
        record=record,
        instruments=_uses(battery),
        contrasts=battery.contrasts,
        policy=policy,
        measures=scored.measures,
        findings=findings,
        noise=scored.noise,
        quotes=quotes_of(battery, responses, scored.scores),
        files=(),
        finished=finish.finished,
        duration_seconds=finish.asking_seconds,
        n_responses=len(responses),
        n_repeated=sum(response.purpose == "noise" for response in responses),
        n_reasoned=sum(response.mode == "reasoning" for response in responses),
        n_unusable=sum(score.unscored_because is not None for score in texts),
        n_text_responses=len(texts),
        tool_version=__version__,
        exit_code=EXCEEDS_POLICY
        if exceeds_policy([*findings, *reviews.baseline_findings])
        else WITHIN_POLICY,
        layers=conclude_layer_file(layer_file(folder)),
        fix=conclude_fix_folder(folder),
        adapter=conclude_adapter(folder, record, battery, scored.scores),
        baseline=reviews.baseline,
        baseline_findings=reviews.baseline_findings,
        models=reviews.models,
        ledger=witness_of(folder),
    )


def _uses(battery: Battery) -> tuple[InstrumentUse, ...]:
    uses: list[InstrumentUse] = []
    for name, instrument in INSTRUMENTS.items():
        items = [item for item in battery.items if item.instrument == name]
        if items:
            uses.append(
                InstrumentUse(
                    name=name,
                    construct=instrument.construct,
                    source=instrument.source,
                    n_items=len(items),
                    n_stimuli=len({item.cluster for item in items}),
                    n_templates=len({item.template_id for item in items}),
                )
            )
    return tuple(uses)
