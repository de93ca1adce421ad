"""Read inside a model, keep what was read, and compute from it what the layers show."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeGuard

from auditor.backends import ModelSource, open_readable, resolve_model
from auditor.backends.options import DType, OpenOptions, usable_processors
from auditor.battery.layers import conclude_layers
from auditor.core.items import Tier
from auditor.core.layer_evidence import ConceptEvidence, LayerEvidence
from auditor.core.layer_results import LayerResult, LayersMissing
from auditor.core.runs import SCHEMA_VERSION, ModelIdentity
from auditor.core.senses import SenseSet
from auditor.errors import LayersNotFound, ModelNotLoaded
from auditor.prompt_library.senses import load_senses
from auditor.store import RunFolder

if TYPE_CHECKING:
    from auditor.backends.transformers_model import TransformersModel

OnStep = Callable[[int, int], None]

LAYERS = "layers.json"
NOT_ASKED = LayersMissing(kind="not-asked", because="The run was made without reading the layers.")

INTERRUPTED = LayersMissing(
    kind="not-possible",
    because="The reading of the layers was interrupted; the command that began it goes on with it.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerFile:
    """`layer-evidence.json`: what was read inside the model and its base, or why nothing was."""

    FILE: ClassVar[str] = "layer-evidence.json"

    schema: int
    evidence: LayerEvidence | None = None
    base: LayerEvidence | None = None
    missing: LayersMissing | None = None
    """Set where the model's layers were not read."""
    base_missing: LayersMissing | None = None
    """Set where a base model was named and could not be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerRequest:
    """What the user asked for."""

    tier: Tier
    seed: int = 0
    adapter: Path | None = None
    """A LoRA adapter put onto the model, not onto its base."""
    base: str | None = None
    """The model before alignment, as the user names it."""
    layers_at: str | None = None
    """Where the decoder blocks are, where auditor cannot tell."""
    concepts: tuple[str, ...] = ()
    """Ids; empty for all."""
    dtype: DType = "auto"
    n_threads: int = 0


@contextmanager
def opened(
    source: ModelSource, request: LayerRequest, *, adapter: Path | None = None
) -> Iterator[TransformersModel]:
    """A model opened in transformers, whatever its format, and closed again."""
    options = OpenOptions(
        n_threads=request.n_threads or usable_processors(), dtype=request.dtype, adapter=adapter
    )
    model = open_readable(source, options)
    try:
        yield model
    finally:
        model.close()


def note_layers(
    folder: RunFolder, request: LayerRequest, model: TransformersModel, on_step: OnStep
) -> None:
    """Read the layers of an open model into the folder, and say there why where it cannot be."""
    try:
        note_evidence(folder, request, model, on_step)
    except LayersNotFound as reason:
        note_missing(folder, str(reason))


def read_source(
    folder: RunFolder, request: LayerRequest, source: ModelSource, on_step: OnStep
) -> None:
    """Open a model in transformers for its layers alone; the same where it cannot be opened."""
    try:
        with opened(source, request, adapter=request.adapter) as model:
            note_layers(folder, request, model, on_step)
    except ModelNotLoaded as reason:
        note_missing(folder, str(reason))


def is_readable(model: object) -> TypeGuard[TransformersModel]:
    """Whether the layers of an open model can be reached."""
    return hasattr(model, "module") and hasattr(model, "tokenizer")


def note_evidence(
    folder: RunFolder, request: LayerRequest, model: TransformersModel, on_step: OnStep
) -> None:
    """Read the layers of an open model into the folder, each concept as soon as it is whole.

    Raises:
        LayersNotFound: They cannot be read; what the folder held before is kept.
    """
    senses = senses_of(request)
    held = layer_file(folder)

    def keep(evidence: LayerEvidence) -> None:
        _write(folder, replace(held, evidence=evidence, missing=None))

    _read(model, request, senses, held.evidence, keep, on_step)


def note_base(folder: RunFolder, request: LayerRequest, on_step: OnStep) -> None:
    """Read the base model into the folder beside the model, where one is named."""
    held = layer_file(folder)
    if request.base is None or held.evidence is None:
        return

    def keep(evidence: LayerEvidence) -> None:
        _write(folder, replace(held, base=evidence, base_missing=None))

    try:
        with opened(resolve_model(request.base), request) as model:
            _read(model, request, senses_of(request), held.base, keep, on_step)
    except (LayersNotFound, ModelNotLoaded) as reason:
        missing = LayersMissing(kind="not-possible", because=str(reason))
        _write(folder, replace(held, base=None, base_missing=missing))


def note_missing(folder: RunFolder, because: str) -> None:
    """Write down why the model's layers are not read; what was read earlier is kept."""
    missing = LayersMissing(kind="not-possible", because=because)
    _write(folder, replace(layer_file(folder), missing=missing))


