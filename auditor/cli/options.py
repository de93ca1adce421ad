"""Options and parameter types that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.core.items import TIERS
from auditor.core.presentation import LANGUAGES, PAPERS, REDACTIONS, Redaction

if TYPE_CHECKING:
    from auditor.workflows.reviews.review import LatestIn

FILE = click.Path(path_type=Path)
Option = Callable[[Callable[..., Any]], Callable[..., Any]]
"""What click.option returns: a decorator of a command."""


def tier_option(what: str) -> Option:
    """How much of something."""
    return click.option(
        "--tier", type=click.Choice(TIERS), default="standard", show_default=True, help=what
    )


def dtype_option(what: str) -> Option:
    """Arithmetic of something, in transformers."""
    return click.option(
        "--dtype",
        type=click.Choice(("auto", "float32", "bfloat16", "float16")),
        default="auto",
        show_default=True,
        help=what,
    )


def seed_option(what: str) -> Option:
    """What a seed is of."""
    return click.option(
        "--seed", type=click.IntRange(min=0), default=0, show_default=True, help=what
    )


def threads_option(note: str = "") -> Option:
    """Processors, and what a command has to say about their number."""
    return click.option(
        "--threads",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help=f"0: one for each usable core. {note}".strip(),
    )


def resume_option(otherwise: str) -> Option:
    """Whether a command goes on with what its folder holds."""
    return click.option(
        "--resume/--fresh",
        "resumes",
        default=True,
        help=f"Go on with what the folder holds (default), or {otherwise}.",
    )


_brand_option = click.option(
    "--brand",
    type=FILE,
    default=None,
    metavar="FILE",
    help="YAML file with name, logo, accent colour, footer and classification.",
)


def look_options(what: str) -> Option:
    """How a document on several runs looks, which nothing remembers."""

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(
            (
                click.option(
                    "--lang",
                    "language",
                    type=click.Choice(LANGUAGES),
                    default="en",
                    show_default=True,
                    help=f"Language of the {what}.",
                ),
                click.option(
                    "--paper",
                    type=click.Choice(PAPERS),
                    default="A4",
                    show_default=True,
                    help="Paper of the PDF.",
                ),
                _brand_option,
                pdf_option,
            )
        ):
            command = option(command)
        return command

    return decorate


def presentation_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """How a report looks, and what its organisation declares; the same for all that make one."""
    for option in reversed(
        (
            click.option(
                "--about",
                type=FILE,
                default=None,
                metavar="FILE",
                help="The audit file: what your organisation declares; see `auditor about`.",
            ),
            _brand_option,
            click.option(
                "--lang",
                "language",
                type=click.Choice(LANGUAGES),
                default=None,
                help="Language of the report; English without it.",
            ),
            click.option(
                "--paper",
                type=click.Choice(PAPERS),
                default=None,
                help="Paper of the PDF; A4 without it.",
            ),
            click.option(
                "--redact",
                "redacted",
                callback=_redactions,
                default=None,
                metavar="LIST",
                help="Leave out, separated by commas: outputs, paths, host; or none.",
            ),
        )
    ):
        command = option(command)
    return command


def _redactions(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> tuple[Redaction, ...] | None:
    """What a list as `outputs,paths` names, in the usual order; None where none was given."""
    if value is None:
        return None
    named = {part.strip() for part in value.split(",") if part.strip()}
    if named == {"none"}:
        return ()
    unknown = sorted(named - set(REDACTIONS))
    if unknown or not named:
        raise click.BadParameter(
            f"{', '.join(unknown) or 'nothing'} cannot be left out; choose among "
            f"{', '.join(REDACTIONS)}, or none."
        )
    return tuple(one for one in REDACTIONS if one in named)


LATEST = "latest:"


def _baseline(
    _ctx: click.Context, _param: click.Parameter, value: str | None
) -> "Path | LatestIn | None":
    """A run's folder, or where its latest one is to be found."""
    if value is None or not value.startswith(LATEST):
        return None if value is None else Path(value)
    from auditor.workflows.reviews.review import LatestIn

    return LatestIn(folder=Path(value.removeprefix(LATEST) or "."))


baseline_option = click.option(
    "--baseline",
    callback=_baseline,
    default=None,
    metavar="RUN",
    help="An earlier run's folder, or latest:DIR for this model's last one in DIR: the report says "
    "what changed since, paired by question, and a policy may ask that nothing got worse.",
)


def server_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Where a model runs that is behind a server."""
    for option in reversed(
        (
            click.option(
                "--url",
                default=None,
                metavar="URL",
                help="Address of a completion server, as in http://localhost:8000/v1.",
            ),
            click.option(
                "--api-key-env",
                default=None,
                metavar="NAME",
                help="Environment variable with the server's key, which is recorded nowhere.",
            ),
            click.option(
                "--concurrency",
                type=click.IntRange(min=1, max=256),
                default=None,
                help="Requests to the server at once; 4 without it.",
            ),
            click.option(
                "--chat-template",
                default=None,
                metavar="PATH",
                help="The served model's template: a Jinja file, a .gguf file, a model folder or "
                "`demo`; what the server says without it.",
            ),
        )
    ):
        command = option(command)
    return command


json_option = click.option(
    "--json", "as_json", is_flag=True, help="Print the result as one JSON object."
)
pdf_option = click.option(
    "--pdf/--no-pdf", "wants_pdf", default=True, help="Whether to make the PDF.", show_default=True
)
policy_option = click.option(
    "--policy",
    type=FILE,
    default=None,
    metavar="FILE",
    help="YAML file with the limits; the shipped default without it.",
)
base_option = click.option(
    "--base",
    default=None,
    metavar="MODEL",
    help="The model before alignment: its layers are read too, and the difference is drawn.",
)
layers_at_option = click.option(
    "--layers-at",
    default=None,
    metavar="NAME",
    help="Where the decoder blocks are in the network, as in model.layers; found by itself else.",
)
adapter_option = click.option(
    "--adapter",
    type=FILE,
    default=None,
    metavar="PATH",
    help="A LoRA adapter put onto MODEL: a PEFT folder or a GGUF adapter file.",
)
