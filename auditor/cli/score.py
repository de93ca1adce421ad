"""`auditor score`."""

from pathlib import Path

import click

from auditor.cli.options import FILE, json_option

FORMAT_NAMES = ("word-association", "bbq")
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
@click.option(
    "--items",
    "item_paths",
    metavar="PATH",
    type=FILE,
    multiple=True,
    help="BBQ's items, for predictions that hold only a category, an example_id and answers.",
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
    files: tuple[Path, ...],
    file_format: str,
    item_paths: tuple[Path, ...],
    as_json: bool,
    labels_path: Path | None,
) -> None:
    """Score responses that somebody else collected, with invalid answers counted as such.

    \b
    Example:
        auditor score responses/*.json --labels labels.jsonl
        auditor score --format bbq preds_unifiedqa_Age.jsonl
    """
    from auditor.cli.score_bbq_table import bbq_as_json, bbq_as_table
    from auditor.cli.score_table import counts_as_json, counts_as_table
    from auditor.workflows.score import ScoredFiles, score_as, write_labels

    scored = score_as(file_format, files, item_paths)
    if labels_path is not None:
        write_labels(scored, labels_path)
    if isinstance(scored, ScoredFiles):
        click.echo(counts_as_json(scored) if as_json else counts_as_table(scored))
    else:
        click.echo(bbq_as_json(scored) if as_json else bbq_as_table(scored))
