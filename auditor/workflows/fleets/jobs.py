"""One audit of a fleet as a command to run, and what runs it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from auditor.prompt_library.fleet import Fleet, FleetEntry

SECONDS_A_MINUTE = 60.0
_PATHS = ("bbq", "chat_template", "policy", "adapter", "base", "baseline", "about", "brand")
_VALUES = (
    "tier", "bbq", "backend", "url", "api_key_env", "concurrency", "chat_template", "dtype",
    "policy", "seed", "gpu_layers", "fix", "adapter", "base", "layers_at", "baseline", "about",
    "brand", "lang", "paper",
)  # fmt: skip
"""Keys of a fleet file that are options of `auditor run` with one value."""
_SWITCHES = ("probe", "pdf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One audit. It is sent to other machines, so it holds no more than it needs."""

    name: str
    arguments: tuple[str, ...]
    """What follows `auditor`."""
    folder: Path
    """Where it is run, and its relative paths begin."""
    log: Path
    n_threads: int
    n_gpus: float = 0.0
    timeout_seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnd:
    """How a job ended."""

    kind: Literal["ended", "timed-out", "stopped", "lost"]
    """`ended`: by itself, in whatever way; `lost`: it never began, or nobody knows."""
    returncode: int | None
    """As subprocess has it: minus a signal's number. None where it is lost."""
    seconds: float
    said: str = ""
    """Why it is lost."""


class Executor(Protocol):
    """Runs jobs somewhere. Called from several threads at once."""

    def run(self, job: Job) -> JobEnd:
        """Run one job to its end; never raises for what befalls a job."""
        ...

    def stop(self) -> None:
        """Have every running job end soon, such that it can be gone on with."""
        ...


def jobs_of(fleet: Fleet, out: Path, *, n_threads: int, is_fresh: bool) -> list[Job]:
    """Every audit of a fleet; `n_threads` are for models that do not say."""
    return [
        Job(
            name=entry.name,
            arguments=_arguments(entry, out, entry.threads or n_threads, is_fresh=is_fresh),
            folder=fleet.folder,
            log=out / f"{entry.name}.log",
            n_threads=entry.threads or n_threads,
            n_gpus=entry.gpus or 0.0,
            timeout_seconds=entry.timeout_minutes and entry.timeout_minutes * SECONDS_A_MINUTE,
        )
        for entry in fleet.models
    ]


def own_path(fleet: Fleet, typed: str) -> Path:
    """A path as the fleet file has it, as one from here."""
    return fleet.folder / _home(typed)


def _arguments(entry: FleetEntry, out: Path, n_threads: int, *, is_fresh: bool) -> tuple[str, ...]:
    told = ["run", _home(entry.model)]
    for key in _VALUES:
        value = getattr(entry, key)
        if value is not None:
            told += [_option(key), _home(value) if key in _PATHS else str(value)]
    for key in _SWITCHES:
        value = getattr(entry, key)
        if value is not None:
            told.append(_option(key) if value else _option(f"no_{key}"))
    for name in entry.instruments or ():
        told += ["--instrument", name]
    if entry.redact:
        told += ["--redact", ",".join(entry.redact)]
    told += ["--threads", str(n_threads), "--out", str(out / entry.name)]
    return (*told, *_fresh(is_fresh=is_fresh))


def _fresh(*, is_fresh: bool) -> Sequence[str]:
    return ("--fresh",) if is_fresh else ()


def _option(key: str) -> str:
    return f"--{key.replace('_', '-')}"


def _home(typed: str) -> str:
    """What a shell does with ~; there is none between the file and the audit."""
    return os.path.expanduser(typed) if typed.startswith("~/") else typed  # noqa: PTH111
