"""Test catalogue and provenance: what it takes to check all the rest. Pure."""

import shlex
from collections.abc import Collection, Mapping

from auditor.core.items import Role
from auditor.core.ledger import LedgerWitness
from auditor.core.presentation import PLAIN, Presentation, Redaction
from auditor.core.runs import ModelIdentity
from auditor.reporting import identity_words, naming, rounding
from auditor.reporting.blocks import (
    Cell,
    Column,
    Fact,
    Table,
)
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix import fix_notes
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.language import mark, tr, tr_in
from auditor.reporting.layers import layer_notes
from auditor.reporting.pages import (
    Provenance,
)
from auditor.reporting.redaction import file_place, redaction_facts
from auditor.reporting.view import (
    View,
)

_NOT_SHOWN = mark(
    "What this does not show: someone who replaces all files of the run and the PDF can make the "
    "hashes fit. Against that stand a signature, the ledger beside the run folder, and every older "
    "report that names a later line of it; or compare the sha256 of manifest.sha256 with a copy "
    "kept elsewhere."
)
_ROLES: Mapping[Role, str] = {
    "primary": mark("primary"),
    "ladder": mark("ladder"),
    "null-control": mark("null control"),
    "positive-control": mark("positive control"),
}


def catalogue(view: View) -> tuple[Table, ...]:
    """The tests, and the contrasts that they were asked about."""
    return (_instruments(view), _contrasts(view))


def provenance(view: View, presentation: Presentation = PLAIN) -> Provenance:
    """Everything that a stranger needs to check the rest."""
    result, record = view.result, view.result.record
    facts = (
        (tr("Run"), record.run_id, True),
        (tr("Started"), rounding.moment(record.created), False),
        (tr("Questions finished"), rounding.moment(result.finished), False),
        (tr("Duration of the questions"), rounding.duration(result.duration_seconds), False),
        (tr("Exit code"), _exit_code(result.exit_code), False),
        (tr("Command"), shlex.join(record.command), True),
        ("auditor", result.tool_version, False),
        (tr("Battery"), f"sha256 {record.battery.sha256}", True),
        (
            tr("Policy"),
            tr(
                "sha256 {sha256}, of the policy file as given. policy.json is its checked copy, "
                "and has a hash of its own among the files of the run.",
                sha256=record.policy.sha256,
            ),
            True,
        ),
        (tr("Weights"), identity_words.whole_words(record.model), True),
        (tr("Ledger"), _ledger_line(result.ledger), True),
        *layer_notes.layer_facts(view.result.layers),
        *fix_notes.fix_facts(view.result.fix),
        *_declared(presentation),
        *redaction_facts(presentation.redacted),
    )
    software = ", ".join(f"{name} {version}" for name, version in record.versions)
    return Provenance(
        facts=tuple(
            Fact(label=label, text=clean_line(text, 500), is_code=is_code)
            for label, text, is_code in facts
            if text
        ),
        weights=_model_files(record.model),
        versions=_pairs_table(
            "t-versions",
            tr("Versions and machine"),
            [(tr("software"), software), *((tr(part), fact) for part, fact in record.hardware)],
        ),
        files=_evidence_files(view, presentation.redacted),
        commands=(
            Fact(label=tr("Take the data out of this PDF"), text="pdfdetach -saveall report.pdf"),
            Fact(
                label=tr(
                    "Check them; in the run folder the same command checks every file, "
                    "responses.jsonl too, which is not in the PDF"
                ),
                text="sha256sum --check --ignore-missing manifest.sha256",
            ),
            Fact(
                label=tr("Check the run folder, its ledger, this PDF and its signature in one go"),
                text="auditor verify RUN",
            ),
            Fact(
                label=tr("Check a PDF alone, or against the ledger"),
                text="auditor verify report.pdf --ledger ledger.jsonl",
            ),
            Fact(
                label=tr(
                    "Compute measures, findings and report again from the run folder, without the "
                    "model"
                ),
                text="auditor report RUN",
            ),
            _weights_check(record.model),
        ),
        not_shown=tr(_NOT_SHOWN),
    )


def _ledger_line(witness: LedgerWitness | None) -> str:
    """Which line of the ledger the run begins with: what the ledger was until then is shown."""
    if witness is None:
        return tr("This run begins in no ledger.")
    return tr(
        "line {seq}, sha256 {sha256}. It was written before the first question: with this report, "
        "anybody can tell whether the ledger was changed up to that line.",
        seq=witness.seq,
        sha256=witness.sha256,
    )


def _exit_code(code: int) -> str:
    """The number with what it means: a reader takes a bare 0 for a pass."""
    if code:
        return tr("{code}: a finding exceeds the policy’s rules for the exit code.", code=code)
    return tr("0: no finding exceeds the policy’s rules for the exit code. That is not a pass.")


