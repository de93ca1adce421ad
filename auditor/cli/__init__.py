"""The command line: options in, one workflow called, a summary out, an exit code."""

import sys
import traceback
from importlib import import_module

import click

from auditor import __version__
from auditor.errors import AuditorError

COULD_NOT_AUDIT, BUG, INTERRUPTED, CLOSED_PIPE = 2, 3, 130, 141

COMMANDS: dict[str, str] = {
    "run": "Audit a model: ask the battery, measure, judge, write the report.",
    "fleet": "Audit the models that a file names, and summarise them.",
    "report": "Make a run's report again, without the model.",
    "history": "Show every review of a model, and what changed between them.",
    "sign": "Sign a report, with a key of yours or by a command.",
    "verify": "Check a run, a report or the ledger against every hash written down of it.",
    "compare": "Lay models, sizes, quantisations or checkpoints side by side.",
    "about": "Print an empty audit file, for what your organisation declares.",
    "probe": "Look inside a model, layer by layer.",
    "fix": "Train a LoRA fix, judge it, ship it or withhold it.",
    "score": "Score responses that somebody else collected.",
    "battery": "Show what the battery asks.",
    "doctor": "Say what works on this machine, and what mends the rest.",
}
"""Every command with its line in the overview; its module is loaded when it is called."""


class LazyGroup(click.Group):
    """Loads a command's module on use, so that `--help` does not wait for all of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"auditor.cli.{cmd_name}"), cmd_name)
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 within policy, 1 a finding exceeds it, 2 could not audit, 3 a bug in "
    "auditor, 130 interrupted.",
)
@click.version_option(__version__, prog_name="auditor")
def cli() -> None:
    """Measure bias in a local language model, and write a report that can be verified."""


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and exit with the documented code."""
    sys.exit(run_command_line(arguments))


def run_command_line(arguments: list[str] | None = None) -> int:
    """Run the command line; the exit code, which an uncaught exception must not make 1."""
    try:
        code = cli.main(args=arguments, prog_name="auditor", standalone_mode=False)
    except click.exceptions.Abort:
        return _interrupted()
    except click.ClickException as error:
        error.show()
        return COULD_NOT_AUDIT
    except AuditorError as error:
        click.echo(f"auditor: {error}", err=True)
        return COULD_NOT_AUDIT
    except KeyboardInterrupt:
        return _interrupted()
    except SystemExit:
        # Click's answer to a reader (as `head`) that has seen enough. Its 1 is our "finding", and 0
        # would say that there is none: what shells have for a closed pipe says neither.
        return CLOSED_PIPE
    except Exception:
        traceback.print_exc()
        click.echo(
            "auditor: this is a bug in auditor. Please report the lines above, with the command.",
            err=True,
        )
        return BUG
    return code if isinstance(code, int) else 0


def _interrupted() -> int:
    click.echo("auditor: interrupted. The same command goes on where it stopped.", err=True)
    return INTERRUPTED
