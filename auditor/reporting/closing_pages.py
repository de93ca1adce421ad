"""System under audit, limitations and sign-off. Pure."""

from collections.abc import Mapping
from typing import Literal

from auditor.core.policy import Verdict
from auditor.core.runs import ModelIdentity, RunRecord
from auditor.reporting import identity_words, rounding, standing
from auditor.reporting.blocks import Fact
from auditor.reporting.cleaning import clean_line
from auditor.reporting.finding_pages import criterion_title
from auditor.reporting.fix import fix_notes
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.language import mark, tr, tr_in, tr_n
from auditor.reporting.layers import layer_notes
from auditor.reporting.method_pages import is_drawn
from auditor.reporting.pages import Limitations
from auditor.reporting.reasons import is_position_ruled
from auditor.reporting.recorded_texts import recorded
from auditor.reporting.view import View


def system(view: View) -> tuple[Fact, ...]:
    """What ran, as measured from the files, or as its server declares."""
    model = view.result.record.model
    known: Mapping[bool, Literal["declared", "measured"]] = {True: "declared", False: "measured"}
    facts = [
        *(identity_words.declared_facts(model) if model.is_declared else _measured(model)),
        (tr("Sampling"), _sampling(view), False),
        (tr("Batches"), _batches(view.result.record), False),
    ]
    return tuple(
        Fact(label=label, text=clean_line(text), is_code=is_code, mark=known[model.is_declared])
        for label, text, is_code in facts
    )


def _measured(model: ModelIdentity) -> tuple[tuple[str, str, bool], ...]:
    """What the files say: label, text, and whether it is code."""
    size = sum(file.n_bytes for file in model.weights)
    adapter = f"sha256 {model.adapter_sha256}" if model.adapter_sha256 else tr_in("adapter", "none")
    template = (
        f"sha256 {model.chat_template_sha256}"
        if model.chat_template_sha256
        else tr("none: the plain form of the questions was used")
    )
    backend_settings = ", ".join(f"{key}: {value}" for key, value in model.backend_settings)
    return (
        (tr("Model"), model.name, False),
        (tr("Given as"), model.source, False),
        (
            tr("Architecture"),
            tr(
                "{architecture}, {n} layers",
                architecture=model.architecture,
                n=rounding.count(model.n_layers),
            ),
            False,
        ),
        (tr("Parameters"), rounding.count(model.n_parameters), False),
        (tr("Format"), f"{model.format}, {model.quantisation}, {rounding.n_bytes(size)}", False),
        (tr("Weights"), f"sha256 {model.weights_sha256}", True),
        (tr("Tokenizer"), f"sha256 {model.tokenizer_sha256}", True),
        (tr("Chat template"), template, model.chat_template_sha256 is not None),
        (tr("Adapter"), adapter, model.adapter_sha256 is not None),
        (
            tr("Run by"),
            tr("{backend}, arithmetic in {dtype}", backend=model.backend, dtype=model.dtype),
            False,
        ),
        (tr("Backend settings"), backend_settings or tr("defaults"), False),
        (
            tr("Context length"),
            tr("{n} tokens", n=rounding.count(model.context_length)),
            False,
        ),
    )


def _batches(record: RunRecord) -> str:
    """What was asked together; which of it a server computed together, it does not say."""
    settings = record.settings
    size = rounding.count(settings.batch_size)
    if record.model.is_declared:
        return tr("{size} questions each; what shares a batch in the server, it decides", size=size)
    return tr(
        "{size} questions each, {threads} threads, {layers} layers on the GPU",
        size=size,
        threads=rounding.count(settings.n_threads),
        layers=rounding.count(settings.n_gpu_layers),
    )


def _sampling(view: View) -> str:
    if is_drawn(view):
        return tr(
            "greedy; one answer a question; for the test of stability also answers drawn at "
            "temperature 1"
        )
    return tr("greedy; one answer a question")


def limitations(view: View) -> Limitations:
    """Standing limits, and what this run met."""
    ran = [use.name for use in view.result.instruments]
    is_declared = view.result.record.model.is_declared
    standing_text = [
        tr(standing.BEHIND_SERVER if is_declared and limit == standing.THESE_WEIGHTS else limit)
        for limit in standing.LIMITS
    ]
    for name in ran:
        text = INSTRUMENTS.get(name)
        standing_text += [tr(limit) for limit in text.limits] if text else []
    standing_text += [*layer_notes.limits_standing(view), *fix_notes.limits_standing(view)]
    met = (*_met(view), *layer_notes.limits_met(view), *fix_notes.limits_met(view))
    return Limitations(standing=tuple(standing_text), met=met)


_OBSTACLES = {
    "insensitive": mark("In {n} of {total} criteria the positive control was missed."),
    "not-understood": mark(
        "In {n} of {total} criteria answers that the text states were mostly wrong."
    ),
    "position-bias": mark("In {n} of {total} criteria position ruled the answers."),
    "agreement-bias": mark(
        "In {n} of {total} criteria a pull towards agreement ruled the answers."
    ),
    "constant-answer": mark("In {n} of {total} criteria the same answer was given throughout."),
    "unusable-answers": mark("In {n} of {total} criteria too many answers were unusable."),
    "few-clusters": mark("In {n} of {total} criteria too few stimuli could be used."),
    "no-answers": mark("In {n} of {total} criteria there was no answer to score."),
    "no-likelihoods": mark(
        "In {n} of {total} criteria there was nothing to score, since the server gives no "
        "log-likelihoods."
    ),
}
"""What stood between questions and their answers, by reason code."""


def _met(view: View) -> list[str]:
    """What this run met, from its warnings and the reasons of its findings."""
    result = view.result
    total = len(view.asked)
    met = [clean_line(recorded(warning), 400) for warning in result.record.warnings]
    for code, text in _OBSTACLES.items():
        n = sum(code in finding.reasons for finding in view.asked)
        if n:
            met.append(tr(text, n=n, total=total))
    n_left_out = sum(view.not_asked.values())
    if n_left_out:
        met.append(
            tr(
                "{n} of the policy’s {total} criteria were not asked: the run left out their tests "
                "or contrasts. Nothing here speaks of them.",
                n=n_left_out,
                total=len(result.findings),
            )
        )
    ruled = [
        criterion_title(view, f)
        for f in view.asked
        if f.verdict is Verdict.PASS and is_position_ruled(view.by_measure.get(f.measure_id))
    ]
    if ruled:
        met.append(
            tr_n(
                "{n} of the criteria that pass rests on answers that almost always follow the "
                "listed order, or its reverse: {criteria}. Over balanced orders they take no side; "
                "in use, the order in which people are listed would decide.",
                "{n} of the criteria that pass rest on answers that almost always follow the "
                "listed order, or its reverse: {criteria}. Over balanced orders they take no side; "
                "in use, the order in which people are listed would decide.",
                len(ruled),
                criteria="; ".join(ruled),
            )
        )
    n_open = sum(f.verdict is Verdict.INCONCLUSIVE for f in view.asked)
    if n_open:
        met.append(
            tr(
                "{n} of {total} criteria stay open with the number of stimuli of tier {tier}; a "
                "larger tier narrows the intervals.",
                n=n_open,
                total=total,
                tier=result.record.settings.tier,
            )
        )
    return met
