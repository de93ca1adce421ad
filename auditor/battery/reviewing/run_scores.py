"""What a comparison needs of one run, and whether two runs can be compared."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.battery import INSTRUMENTS, gap
from auditor.battery.association import mirrored_statements, word_association
from auditor.core.instrument import Battery
from auditor.core.items import Mode, Tier
from auditor.core.measures import Measure
from auditor.core.policy import Finding
from auditor.core.responses import Score
from auditor.core.review import ReviewedRun
from auditor.core.runs import ModelIdentity, RunRecord

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


_OF_FILES = frozenset({"weights", "quantisation", "tokenizer", "arithmetic"})
"""What is read from a model's files, and from no server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestions:
    """What decides which questions a run asks; known before its model is opened."""

    battery_version: str
    battery_sha256: str
    tier: Tier
    instruments: tuple[str, ...]
    bbq_sha256: str | None
    template_date: str


def asked_by(record: RunRecord) -> AskedQuestions:
    """What a run asked."""
    settings = record.settings
    return AskedQuestions(
        battery_version=record.battery.version,
        battery_sha256=record.battery.sha256,
        tier=settings.tier,
        instruments=settings.instruments,
        bbq_sha256=settings.bbq_sha256,
        template_date=settings.template_date,
    )


def obstacles(first: RunRecord, second: RunRecord, *, is_baseline: bool) -> tuple[str, ...]:
    """Why two runs cannot be compared, as codes; empty where they can.

    An earlier run of the same model must also have been asked in the same chat template: what a
    template changes is not what the weights changed.
    """
    codes = obstacles_in_questions(asked_by(first), asked_by(second), is_baseline=is_baseline)
    templates = {record.model.chat_template_sha256 for record in (first, second)}
    return (*codes, *(["chat-template"] if is_baseline and len(templates) > 1 else []))


def obstacles_in_questions(
    first: AskedQuestions, second: AskedQuestions, *, is_baseline: bool
) -> tuple[str, ...]:
    """Those that can be known before the second run's model is opened."""
    pairs: dict[str, tuple[object, object]] = {
        "battery": (first.battery_sha256, second.battery_sha256),
        "tier": (first.tier, second.tier),
        "instruments": (first.instruments, second.instruments),
        "bbq": (first.bbq_sha256, second.bbq_sha256),
    }
    if is_baseline:
        pairs["template-date"] = (first.template_date, second.template_date)
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
        "template-date": (first.settings.template_date, second.settings.template_date),
        "batch-size": (first.settings.batch_size, second.settings.batch_size),
        "gpu-layers": (first.settings.n_gpu_layers, second.settings.n_gpu_layers),
        "threads": (first.settings.n_threads, second.settings.n_threads),
        "auditor": (_version(first), _version(second)),
    }
    found = tuple(code for code, (a, b) in pairs.items() if a != b)
    if one.is_declared or other.is_declared:
        # Neither that these differ nor that they do not is known of a model behind a server.
        return ("declared-weights", *(code for code in found if code not in _OF_FILES))
    return found


def _version(record: RunRecord) -> str:
    """Of the program that asked; whichever it was, both runs are scored by this one."""
    return dict(record.versions).get("auditor", "")


def is_same_model(first: ReviewedScores, second: ReviewedScores) -> bool:
    """Whether the same files answered in the same way; never known of a model behind a server."""
    one, other = first.run.model, second.run.model

    def files(model: ModelIdentity) -> tuple[str | None, ...]:
        return (
            model.weights_sha256,
            model.tokenizer_sha256,
            model.chat_template_sha256,
            model.adapter_sha256,
        )

    return files(one) == files(other) and not (one.is_declared or other.is_declared)


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
