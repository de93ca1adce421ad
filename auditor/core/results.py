"""Everything that one finished audit hands to the report."""

from dataclasses import dataclass

from auditor.core.fix_results import AdapterResult, FixMissing, FixResult
from auditor.core.instrument import NumericalNoise
from auditor.core.items import Contrast
from auditor.core.layer_results import LayerResult, LayersMissing
from auditor.core.ledger import LedgerWitness
from auditor.core.measures import Measure
from auditor.core.policy import Finding, Policy
from auditor.core.review import (
    NOT_COMPARED,
    BaselineFinding,
    ModelsResult,
    Review,
    ReviewMissing,
)
from auditor.core.runs import RunRecord

FIX_NOT_ASKED = FixMissing(kind="not-asked", because="The run was made without a fix.")


@dataclass(frozen=True, slots=True, kw_only=True)
class InstrumentUse:
    """One instrument that ran, and how much of it."""

    name: str
    """As in `word-association`."""
    construct: str
    """What it measures, for prose."""
    source: str
    """The published work it follows."""
    n_items: int
    n_stimuli: int
    n_templates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """One question of the run with what the model wrote, as evidence beside a number."""

    contrast_id: str
    instrument: str
    item_id: str
    question: str
    """The user's message, before any chat template."""
    answer: str
    """Hostile text: written by the model under audit."""
    label: str
    """What the answer was scored as: `stereotype`, `counter`, `neutral`, `invalid`, ..."""
    side: int = 0
    """1 where the answer counts towards a positive score, -1 towards a negative one, else 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceFile:
    """One file of the run, by content."""

    name: str
    sha256: str
    description: str
    is_embedded: bool
    """Whether the PDF carries it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditResult:
    """One finished audit: what ran, what was measured, what was judged."""

    record: RunRecord
    instruments: tuple[InstrumentUse, ...]
    contrasts: tuple[Contrast, ...]
    """In the battery's order; only those that ran."""
    policy: Policy
    measures: tuple[Measure, ...]
    findings: tuple[Finding, ...]
    noise: tuple[NumericalNoise, ...]
    quotes: tuple[Quote, ...]
    """A few of each contrast; the report chooses among them and never shows all."""
    files: tuple[EvidenceFile, ...]
    finished: str
    """UTC, ISO 8601."""
    duration_seconds: float
    n_responses: int
    """All that is recorded, of every kind."""
    n_repeated: int
    """Questions scored a second time, for the numerical noise."""
    n_reasoned: int
    """Texts that a model wrote before its answer was asked for."""
    n_unusable: int
    """Generated answers that no rule could score."""
    n_text_responses: int
    """Generated answers in all: what `n_unusable` is a share of."""
    tool_version: str
    exit_code: int
    layers: LayerResult | LayersMissing
    """What was read inside the model, or why nothing was."""
    fix: FixResult | FixMissing = FIX_NOT_ASKED
    """What came of a fix, or why there is none."""
    adapter: AdapterResult | None = None
    """Set where the model was audited with an adapter, and without it for comparison."""

    baseline: Review | ReviewMissing = NOT_COMPARED
    """What changed since an earlier run, or why that is not said."""
    baseline_findings: tuple[BaselineFinding, ...] = ()
    """The policy's criteria on an increase since the baseline; without one, that it is missing."""
    models: ModelsResult | ReviewMissing = NOT_COMPARED
    """Other models on the same questions, beside this one."""
    ledger: LedgerWitness | None = None
    """The line that the run begins with in its ledger; None where it stands in none."""

    def measure(self, name: str, contrast_id: str) -> Measure | None:
        """The measure of this name for this contrast; None where it was not taken."""
        measure_id = f"{name}[{contrast_id}]"
        return next((m for m in self.measures if m.measure_id == measure_id), None)
