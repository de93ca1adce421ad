"""What the ambiguous word is taken for in the battery's own prompts."""

from collections.abc import Sequence

from auditor.battery.layers.curves import (
    ERROR_RATE,
    Reads,
    paired_curve,
    paired_shares,
    share_curve,
    social_reads,
    unpaired_curve,
)
from auditor.battery.layers.sign_flips import flip_p_values
from auditor.core.layer_evidence import AwarenessRead
from auditor.core.layer_results import AwarenessCurve, AwarenessResult
from auditor.core.senses import AWARENESS_CONDITIONS, AwarenessCondition


def conclude_awareness(reads: Sequence[AwarenessRead], *, above: Sequence[int]) -> AwarenessResult:
    """Curves by condition, anchor and difference.

    Args:
        reads: Of all conditions; a condition without any has an empty curve.
        above: Layers above the probe's limit: at others its readings mean nothing.
    """
    of = {condition: condition_reads(reads, condition) for condition in AWARENESS_CONDITIONS}
    social, other = of["stated-social"], of["stated-other"]
    return AwarenessResult(
        curves=tuple(
            AwarenessCurve(condition=condition, points=share_curve(of[condition]))
            for condition in AWARENESS_CONDITIONS
        ),
        anchor=paired_curve(social, other),
        readable=_readable(social, other, above),
        difference=unpaired_curve(of["ambiguous"], of["explicit"]),
    )


def condition_reads(reads: Sequence[AwarenessRead], condition: AwarenessCondition) -> Reads:
    """Whether each prompt of a condition was read as social; clusters are wordings."""
    mine = [read for read in reads if read.condition == condition]
    return social_reads([read.values for read in mine], [read.cluster for read in mine])


def _readable(social: Reads, other: Reads, above: Sequence[int]) -> tuple[int, ...]:
    """Layers where the probe reads what the prompt says, and not one of many by luck."""
    stated_social, stated_other = paired_shares(social, other)
    if not len(stated_social):
        return ()
    p_values = flip_p_values(stated_social - stated_other)
    return tuple(layer for layer in above if p_values[layer] <= ERROR_RATE)
