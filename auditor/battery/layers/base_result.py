"""The same readings in the model before alignment."""

from auditor.battery.layers.awareness_result import condition_reads
from auditor.battery.layers.curves import paired_curve, share_curve
from auditor.battery.layers.probe_result import correct_reads
from auditor.core.layer_evidence import ConceptEvidence, LayerEvidence
from auditor.core.layer_results import BaseResult


def check_comparable(evidence: LayerEvidence, base: LayerEvidence) -> None:
    """See that a model and its base were asked the same.

    Raises:
        ValueError: They were not; the text says what differs.
    """
    asked = {
        "texts": (evidence.senses_sha256, base.senses_sha256),
        "tier": (evidence.tier, base.tier),
        "seed": (evidence.seed, base.seed),
    }
    for name, (ours, theirs) in asked.items():
        if ours != theirs:
            raise ValueError(
                f"The layers of {evidence.model} and of its base {base.model} were not read with "
                f"the same {name} ({ours} and {theirs}); read both again with the same command."
            )


def conclude_base(
    concept: ConceptEvidence, base: ConceptEvidence, *, is_same_depth: bool
) -> BaseResult:
    """The base's curves, and aligned minus base where layers correspond."""
    ours, theirs = (correct_reads(one.probe.sentences) for one in (concept, base))
    aligned, plain = (condition_reads(one.awareness, "ambiguous") for one in (concept, base))
    return BaseResult(
        accuracy=share_curve(theirs),
        ambiguous=share_curve(plain),
        accuracy_difference=paired_curve(ours, theirs) if is_same_depth else (),
        ambiguous_difference=paired_curve(aligned, plain) if is_same_depth else (),
    )
