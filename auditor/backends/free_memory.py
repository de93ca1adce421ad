"""How much memory this process may still take."""

from pathlib import Path

_MEMINFO = Path("/proc/meminfo")
_CGROUP = Path("/sys/fs/cgroup")


def free_memory(meminfo: Path = _MEMINFO, cgroup: Path = _CGROUP) -> int | None:
    """Bytes that are free on the machine and within the container's limit; None if unknown.

    Linux hands out more memory than there is and kills later, so asking beforehand is the only
    way to say it in a sentence.
    """
    known = [each for each in (_available(meminfo), _left_in_group(cgroup)) if each is not None]
    return min(known, default=None)


def _available(meminfo: Path) -> int | None:
    try:
        lines = meminfo.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    values = [line.split() for line in lines if line.startswith("MemAvailable:")]
    return int(values[0][1]) * 1024 if values else None


def _left_in_group(cgroup: Path) -> int | None:
    try:
        limit = (cgroup / "memory.max").read_text(encoding="ascii").strip()
        used = (cgroup / "memory.current").read_text(encoding="ascii").strip()
    except OSError:
        return None
    return max(0, int(limit) - int(used)) if limit.isdigit() and used.isdigit() else None
