"""`auditor run` with a scripted model in the place of the one that is named."""

import sys
from pathlib import Path

import click

from auditor.cli.options import baseline_option, tier_option
from auditor.core.items import Tier
from auditor.prompt_library import load_battery
from auditor.workflows.audit import AuditRequest, audit_model
from tests.battery_models import leaning


@click.command()
@click.argument("command", type=click.Choice(["run"]))
@click.argument("model")
@click.option("--out", type=click.Path(path_type=Path))
@baseline_option
@tier_option("As in `auditor run`.")
def main(command: str, model: str, out: Path, tier: Tier, baseline: Path | None) -> None:  # noqa: ARG001
    """Ask one instrument, and end as `auditor run` does."""
    instruments = ("word-association",)
    request = AuditRequest(
        model=model, tier=tier, instruments=instruments, baseline=baseline, wants_pdf=False
    )
    scripted = leaning(load_battery(tier, instruments=instruments), 2.0, seed=3)
    conclusion = audit_model(scripted, request, out=out, on_batch=lambda _done, _total: None)
    click.echo("what auditor prints")
    sys.exit(conclusion.result.exit_code)


if __name__ == "__main__":
    main()
