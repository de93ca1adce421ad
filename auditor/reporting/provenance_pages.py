"""Test catalogue and provenance: what it takes to check all the rest. Pure."""

import shlex

from auditor.reporting import naming, rounding
from auditor.reporting.blocks import (
    Cell,
    Column,
    Fact,
    Table,
)
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fix import fix_notes
from auditor.reporting.instrument_texts import INSTRUMENTS
from auditor.reporting.layers import layer_notes
from auditor.reporting.pages import (
    Provenance,
)
from auditor.reporting.view import (
    View,
)

_NOT_SHOWN = (
    "What this does not show: someone who replaces all files of the run and the PDF can make the "
    "hashes fit. Against that, compare the sha256 of manifest.sha256 with a copy kept elsewhere."
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
        ("Policy", f"sha256 {record.policy.sha256}, of the policy file as given", True),
        ("Weights", f"sha256 {record.model.weights_sha256}{_weights_of(view)}", True),
        *layer_notes.layer_facts(view.result.layers),
        *fix_notes.fix_facts(view.result.fix),
    )
    software = ", ".join(f"{name} {version}" for name, version in record.versions)
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
            "t-versions", "Versions and machine", [("software", software), *record.hardware]
        ),
        files=_evidence_files(view),
        commands=(
            Fact(label="Take the data out of this PDF", text="pdfdetach -saveall report.pdf"),
            Fact(
                label="Check them; in the run folder the same command checks every file, "
                "responses.jsonl too, which is not in the PDF",
                text="sha256sum --check --ignore-missing manifest.sha256",
            ),
            Fact(
                label="Compute measures, findings and report again from the run folder, without "
                "the model",
                text="auditor report RUN",
            ),
            Fact(
                label="Check that these are the weights",
                text=_sha256_command(record.model.weights[0].name if record.model.weights else ""),
            ),
        ),
        not_shown=_NOT_SHOWN,
    )


def _instruments(view: View) -> Table:
    columns = ("Test", "Measures", "Source", "Items", "Known critique")
    rows = []
    for use in view.result.instruments:
        text = INSTRUMENTS.get(use.name)
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
                Cell(text=naming.contrast_title(c), note=c.role.replace("-", " ")),
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


def _weights_of(view: View) -> str:
    """What the hash is over, where it is not the one file's own."""
    n = len(view.result.record.model.weights)
    return f", over the {n} files of the model in the table below" if n > 1 else ""


def _sha256_command(name: str) -> str:
    return f"sha256sum {shlex.quote(clean_line(name))}" if name else "sha256sum MODEL-FILE"
