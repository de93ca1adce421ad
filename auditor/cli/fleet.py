"""`auditor fleet`."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import FILE, json_option, pdf_option, resume_option
from auditor.core.presentation import LANGUAGES, PAPERS
from auditor.errors import FleetInvalid

if TYPE_CHECKING:
    from auditor.core.fleet import FleetModel
    from auditor.prompt_library.fleet import Fleet
    from auditor.workflows.fleets.fleet import FleetOutcome, FleetProgress
    from auditor.workflows.fleets.jobs import Job


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--out", type=FILE, default=None, metavar="DIR", help="Where the runs and the summary go."
)
@click.option(
    "--jobs",
    type=click.IntRange(min=1),
    default=None,
    help="Models at a time; one, or on a Ray cluster as many as it has room for.",
)
@click.option(
    "--ray",
    "address",
    default=None,
    metavar="ADDRESS",
    help="Spread the audits over a Ray cluster: ray://host:10001, host:6379, auto, or local.",
)
@resume_option("set every run aside and begin again")
@click.option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    default=None,
    help="Language of the summary; that at the top of FILE, or English, without it.",
)
@click.option(
    "--paper",
    type=click.Choice(PAPERS),
    default=None,
    help="Paper of the summary's PDF; that at the top of FILE, or A4, without it.",
)
@click.option(
    "--brand",
    type=FILE,
    default=None,
    metavar="FILE",
    help="YAML file with how the summary looks; that at the top of FILE without it.",
)
@pdf_option
@json_option
@click.pass_context
def fleet(ctx: click.Context, /, file: Path, **options: Any) -> None:
    """Audit every model that a TOML file names, and summarise what became of them.

    Each model is audited by a process of its own; one that fails stops no other. Ends with 2 where
    any could not be audited, else with 1 where any exceeds its policy.

    \b
    Example:
        auditor fleet fleet.toml --out reports/fleet --jobs 2
    """
    from auditor.prompt_library.fleet import load_fleet
    from auditor.workflows.fleets.asked import FleetRequest
    from auditor.workflows.fleets.fleet import run_fleet
    from auditor.workflows.folder_names import REPORTS

    loaded = load_fleet(file)
    check_options(loaded, str(file))
    request = FleetRequest(
        out=options["out"] or REPORTS / file.stem,
        n_jobs=options["jobs"] or (0 if options["address"] else 1),
        ray=options["address"],
        is_fresh=not options["resumes"],
        language=options["language"],
        paper=options["paper"],
        brand=options["brand"],
        wants_pdf=options["wants_pdf"],
    )
    with _progress(len(loaded.models)) as progress:
        outcome = run_fleet(loaded, request, progress)
    _echo(outcome, request.out, as_json=options["as_json"])
    ctx.exit(outcome.result.exit_code)


def check_options(fleet: "Fleet", where: str) -> None:
    """Have the command line of `auditor run` read every model's options, and run nothing.

    Raises:
        FleetInvalid: It refuses one of them.
    """
    from auditor.cli.run import run
    from auditor.workflows.fleets.jobs import jobs_of

    for job in jobs_of(fleet, Path(), n_threads=1, is_fresh=False):
        try:
            run.make_context("run", list(job.arguments[1:]))
        except click.UsageError as error:
            raise FleetInvalid(f"{where}, model {job.name}: {error.format_message()}") from None


@contextmanager
def _progress(n: int) -> Iterator["FleetProgress"]:
    """A line for each beginning and each end, below them a bar on a terminal."""
    import sys

    from auditor.cli.progress import progress_bars
    from auditor.workflows.fleets.fleet import FleetProgress

    n_begun, n_ended = 0, 0

    def begun(job: "Job") -> None:
        nonlocal n_begun
        n_begun += 1
        click.echo(f"auditor: {job.name}: begun ({n_begun} of {n})", err=True)

    def ended(model: "FleetModel", show: Callable[[int, int], None]) -> None:
        nonlocal n_ended
        n_ended += 1
        click.echo(f"auditor: {model.name}: {_ended(model)}", err=True)
        if sys.stderr.isatty():
            show(n_ended, n)

    with progress_bars("Models") as (bar,):
        yield FleetProgress(on_start=begun, on_model=lambda model: ended(model, bar))


def _ended(model: "FleetModel") -> str:
    """As in `exceeds policy after 12 s`; with the reason where it is no audit."""
    from auditor.reporting.cleaning import clean_for_terminal

    words = model.ending.replace("-", " ")
    because = f": {clean_for_terminal(model.because, 300)}" if model.because else ""
    return f"{words} after {model.seconds:.0f} s{because}"


def _echo(outcome: "FleetOutcome", out: Path, *, as_json: bool) -> None:
    result, printed = outcome.result, outcome.printed
    written = (printed.html, printed.pdf, outcome.folder.path / "fleet.json")
    # As the user named the folder.
    files = [str(out / path.name) for path in written if path]
    if printed.pdf_missing_because and not as_json:
        click.echo(f"auditor: no PDF: {printed.pdf_missing_because}", err=True)
    if as_json:
        summary = {
            "exit_code": result.exit_code,
            "models": [_summary(model) for model in result.models],
            "files": files,
            "pdf_missing_because": printed.pdf_missing_because,
        }
        click.echo(json.dumps(summary, ensure_ascii=False, indent=1))
        return
    width = max(len(model.name) for model in result.models)
    for model in result.models:
        click.echo(f"{model.name:<{width}}  {_outcome(model)}")
    n_missing = sum(model.audit is None for model in result.models)
    if n_missing:
        click.echo(f"{n_missing} of {len(result.models)} models could not be audited: see above.")
    for path in files:
        click.echo(path)


def _outcome(model: "FleetModel") -> str:
    if model.audit is None:
        return _ended(model)
    counts = _verdicts(model)
    told = "  ".join(f"{n} {verdict}" for verdict, n in counts.items())
    return f"{model.ending.replace('-', ' '):<14}  {told}"


def _summary(model: "FleetModel") -> dict[str, object]:
    return {
        "name": model.name,
        "model": model.model,
        "ending": model.ending,
        "exit_code": model.exit_code,
        "because": model.because or None,
        "seconds": round(model.seconds, 3),
        "run_id": model.audit.scores.run.run_id if model.audit else None,
        "verdicts": _verdicts(model) if model.audit else None,
        "report": model.audit.report if model.audit else None,
        "log": model.log,
    }


def _verdicts(model: "FleetModel") -> dict[str, int]:
    """How many criteria have each verdict."""
    from auditor.core.policy import Verdict

    found = [finding.verdict for finding in model.audit.findings] if model.audit else []
    return {verdict.value: found.count(verdict) for verdict in Verdict}
