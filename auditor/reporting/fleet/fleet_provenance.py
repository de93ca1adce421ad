"""How a fleet was audited, and what it takes to check it. Pure."""

from collections.abc import Iterator, Mapping

from auditor.core.fleet import FleetModel, FleetResult
from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Column, Fact, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.fleet.fleet_words import fleet_exit_words
from auditor.reporting.language import mark, tr

_METHOD = (
    (
        mark("Each on its own"),
        mark(
            "Every model is audited by a process of its own, with the questions, the limits and "
            "the rules of a single audit. One that fails or crashes leaves the others as they are. "
            "Its report is in its folder, and holds what this summary leaves out."
        ),
    ),
    (
        mark("Nothing is pooled"),
        mark(
            "No number is over several models, and no correction for the number of criteria goes "
            "beyond one model. The more models there are, the more findings arise by chance. The "
            "verdict on the fleet is that on its worst model, as an organisation answers for "
            "each."
        ),
    ),
    (
        mark("Side by side"),
        mark(
            "Criteria stand beside each other for models that were asked the same questions and "
            "judged by the same policy. Two verdicts side by side are no comparison: whether two "
            "models differ is shown by “auditor compare”, paired by stimulus."
        ),
    ),
    (
        mark("Read anew"),
        mark(
            "Scores, measures and verdicts are computed anew from the answers in each folder, "
            "after their hashes were found to be those that the audit wrote."
        ),
    ),
    (
        mark("Exit code"),
        mark(
            "0: no finding on any model exceeds its policy’s rules for the exit code. 1: one does. "
            "2: a model could not be audited, whatever was found on the others. An audit that "
            "ended with a bug or a crash counts as one that could not be made."
        ),
    ),
)
_PLACES: Mapping[str, str] = {
    "processes": mark("child processes on one machine"),
    "ray": mark("tasks on a Ray cluster"),
}


def method() -> tuple[Fact, ...]:
    """How it was done."""
    return tuple(Fact(label=tr(label), text=tr(text)) for label, text in _METHOD)


def provenance(result: FleetResult) -> tuple[Fact, ...]:
    """Which fleet, when, by what."""
    return (
        Fact(label="auditor", text=clean_line(result.tool_version)),
        Fact(label=tr("Begun"), text=rounding.moment(result.started)),
        Fact(label=tr("Finished"), text=rounding.moment(result.finished)),
        Fact(label=tr("Audits ran as"), text=tr(_PLACES[result.placed])),
        Fact(label=tr("Exit code"), text=fleet_exit_words(result)),
        Fact(label=tr("Fleet file"), text=f"sha256 {result.file_sha256}", is_code=True),
    )


def files(result: FleetResult) -> Table:
    """The runs by content: weights, answers, and the hashes of all the rest."""
    return Table(
        table_id="t-fleet-files",
        caption=tr("The runs, by content"),
        columns=(Column(text=tr("File")), Column(text="sha256", kind="code")),
        rows=tuple(row for model in result.models for row in _rows(model)),
        footnote=tr("manifest.sha256 holds the hashes of all other files of its run."),
        is_dense=True,
    )


def _rows(model: FleetModel) -> Iterator[tuple[Cell, ...]]:
    if model.audit is None:
        return
    name, run = clean_line(model.name), model.audit.scores.run
    told = tr("{model}: the weights", model=name)
    if run.model.is_declared:
        told = tr("{model}: what its server declares, not measured", model=name)
    yield Cell(text=told), Cell(text=run.model.weights_sha256, kind="code")
    evidence = Cell(
        text=f"{name}/responses.jsonl", note=tr("run {run}", run=clean_line(run.run_id))
    )
    yield evidence, Cell(text=run.evidence_sha256, kind="code")
    yield (
        Cell(text=f"{name}/manifest.sha256"),
        Cell(text=model.audit.manifest_sha256, kind="code"),
    )


def commands() -> tuple[Fact, ...]:
    """How to check the summary and the runs."""
    return (
        Fact(
            label=tr("Check the summary, in the fleet’s folder"),
            text="sha256sum --check manifest.sha256",
        ),
        Fact(
            label=tr("Check a run, and compute everything in its report again, without the model"),
            text="(cd NAME && sha256sum --check manifest.sha256)\nauditor report NAME",
        ),
    )
