"""Where the audits of a fleet run: on this machine, or on a Ray cluster."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from auditor.backends.options import usable_processors
from auditor.prompt_library.fleet import Fleet
from auditor.workflows.fleets.asked import FleetRequest
from auditor.workflows.fleets.jobs import Executor, jobs_of
from auditor.workflows.fleets.processes import LocalExecutor


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where jobs run, how many at a time, and on how many threads where the file says nothing."""

    executor: Executor
    n_at_a_time: int
    n_threads: int


def open_place(fleet: Fleet, request: FleetRequest, out: Path) -> AbstractContextManager[Place]:
    """Where a fleet is asked to run; what runs at a time shares the processors.

    Raises:
        FleetInvalid: There is no such place, or it cannot do the work.
    """
    if request.ray is not None:
        return _cluster(fleet, request, out, request.ray)
    n_jobs = max(1, request.n_jobs)
    n_threads = max(1, usable_processors() // n_jobs)
    return nullcontext(Place(executor=LocalExecutor(), n_at_a_time=n_jobs, n_threads=n_threads))


@contextmanager
def _cluster(fleet: Fleet, request: FleetRequest, out: Path, address: str) -> Iterator[Place]:
    # Ray is an extra, and takes a second to import.
    from auditor.workflows.fleets.ray_cluster import open_cluster

    with open_cluster(address, shared=out, folder=fleet.folder) as cluster:
        jobs = jobs_of(fleet, out, n_threads=cluster.n_threads, is_fresh=request.is_fresh)
        cluster.refuse_too_large(jobs)
        yield Place(
            executor=cluster,
            n_at_a_time=request.n_jobs or len(jobs),
            n_threads=cluster.n_threads,
        )
