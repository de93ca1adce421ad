"""System under audit, limitations, method and sign-off. Pure."""

from auditor.core.judging import POSITION_BOUND
from auditor.core.measures import Measure
from auditor.core.policy import Verdict
from auditor.reporting import reasons, rounding, standing
from auditor.reporting.blocks import Cell, Column, Fact, Table, Todo
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix import fix_notes
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.layers import layer_notes
from auditor.reporting.pages import Limitations, Method
from auditor.reporting.view import View

SYSTEM_TODOS = (
    Todo(label="Intended purpose and users", rule="AI Act Annex IV 1; NIST AI RMF MAP 1.1"),
    Todo(label="Provider and person responsible", rule="AI Act Annex IV 1"),
    Todo(label="Date of first use", rule="6 RCNY § 5-303 (distribution date)"),
)
SIGN_OFF = (
    Todo(
        label="Independent auditor: name, and statement of independence",
        rule="NYC Admin. Code § 20-870; needed only where this report supports such an audit",
    ),
    Todo(
        label="Residual risk: accepted or not, by whom, until when", rule="NIST AI RMF MANAGE 1.4"
    ),
    Todo(label="Date and signature of the person responsible", rule="AI Act Annex IV 2(g)"),
)


def system(view: View) -> tuple[Fact, ...]:
    """What ran, as measured from the files."""
    record = view.result.record
    model, settings = record.model, record.settings
    size = sum(file.n_bytes for file in model.weights)
    adapter = f"sha256 {model.adapter_sha256}" if model.adapter_sha256 else "none"
    template = (
        f"sha256 {model.chat_template_sha256}"
        if model.chat_template_sha256
        else "none: the plain form of the questions was used"
    )
    backend_settings = ", ".join(f"{key}: {value}" for key, value in model.backend_settings)
    facts = (
        ("Model", model.name, False),
        ("Given as", model.source, False),
        ("Architecture", f"{model.architecture}, {rounding.count(model.n_layers)} layers", False),
        ("Parameters", rounding.count(model.n_parameters), False),
        ("Format", f"{model.format}, {model.quantisation}, {rounding.n_bytes(size)}", False),
        ("Weights", f"sha256 {model.weights_sha256}", True),
        ("Tokenizer", f"sha256 {model.tokenizer_sha256}", True),
        ("Chat template", template, model.chat_template_sha256 is not None),
        ("Adapter", adapter, model.adapter_sha256 is not None),
        ("Run by", f"{model.backend}, arithmetic in {model.dtype}", False),
        ("Backend settings", backend_settings or "defaults", False),
        ("Context length", f"{rounding.count(model.context_length)} tokens", False),
        ("Sampling", _sampling(view), False),
        (
            "Batches",
            f"{rounding.count(settings.batch_size)} questions each, "
            f"{rounding.count(settings.n_threads)} threads, "
            f"{rounding.count(settings.n_gpu_layers)} layers on the GPU",
            False,
        ),
    )
    return tuple(
        Fact(label=label, text=clean_line(text), is_code=is_code, mark="measured")
        for label, text, is_code in facts
    )


def _is_drawn(view: View) -> bool:
    """Whether some answers were drawn instead of being the likeliest."""
    return any(".flip-rate-sampling" in m.name for m in view.result.measures)


def _sampling(view: View) -> str:
    drawn = "; for the test of stability also answers drawn at temperature 1"
    return f"greedy; one answer a question{drawn if _is_drawn(view) else ''}"


def limitations(view: View) -> Limitations:
    """Standing limits, and what this run met."""
    ran = [use.name for use in view.result.instruments]
    standing_text = list(standing.LIMITS)
    for name in ran:
        text = INSTRUMENTS.get(name)
        standing_text += text.limits if text else ()
    standing_text += [*layer_notes.limits_standing(view), *fix_notes.limits_standing(view)]
    met = (*_met(view), *layer_notes.limits_met(view), *fix_notes.limits_met(view))
    return Limitations(standing=tuple(standing_text), met=met)


