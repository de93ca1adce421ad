"""`auditor report`."""

from pathlib import Path
from typing import Any

import click

from auditor.cli.options import (
    FILE,
    baseline_option,
    json_option,
    pdf_option,
    policy_option,
    presentation_options,
)
from auditor.cli.presentation import presentation_request


@click.command()
@click.argument("run_folder", type=FILE, metavar="RUN")
@policy_option
@presentation_options
@click.option(
    "--final",
    "is_final",
    is_flag=True,
    help="Give the report out as final; refused while a field that it needs is empty.",
)
@baseline_option
@click.option(
    "--beside",
    type=FILE,
    multiple=True,
    metavar="RUN",
    help="Another model's run, to stand beside this one in the report; may be repeated.",
)
@pdf_option
@json_option
@click.pass_context
def report(ctx: click.Context, /, run_folder: Path, **options: Any) -> None:
    """Make the report of RUN again from its evidence, without the model.

    What the report looks like is remembered in RUN, and stays until it is asked for otherwise.

    \b
    Example:
        auditor report reports/demo --about about.yaml --lang de --final
    """
    from auditor.cli.outcome import echo_outcome
    from auditor.workflows.report import rerender
    from auditor.workflows.reviews.review import Beside

    conclusion = rerender(
        run_folder,
        policy_path=options["policy"],
        presentation=presentation_request(options, is_final=options["is_final"]),
        beside=Beside(baseline=options["baseline"], models=options["beside"]),
        wants_pdf=options["wants_pdf"],
    )
    ctx.exit(echo_outcome(conclusion, as_json=options["as_json"]))