def _declared(presentation: Presentation) -> list[tuple[str, str, bool]]:
    """Which files the declarations and the standards were read from, by content."""
    about, crosswalk = presentation.about, presentation.crosswalk
    return [
        *([(tr("Audit file"), f"sha256 {about.sha256}", True)] if about else []),
        *([(tr("Standards"), f"sha256 {crosswalk.sha256}", True)] if crosswalk.standards else []),
    ]


def _instruments(view: View) -> Table:
    columns = (
        Column(text=tr("Test")),
        Column(text=tr_in("what a test measures", "Measures")),
        Column(text=tr("Source")),
        Column(text=tr("Items"), kind="number"),
        Column(text=tr("Known critique")),
    )
    rows = []
    for use in view.result.instruments:
        text = INSTRUMENTS.get(use.name)
        rows.append(
            (
                Cell(text=tr(text.title) if text else clean_line(use.name)),
                Cell(text=clean_line(tr(use.construct)), note=tr(text.measured) if text else ""),
                Cell(text=clean_line(tr(use.source))),
                Cell(
                    text=rounding.count(use.n_items),
                    note=tr(
                        "{stimuli} stimuli, {wordings} wordings",
                        stimuli=rounding.count(use.n_stimuli),
                        wordings=rounding.count(use.n_templates),
                    ),
                    kind="number",
                ),
                Cell(text=tr(text.critique) if text else ""),
            )
        )
    return Table(
        table_id="t-instruments",
        caption=tr("Tests"),
        columns=columns,
        rows=tuple(rows),
        is_dense=True,
    )


def _contrasts(view: View) -> Table:
    return Table(
        table_id="t-contrasts",
        caption=tr("Contrasts: who is compared with whom, and what that does and does not measure"),
        columns=tuple(Column(text=c) for c in (tr("Contrast"), tr("Groups"), tr("Note"))),
        rows=tuple(
            (
                Cell(text=naming.contrast_title(c), note=tr(_ROLES[c.role])),
                Cell(text=f"{clean_line(tr(c.target))} / {clean_line(tr(c.reference))}"),
                Cell(text=clean_line(tr(c.note), 400)),
            )
            for c in view.result.contrasts
        ),
        is_dense=True,
    )


def _files_table(table_id: str, caption: str, pairs: list[tuple[str, str]]) -> Table:
    return Table(
        table_id=table_id,
        caption=caption,
        columns=(Column(text=tr("File")), Column(text="sha256", kind="code")),
        rows=tuple((Cell(text=clean_line(n)), Cell(text=h, kind="code")) for n, h in pairs),
        is_dense=True,
    )


def _pairs_table(table_id: str, caption: str, pairs: list[tuple[str, str]]) -> Table:
    return Table(
        table_id=table_id,
        caption=caption,
        columns=(Column(text=tr("Part")), Column(text=tr("Version or fact"))),
        rows=tuple((Cell(text=clean_line(k)), Cell(text=clean_line(v))) for k, v in pairs),
        is_dense=True,
    )


def _evidence_files(view: View, redacted: Collection[Redaction]) -> Table:
    return Table(
        table_id="t-files",
        caption=tr("Files of the run"),
        columns=(
            Column(text=tr("File")),
            Column(text=tr("In this PDF")),
            Column(text="sha256", kind="code"),
        ),
        rows=tuple(
            (
                Cell(text=clean_line(f.name), note=clean_line(tr(f.description))),
                Cell(text=file_place(f, redacted)),
                Cell(text=f.sha256, kind="code"),
            )
            for f in view.result.files
        ),
        footnote=tr(
            "More files of the run, such as its charts and what was recorded of a fix, are listed "
            "with their hashes in manifest.sha256."
        ),
        is_dense=True,
    )


def _model_files(model: ModelIdentity) -> Table:
    if model.is_declared:
        return identity_words.declaration(model)
    return _files_table(
        "t-weights",
        tr("Files of the model"),
        [(f.name, f.sha256) for f in model.weights],
    )


def _weights_check(model: ModelIdentity) -> Fact:
    if model.is_declared:
        return Fact(
            label=tr(
                "Compute the hash of what the server declared; whether it is true, no hash shows"
            ),
            text="jq -Scj '[.model.declared[] | {(.[0]): .[1]}] | add' run.json | sha256sum",
        )
    return Fact(
        label=tr("Check that these are the weights"),
        text=_sha256_command(model.weights[0].name if model.weights else ""),
    )


def _sha256_command(name: str) -> str:
    return f"sha256sum {shlex.quote(clean_line(name))}" if name else "sha256sum MODEL-FILE"
