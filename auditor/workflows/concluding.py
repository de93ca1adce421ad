"""From recorded evidence to conclusions and the report. Needs no model."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import ClassVar

from auditor import __version__
from auditor.battery import INSTRUMENTS, measure_all
from auditor.battery.scoring import numerical_noise, score_responses
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.judging import exceeds_policy, judge
from auditor.core.layer_results import LayerResult
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Policy
from auditor.core.responses import Response, Score
from auditor.core.results import AuditResult, EvidenceFile, InstrumentUse, Quote
from auditor.core.runs import SCHEMA_VERSION, BatteryIdentity, RunRecord
from auditor.errors import ReportNotRendered
from auditor.reporting.html import chart_files, render_html
from auditor.reporting.pdf import Attachment, write_pdf
from auditor.reporting.report import summarise
from auditor.reporting.tables import scores_csv
from auditor.store import MANIFEST, RECORD, RESPONSES, RunFolder
from auditor.workflows.adapter_audit import (
    ADAPTER,
    BASE_RECORD,
    BASE_RESPONSES,
    base_evidence,
    conclude_adapter,
)
from auditor.workflows.fix_files import (
    FIX,
    FIX_RECORD,
    conclude_fix_folder,
    fix_evidence,
    shipped,
)
from auditor.workflows.layers import LAYERS, LayerFile, conclude_layer_file, layer_file
from auditor.workflows.questions import BBQ_COPY

POLICY = "policy.json"

WITHIN_POLICY, EXCEEDS_POLICY = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """`finish.json`: when the asking ended."""

    FILE: ClassVar[str] = "finish.json"

    finished: str
    """UTC, ISO 8601."""
    asking_seconds: float
    """Of the process that asked the last question."""


EVIDENCE: tuple[tuple[str, str, bool], ...] = (
    (RECORD, "model, settings, battery, policy, versions, machine", True),
    (RESPONSES, "every answer of the model: the evidence", False),
    (POLICY, "the limits, as declared before the first question", True),
    ("measures.json", "every measure with its interval, bounds and counts", True),
    ("findings.json", "every criterion of the policy, judged", True),
    ("scores.csv", "the measures as a table", True),
    (Finish.FILE, "when the asking ended", True),
    (LayerFile.FILE, "what was read inside the model, item by item", False),
    (LAYERS, "what the layers show: every curve with intervals and controls", True),
    (BASE_RECORD, "what was asked of the model without its adapter", False),
    (BASE_RESPONSES, "every answer of the model without its adapter", False),
    (ADAPTER, "what the adapter changes: every number of the comparison", True),
    (FIX_RECORD, "how a fix was trained and by what it is judged, as declared before", True),
    (FIX, "what the fix came to: every number of the gate", True),
)
"""Files of a finished run: name, what, embedded. One that a run has no use for is not there."""

RECORDED = (RECORD, RESPONSES, POLICY, Finish.FILE, LayerFile.FILE)
"""Written while the model was asked and read; everything else follows from them and the fix's."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Conclusion:
    """What came of an audit."""

    result: AuditResult
    folder: RunFolder
    html: str
    """Name of the report in the folder."""
    pdf: str | None
    """None where the PDF could not be made; `pdf_missing_because` says why."""
    pdf_missing_because: str | None

    @property
    def exceeds_policy(self) -> bool:
        """Whether the audit exits with 1."""
        return self.result.exit_code == EXCEEDS_POLICY


def recorded_files(folder: RunFolder) -> tuple[str, ...]:
    """Everything that was recorded of the model and its fix, and cannot be computed again."""
    return (*RECORDED, *base_evidence(folder), *fix_evidence(folder))


