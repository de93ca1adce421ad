"""What the layers show: curves with intervals, control bands, where they peak."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.items import Tier
from auditor.core.senses import AwarenessCondition


@dataclass(frozen=True, slots=True, kw_only=True)
class CurvePoint:
    """One layer of a curve."""

    layer: int
    """0 for the token embeddings, k for the state after the k-th decoder block."""
    value: float | None
    low: float | None
    """95 % interval, from clusters; None where it cannot be formed."""
    high: float | None
    n: int
    n_clusters: int


Curve = tuple[CurvePoint, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlPoint:
    """What relabelled sentences give at one layer."""

    layer: int
    mean: float
    high: float
    """97.5th percentile at this layer alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeResult:
    """Whether the two senses can be told apart at each layer."""

    accuracy: Curve
    """Of probes that saw neither the pair of sentences nor the word."""
    selectivity: Curve
    """Accuracy on held-out words in seen pairs, true labels minus relabelled (no interval)."""
    control: tuple[ControlPoint, ...]
    limit: float
    """What the largest accuracy over all layers exceeds in at most 1 − `level` of relabellings:
    a layer above it is above chance, all layers and concepts considered."""
    level: float
    """0.95 for one concept; with more, what each has to hold for all to hold 0.95."""
    words_alone: CurvePoint
    """Accuracy of a probe that sees which tokens a sentence has, and no layer of the model."""
    peak: int | None
    """Layer of the highest accuracy; None where no layer is above the limit."""
    above: tuple[int, ...]
    """Layers whose accuracy is above the limit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwarenessCurve:
    """How often the probe reads the social sense in prompts of one condition."""

    condition: AwarenessCondition
    points: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class AwarenessResult:
    """What the ambiguous word is taken for in the battery's own prompts."""

    curves: tuple[AwarenessCurve, ...]
    anchor: Curve
    """Stated social minus stated other sense, paired by wording."""
    readable: tuple[int, ...]
    """Layers where the probe is above its limit and the anchor above zero, all layers considered
    (p of 5 % by flipped signs): only there do the curves say anything."""
    difference: Curve
    """Implicit (`ambiguous`) minus `explicit`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchCurve:
    """How far a state moves the answer: social minus other source, in log-odds."""

    kind: str
    points: Curve


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchingResult:
    """Whether the identifier's state decides what the model says that the word refers to."""

    curves: tuple[PatchCurve, ...]
    """`identifier` and its controls, at the layers that were patched."""
    peak: int | None
    """Layer with the largest effect among `above`."""
    above: tuple[int, ...]
    """Layers where the effect's interval, all patched layers considered, is above zero and above
    every control's value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationResult:
    """What the word-association score does without the probe's direction."""

    from_layer: int
    before: CurvePoint
    """Score on [−1, 1]; `layer` is `from_layer`."""
    after: CurvePoint
    difference: CurvePoint
    """After minus before, paired by stimulus."""
    random_differences: tuple[float, ...]
    """The same for each random direction."""
    p_value: float | None
    """Rank of the difference's size among the random ones, (1 + as large) / (1 + all)."""
    log_likelihood_change: float
    """Mean change of the answers' log-likelihood: a broken model shows here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingPoint:
    """Readings in words at one layer."""

    layer: int
    n: int
    n_known: int
    known_right: float | None
    """Share of known answers that were read."""
    degenerate: float | None
    """Share of readings that repeat themselves or the prompt, or say nothing."""
    relevant: float | None
    """Share that the state moved."""
    social_in_social: float | None
    """Share of relevant, sound readings of social sentences that name the social sense."""
    social_in_other: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingResult:
    """Readings in words; believed only at layers where known answers are read."""

    points: tuple[ReadingPoint, ...]
    believed: tuple[int, ...]
    examples: tuple[tuple[int, str, str], ...]
    """Layer, mention id, text: the first reading of each layer, chosen by rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseResult:
    """The same readings in the base model, and aligned minus base."""

    accuracy: Curve
    ambiguous: Curve
    accuracy_difference: Curve
    """Paired by pair of sentences; empty where the models differ in depth."""
    ambiguous_difference: Curve
    """Paired by wording; empty where the models differ in depth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptResult:
    """Everything said about one concept."""

    concept_id: str
    category: str
    label: str
    words: tuple[str, ...]
    names: tuple[str, str]
    n_sentences: int
    n_pairs: int
    probe: ProbeResult
    awareness: AwarenessResult
    patching: PatchingResult | None = None
    ablation: AblationResult | None = None
    readings: ReadingResult | None = None
    base: BaseResult | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerSource:
    """The model that was read."""

    model: str
    weights_sha256: str
    adapter_sha256: str | None
    architecture: str
    n_layers: int
    dtype: str
    is_dequantised: bool
    blocks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerResult:
    """`layers.json`: every number about the layers; recomputable from the evidence."""

    schema: int
    source: LayerSource
    base: LayerSource | None
    base_missing_because: str | None
    """Why a base model that was named could not be read."""
    tier: Tier
    seed: int
    senses_version: str
    senses_sha256: str
    n_shuffles: int
    concepts: tuple[ConceptResult, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LayersMissing:
    """Why a run has no layer reading."""

    kind: Literal["not-asked", "not-possible"]
    because: str
    """One sentence."""
