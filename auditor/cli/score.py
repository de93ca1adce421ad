"""`auditor score`."""

from pathlib import Path

import click

from auditor.cli.options import FILE, json_option

FORMAT_NAMES = ("word-association",)
"""As in `auditor.workflows.score`; named here so that `--help` need not load it."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=FILE)
@click.option(
    "--format",
    "file_format",
    type=click.Choice(FORMAT_NAMES),
    default="word-association",
    show_default=True,
    help="What the files are.",
)
@json_option
@click.option(
    "--labels",
    "labels_path",
    metavar="OUT",
    type=FILE,
    help="Write the label of each response to OUT, one JSON object a line.",
)
def score(
    files: tuple[Path, ...], file_format: str, as_json: bool, labels_path: Path | None
) -> None:
    """Score responses that somebody else collected, with invalid answers counted as such.

    \b
    Example:
        auditor score responses/*.json --labels labels.jsonl
    """
    from auditor.cli.score_table import counts_as_json, counts_as_table
    from auditor.workflows.score import score_files, write_labels

    scored = score_files(files, file_format)
    if labels_path is not None:
        write_labels(scored, labels_path)
    click.echo(counts_as_json(scored) if as_json else counts_as_table(scored))
