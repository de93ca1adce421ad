"""Jobs as child processes: whatever befalls one, it is told apart and the others are run."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Barrier, Event, Lock, Timer

import pytest

from auditor.cli import fleet_child
from auditor.core.fleet import Ending, exit_code_of
from auditor.workflows.fleets import processes
from auditor.workflows.fleets.endings import ending_of
from auditor.workflows.fleets.jobs import Job, JobEnd
from auditor.workflows.fleets.processes import AUDITOR, LocalExecutor, run_process
from auditor.workflows.fleets.scheduling import run_jobs

ROOT = Path(__file__).parents[2]
PYTHON = (sys.executable, "-c")
SLEEP = "import time; print('asleep', flush=True); time.sleep(60)"
GOOD_ENDING = f"try:\n {SLEEP}\nexcept KeyboardInterrupt: raise SystemExit(130)"
DEAF = f"import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); {SLEEP}"


def job(
    folder: Path, *arguments: str, name: str = "small", timeout_seconds: float | None = None
) -> Job:
    return Job(
        name=name,
        arguments=arguments,
        folder=folder,
        log=folder / f"{name}.log",
        n_threads=1,
        timeout_seconds=timeout_seconds,
    )


def ended(told: Job, end: JobEnd) -> tuple[Ending, str]:
    return ending_of(told, end)


@pytest.mark.parametrize(
    ("code", "ending", "because"),
    [
        ("print('done')", "within-policy", ""),
        ("print('3 fail'); exit(1)", "exceeds-policy", ""),
        (
            "import sys; print('auditor: There is no x.gguf; give a file.', file=sys.stderr);"
            "exit(2)",
            "could-not-audit",
            "There is no x.gguf; give a file.",
        ),
        (
            "import sys; print('Traceback\\nValueError: 5\\nauditor: this is a bug in auditor.');"
            "exit(3)",
            "bug",
            "ValueError: 5",
        ),
        ("exit(130)", "interrupted", ""),
        ("exit(77)", "crashed", "Its process ended with code 77."),
        (
            "import os; print('Loading', flush=True); os.kill(os.getpid(), 11)",
            "crashed",
            "Its process was ended by signal 11 (SIGSEGV). Loading",
        ),
    ],
)
def test_each_way_to_end_is_told_apart(
    code: str, ending: Ending, because: str, tmp_path: Path
) -> None:
    told = job(tmp_path, code)
    end = run_process(told, program=PYTHON)
    assert ended(told, end) == (ending, because)
    assert end.seconds > 0


def test_a_job_is_a_call_of_auditor_that_no_file_of_the_folder_gets_into(tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise SystemExit(1)")
    told = job(tmp_path, "run", "no-such-file.gguf")
    end = run_process(told)
    ending, because = ended(told, end)
    assert ending == "could-not-audit"
    assert because.startswith("There is no no-such-file.gguf")
    assert AUDITOR[0] == sys.executable


def test_what_cannot_be_started_is_lost(tmp_path: Path) -> None:
    told = job(tmp_path / "none", "exit(0)")
    assert run_process(told, program=PYTHON).kind == "lost"
    away = Job(
        name="a", arguments=(), folder=tmp_path / "none", log=tmp_path / "a.log", n_threads=1
    )
    end = run_process(away, program=PYTHON)
    assert ended(away, end)[0] == "lost"
    assert "could not be started" in ended(away, end)[1]


def wait_for(log: Path) -> Callable[[], bool]:
    """Whether the child is asleep."""
    return lambda: log.exists() and b"asleep" in log.read_bytes()


@pytest.mark.parametrize(("code", "returncode"), [(GOOD_ENDING, 130), (DEAF, -signal.SIGKILL)])
def test_what_takes_too_long_is_interrupted_then_killed(
    code: str, returncode: int, tmp_path: Path
) -> None:
    told = job(tmp_path, code, timeout_seconds=0.8)
    end = run_process(told, program=PYTHON, grace_seconds=0.5)
    assert (end.kind, end.returncode) == ("timed-out", returncode)
    assert end.seconds < 20
    assert "timeout_minutes" in ended(told, end)[1]


def test_what_is_stopped_ends_in_good_order(tmp_path: Path) -> None:
    told = job(tmp_path, GOOD_ENDING)
    end = run_process(told, wait_for(told.log), program=PYTHON)
    assert (end.kind, end.returncode) == ("stopped", 130)
    assert ended(told, end)[0] == "interrupted"


def test_what_the_child_began_ends_with_it(tmp_path: Path) -> None:
    grandchild = f"import subprocess, sys; p = subprocess.Popen([sys.executable, '-c', {SLEEP!r}])"
    code = f"{grandchild}; print(p.pid, flush=True); {SLEEP}"
    told = job(tmp_path, code)
    run_process(told, wait_for(told.log), program=PYTHON)
    pid = int(told.log.read_text().split()[0])
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
def test_a_child_does_not_outlive_the_fleet_however_that_ends(tmp_path: Path) -> None:
    child = f"from auditor.cli.fleet_child import end_with_parent as e; e(); {SLEEP}"
    code = (
        "from pathlib import Path\n"
        "from tests.workflows.test_fleet_jobs import *\n"
        f"run_process(job(Path({str(tmp_path)!r}), {child!r}), program=PYTHON)"
    )
    fleet = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    log = tmp_path / "small.log"
    while fleet.poll() is None and not wait_for(log)():
        time.sleep(0.02)
    (pid,) = map(int, Path(f"/proc/{fleet.pid}/task/{fleet.pid}/children").read_text().split())
    assert is_running(pid)
    fleet.kill()
    fleet.wait()
    deadline = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_running(pid)


def test_a_child_of_a_deaf_parent_can_be_interrupted(tmp_path: Path) -> None:
    child = f"from auditor.cli.fleet_child import listen_to_interrupts as l; l(); {GOOD_ENDING}"
    child = child.replace("; try", "\ntry")
    told = job(tmp_path, child)
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        end = run_process(told, wait_for(told.log), program=PYTHON)
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        signal.signal(signal.SIGINT, before)
    assert (end.kind, end.returncode) == ("stopped", 130)


def test_the_child_is_told_its_parent_by_one_name() -> None:
    assert processes.PARENT == fleet_child.PARENT


def is_running(pid: int) -> bool:
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


class Scripted:
    """Runs nothing; notes how many ran at a time."""

    def __init__(self, run: Callable[[Job], JobEnd]) -> None:
        self._run = run
        self._lock = Lock()
        self._now = 0
        self.most = 0
        self.begun: list[str] = []
        self.stopped = Event()

    def run(self, told: Job) -> JobEnd:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.begun.append(told.name)
        try:
            return self._run(told)
        finally:
            with self._lock:
                self._now -= 1

    def stop(self) -> None:
        self.stopped.set()


FINE = JobEnd(kind="ended", returncode=0, seconds=1.0)


def nothing(_job: Job) -> None:
    pass


def test_one_that_fails_does_not_stop_the_rest(tmp_path: Path) -> None:
    def run(told: Job) -> JobEnd:
        if told.name == "m2":
            raise OSError("the executor itself failed")
        return JobEnd(kind="ended", returncode=2, seconds=1.0) if told.name == "m1" else FINE

    jobs = [job(tmp_path, name=f"m{n}") for n in range(5)]
    seen: list[str] = []
    ends = run_jobs(
        jobs,
        Scripted(run),
        n_at_a_time=2,
        on_start=nothing,
        on_end=lambda told, _end: seen.append(told.name),
    )
    endings = [ended(told, end)[0] for told, end in zip(jobs, ends, strict=True)]
    assert endings == ["within-policy", "could-not-audit", "lost", "within-policy", "within-policy"]
    assert sorted(seen) == [told.name for told in jobs]
    assert exit_code_of(endings) == 2
    assert "the executor itself failed" in ends[2].said


@pytest.mark.parametrize("n", [1, 3])
def test_no_more_run_at_a_time_than_asked_for(n: int, tmp_path: Path) -> None:
    barrier = Barrier(n, timeout=20)

    def run(_job: Job) -> JobEnd:
        barrier.wait()
        return FINE

    scripted = Scripted(run)
    jobs = [job(tmp_path, name=f"m{place}") for place in range(2 * n)]
    run_jobs(jobs, scripted, n_at_a_time=n, on_start=nothing, on_end=lambda _job, _end: None)
    assert scripted.most == n
    assert scripted.begun[0] == "m0"


def test_one_after_the_other_each_is_told_before_the_next_begins(tmp_path: Path) -> None:
    said: list[str] = []
    run_jobs(
        [job(tmp_path, name=name) for name in "abc"],
        Scripted(lambda _job: FINE),
        n_at_a_time=1,
        on_start=lambda told: said.append(f"+{told.name}"),
        on_end=lambda told, _end: said.append(f"-{told.name}"),
    )
    assert said == ["+a", "-a", "+b", "-b", "+c", "-c"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_being_asked_to_end_stops_the_child_and_begins_no_other(
    number: signal.Signals, tmp_path: Path
) -> None:
    jobs = [job(tmp_path, GOOD_ENDING, name=name) for name in "ab"]
    asleep = wait_for(jobs[0].log)

    def send() -> None:
        if not asleep():
            timer = Timer(0.05, send)
            timer.daemon = True
            timer.start()
        else:
            os.kill(os.getpid(), number)

    begun: list[str] = []
    ends: list[JobEnd] = []
    send()
    with pytest.raises(KeyboardInterrupt):
        run_jobs(
            jobs,
            LocalExecutor(PYTHON),
            n_at_a_time=1,
            on_start=lambda told: begun.append(told.name),
            on_end=lambda _job, end: ends.append(end),
        )
    assert begun == ["a"]
    assert [(end.kind, end.returncode) for end in ends] == [("stopped", 130)]
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


@pytest.mark.parametrize(
    ("endings", "code"),
    [
        (["within-policy", "within-policy"], 0),
        (["within-policy", "exceeds-policy"], 1),
        (["exceeds-policy", "could-not-audit"], 2),
        (["within-policy", "bug"], 2),
        (["crashed"], 2),
        (["timed-out", "exceeds-policy"], 2),
        (["lost", "within-policy"], 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst(endings: list[Ending], code: int) -> None:
    assert exit_code_of(endings) == code
