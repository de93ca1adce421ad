"""Jobs as tasks of a Ray cluster: each runs its child process on whatever worker has room.

Ray is told to send no usage statistics and to start no dashboard.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from secrets import token_hex
from socket import create_connection
from threading import Lock
from time import monotonic
from typing import TYPE_CHECKING, Any, Literal
from uuid import uuid4

from auditor import __version__
from auditor.backends.options import usable_processors
from auditor.errors import FleetInvalid
from auditor.reporting.cleaning import clean_for_terminal
from auditor.workflows.fleets.jobs import Job, JobEnd
from auditor.workflows.fleets.ray_worker import WorkerView, look_around, run_on_worker

if TYPE_CHECKING:
    from types import ModuleType

INSTALL = "pip install 'auditor[ray]'"
LOCAL = "local"
RETRIES = 1
"""Of a job whose worker is lost: on another worker it goes on with what the run's folder holds."""
LOOK_SECONDS = 120.0
"""For every worker to start and look around."""
KNOCK_SECONDS = 10.0


class RayExecutor:
    """Runs jobs on a cluster. Made by `open_cluster`."""

    def __init__(
        self, ray: "ModuleType", shared: Path, marker: str, nodes: list[dict[str, Any]]
    ) -> None:
        self._ray = ray
        self._nodes = nodes
        self._shared = shared
        self._marker = marker
        self._lock = Lock()
        self._running: set[Any] = set()
        self._is_stopping = False
        self.n_threads = min(_has(node, "CPU") for node in nodes)
        """For a job that does not say: what the smallest worker has."""

    def refuse_too_large(self, jobs: Sequence[Job]) -> None:
        """Ray would wait for ever for a worker that has room.

        Raises:
            FleetInvalid: A job asks for more than any worker has.
        """
        for job in jobs:
            if not any(
                _has(node, "CPU") >= job.n_threads and _has(node, "GPU") >= job.n_gpus
                for node in self._nodes
            ):
                raise FleetInvalid(
                    f"The model {job.name} asks for {job.n_threads} threads and {job.n_gpus:g} "
                    "GPUs, and no Ray worker has them: lower `threads` or `gpus`, or add a worker."
                )

    def run(self, job: Job) -> JobEnd:
        """Run one job on a worker that has room for it; waits until one has."""
        task = self._ray.remote(run_on_worker).options(
            name=f"auditor {job.name}",
            num_cpus=job.n_threads,
            num_gpus=job.n_gpus,
            max_retries=RETRIES,
        )
        started = monotonic()
        with self._lock:
            if self._is_stopping:
                return JobEnd(kind="stopped", returncode=None, seconds=0.0)
            reference = task.remote(job, str(self._shared), self._marker)
            self._running.add(reference)
        try:
            end: JobEnd = self._ray.get(reference)
        except self._ray.exceptions.RayError as error:
            seconds = monotonic() - started
            if self._is_stopping:
                return JobEnd(kind="stopped", returncode=None, seconds=seconds)
            return JobEnd(kind="lost", returncode=None, seconds=seconds, said=_lost(error))
        finally:
            with self._lock:
                self._running.discard(reference)
        return end

    def stop(self) -> None:
        """Have the workers interrupt their children, and those that wait for room not begin."""
        with self._lock:
            self._is_stopping = True
            running = list(self._running)
        (self._shared / self._marker).unlink(missing_ok=True)
        for reference in running:
            self._ray.cancel(reference, force=False)


