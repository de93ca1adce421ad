"""What a comparison needs of one run, and whether two runs can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.battery import INSTRUMENTS, gap
from auditor.battery.association import mirrored_statements, word_association
from auditor.core.instrument import Battery
from auditor.core.items import Mode
from auditor.core.measures import Measure
from auditor.core.policy import Finding
from auditor.core.responses import Score
from auditor.core.review import ReviewedRun
from auditor.core.runs import RunRecord

MODES: dict[str, Mode] = {"score": "log-likelihood", "text-score": "text"}
"""How a measure of a policy was asked; other measures are not means over stimuli."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewedScores:
    """One run, scored, measured and judged."""

    run: ReviewedRun
    record: RunRecord
    battery: Battery
    """In the plain condition."""
    scores: tuple[Score, ...]
    measures: tuple[Measure, ...]
    findings: tuple[Finding, ...]

    def measure(self, measure_id: str) -> Measure | None:
        """The measure of this id; None where it was not taken."""
        return next((one for one in self.measures if one.measure_id == measure_id), None)

    def finding(self, criterion_id: str) -> Finding | None:
        """The finding of this criterion; None where the policy does not have it."""
        return next((one for one in self.findings if one.criterion_id == criterion_id), None)


def obstacles(first: RunRecord, second: RunRecord, *, is_baseline: bool) -> tuple[str, ...]:
    """Why two runs cannot be compared, as codes; empty where they can.

    An earlier run of the same model must also have been asked in the same chat template: what a
    template changes is not what the weights changed.
    """
    pairs = {
        "battery": (first.battery.sha256, second.battery.sha256),
        "tier": (first.settings.tier, second.settings.tier),
        "instruments": (first.settings.instruments, second.settings.instruments),
        "bbq": (first.settings.bbq_sha256, second.settings.bbq_sha256),
    }
    if is_baseline:
        pairs["chat-template"] = (
            first.model.chat_template_sha256,
            second.model.chat_template_sha256,
        )
    return tuple(code for code, (one, other) in pairs.items() if one != other)


def what_differs(first: RunRecord, second: RunRecord) -> tuple[str, ...]:
    """What else than the answers is not the same in two runs that can be compared, as codes."""
    one, other = first.model, second.model
    pairs = {
        "weights": (one.weights_sha256, other.weights_sha256),
        "quantisation": (one.quantisation, other.quantisation),
        "adapter": (one.adapter_sha256, other.adapter_sha256),
        "tokenizer": (one.tokenizer_sha256, other.tokenizer_sha256),
        "chat-template": (one.chat_template_sha256, other.chat_template_sha256),
        "backend": (one.backend, other.backend),
        "arithmetic": (one.dtype, other.dtype),
        "policy": (first.policy.sha256, second.policy.sha256),
        "seed": (first.settings.seed, second.settings.seed),
    }
    return tuple(code for code, (a, b) in pairs.items() if a != b)


def stimulus_scores(run: ReviewedScores, measure: str, contrast_id: str) -> dict[str, float] | None:
    """The scores that a measure is the mean of, by stimulus; None for a measure that is none."""
    if measure == gap.name:
        implicit = _scores(run, word_association.name, contrast_id, "log-likelihood")
        explicit = _scores(run, mirrored_statements.name, contrast_id, "log-likelihood")
        return {key: implicit[key] - explicit[key] for key in implicit if key in explicit}
    instrument, _, kind = measure.partition(".")
    if kind not in MODES or instrument not in INSTRUMENTS:
        return None
    return _scores(run, instrument, contrast_id, MODES[kind])


def _scores(run: ReviewedScores, instrument: str, contrast_id: str, mode: Mode) -> dict[str, float]:
    scores: Sequence[Score] = run.scores
    return INSTRUMENTS[instrument].stimulus_scores(run.battery, scores, contrast_id, mode)
