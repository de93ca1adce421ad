"""What a worker of a Ray cluster does; sent to it by name, so auditor has to be installed there."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from auditor import __version__
from auditor.workflows.fleets.jobs import Job, JobEnd
from auditor.workflows.fleets.processes import run_process

LOOK_SECONDS = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerView:
    """What a worker has and sees."""

    version: str
    """Of its auditor."""
    sees_marker: bool
    """Whether it sees a file that the driver has just written."""
    sees_folder: bool
    """Whether it sees the folder where the fleet file is."""


def look_around(marker: str, folder: str) -> WorkerView:
    """Look for a file and a folder."""
    return WorkerView(
        version=__version__,
        sees_marker=Path(marker).is_file(),
        sees_folder=Path(folder).is_dir(),
    )


def run_on_worker(job: Job, shared: str, marker: str) -> JobEnd:
    """Run a job for as long as the driver's marker stands; that is how a driver stops its jobs.

    A worker that joined later and does not see the results' folder does not begin.
    """
    folder = Path(shared)
    if not (folder / marker).is_file():
        because = f"Its Ray worker does not see {shared}: put it where all workers see it."
        return JobEnd(kind="lost", returncode=None, seconds=0.0, said=because)
    return run_process(job, _is_gone(folder, marker))


def _is_gone(folder: Path, marker: str) -> Callable[[], bool]:
    """Whether the marker is gone, looked for no more than once a second; a shared disk is slow."""
    looked = [monotonic()]

    def is_gone() -> bool:
        if monotonic() - looked[0] < LOOK_SECONDS:
            return False
        looked[0] = monotonic()
        # A folder that is away altogether, as in a broken network, is no such word.
        return folder.is_dir() and not (folder / marker).is_file()

    return is_gone
