"""The files of a finished run: what each is, whether the PDF carries it, and their hashes."""

from dataclasses import dataclass
from typing import ClassVar

from auditor.core.results import EvidenceFile
from auditor.store import FINISH, RECORD, RESPONSES, WITNESS, RunFolder
from auditor.store import POLICY as POLICY
from auditor.store import RESULTS as RESULTS
from auditor.workflows.adapter_audit import (
    ADAPTER,
    BASE_FOLDER,
    BASE_RECORD,
    BASE_RESPONSES,
    base_evidence,
)
from auditor.workflows.fix_files import (
    FIX,
    FIX_FOLDER,
    FIX_RECORD,
    GGUF_ADAPTER,
    SHIPPED,
    fix_evidence,
)
from auditor.workflows.layers import LAYERS, LayerFile
from auditor.workflows.questions import BBQ_COPY

BASELINE = "baseline.json"
BASELINE_FINDINGS = "baseline-findings.json"
MODELS = "models.json"
PRESENTATION = "presentation.json"
JUNIT = "junit.xml"
SARIF = "results.sarif"
MODEL_CARD = "modelcard.md"
SUMMARY = "summary.txt"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finish:
    """`finish.json`: when the asking ended."""

    FILE: ClassVar[str] = FINISH

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
    (WITNESS, "where the run’s first line stands in the ledger", True),
    (LayerFile.FILE, "what was read inside the model, item by item", False),
    (LAYERS, "what the layers show: every curve with intervals and controls", False),
    (BASE_RECORD, "what was asked of the model without its adapter", False),
    (BASE_RESPONSES, "every answer of the model without its adapter", False),
    (ADAPTER, "what the adapter changes: every number of the comparison", False),
    (FIX_RECORD, "how a fix was trained and by what it is judged, as declared before", False),
    (FIX, "what the fix came to: every number of the gate", False),
    (BASELINE, "what changed since an earlier run: every criterion, paired", False),
    (BASELINE_FINDINGS, "what the policy asks of an increase since then, judged", False),
    (MODELS, "other models on the same questions: every criterion, paired", False),
    (PRESENTATION, "how the report looks, and what the organisation declares", False),
)
"""Files of a finished run: name, what, embedded. One that a run has no use for is not there.

The PDF carries what the others can be read from: `results.json` holds every number of them.
"""

RECORDED = (RECORD, RESPONSES, POLICY, Finish.FILE, WITNESS, LayerFile.FILE)
"""Written while the model was asked and read; everything else follows from them and the fix's."""


WRITTEN_ONCE = (RECORD, RESPONSES, POLICY, BBQ_COPY, Finish.FILE, WITNESS)
"""Never another file in the same run once the asking has ended; layers and a fix may follow."""


def recorded_files(folder: RunFolder) -> tuple[str, ...]:
    """Everything that was recorded of the model and its fix, and cannot be computed again."""
    return (*RECORDED, *base_evidence(folder), *fix_evidence(folder))


def evidence_files(folder: RunFolder) -> tuple[EvidenceFile, ...]:
    """The files of a run that are there, by content."""
    return tuple(
        EvidenceFile(
            name=name,
            sha256=folder.sha256_of(name),
            description=what,
            is_embedded=is_embedded,
        )
        for name, what, is_embedded in EVIDENCE
        if (folder.path / name).exists()
    )


def covered_files(folder: RunFolder) -> list[str]:
    """Every file that a run has written, but for the report: what its manifest is to list.

    A file that somebody else put there is not among them: a hash would vouch for it.
    """
    named = [name for name, _, _ in EVIDENCE]
    kept = (BBQ_COPY, FIX_FOLDER, BASE_FOLDER, SHIPPED, GGUF_ADAPTER, "replaced-*")
    return folder.files_below(*named, *kept)
