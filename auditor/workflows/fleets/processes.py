"""A job as a child process: a crash of native code takes neither the fleet nor its log along."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Event
from time import monotonic
from typing import Literal

from auditor.workflows.fleets.jobs import Job, JobEnd

GRACE_SECONDS = 20.0
"""For what is interrupted, to end by itself: a batch is finished, a file written whole."""
_LOOK_SECONDS = 0.1
_HOME = str(Path(__file__).resolve().parents[3])
AUDITOR = (sys.executable, "-P", "-m", "auditor.cli.fleet_child")
"""-P: a file named torch.py in the fleet's folder is not imported in its place."""
PARENT = "AUDITOR_FLEET_PROCESS"
"""As `auditor.cli.fleet_child` reads it; a test compares them."""


class LocalExecutor:
    """Runs jobs on this machine."""

    def __init__(self, program: Sequence[str] = AUDITOR) -> None:
        self._program = program
        self._stopping = Event()

    def run(self, job: Job) -> JobEnd:
        """Run one job to its end, or until everything is stopped."""
        return run_process(job, self._stopping.is_set, program=self._program)

    def stop(self) -> None:
        """Interrupt what runs, as Ctrl-C does; what has not begun does not begin."""
        self._stopping.set()


def never() -> bool:
    """Nobody stops it."""
    return False


def run_process(
    job: Job,
    is_stopping: Callable[[], bool] = never,
    *,
    program: Sequence[str] = AUDITOR,
    grace_seconds: float = GRACE_SECONDS,
) -> JobEnd:
    """Run a job as a child process with a log of its own, at most until its time is up.

    Whatever ends the wait ends the child, too: it is interrupted, and killed where that is not
    heeded.
    """
    started = monotonic()
    if is_stopping():
        return JobEnd(kind="stopped", returncode=None, seconds=0.0)
    try:
        with job.log.open("wb") as log:
            process = subprocess.Popen(
                [*program, *job.arguments],
                cwd=job.folder,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C reaches the fleet alone, which then ends its children in good order.
                start_new_session=True,
            )
    except OSError as error:
        because = f"Its process could not be started: {error}."
        return JobEnd(kind="lost", returncode=None, seconds=0.0, said=because)
    kind: Literal["ended", "timed-out", "stopped"] = "stopped"
    try:
        kind = _wait(process, started, job.timeout_seconds, is_stopping)
    finally:
        if kind != "ended":
            _end(process, grace_seconds)
    return JobEnd(kind=kind, returncode=process.returncode, seconds=monotonic() - started)


def _environment() -> dict[str, str]:
    search = os.pathsep.join(filter(None, [_HOME, os.environ.get("PYTHONPATH", "")]))
    # What opens a model of unknown origin has no business with the key to a cluster.
    kept = {name: value for name, value in os.environ.items() if name != "RAY_AUTH_TOKEN"}
    return {
        **kept,
        PARENT: str(os.getpid()),
        "PYTHONPATH": search,
        # So that the last line of the log is the last that was said.
        "PYTHONUNBUFFERED": "1",
    }


def _wait(
    process: "subprocess.Popen[bytes]",
    started: float,
    timeout_seconds: float | None,
    is_stopping: Callable[[], bool],
) -> Literal["ended", "timed-out", "stopped"]:
    while True:
        try:
            process.wait(_LOOK_SECONDS)
        except subprocess.TimeoutExpired:
            if is_stopping():
                return "stopped"
            if timeout_seconds is not None and monotonic() - started > timeout_seconds:
                return "timed-out"
        else:
            return "ended"


def _end(process: "subprocess.Popen[bytes]", grace_seconds: float) -> None:
    """Interrupt the child and its own children; kill all of them where that does not help."""
    _signal(process, signal.SIGINT)
    try:
        process.wait(grace_seconds)
    except subprocess.TimeoutExpired:
        _signal(process, signal.SIGKILL)
        process.wait()


def _signal(process: "subprocess.Popen[bytes]", which: signal.Signals) -> None:
    # It may have ended in between.
    with suppress(ProcessLookupError):
        os.killpg(process.pid, which)
