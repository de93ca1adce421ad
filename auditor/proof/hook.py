"""Runs a signing command of the user's, as minisign or openssl, on files of a run.

No shell: what a file is called is never read as a command. What the command says goes through to
the user, who may be asked for a passphrase, and its last line is kept for the sentence that tells
how it failed.
"""

import os
import shlex
import shutil
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from select import select
from time import monotonic

from auditor.errors import SignatureRefused

TIMEOUT_SECONDS = 600.0
"""For one file; somebody may have to type a passphrase."""
FILE, RUN_ID = "{file}", "{run_id}"
_KEPT_BYTES = 2000

OnOutput = Callable[[bytes], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningCommand:
    """A command with places for what it is to sign."""

    words: tuple[str, ...]
    environment: Mapping[str, str]

    def for_file(self, path: Path, run_id: str) -> list[str]:
        """The command for one file."""
        return [
            word.replace(RUN_ID, run_id).replace(FILE, str(path.resolve())) for word in self.words
        ]


def read_command(text: str, *, hidden: str | None = None) -> SigningCommand:
    """Split a command as a shell would, and no more.

    `hidden` is an environment variable that the command does not get to see: it holds a
    passphrase.

    Raises:
        SignatureRefused: It has no words, an open quote, or nowhere to put the file.
    """
    try:
        words = tuple(shlex.split(text))
    except ValueError as error:
        raise SignatureRefused(f"--command cannot be read ({error}): mend its quotes.") from None
    if not any(FILE in word for word in words[1:]):
        raise SignatureRefused(
            '--command has no {file} where the file to sign goes: as in "minisign -Sm {file}".'
        )
    if shutil.which(words[0]) is None:
        raise SignatureRefused(
            f"The signing command {words[0]} cannot be found: install it, or name it with its "
            "whole path."
        )
    environment = {name: value for name, value in os.environ.items() if name != hidden}
    return SigningCommand(words=words, environment=environment)


def run_command(command: SigningCommand, path: Path, *, run_id: str, on_output: OnOutput) -> None:
    """Run a command on a file, which it has to leave as it is.

    Raises:
        SignatureRefused: It is not installed, failed, took too long, or changed the file, which
            is put back.
    """
    before = path.read_bytes()
    words = command.for_file(path, run_id)
    try:
        code, last = _run(words, command.environment, on_output)
    finally:
        is_changed = not path.is_file() or path.read_bytes() != before
        if is_changed:
            path.write_bytes(before)
    if is_changed:
        raise SignatureRefused(
            f"The signing command changed {path.name}, which was put back: use one that writes "
            "its signature into a file beside it."
        )
    if code != 0:
        said = f": {last}" if last else ""
        raise SignatureRefused(
            f"The signing command ended with exit code {code} on {path.name}{said}"
        )


def _run(words: list[str], environment: Mapping[str, str], on_output: OnOutput) -> tuple[int, str]:
    """The exit code, and the last line that was said."""
    try:
        # Both streams in one pipe: of two, one could fill up while the other is waited for.
        process = subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=dict(environment)
        )
    except OSError as error:
        raise SignatureRefused(
            f"The signing command {words[0]} cannot be run ({error.strerror}): install it, or "
            "name it with its whole path."
        ) from None
    with process:
        said = _follow(process, on_output)
        code = process.wait()
    lines = said.decode("utf-8", "replace").strip().splitlines()
    last = lines[-1].strip() if lines else ""
    return code, "".join(character for character in last if character.isprintable())


def _follow(process: "subprocess.Popen[bytes]", on_output: OnOutput) -> bytes:
    """Pass on what a command says until it ends; the end of it."""
    assert process.stdout is not None
    stream = process.stdout.fileno()
    said = b""
    deadline = monotonic() + TIMEOUT_SECONDS
    while True:
        is_ready = bool(select([stream], [], [], 0.1)[0])
        # What a command leaves running may keep the pipe open for ever.
        if not is_ready and process.poll() is not None:
            return said
        chunk = os.read(stream, 4096) if is_ready else None
        if chunk == b"":
            return said
        if chunk:
            on_output(chunk)
            said = (said + chunk)[-_KEPT_BYTES:]
        if monotonic() > deadline:
            process.kill()
            raise SignatureRefused(
                f"The signing command was not ready after {TIMEOUT_SECONDS:g} s and was given up."
            )
