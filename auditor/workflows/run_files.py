"""The files of a finished run: what each is, whether the PDF carries it, and their hashes."""

from dataclasses import dataclass
from hashlib import sha256
from typing import ClassVar

from auditor.core.results import EvidenceFile
from auditor.store import RECORD, RESPONSES, RunFolder
from auditor.workflows.adapter_audit import ADAPTER, BASE_RECORD, BASE_RESPONSES, base_evidence
from auditor.workflows.fix_files import FIX, FIX_RECORD, fix_evidence
from auditor.workflows.layers import LAYERS, LayerFile

POLICY = "policy.json"
BASELINE = "baseline.json"
MODELS = "models.json"
PRESENTATION = "presentation.json"
RESULTS = "results.json"
JUNIT = "junit.xml"
SARIF = "results.sarif"
MODEL_CARD = "modelcard.md"
SUMMARY = "summary.txt"


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
    ("measures.json", "every measure with its interval, bounds and counts", False),
    ("findings.json", "every criterion of the policy, judged", False),
    ("scores.csv", "the measures as a table", True),
    (RESULTS, "everything that was measured and judged, in one document", True),
    (JUNIT, "every criterion as a test case, for tools that show test results", True),
    (SARIF, "every criterion as a rule with its result, for tools that show findings", True),
    (MODEL_CARD, "a model card: what was measured, what is declared, what is left open", True),
    (SUMMARY, "the verdict in about ten lines, for a mail", True),
    (Finish.FILE, "when the asking ended", True),
    (LayerFile.FILE, "what was read inside the model, item by item", False),
    (LAYERS, "what the layers show: every curve with intervals and controls", False),
    (BASE_RECORD, "what was asked of the model without its adapter", False),
    (BASE_RESPONSES, "every answer of the model without its adapter", False),
    (ADAPTER, "what the adapter changes: every number of the comparison", False),
    (FIX_RECORD, "how a fix was trained and by what it is judged, as declared before", False),
    (FIX, "what the fix came to: every number of the gate", False),
    (BASELINE, "what changed since an earlier run: every criterion, paired", False),
    (MODELS, "other models on the same questions: every criterion, paired", False),
    (PRESENTATION, "how the report looks, and what the organisation declares", False),
)
"""Files of a finished run: name, what, embedded. One that a run has no use for is not there.

The PDF carries what the others can be read from: `results.json` holds every number of them.
"""

RECORDED = (RECORD, RESPONSES, POLICY, Finish.FILE, LayerFile.FILE)
"""Written while the model was asked and read; everything else follows from them and the fix's."""


def recorded_files(folder: RunFolder) -> tuple[str, ...]:
    """Everything that was recorded of the model and its fix, and cannot be computed again."""
    return (*RECORDED, *base_evidence(folder), *fix_evidence(folder))


def evidence_files(folder: RunFolder) -> tuple[EvidenceFile, ...]:
    """The files of a run that are there, by content."""
    return tuple(
        EvidenceFile(
            name=name,
            sha256=sha256((folder.path / name).read_bytes()).hexdigest(),
            description=what,
            is_embedded=is_embedded,
        )
        for name, what, is_embedded in EVIDENCE
        if (folder.path / name).exists()
    )
