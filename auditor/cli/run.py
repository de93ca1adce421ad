"""`auditor run`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import (
    FILE,
    adapter_option,
    base_option,
    baseline_option,
    dtype_option,
    json_option,
    layers_at_option,
    pdf_option,
    policy_option,
    presentation_options,
    resume_option,
    seed_option,
    server_options,
    threads_option,
    tier_option,
)
from auditor.cli.presentation import presentation_request

if TYPE_CHECKING:
    from auditor.backends.options import ServerOptions

INSTRUMENT_NAMES = (
    "word-association",
    "mirrored-statements",
    "relative-decision",
    "question-answering",
    "pronoun-occupation",
    "hiring",
    "admissions",
    "matched-guise",
    "matched-guise-russian",
    "stability",
    "bbq",
)
"""As in the battery; named here so that `--help` need not load it. A test compares them."""


@click.command()
@click.argument("model")
@tier_option("How much of the battery to ask.")
@click.option(
    "--instrument",
    "instruments",
    multiple=True,
    type=click.Choice(INSTRUMENT_NAMES),
    help="Ask this instrument alone; may be repeated.",
)
@click.option(
    "--bbq",
    type=FILE,
    default=None,
    metavar="PATH",
    help="Your copy of BBQ: a .jsonl file of its items, or the folder; asked beside the battery.",
)
@click.option(
    "--backend",
    type=click.Choice(("auto", "llama-cpp", "transformers", "server")),
    default="auto",
    show_default=True,
    help="auto: llama-cpp for a GGUF file, transformers for the rest.",
)
@server_options
@dtype_option("Arithmetic of the transformers backend.")
@policy_option
@click.option("--out", type=FILE, default=None, metavar="DIR", help="The run folder.")
@seed_option("Chooses the prompts that are scored twice, for the numerical noise.")
@click.option(
    "--gpu-layers",
    type=click.IntRange(min=-1),
    default=0,
    show_default=True,
    help="Layers on the GPU, for llama-cpp; -1 for all.",
)
@threads_option("Part of the run's settings, as it can change last digits.")
@resume_option("set it aside and begin again")
@click.option(
    "--probe/--no-probe",
    "reads_layers",
    default=True,
    show_default=True,
    help="Whether to look inside the model, layer by layer, after the questions.",
)
@click.option(
    "--fix",
    type=click.Choice(("lora",)),
    default=None,
    help="Train a fix, judge it on questions it never saw, and report it; see `auditor fix`.",
)
@adapter_option
@base_option
@layers_at_option
@baseline_option
@presentation_options
@pdf_option
@json_option
@click.pass_context
def run(ctx: click.Context, /, model: str, **options: Any) -> None:
    """Audit MODEL against a policy and write the report.

    MODEL is a .gguf file, a Hugging Face folder, a hub id (org/name[@revision]), or `demo`; with
    --backend server, the model's name at the server.

    \b
    Example:
        auditor run demo --tier quick --out reports/demo
    """
    from auditor.cli.outcome import echo_outcome
    from auditor.cli.progress import progress_bars
    from auditor.workflows.audit import AuditProgress, AuditRequest, run_audit
    from auditor.workflows.fix import Progress

    request = AuditRequest(
        model=model,
        tier=options["tier"],
        instruments=tuple(dict.fromkeys(options["instruments"])),
        bbq=options["bbq"],
        backend=options["backend"],
        server=_server(options),
        dtype=options["dtype"],
        policy=options["policy"],
        out=options["out"],
        seed=options["seed"],
        n_threads=options["threads"],
        n_gpu_layers=options["gpu_layers"],
        is_fresh=not options["resumes"],
        reads_layers=options["reads_layers"],
        adapter=options["adapter"],
        base=options["base"],
        layers_at=options["layers_at"],
        fix=options["fix"],
        presentation=presentation_request(options),
        baseline=options["baseline"],
        command=("auditor", *map(_portable, sys.argv[1:])),
        wants_pdf=options["wants_pdf"],
    )
    with progress_bars("Asking", "Reading layers", "Training", "Judging the fix") as bars:
        on_batch, on_layers, on_training, on_judging = bars
        fix = Progress(on_training=on_training, on_judging=on_judging)
        progress = AuditProgress(on_batch=on_batch, on_layers=on_layers, fix=fix)
        conclusion = run_audit(request, progress)
    ctx.exit(echo_outcome(conclusion, as_json=options["as_json"]))


def _server(options: dict[str, Any]) -> "ServerOptions | None":
    """Where a server is; None where none of its options is given."""
    names = ("url", "api_key_env", "concurrency", "chat_template")
    given = {name: options[name] for name in names if options[name] is not None}
    if not given:
        return None
    from auditor.backends.options import ServerOptions

    return ServerOptions(**{"url": "", **given})


def _portable(argument: str) -> str:
    """An argument without the user's home folder, which a report should not spread."""
    home = str(Path.home())
    return argument.replace(home, "~", 1) if argument.startswith(home + "/") else argument
