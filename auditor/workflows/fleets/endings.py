"""How an audit ended, from its process and the last that it said."""

import signal
from pathlib import Path

from auditor.core.fleet import AUDITED, Ending
from auditor.workflows.fleets.jobs import SECONDS_A_MINUTE, Job, JobEnd

_BY_CODE: dict[int, Ending] = {
    0: "within-policy",
    1: "exceeds-policy",
    2: "could-not-audit",
    3: "bug",
    130: "interrupted",
}
"""Exit codes of `auditor run`."""
_TAIL_BYTES = 64 * 1024
_PREFIXES = ("auditor: ", "Error: ")
"""Of our own sentences, and of those of the command line."""


def ending_of(job: Job, end: JobEnd, *, wrote: bool = True) -> tuple[Ending, str]:
    """How it ended, and why in one line where that is no audit.

    `wrote` is whether its folder has hashes that were not there before: an audit writes them last.
    """
    ending, because = _ending(job, end)
    if ending in AUDITED and not wrote:
        # A code alone proves nothing: Python itself ends with 1 where it cannot begin.
        said = _last(last_lines(job.log))
        return "crashed", f"Its process ended and wrote no report. {said}".strip()
    return ending, because


def _ending(job: Job, end: JobEnd) -> tuple[Ending, str]:
    match end.kind:
        case "lost":
            return "lost", end.said
        case "stopped":
            return "interrupted", "It was stopped with the fleet."
        case "timed-out":
            return "timed-out", _out_of_time(job)
        case "ended":
            return _by_itself(job, end.returncode or 0)


def _by_itself(job: Job, returncode: int) -> tuple[Ending, str]:
    ending = _BY_CODE.get(returncode, "crashed")
    lines = last_lines(job.log)
    match ending:
        case "within-policy" | "exceeds-policy":
            return ending, ""
        case "bug":
            # Below the exception stands our own request to report it.
            return ending, next((line for line in reversed(lines) if not _is_ours(line)), "")
        case "crashed":
            return ending, f"{_crash(returncode)} {_last(lines)}".strip()
        case _:
            return ending, _last(lines)


def last_lines(log: Path) -> list[str]:
    """The end of a log, without empty lines; nothing where it cannot be read."""
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - _TAIL_BYTES))
            content = file.read()
    except OSError:
        return []
    lines = content.decode("utf-8", "replace").splitlines()
    return [line.strip() for line in lines if line.strip()]


def _last(lines: list[str]) -> str:
    line = lines[-1] if lines else ""
    for prefix in _PREFIXES:
        line = line.removeprefix(prefix)
    return line


def _is_ours(line: str) -> bool:
    return line.startswith(_PREFIXES)


def _crash(returncode: int) -> str:
    if returncode > 0:
        return f"Its process ended with code {returncode}."
    try:
        name = f" ({signal.Signals(-returncode).name})"
    except ValueError:
        name = ""
    return f"Its process was ended by signal {-returncode}{name}."


def _out_of_time(job: Job) -> str:
    minutes = (job.timeout_seconds or 0.0) / SECONDS_A_MINUTE
    return (
        f"It was not finished after {minutes:g} minutes and was stopped; the same command goes on "
        "where it stopped, or raise timeout_minutes."
    )