@contextmanager
def open_cluster(address: str, *, shared: Path, folder: Path) -> Iterator[RayExecutor]:
    """Connect to a cluster, and see that its workers can do the work.

    `shared` is where the results go, `folder` where the fleet file is; every worker has to see
    both. `local` starts a cluster on this machine alone.

    Raises:
        FleetInvalid: Ray is not installed, the cluster does not answer, or a worker does not see
            the folders or has another version of auditor.
    """
    ray = _ray(address)
    _connect(ray, address)
    marker = shared / f".fleet-{uuid4().hex}"
    try:
        marker.touch()
        nodes = [node for node in ray.nodes() if node["Alive"] and _has(node, "CPU")]
        if not nodes:
            raise FleetInvalid(f"The Ray cluster {address} has no worker with a processor.")
        for node, view in zip(nodes, _look(ray, nodes, marker, folder), strict=True):
            _refuse_blind(node, view, shared, folder)
        yield RayExecutor(ray, shared, marker.name, nodes)
    finally:
        marker.unlink(missing_ok=True)
        ray.shutdown()


def _ray(address: str) -> "ModuleType":
    if find_spec("ray") is None:
        raise FleetInvalid(f"--ray needs Ray, which is not installed: {INSTALL}")
    # Before Ray is imported, which reads these then.
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    if address == LOCAL:
        _keep_to_ourselves()
    import ray

    return ray


def _connect(ray: "ModuleType", address: str) -> None:
    own: dict[str, Any] = {}
    if address == LOCAL:
        own = {"num_cpus": usable_processors(), "include_dashboard": False}
    try:
        _knock(address)
        ray.init(address=address, log_to_driver=False, logging_level="error", **own)
    except (ray.exceptions.RayError, RuntimeError, ValueError, OSError) as error:
        because = clean_for_terminal(" ".join(str(error).split()), 200).rstrip(".")
        raise FleetInvalid(
            f"No Ray cluster can be used at {address} ({because}): start one with `ray start`, or "
            "name another with --ray."
        ) from None


def _keep_to_ourselves() -> None:
    """Nobody else gets into a cluster of our own: a token that is written down nowhere.

    Ray would make one too, and leave it in the user's home.
    """
    if "RAY_AUTH_MODE" not in os.environ:
        os.environ |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": token_hex(32)}


def _knock(address: str) -> None:
    """Ray itself would wait for minutes at an address where nobody is, and say so as it waits."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        create_connection((host.strip("[]"), int(port)), timeout=KNOCK_SECONDS).close()


def _look(
    ray: "ModuleType", nodes: list[dict[str, Any]], marker: Path, folder: Path
) -> list[WorkerView | None]:
    """What each worker sees; None of one that could not look."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    task = ray.remote(look_around)
    asked = [
        task.options(
            num_cpus=0,
            scheduling_strategy=NodeAffinitySchedulingStrategy(node["NodeID"], soft=False),
        ).remote(str(marker), str(folder))
        for node in nodes
    ]
    ray.wait(asked, num_returns=len(asked), timeout=LOOK_SECONDS)
    return [_view(ray, one) for one in asked]


def _view(ray: "ModuleType", reference: Any) -> WorkerView | None:
    try:
        view: WorkerView = ray.get(reference, timeout=1.0)
    except ray.exceptions.RayError:
        return None
    return view


def _refuse_blind(
    node: dict[str, Any], view: WorkerView | None, shared: Path, folder: Path
) -> None:
    name = node["NodeManagerHostname"]
    if view is None:
        raise FleetInvalid(
            f"The Ray worker {name} cannot run auditor: install auditor {__version__} there."
        )
    if view.version != __version__:
        raise FleetInvalid(
            f"The Ray worker {name} has auditor {view.version}, and this is {__version__}: install "
            "the same version everywhere."
        )
    missing = [str(path) for path, sees in ((shared, view.sees_marker), (folder, view.sees_folder))
               if not sees]  # fmt: skip
    if missing:
        raise FleetInvalid(
            f"The Ray worker {name} does not see {' and '.join(missing)}: put the fleet file and "
            "--out into a folder that all workers share under the same path."
        )


def _has(node: dict[str, Any], what: Literal["CPU", "GPU"]) -> int:
    return int(node["Resources"].get(what, 0))


def _lost(error: Exception) -> str:
    first = next((line for line in str(error).splitlines() if line.strip()), "")
    return f"Its Ray worker was lost: {type(error).__name__}: {first.strip()}"
