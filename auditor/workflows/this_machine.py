"""The machine that auditor runs on, as the doctor asks for it."""

import os
import platform
import shutil
import signal
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import platformdirs

from auditor.backends import DEMO, resolve_model
from auditor.core.build_flags import read_cpu_flags
from auditor.errors import AuditorError
from auditor.workflows.doctor import Folder

CHILD_TIMEOUT = 120
"""Seconds; importing torch on a cold disk is the slowest thing tried."""


class ThisMachine:
    """Real facts. What may crash is tried in a child process."""

    def __init__(self) -> None:
        self.python = sys.executable
        self.python_version: tuple[int, int, int] = sys.version_info[:3]
        self.processor = platform.machine()
        self.cpu_flags = _read_cpu_flags()

    def version_of(self, package: str) -> str | None:
        """The installed version, without importing it; None when it is not installed."""
        try:
            return version(package)
        except PackageNotFoundError:
            return None

    def try_code(self, code: str) -> tuple[str | None, str]:
        """Run Python code in a child: how it failed (None: it did not), and its stdout."""
        command = [self.python, "-c", code]
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, errors="replace", timeout=CHILD_TIMEOUT
            )
        except subprocess.TimeoutExpired:
            return f"did not end within {CHILD_TIMEOUT} s", ""
        if done.returncode == 0:
            return None, done.stdout.strip()
        if done.returncode < 0:
            return f"died with {signal.Signals(-done.returncode).name}", ""
        said = done.stderr.strip().splitlines()
        return said[-1] if said else f"ended with exit code {done.returncode}", ""

    def try_first_decode(self, model: str) -> tuple[str | None, str]:
        """Open a GGUF file in a child as an audit does: how it failed, and what to know of it."""
        # Here and not above: what these import may itself be what is missing.
        try:
            from auditor.backends.llama_settings import LlamaSettings
            from auditor.backends.options import OpenOptions
            from auditor.backends.preflight import check_model

            checked = check_model(Path(model), LlamaSettings.from_options(OpenOptions()))
        except (AuditorError, ImportError) as error:
            return str(error), ""
        return None, " ".join(checked.warnings)

    def demo_model(self) -> str | None:
        """Path of the demo model's file; None when it is not installed."""
        try:
            return str(resolve_model(DEMO).path)
        except AuditorError:
            return None

    def folders(self) -> tuple[Folder, ...]:
        """Where auditor writes."""
        reports = Path.cwd() / "reports"
        cache = Path(platformdirs.user_cache_dir("auditor"))
        return (
            _examine_folder("reports folder", reports, essential=True),
            _examine_folder("cache folder", cache, essential=False),
        )


def _read_cpu_flags() -> frozenset[str]:
    try:
        return read_cpu_flags(Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace"))
    except OSError:
        return frozenset()


def _examine_folder(name: str, path: Path, *, essential: bool) -> Folder:
    """Look at the folder, or at where it would be made; nothing is created."""
    there = next(folder for folder in (path, *path.parents) if folder.exists())
    may_write = there.is_dir() and os.access(there, os.W_OK | os.X_OK)
    return Folder(
        name=name,
        path=str(path),
        unwritable_because=None if may_write else f"{there} is not writable",
        n_bytes_free=shutil.disk_usage(there).free,
        need="audit" if essential else "none",
    )
