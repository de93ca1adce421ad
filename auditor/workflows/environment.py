"""What the run was made with: versions of what computes, and the machine."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from auditor.backends.options import usable_processors

RECORDED_PACKAGES = (
    "auditor",
    "llama-cpp-python",
    "torch",
    "transformers",
    "numpy",
    "scipy",
    "jinja2",
    "matplotlib",
    "weasyprint",
)


def versions() -> tuple[tuple[str, str], ...]:
    """Python and the packages that have a part in the numbers or the report."""
    found = [("python", platform.python_version())]
    for package in RECORDED_PACKAGES:
        try:
            found.append((package, version(package)))
        except PackageNotFoundError:
            continue
    return tuple(found)


def hardware() -> tuple[tuple[str, str], ...]:
    """Processor, its number of usable cores, and the system."""
    return (
        ("processor", _processor()),
        ("usable cores", str(usable_processors())),
        ("system", f"{platform.system()} {platform.machine()}"),
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown"
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or "unknown")
