"""`auditor sign`."""

import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from auditor.cli.options import FILE, json_option

if TYPE_CHECKING:
    from auditor.proof.hook import SigningCommand
    from auditor.proof.signing_key import KeySource
    from auditor.workflows.proofs.sign import Signing

LINE_LIMIT = 600


@click.command()
@click.argument("run_folder", type=FILE, metavar="RUN")
@click.option(
    "--key", type=FILE, default=None, metavar="FILE", help="Your private key, PEM; with --cert."
)
@click.option(
    "--cert",
    "certificate",
    type=FILE,
    default=None,
    metavar="FILE",
    help="The certificate of that key, PEM.",
)
@click.option(
    "--chain",
    type=FILE,
    default=None,
    metavar="FILE",
    help="Certificates of those who issued it, PEM; they go into the PDF.",
)
@click.option(
    "--pkcs12",
    type=FILE,
    default=None,
    metavar="FILE",
    help="Key, certificate and chain in one .p12 file, in place of the three.",
)
@click.option(
    "--passphrase-env",
    default=None,
    metavar="NAME",
    help="The environment variable that holds the passphrase of the key.",
)
@click.option(
    "--tsa",
    "time_stamp_url",
    default=None,
    metavar="URL",
    help="A time-stamp authority (RFC 3161) to ask when it was signed; nothing goes online "
    "without it.",
)
@click.option(
    "--command",
    default=None,
    metavar="COMMAND",
    help="A command to sign report.pdf and manifest.sha256 with; {file} and {run_id} are replaced.",
)
@json_option
@click.pass_context
def sign(ctx: click.Context, /, run_folder: Path, **options: Any) -> None:
    """Sign the report of RUN: the PDF itself, its statement, or by a command of yours.

    Needs the extra `sign` for a key, and nothing for a command. A report made again afterwards is
    unsigned again.

    \b
    Example:
        auditor sign reports/demo --key key.pem --cert cert.pem
        auditor sign reports/demo --command "minisign -Sm {file} -t {run_id}"
    """
    from auditor.workflows.proofs.sign import SignRequest, sign_run

    key = _key_source(options)
    command = _command(options)
    if key is None and command is None:
        raise click.UsageError("Name --key with --cert, or --pkcs12, or --command.")
    signing = sign_run(
        SignRequest(
            folder=run_folder, key=key, command=command, time_stamp_url=options["time_stamp_url"]
        ),
        on_output=_pass_on,
    )
    for notice in signing.ledger_notices:
        click.echo(f"auditor: ledger: {notice}", err=True)
    if options["as_json"]:
        click.echo(json.dumps(_summary(run_folder, signing), ensure_ascii=False, indent=1))
    else:
        _echo(run_folder, signing)
    ctx.exit(0)


def _key_source(options: dict[str, Any]) -> "KeySource | None":
    """Where the key is; None where none is named."""
    from auditor.proof.signing_key import KeySource

    key, certificate, pkcs12 = options["key"], options["certificate"], options["pkcs12"]
    if key is None and certificate is None and pkcs12 is None:
        if options["time_stamp_url"] or options["chain"] or options["passphrase_env"]:
            raise click.UsageError("--tsa, --chain and --passphrase-env go with --key or --pkcs12.")
        return None
    if pkcs12 is None and (key is None or certificate is None):
        raise click.UsageError("--key and --cert go together.")
    if pkcs12 is not None and (key is not None or certificate is not None):
        raise click.UsageError("Name --key with --cert, or --pkcs12, not both.")
    return KeySource(
        key=key,
        certificate=certificate,
        chain=options["chain"],
        pkcs12=pkcs12,
        passphrase=_passphrase(options["passphrase_env"]),
    )


def _passphrase(name: str | None) -> bytes | None:
    if name is None:
        return None
    if name not in os.environ:
        raise click.UsageError(
            f"The environment has no variable {name}, which --passphrase-env names: set it."
        )
    return os.environ[name].encode()


def _command(options: dict[str, Any]) -> "SigningCommand | None":
    from auditor.proof.hook import read_command

    if options["command"] is None:
        return None
    return read_command(options["command"], hidden=options["passphrase_env"])


def _pass_on(said: bytes) -> None:
    """What a signing command says, which may be a question, goes to the user as it is."""
    click.echo(said, nl=False, err=True)


def _echo(run_folder: Path, signing: "Signing") -> None:
    from auditor.reporting.cleaning import clean_for_terminal

    if signing.subject is not None:
        said = f"Signed by {signing.subject}, certificate sha256 {signing.certificate_sha256}."
        click.echo(clean_for_terminal(said, LINE_LIMIT))
    if not signing.files:
        click.echo(
            f"auditor: the command wrote nothing into {run_folder}: the ledger has no line of it.",
            err=True,
        )
    for name in signing.files:
        click.echo(str(run_folder / name))


def _summary(run_folder: Path, signing: "Signing") -> dict[str, object]:
    return {
        "subject": signing.subject,
        "certificate_sha256": signing.certificate_sha256,
        "files": [str(run_folder / name) for name in signing.files],
        "ledger_notices": signing.ledger_notices,
    }
