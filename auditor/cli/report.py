"""`auditor report`."""

from pathlib import Path

import click

from auditor.cli.options import FILE, json_option, pdf_option, policy_option


@click.command()
@click.argument("run_folder", type=FILE, metavar="RUN")
@policy_option
@pdf_option
@json_option
@click.pass_context
def report(
    ctx: click.Context, run_folder: Path, policy: Path | None, wants_pdf: bool, as_json: bool
) -> None:
    """Make the report of RUN again from its evidence, without the model.

    \b
    Example:
        auditor report reports/demo --policy strict.yaml
    """
    from auditor.cli.outcome import echo_outcome
    from auditor.workflows.report import rerender

    conclusion = rerender(run_folder, policy_path=policy, wants_pdf=wants_pdf)
    ctx.exit(echo_outcome(conclusion, as_json=as_json))
