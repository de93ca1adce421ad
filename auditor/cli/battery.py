"""`auditor battery`."""

import json

import click

from auditor.cli.options import json_option
from auditor.core.items import TIERS


@click.group()
def battery() -> None:
    """Show what the battery asks.

    \b
    Example:
        auditor battery list
    """


@battery.command("list")
@json_option
def list_(as_json: bool) -> None:
    """Count the items of every instrument and contrast in every tier.

    \b
    Example:
        auditor battery list --json
    """
    from auditor.workflows.battery import count_items

    counts = count_items()
    if as_json:
        click.echo(json.dumps(counts, indent=1, ensure_ascii=False))
        return
    click.echo(f"battery {counts['version']}  sha256 {counts['sha256']}")
    click.echo(f"{'instrument':22} {'contrast':34} " + " ".join(f"{t:>9}" for t in TIERS))
    for row in counts["rows"]:
        cells = " ".join(f"{row[tier]:>9}" for tier in TIERS)
        click.echo(f"{row['instrument']:22} {row['contrast']:34} {cells}")
    click.echo("\nmeasures that a policy can limit: " + ", ".join(counts["measures"]))


@battery.command()
@click.argument("contrast", required=False)
@click.option(
    "--tier",
    type=click.Choice(TIERS),
    default="full",
    show_default=True,
    help="Which tier's items.",
)
def show(contrast: str | None, tier: str) -> None:
    """Print every instrument with its counts in each tier, or every item of CONTRAST in full.

    \b
    Example:
        auditor battery show race.colour-words
    """
    from auditor.workflows.battery import describe_instruments, describe_items

    texts = describe_items(contrast, tier) if contrast else describe_instruments()
    for text in texts:
        click.echo(text)


@battery.command()
@click.option(
    "--tier",
    type=click.Choice(TIERS),
    default="full",
    show_default=True,
    help="Which tier's items.",
)
def export(tier: str) -> None:
    """Print every item of a tier as JSON lines.

    \b
    Example:
        auditor battery export --tier full > items.jsonl
    """
    from auditor.workflows.battery import export_items

    for line in export_items(tier):
        click.echo(line)
