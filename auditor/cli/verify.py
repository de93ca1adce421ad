"""`auditor verify`."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from auditor.cli.options import FILE, json_option

if TYPE_CHECKING:
    from auditor.proof.checks import Verification

LINE_LIMIT = 600
N_NAMED = 5
"""Altered files that the first line names."""
WORDS = {"ok": "ok", "note": "note", "altered": "ALTERED", "cannot": "CANNOT"}


@click.command()
@click.argument("target", type=FILE, metavar="RUN|PDF|LEDGER")
@click.option(
    "--ledger",
    type=FILE,
    default=None,
    metavar="FILE",
    help="The ledger; for a run folder, the one beside it without this.",
)
@click.option(
    "--trust",
    "trusted",
    type=FILE,
    multiple=True,
    metavar="CERT",
    help="Certificate of who may have signed, or of who issued theirs; may be repeated.",
)
@click.option(
    "--recompute",
    "recomputes",
    is_flag=True,
    help="Compute the run's numbers again from its answers too, without the model.",
)
@json_option
@click.pass_context
def verify(
    ctx: click.Context,
    /,
    target: Path,
    ledger: Path | None,
    trusted: tuple[Path, ...],
    *,
    recomputes: bool,
    as_json: bool,
) -> None:
    """Check a run folder, a report.pdf or a ledger.jsonl against every hash written down of it.

    Ends with 0 where all is intact, 1 where something was altered, 2 where it cannot be checked.
    Nothing is written.

    \b
    Example:
        auditor verify reports/demo
        auditor verify report.pdf --ledger reports/ledger.jsonl
    """
    from auditor.workflows.proofs.verify import VerifyRequest
    from auditor.workflows.proofs.verify import verify as run_verify

    found = run_verify(
        VerifyRequest(target=target, ledger=ledger, trusted=trusted, recomputes=recomputes)
    )
    if as_json:
        click.echo(json.dumps(_summary(found), ensure_ascii=False, indent=1))
    else:
        _echo(found)
    ctx.exit(found.exit_code)


def _echo(found: "Verification") -> None:
    """The outcome, then a line a check."""
    from auditor.reporting.cleaning import clean_for_terminal

    click.echo(clean_for_terminal(_outcome(found), LINE_LIMIT))
    for check in found.checks:
        line = f"{WORDS[check.state]:<8} {check.subject}: {check.said}"
        click.echo(clean_for_terminal(line, LINE_LIMIT))


def _outcome(found: "Verification") -> str:
    if found.outcome == "intact":
        return f"intact{found.limit}"
    named = list(found.subjects)
    more = f" and {len(named) - N_NAMED} more" if len(named) > N_NAMED else ""
    return f"{found.outcome}: {', '.join(named[:N_NAMED])}{more}"


def _summary(found: "Verification") -> dict[str, object]:
    return {
        "target": found.target,
        "outcome": found.outcome,
        "exit_code": found.exit_code,
        "subjects": found.subjects,
        "checks": [
            {"subject": one.subject, "state": one.state, "said": one.said} for one in found.checks
        ],
    }
