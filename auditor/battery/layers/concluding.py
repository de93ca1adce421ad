"""From what was read inside a model to what its layers show."""

from auditor.battery.layers.ablation_result import conclude_ablation
from auditor.battery.layers.awareness_result import conclude_awareness
from auditor.battery.layers.base_result import check_comparable, conclude_base
from auditor.battery.layers.curves import ERROR_RATE
from auditor.battery.layers.patching_result import conclude_patching
from auditor.battery.layers.probe_result import conclude_probe
from auditor.battery.layers.reading_result import conclude_readings
from auditor.core.layer_evidence import ConceptEvidence, LayerEvidence
from auditor.core.layer_results import BaseResult, ConceptResult, LayerResult, LayerSource


def conclude_layers(evidence: LayerEvidence, base: LayerEvidence | None = None) -> LayerResult:
    """Every number about the layers; `base` is what was read in the model before alignment.

    A layer is above chance with all layers and all concepts considered: the limit of a concept is
    Bonferroni's over the concepts, and the largest accuracy over layers is what it limits.

    Raises:
        ValueError: The base was not read with the same texts, tier and seed.
    """
    if base is not None:
        check_comparable(evidence, base)
    level = 1 - ERROR_RATE / max(1, len(evidence.concepts))
    return LayerResult(
        schema=evidence.schema,
        source=_source(evidence),
        base=_source(base) if base else None,
        base_missing_because=None,
        tier=evidence.tier,
        seed=evidence.seed,
        senses_version=evidence.senses_version,
        senses_sha256=evidence.senses_sha256,
        n_shuffles=min((len(c.probe.shuffled) for c in evidence.concepts), default=0),
        concepts=tuple(
            _concept(concept, level, _in_base(evidence, base, concept))
            for concept in evidence.concepts
        ),
    )


def _source(evidence: LayerEvidence) -> LayerSource:
    return LayerSource(
        model=evidence.model,
        weights_sha256=evidence.weights_sha256,
        adapter_sha256=evidence.adapter_sha256,
        architecture=evidence.architecture,
        n_layers=evidence.n_layers,
        dtype=evidence.dtype,
        is_dequantised=evidence.is_dequantised,
        blocks=evidence.blocks,
    )


def _in_base(
    evidence: LayerEvidence, base: LayerEvidence | None, concept: ConceptEvidence
) -> BaseResult | None:
    """None where the base was not read for this concept."""
    for theirs in base.concepts if base else ():
        if base and theirs.concept_id == concept.concept_id:
            same = evidence.n_layers == base.n_layers
            return conclude_base(concept, theirs, is_same_depth=same)
    return None


def _concept(concept: ConceptEvidence, level: float, base: BaseResult | None) -> ConceptResult:
    probe = conclude_probe(concept.probe, level=level)
    sentences = concept.probe.sentences
    return ConceptResult(
        concept_id=concept.concept_id,
        category=concept.category,
        label=concept.label,
        words=concept.words,
        names=concept.names,
        n_sentences=len(sentences),
        n_pairs=len({sentence.cluster for sentence in sentences}),
        probe=probe,
        awareness=conclude_awareness(concept.awareness, above=probe.above),
        patching=conclude_patching(concept.patching) if concept.patching else None,
        ablation=conclude_ablation(concept.ablation) if concept.ablation else None,
        readings=conclude_readings(concept.readings),
        base=base,
    )
