"""`auditor compare`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import FILE, json_option, look_options

if TYPE_CHECKING:
    from auditor.workflows.reviews.compare import ComparedRuns


@click.command()
@click.argument("runs", nargs=-1, required=True, type=FILE, metavar="RUN RUN [RUN...]")
@click.option(
    "--out", type=FILE, default=None, metavar="DIR", help="Where the comparison is written."
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="NAME",
    help="What to call a model; once for each RUN, in their order.",
)
@click.option(
    "--step",
    "steps",
    multiple=True,
    type=click.IntRange(min=0),
    metavar="N",
    help="Training step of a checkpoint; once for each RUN. Read from its name without it.",
)
@click.option(
    "--policy",
    type=FILE,
    default=None,
    metavar="FILE",
    help="YAML file with the limits; those of the first RUN without it.",
)
@look_options("comparison")
@json_option
def compare(runs: tuple[Path, ...], **options: Any) -> None:
    """Lay models, sizes, quantisations or checkpoints side by side, from their runs.

    Every RUN is a finished run's folder; all have been asked the same. No model is opened. The
    limits are those of the first RUN, or of --policy.

    \b
    Example:
        auditor compare reports/small reports/large --label small --label large
    """
    from auditor.workflows.reviews.compare import CompareRequest, compare_runs
    from auditor.workflows.reviews.review_files import Look

    _check(runs, options)
    compared = compare_runs(
        CompareRequest(
            runs=runs,
            out=options["out"],
            labels=options["labels"],
            steps=options["steps"],
            policy=options["policy"],
            look=Look(
                language=options["language"],
                paper=options["paper"],
                brand=options["brand"],
                wants_pdf=options["wants_pdf"],
            ),
        )
    )
    because = compared.printed.pdf_missing_because
    if because and not options["as_json"]:
        click.echo(f"auditor: no PDF: {because}", err=True)
    click.echo(_as_json(compared) if options["as_json"] else _as_text(compared))


def _check(runs: tuple[Path, ...], options: dict[str, Any]) -> None:
    if len(runs) < 2:
        raise click.UsageError("Name two runs or more: a run alone is read in its own report.")
    for name in ("label", "step"):
        given = options[f"{name}s"]
        if given and len(given) != len(runs):
            raise click.UsageError(
                f"--{name} is given {len(given)} times for {len(runs)} runs: give it once for "
                "each, in their order, or not at all."
            )


def _as_text(compared: "ComparedRuns") -> str:
    """The models in a table, what differs in sentences, then the files."""
    from auditor.cli.compare_table import models_lines
    from auditor.reporting.comparison.comparison_summary import summary

    material = compared.material
    return "\n".join([*models_lines(material), "", *summary(material), *_files(compared).values()])


def _as_json(compared: "ComparedRuns") -> str:
    """Pairs with their cells and words, and where everything else stands."""
    from auditor.cli.compare_table import pairs_as_json

    return json.dumps(
        {
            **pairs_as_json(compared.material),
            "files": _files(compared),
            "pdf_missing_because": compared.printed.pdf_missing_because,
        },
        ensure_ascii=False,
        indent=1,
    )


def _files(compared: "ComparedRuns") -> dict[str, str]:
    from auditor.workflows.reviews.compare import COMPARISON

    paths = [compared.printed.html, compared.printed.pdf, compared.folder / COMPARISON]
    return {path.name: str(path) for path in paths if path is not None}