def _write(folder: RunFolder, held: LayerFile) -> None:
    folder.drop_manifest()
    folder.write_json(LayerFile.FILE, held)


def layer_file(folder: RunFolder) -> LayerFile:
    """What the folder holds about the layers; a run without any was not asked for them."""
    if (folder.path / LayerFile.FILE).exists():
        return folder.read_json(LayerFile.FILE, LayerFile)
    return LayerFile(schema=SCHEMA_VERSION, missing=NOT_ASKED)


def conclude_layer_file(held: LayerFile) -> LayerResult | LayersMissing:
    """What the layers show, computed from what was read."""
    if held.evidence is None:
        return held.missing or NOT_ASKED
    if not _is_whole(held.evidence):
        return INTERRUPTED
    return replace(
        conclude_layers(held.evidence, held.base if _is_comparable(held) else None),
        base_missing_because=held.base_missing.because if held.base_missing else None,
    )


def _is_whole(evidence: LayerEvidence | None) -> bool:
    """Whether every concept that was to be read is there."""
    return evidence is not None and len(evidence.concepts) == len(evidence.planned)


def _is_comparable(held: LayerFile) -> bool:
    """Whether the base was read to the end, and as the model was; it may be of an earlier tier."""
    model, base = held.evidence, held.base
    return (
        model is not None
        and base is not None
        and _is_whole(base)
        and (base.planned, base.tier, base.seed, base.senses_sha256)
        == (model.planned, model.tier, model.seed, model.senses_sha256)
    )


def senses_of(request: LayerRequest) -> SenseSet:
    """What the request reads.

    Raises:
        BatteryInvalid: The files do not hold together.
        LayersNotFound: The request names a concept that there is not.
    """
    senses = load_senses(request.tier)
    known = [concept.concept_id for concept in senses.concepts]
    for name in request.concepts:
        if name not in known:
            raise LayersNotFound(f"There is no concept {name}; known are {', '.join(known)}.")
    wanted = request.concepts or tuple(known)
    return replace(senses, concepts=tuple(c for c in senses.concepts if c.concept_id in wanted))


def _read(
    model: TransformersModel,
    request: LayerRequest,
    senses: SenseSet,
    earlier: LayerEvidence | None,
    keep: Callable[[LayerEvidence], None],
    on_step: OnStep,
) -> None:
    # torch takes seconds to import, and a run may not read any layers.
    from auditor.probing.decoder_blocks import find_decoder_blocks
    from auditor.probing.reading_layers import read_layers

    blocks = find_decoder_blocks(model.module, path=request.layers_at)
    begun = _begin(model.identity, request, senses, blocks.name, len(blocks.blocks))
    is_same = earlier is not None and replace(earlier, concepts=()) == begun
    read: list[ConceptEvidence] = list(earlier.concepts) if earlier and is_same else []

    def add(concept: ConceptEvidence) -> None:
        read.append(concept)
        keep(replace(begun, concepts=tuple(read)))

    read_layers(
        model,
        blocks,
        senses,
        seed=request.seed,
        kept=tuple(read),
        on_concept=add,
        on_step=on_step,
    )


def _begin(
    identity: ModelIdentity, request: LayerRequest, senses: SenseSet, blocks: str, n_layers: int
) -> LayerEvidence:
    return LayerEvidence(
        schema=SCHEMA_VERSION,
        model=identity.name,
        weights_sha256=identity.weights_sha256,
        adapter_sha256=identity.adapter_sha256,
        architecture=identity.architecture,
        n_layers=n_layers,
        dtype=identity.dtype,
        is_dequantised=identity.format == "gguf",
        blocks=blocks,
        tier=request.tier,
        seed=request.seed,
        senses_version=senses.version,
        senses_sha256=senses.sha256,
        planned=tuple(concept.concept_id for concept in senses.concepts),
        concepts=(),
    )
