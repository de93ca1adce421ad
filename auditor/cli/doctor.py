"""`auditor doctor`: what works on this machine."""

import json
from dataclasses import asdict

import click

from auditor.workflows.doctor import Check, Diagnosis, diagnose
from auditor.workflows.this_machine import ThisMachine

CAN_AUDIT = 0
CANNOT_AUDIT = 2

_SIGNS = {"ok": "ok  ", "broken": "MEND", "note": "note"}


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print the checks as JSON.")
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Say what works on this machine, and the exact line that mends what does not.

    Whatever may crash is tried in a process of its own. Exit code 0: audits can run (a missing
    Pango costs only the PDF); 2: no model can be audited.

    \b
    Example:
        auditor doctor
    """
    diagnosis = diagnose(ThisMachine())
    click.echo(to_json(diagnosis) if as_json else to_text(diagnosis))
    ctx.exit(CAN_AUDIT if diagnosis.can_audit else CANNOT_AUDIT)


def to_json(diagnosis: Diagnosis) -> str:
    """The checks and their conclusion, for a machine."""
    content = {
        "can_audit": diagnosis.can_audit,
        "can_make_pdf": diagnosis.can_make_pdf,
        "checks": [asdict(check) for check in diagnosis.checks],
    }
    return json.dumps(content, indent=2, ensure_ascii=False)


def to_text(diagnosis: Diagnosis) -> str:
    """One line a check, the line that mends it below, and a conclusion."""
    lines = [line for check in diagnosis.checks for line in _describe(check)]
    return "\n".join([*lines, "", _conclude(diagnosis)])


def _describe(check: Check) -> list[str]:
    line = f"{_SIGNS[check.health]}  {check.name:<18} {check.detail}"
    return [line, f"          mend it with:  {check.mend}"] if check.mend else [line]


def _conclude(diagnosis: Diagnosis) -> str:
    if not diagnosis.can_audit:
        return "No audit can run on this machine until the lines above are followed."
    if not diagnosis.can_make_pdf:
        return "Audits can run and write HTML and JSON; the PDF needs the lines above."
    return "Audits can run, and their report can be a PDF."
