"""System under audit, limitations, method, catalogue, sign-off and provenance. Pure."""

import shlex

from auditor.core.judging import POSITION_BOUND
from auditor.core.measures import Measure
from auditor.core.policy import Verdict
from auditor.reporting import rounding, standing, wording
from auditor.reporting.cleaning import clean_line
from auditor.reporting.pages import (
    Cell,
    Column,
    Fact,
    Limitations,
    Method,
    Provenance,
    Table,
    Todo,
)
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
        ("Sampling", "greedy; one answer a question", False),
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


def limitations(view: View) -> Limitations:
    """Standing limits, and what this run met."""
    ran = [use.name for use in view.result.instruments]
    standing_text = list(standing.LIMITS)
    for name in ran:
        text = standing.INSTRUMENTS.get(name)
        standing_text += text.limits if text else ()
    return Limitations(standing=tuple(standing_text), met=tuple(_met(view)))


def method(view: View) -> Method:
    """Design, statistics and the rule, with the run's own numbers."""
    settings, policy = view.result.record.settings, view.result.policy
    own = (
        (
            "Policy",
            f"{clean_line(policy.name)} {clean_line(policy.version)}, owner "
            f"{clean_line(policy.owner)}, {rounding.count(len(policy.criteria))} criteria, hashed "
            f"before the first question. {clean_line(policy.description, 400)}",
        ),
        (
            "Seed",
            f"{settings.seed}. Answers are greedy, so the seed decides only which questions "
            "are scored a second time, for the numerical noise.",
        ),
    )
    return Method(
        paragraphs=tuple(Fact(label=k, text=v) for k, v in (*standing.METHOD, *own)),
        rule=standing.RULE,
        noise=_noise(view),
    )


def catalogue(view: View) -> tuple[Table, ...]:
    """The tests, and the contrasts that they were asked about."""
    return (_instruments(view), _contrasts(view))


def provenance(view: View) -> Provenance:
    """Everything that a stranger needs to check the rest."""
    result, record = view.result, view.result.record
    facts = (
        ("Run", record.run_id, True),
        ("Started", rounding.moment(record.created), False),
        ("Finished", rounding.moment(result.finished), False),
        ("Duration", rounding.duration(result.duration_seconds), False),
        ("Exit code", str(result.exit_code), False),
        ("Command", shlex.join(record.command), True),
        ("auditor", result.tool_version, False),
        ("Battery", f"sha256 {record.battery.sha256}", True),
        ("Policy", f"sha256 {record.policy.sha256}", True),
    )
    return Provenance(
        facts=tuple(
            Fact(label=label, text=clean_line(text, 500), is_code=is_code)
            for label, text, is_code in facts
            if text
        ),
        weights=_files_table(
            "t-weights", "Files of the model", [(f.name, f.sha256) for f in record.model.weights]
        ),
        versions=_pairs_table(
            "t-versions", "Versions and machine", [*record.versions, *record.hardware]
        ),
        files=_evidence_files(view),
        commands=(
            Fact(label="Take the data out of this PDF", text="pdfdetach -saveall report.pdf"),
            Fact(
                label="Check every file of the run",
                text="sha256sum --check --ignore-missing manifest.sha256",
            ),
            Fact(
                label="Check that these are the weights",
                text=_sha256_command(record.model.weights[0].name if record.model.weights else ""),
            ),
        ),
    )


def _met(view: View) -> list[str]:
    """What this run met, from its warnings and the reasons of its findings."""
    result = view.result
    met = [clean_line(warning, 400) for warning in result.record.warnings]
    words = {
        "insensitive": "the positive control was missed",
        "position-bias": "position ruled the answers",
        "agreement-bias": "a pull towards agreement ruled the answers",
        "constant-answer": "the same answer was given throughout",
        "unusable-answers": "too many answers were unusable",
        "few-clusters": "too few stimuli could be used",
        "no-answers": "there was no answer to score",
        "not-asked": "the question was left out of this run",
    }
    for code, text in words.items():
        n = sum(code in finding.reasons for finding in result.findings)
        if n:
            met.append(f"In {n} of {len(result.findings)} criteria {text}.")
    n_ruled = sum(
        f.verdict is Verdict.PASS and _is_ruled_by_position(view.by_measure.get(f.measure_id))
        for f in result.findings
    )
    if n_ruled:
        met.append(
            f"{n_ruled} of the criteria that pass rest on answers that follow the listed order "
            "almost always. Over balanced orders they take no side; in use, the order in which "
            "people are listed would decide."
        )
    n_open = sum(f.verdict is Verdict.INCONCLUSIVE for f in result.findings)
    if n_open:
        met.append(
            f"{n_open} of {len(result.findings)} criteria stay open with the number of stimuli of "
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


def _instruments(view: View) -> Table:
    columns = ("Test", "Measures", "Source", "Items", "Known critique")
    rows = []
    for use in view.result.instruments:
        text = standing.INSTRUMENTS.get(use.name)
        rows.append(
            (
                Cell(text=text.title if text else clean_line(use.name)),
                Cell(text=clean_line(use.construct), note=text.measured if text else ""),
                Cell(text=clean_line(use.source)),
                Cell(
                    text=rounding.count(use.n_items),
                    note=f"{rounding.count(use.n_stimuli)} stimuli, "
                    f"{rounding.count(use.n_templates)} wordings",
                    kind="number",
                ),
                Cell(text=text.critique if text else ""),
            )
        )
    return Table(
        table_id="t-instruments",
        caption="Tests",
        columns=tuple(Column(text=c, kind="number" if c == "Items" else "text") for c in columns),
        rows=tuple(rows),
        is_dense=True,
    )


def _contrasts(view: View) -> Table:
    return Table(
        table_id="t-contrasts",
        caption="Contrasts: who is compared with whom, and what that does and does not measure",
        columns=tuple(Column(text=c) for c in ("Contrast", "Groups", "Note")),
        rows=tuple(
            (
                Cell(text=wording.contrast_title(c), note=c.role.replace("-", " ")),
                Cell(text=f"{clean_line(c.target)} / {clean_line(c.reference)}"),
                Cell(text=clean_line(c.note, 400)),
            )
            for c in view.result.contrasts
        ),
        is_dense=True,
    )


def _files_table(table_id: str, caption: str, pairs: list[tuple[str, str]]) -> Table:
    return Table(
        table_id=table_id,
        caption=caption,
        columns=(Column(text="File"), Column(text="sha256", kind="code")),
        rows=tuple((Cell(text=clean_line(n)), Cell(text=h, kind="code")) for n, h in pairs),
        is_dense=True,
    )


def _pairs_table(table_id: str, caption: str, pairs: list[tuple[str, str]]) -> Table:
    return Table(
        table_id=table_id,
        caption=caption,
        columns=(Column(text="Part"), Column(text="Version or fact")),
        rows=tuple((Cell(text=clean_line(k)), Cell(text=clean_line(v))) for k, v in pairs),
        is_dense=True,
    )


def _evidence_files(view: View) -> Table:
    return Table(
        table_id="t-files",
        caption="Files of the run",
        columns=(
            Column(text="File"),
            Column(text="In this PDF"),
            Column(text="sha256", kind="code"),
        ),
        rows=tuple(
            (
                Cell(text=clean_line(f.name), note=clean_line(f.description)),
                Cell(text="embedded" if f.is_embedded else "run folder"),
                Cell(text=f.sha256, kind="code"),
            )
            for f in view.result.files
        ),
        is_dense=True,
    )


def _sha256_command(name: str) -> str:
    return f"sha256sum {shlex.quote(clean_line(name))}" if name else "sha256sum MODEL-FILE"
