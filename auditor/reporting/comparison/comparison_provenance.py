"""How models were compared, which they are, and what it takes to check it. Pure."""

from collections.abc import Iterator

from auditor.reporting import rounding
from auditor.reporting.blocks import Cell, Column, Fact, Table
from auditor.reporting.cleaning import clean_line
from auditor.reporting.comparison.material import Material
from auditor.reporting.language import mark, tr
from auditor.reporting.reviews.baseline_pages import how
from auditor.reporting.reviews.models_pages import letter

_METHOD = (
    (
        mark("Same questions"),
        mark(
            "Runs are compared only if battery, tier, tests and items are the same, by hash. Each "
            "is scored, measured and judged anew from its stored answers, by one policy; no model "
            "is opened, and nothing is written into a run."
        ),
    ),
    (
        mark("What a difference may come from"),
        mark(
            "Models differ in size, training, template and quantisation at once. A difference "
            "between two of them may come from anything in which they differ, and several models "
            "in a row, by size or by step, are no trend: that takes repetitions of the training."
        ),
    ),
    (
        mark("Agreement"),
        mark(
            "Kappa: Cohen (1960). Rejected by both over what both rates give: outcome "
            "homogenisation, Bommasani et al. (2022). McNemar (1947), exact. Intervals: Wilson’s "
            "on the effective sample size for shares, Student’s t on the delete-one jackknife for "
            "kappa and the ratio, and on linearised products for the difference from what "
            "independence would give. The unit is always the application; its copies in several "
            "contrasts count as one."
        ),
    ),
    (
        mark("Distance"),
        mark(
            "Formed only for the same architecture, size, tokenizer and chat template, and only if "
            "both runs name the same hash of all token ids that were read: another template is the "
            "commonest false effect of a quantisation."
        ),
    ),
)


def method() -> tuple[Fact, ...]:
    """How it was done."""
    told = tuple(Fact(label=tr(label), text=tr(text)) for label, text in _METHOD)
    return (*told[:1], Fact(label=tr("Paired differences"), text=how()), *told[1:])


def provenance(material: Material) -> tuple[Fact, ...]:
    """What is the same in all of them, then each model's run."""
    record = material.records[0]
    return (
        Fact(
            label=tr("Battery"),
            text=clean_line(f"{record.battery.version}, sha256 {record.battery.sha256}"),
            is_code=True,
        ),
        Fact(
            label=tr("Policy"), text=clean_line(f"{material.policy.name} {material.policy.version}")
        ),
        *(
            Fact(label=tr("Model {letter}", letter=letter(place)), text=_told(material, place))
            for place in range(material.n)
        ),
    )


def _told(material: Material, place: int) -> str:
    model, record = material.records[place].model, material.records[place]
    told = [
        material.name(place),
        tr("file {name}", name=model.name) if material.comparison.compared[place].label else "",
        f"{model.format}, {model.quantisation}",
        tr("run by {backend}", backend=model.backend),
        tr("run {run} of {date}", run=record.run_id, date=rounding.moment(record.created)),
        tr("adapter sha256 {sha}…", sha=model.adapter_sha256[:16]) if model.adapter_sha256 else "",
    ]
    return clean_line("; ".join(filter(None, told)), 400)


def files(material: Material) -> Table:
    """The runs by content."""
    return Table(
        table_id="t-comparison-files",
        caption=tr("The runs, by content"),
        columns=(Column(text=tr("File")), Column(text="sha256", kind="code")),
        rows=tuple(row for place in range(material.n) for row in _file_rows(material, place)),
        is_dense=True,
    )


def _file_rows(material: Material, place: int) -> Iterator[tuple[Cell, ...]]:
    record, run = material.records[place], material.comparison.models.models[place].run
    told = {"model": letter(place)}
    weights = tr("{model}: what the server declares", **told)
    if not record.model.is_declared:
        weights = tr("{model}: the weights", **told)
    yield Cell(text=weights), Cell(text=record.model.weights_sha256, kind="code")
    yield (
        Cell(text=tr("{model}: responses.jsonl", **told)),
        Cell(text=run.evidence_sha256, kind="code"),
    )
    if record.token_ids_sha256:
        yield (
            Cell(text=tr("{model}: token ids", **told)),
            Cell(text=record.token_ids_sha256, kind="code"),
        )


def commands(material: Material) -> tuple[Fact, ...]:
    """How to check it."""
    return (
        Fact(label=tr("Check the comparison, in its folder"), text="sha256sum -c manifest.sha256"),
        Fact(
            label=tr("Make it again, without the models, in the order of the letters"),
            text=f"auditor compare {' '.join(f'RUN_{letter(n)}' for n in range(material.n))}",
        ),
    )