def method(view: View) -> Method:
    """Design, statistics and the rule, with the run's own numbers."""
    settings, policy = view.result.record.settings, view.result.policy
    own = (
        *layer_notes.layer_method(view),
        *fix_notes.fix_method(view),
        *([("Counts", counts)] if (counts := _counts(view)) else []),
        (
            "Policy",
            f"{clean_line(policy.name)} {clean_line(policy.version)}, owner "
            f"{clean_line(policy.owner)}, {rounding.count(len(policy.criteria))} criteria, hashed "
            f"before the first question. {clean_line(policy.description, 400)}",
        ),
        (
            "Seed",
            f"{settings.seed}. It decides which questions are scored a second time, for the "
            f"numerical noise{', and the drawn answers' if _is_drawn(view) else ''}; all other "
            "answers are greedy.",
        ),
    )
    return Method(
        paragraphs=tuple(
            Fact(label=k, text=v) for k, v in (*standing.METHOD, *own) if k not in _unused(view)
        ),
        rule=standing.RULE,
        noise=_noise(view),
    )


def _unused(view: View) -> frozenset[str]:
    """Paragraphs on what this run did not ask."""
    has_conditions = any(m.condition != "question" for m in view.result.measures)
    return frozenset(
        {
            *(() if view.primaries else ("Wordings",)),
            *(() if has_conditions else ("Conditions",)),
        }
    )


_CROSSINGS = {
    "word-association": "2 orders of groups × 2 orders of words",
    "mirrored-statements": "statement and mirror × 2 orders of groups",
}


def _counts(view: View) -> str:
    """How many questions there are, by the rule that makes them."""
    parts = []
    for use in view.result.instruments:
        text = INSTRUMENTS.get(use.name)
        if text is None or use.name not in _CROSSINGS:
            continue
        each, rest = divmod(use.n_items, 4 * use.n_stimuli) if use.n_stimuli else (0, 1)
        wordings = "one wording" if each == 1 else f"{rounding.count(each)} wordings"
        tier = view.result.record.settings.tier
        tail = f"; in tier {tier} each stimulus has {wordings}" if not rest and each else ""
        parts.append(
            f"{text.title}: for each stimulus {_CROSSINGS[use.name]} × its wordings{tail}, "
            f"{rounding.count(use.n_items)} questions on {rounding.count(use.n_stimuli)} stimuli."
        )
    return " ".join(parts)


def _met(view: View) -> list[str]:
    """What this run met, from its warnings and the reasons of its findings."""
    result = view.result
    met = [clean_line(warning, 400) for warning in result.record.warnings]
    for code, text in reasons.OBSTACLES.items():
        n = sum(code in finding.reasons for finding in view.asked)
        if n:
            met.append(f"In {n} of {len(view.asked)} criteria {text}.")
    n_left_out = sum(view.not_asked.values())
    if n_left_out:
        met.append(
            f"{n_left_out} of the policy’s {len(result.findings)} criteria were not asked: the run "
            "left out their tests or contrasts. Nothing here speaks of them."
        )
    n_ruled = sum(
        f.verdict is Verdict.PASS and _is_ruled_by_position(view.by_measure.get(f.measure_id))
        for f in view.asked
    )
    if n_ruled:
        met.append(
            f"{n_ruled} of the criteria that pass rest on answers that follow the listed order "
            "almost always. Over balanced orders they take no side; in use, the order in which "
            "people are listed would decide."
        )
    n_open = sum(f.verdict is Verdict.INCONCLUSIVE for f in view.asked)
    if n_open:
        met.append(
            f"{n_open} of {len(view.asked)} criteria stay open with the number of stimuli of "
            f"tier {result.record.settings.tier}; a larger tier narrows the intervals."
        )
    return met


def _is_ruled_by_position(measure: Measure | None) -> bool:
    rate = measure.position_bias_rate if measure else None
    return rate is not None and not (1 - POSITION_BOUND) < rate < POSITION_BOUND


def _noise(view: View) -> Table | None:
    if not view.result.noise:
        return None
    columns = ("Test", "Items scored twice", "Standard deviation", "Largest difference")
    return Table(
        table_id="t-noise",
        caption="Numerical noise: the same items in another batch, difference in log-odds",
        columns=tuple(
            Column(text=c, kind="number" if i else "text") for i, c in enumerate(columns)
        ),
        rows=tuple(
            (
                Cell(text=clean_line(noise.instrument)),
                Cell(text=rounding.count(noise.n), kind="number"),
                Cell(text=rounding.plain(noise.standard_deviation, digits=3), kind="number"),
                Cell(text=rounding.plain(noise.largest, digits=3), kind="number"),
            )
            for noise in view.result.noise
        ),
        is_dense=True,
    )
