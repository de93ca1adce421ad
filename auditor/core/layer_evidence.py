"""What was read inside a model, item by item: the evidence from which curves are computed.

Layer 0 is the token embeddings, layer k the residual stream after the k-th decoder block. Values
are a tuple with one number a layer, from layer 0 on, unless a field says otherwise.
"""

from dataclasses import dataclass
from typing import Literal

from auditor.core.items import Tier
from auditor.core.senses import AwarenessCondition, Sense

PatchKind = Literal["identifier", "unrelated", "random", "wrong-layer"]
"""Whose state is put in: the identifier's at the same layer; an unrelated word's in the same
sentences; the middle of the identifier's two states, moved along a random direction by half their
distance; the identifier's from another layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceRead:
    """One sentence, classified by probes that saw neither its pair nor its word."""

    mention_id: str
    cluster: str
    word: str
    sense: Sense
    values: tuple[float, ...]
    """Decision value by layer; positive reads the social sense."""
    words_alone: float
    """Decision value of a probe on the mean token embedding of the sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeEvidence:
    """Held-out readings of one concept, and what relabelled sentences gave."""

    sentences: tuple[SentenceRead, ...]
    shuffled: tuple[tuple[float, ...], ...]
    """Held-out accuracy by relabelling, then by layer."""
    memorised: tuple[tuple[float, ...], ...]
    """Accuracy on held-out words in sentence pairs that training saw, by relabelling, then by
    layer: the control task (Hewitt & Liang 2019)."""
    seen_pairs: tuple[float, ...]
    """The true labels' accuracy in the same split as `memorised`, by layer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AwarenessRead:
    """One prompt of the battery at one mention, read by the probe of each layer."""

    mention_id: str
    cluster: str
    word: str
    condition: AwarenessCondition
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchRead:
    """One question with one state put in at one layer."""

    layer: int
    """Where the state is put in."""
    source_layer: int
    kind: PatchKind
    cluster: str
    word: str
    sense: Sense
    """Of the sentence that the state comes from; for `random`, the end that takes its place."""
    question_id: str
    social_first: bool
    """Order of the two options."""
    log_odds: float
    """log P(social option) − log P(other option)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PatchEvidence:
    """Every patched question of a concept, and the questions as they are."""

    unpatched: tuple[tuple[str, str, bool, float], ...]
    """Word, question, whether the social option came first, log-odds."""
    rows: tuple[PatchRead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationRead:
    """One word-association item with one direction taken out."""

    item_id: str
    cluster: str
    direction: str
    """`none`, `probe`, or `random-03`."""
    log_odds: float
    """log P(stereotype) − log P(its mirror)."""
    log_likelihood: float
    """Mean of both answers': how far the model still expects an answer at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AblationEvidence:
    """A concept's word-association items without the probe's direction and without random ones."""

    from_layer: int
    """The direction is taken out of this layer and all later ones, at the identifiers."""
    rows: tuple[AblationRead, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WordReading:
    """What the model wrote about a state."""

    layer: int
    mention_id: str
    kind: Literal["sense", "known-answer"]
    sense: Sense | None
    """None for a known answer."""
    prompt_id: str
    text: str
    relevance: float
    """Mean over written tokens of |p with the state − p without it| (Chen et al. 2024, SelfIE)."""
    is_relevant: bool
    is_degenerate: bool
    """Repeats itself, repeats the prompt, or says nothing."""
    is_right: bool | None
    """Whether a known answer was read; None for a sense."""
    names_social: bool
    """Whether a keyword of the social sense stands in the text."""
    names_other: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ConceptEvidence:
    """Everything read about one concept."""

    concept_id: str
    category: str
    label: str
    words: tuple[str, ...]
    names: tuple[str, str]
    probe: ProbeEvidence
    awareness: tuple[AwarenessRead, ...]
    patching: PatchEvidence | None = None
    """None where the tier does not patch this concept, or nothing was to be patched."""
    ablation: AblationEvidence | None = None
    readings: tuple[WordReading, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerEvidence:
    """`layer-evidence.json`: what was read inside one model."""

    schema: int
    model: str
    """Its name, for the reader."""
    weights_sha256: str
    adapter_sha256: str | None
    """Of the LoRA adapter that was on the model; None for none."""
    architecture: str
    n_layers: int
    """Decoder blocks; values have one more, for the embeddings."""
    dtype: str
    is_dequantised: bool
    """Whether the weights were a GGUF file, opened dequantised."""
    blocks: str
    """Where the decoder blocks were found, as in `model.layers`."""
    tier: Tier
    seed: int
    senses_version: str
    senses_sha256: str
    planned: tuple[str, ...]
    """Ids of the concepts that are to be read; fewer are held while the reading goes on."""
    concepts: tuple[ConceptEvidence, ...]
