"""Run jobs, some at a time; whatever befalls one of them, the others are run."""

import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Lock, current_thread, main_thread
from types import FrameType

from auditor.workflows.fleets.jobs import Executor, Job, JobEnd

OnStart = Callable[[Job], None]
OnEnd = Callable[[Job, JobEnd], None]


def run_jobs(
    jobs: Sequence[Job],
    executor: Executor,
    *,
    n_at_a_time: int,
    on_start: OnStart,
    on_end: OnEnd,
) -> list[JobEnd]:
    """How every job ended, in the order of the jobs.

    `on_end` is told of one after the other, each before the next begins in its place. Ctrl-C, and
    being asked to end by the system, stop what runs in good order first.
    """
    telling = Lock()

    def run(job: Job) -> JobEnd:
        on_start(job)
        try:
            end = executor.run(job)
        except Exception as error:
            because = f"Its job failed: {type(error).__name__}: {error}"
            end = JobEnd(kind="lost", returncode=None, seconds=0.0, said=because)
        with telling:
            on_end(job, end)
        return end

    with ThreadPoolExecutor(n_at_a_time) as pool, _interruptible():
        futures = [pool.submit(run, job) for job in jobs]
        try:
            return [future.result() for future in futures]
        except BaseException:
            for future in futures:
                future.cancel()
            executor.stop()
            raise


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let `kill` and a closed terminal do what Ctrl-C does; else the children would live on."""
    if current_thread() is not main_thread():
        yield
        return

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    # What `nohup` ignores stays ignored; Ray has a handler of its own, which would end with 0.
    previous = {
        one: signal.getsignal(one)
        for one in (signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(one) is not signal.SIG_IGN
    }
    for one in previous:
        signal.signal(one, interrupt)
    try:
        yield
    finally:
        for one, handler in previous.items():
            signal.signal(one, handler)
