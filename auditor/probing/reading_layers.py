"""Everything that is read inside one model, a concept at a time."""

from collections.abc import Callable, Sequence

import numpy as np

from auditor.core.layer_evidence import ConceptEvidence, ProbeEvidence, WordReading
from auditor.core.model import ReadableModel
from auditor.core.senses import Concept, SenseSet
from auditor.errors import LayersNotFound
from auditor.probing.ablation import ablate_concept
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.patching import patch_concept
from auditor.probing.patchscope import read_in_words
from auditor.probing.sense_probe import probe_concept

OnConcept = Callable[[ConceptEvidence], None]
OnStep = Callable[[int, int], None]
"""Told the number of steps done and the number in all."""

_FAULTS = (RuntimeError, ValueError, IndexError, KeyError, AttributeError, TypeError)
"""What an architecture that is built otherwise than most raises when its layers are read."""


def read_layers(
    model: ReadableModel,
    blocks: DecoderBlocks,
    senses: SenseSet,
    *,
    seed: int,
    kept: Sequence[ConceptEvidence],
    on_concept: OnConcept,
    on_step: OnStep,
) -> None:
    """Read every concept that is not among `kept`, and hand each over when it is whole.

    Args:
        model: The model under audit, opened in transformers.
        blocks: Where its decoder blocks are.
        senses: What the tier reads.
        seed: Of relabellings and random vectors.
        kept: Concepts that an earlier, interrupted reading has handed over.
        on_concept: Takes each concept's evidence.
        on_step: Told of the progress.

    Raises:
        LayersNotFound: The layers cannot be read; the message says why.
    """
    steps = _Steps(senses, on_step)
    done = {each.concept_id for each in kept}
    for concept in senses.concepts:
        if concept.concept_id in done:
            steps.skip(concept)
            continue
        try:
            on_concept(_read_concept(model, blocks, senses, concept, seed, steps))
        except _FAULTS as fault:
            reason = " ".join(str(fault).split())[:200].rstrip(".") or type(fault).__name__
            raise LayersNotFound(
                f"The layers of {type(model.module).__name__} at {blocks.name} cannot be read "
                f"({reason}); name another list of blocks with --layers-at NAME, or leave the "
                "layers out with --no-probe."
            ) from fault


class _Steps:
    """Counts what is done of one reading: a probe a concept, three steps more where causal."""

    def __init__(self, senses: SenseSet, on_step: OnStep) -> None:
        self._causal = frozenset(senses.plan.causal)
        self._total = sum(self._steps_of(concept) for concept in senses.concepts)
        self._done = 0
        self._on_step = on_step
        on_step(0, self._total)

    def take(self) -> None:
        self._done += 1
        self._on_step(self._done, self._total)

    def skip(self, concept: Concept) -> None:
        self._done += self._steps_of(concept)
        self._on_step(self._done, self._total)

    def _steps_of(self, concept: Concept) -> int:
        return 4 if concept.concept_id in self._causal else 1


def _read_concept(
    model: ReadableModel,
    blocks: DecoderBlocks,
    senses: SenseSet,
    concept: Concept,
    seed: int,
    steps: _Steps,
) -> ConceptEvidence:
    plan = senses.plan
    probe, awareness, directions = probe_concept(model, blocks, concept, plan, seed=seed)
    steps.take()
    patching = ablation = None
    readings: tuple[WordReading, ...] = ()
    if concept.concept_id in plan.causal:
        patching = patch_concept(model, blocks, concept, senses.questions, plan, seed=seed)
        steps.take()
        ablation = ablate_concept(
            model, blocks, concept, plan, directions, from_layer=_best_layer(probe), seed=seed
        )
        steps.take()
        readings = read_in_words(
            model, blocks, concept, senses.readings, senses.known_answers, plan
        )
        steps.take()
    return ConceptEvidence(
        concept_id=concept.concept_id,
        category=concept.category,
        label=concept.label,
        words=concept.words,
        names=concept.names,
        probe=probe,
        awareness=awareness,
        patching=patching,
        ablation=ablation,
        readings=readings,
    )


def _best_layer(probe: ProbeEvidence) -> int:
    """The layer behind the embeddings with the highest held-out accuracy; the first of several."""
    values = np.asarray([read.values for read in probe.sentences])
    signs = np.asarray([1.0 if read.sense == "social" else -1.0 for read in probe.sentences])
    right = (np.sign(values) * signs[:, None] + 1) / 2
    return 1 + int(np.argmax(right.mean(axis=0)[1:]))