def conclude(
    folder: RunFolder,
    record: RunRecord,
    battery: Battery,
    policy: Policy,
    *,
    wants_pdf: bool = True,
) -> Conclusion:
    """Measure, judge and render what the folder holds; JSON first, then HTML, then PDF."""
    responses = folder.responses()
    scores = score_responses(battery, responses)
    noise = numerical_noise(battery, responses)
    measures = measure_all(battery, scores, noise)
    findings = judge(measures, policy)
    folder.write_json(
        "measures.json",
        MeasuresFile(schema=SCHEMA_VERSION, battery=record.battery, noise=noise, measures=measures),
    )
    folder.write_json(
        "findings.json", FindingsFile(schema=SCHEMA_VERSION, policy=policy, findings=findings)
    )
    finish = folder.read_json(Finish.FILE, Finish)
    layers = conclude_layer_file(layer_file(folder))
    texts = [score for score in scores if score.mode == "text"]
    result = AuditResult(
        record=record,
        instruments=_uses(battery),
        contrasts=battery.contrasts,
        policy=policy,
        measures=measures,
        findings=findings,
        noise=noise,
        quotes=_quotes(battery, responses, scores),
        files=(),
        finished=finish.finished,
        duration_seconds=finish.asking_seconds,
        n_responses=len(responses),
        n_repeated=sum(response.purpose == "noise" for response in responses),
        n_reasoned=sum(response.mode == "reasoning" for response in responses),
        n_unusable=sum(score.unscored_because is not None for score in texts),
        n_text_responses=len(texts),
        tool_version=__version__,
        exit_code=EXCEEDS_POLICY if exceeds_policy(findings) else WITHIN_POLICY,
        layers=layers,
        fix=conclude_fix_folder(folder),
        adapter=conclude_adapter(folder, record, battery, scores),
    )
    if isinstance(layers, LayerResult):
        folder.write_json(LAYERS, layers)
    folder.write_bytes("scores.csv", scores_csv(record, measures, findings).encode())
    return _render(folder, replace(result, files=_evidence(folder)), wants_pdf=wants_pdf)


def _render(folder: RunFolder, result: AuditResult, *, wants_pdf: bool) -> Conclusion:
    report = summarise(result)
    html = render_html(report)
    folder.write_bytes("report.html", html.encode())
    charts = {f"charts/{name}": svg for name, svg in chart_files(report).items()}
    for name, svg in charts.items():
        folder.write_bytes(name, svg.encode())
    names = [name for name, _, _ in _present(folder)]
    names += [BBQ_COPY] if (folder.path / BBQ_COPY).exists() else []
    recorded = {*names, *fix_evidence(folder), *shipped(folder)}
    folder.write_manifest([*recorded, *charts, "report.html"])
    because: str | None = "left out by --no-pdf"
    if wants_pdf:
        because = _write_pdf(folder, result, html)
    return Conclusion(
        result=result,
        folder=folder,
        html="report.html",
        pdf="report.pdf" if because is None else None,
        pdf_missing_because=because,
    )


def _write_pdf(folder: RunFolder, result: AuditResult, html: str) -> str | None:
    """Why there is no PDF; None when there is one. A failed PDF never loses the audit."""
    target = folder.path / "report.pdf"
    embedded = [(name, what) for name, what, is_embedded in _present(folder) if is_embedded]
    embedded.append((MANIFEST, "hashes of the run's files, for sha256sum -c"))
    attachments = [
        Attachment(name=name, content=(folder.path / name).read_bytes(), description=what)
        for name, what in embedded
    ]
    # An older PDF beside newer measures would be believed.
    target.unlink(missing_ok=True)
    try:
        write_pdf(html, attachments, target, created=result.finished)
    except ReportNotRendered as error:
        return str(error)
    digest = sha256(target.read_bytes()).hexdigest()
    folder.write_bytes("report.pdf.sha256", f"{digest}  report.pdf\n".encode())
    return None


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


def _quotes(
    battery: Battery, responses: Sequence[Response], scores: Sequence[Score]
) -> tuple[Quote, ...]:
    """The first answer of each label, for each contrast and instrument: chosen by rule."""
    items = {item.item_id: item for item in battery.items}
    labels = {score.item_id: score.label for score in scores if score.mode == "text"}
    chosen: dict[tuple[str, str, str], Quote] = {}
    for response in responses:
        if response.mode == "text" and response.text is not None:
            item, label = items[response.item_id], labels[response.item_id]
            chosen.setdefault(
                (item.contrast_id, item.instrument, label),
                Quote(
                    contrast_id=item.contrast_id,
                    instrument=item.instrument,
                    item_id=item.item_id,
                    question=item.text,
                    answer=response.text,
                    label=label,
                ),
            )
    return tuple(chosen.values())


def _evidence(folder: RunFolder) -> tuple[EvidenceFile, ...]:
    return tuple(
        EvidenceFile(
            name=name,
            sha256=sha256((folder.path / name).read_bytes()).hexdigest(),
            description=what,
            is_embedded=is_embedded,
        )
        for name, what, is_embedded in _present(folder)
    )


def _present(folder: RunFolder) -> list[tuple[str, str, bool]]:
    return [entry for entry in EVIDENCE if (folder.path / entry[0]).exists()]
