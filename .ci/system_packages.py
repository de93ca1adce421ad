"""What the audit needs of the operating system: shared libraries, a compiler, Python's venv."""

import ctypes
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence

SYSTEM_LIBRARIES = {
    "libpango-1.0.so.0": "libpango-1.0-0",
    "libpangoft2-1.0.so.0": "libpangoft2-1.0-0",
    "libharfbuzz-subset.so.0": "libharfbuzz-subset0",
    "libgomp.so.1": "libgomp1",
}
"""Shared library -> Debian package. Pango and HarfBuzz draw the PDF; OpenMP runs llama.cpp."""


class SetupFailed(Exception):
    """The set-up cannot go on; one sentence that says what to do."""


def say(text: str) -> None:
    """Tell the user, at once also through a pipe."""
    sys.stdout.write(f"[setup] {text}\n")
    sys.stdout.flush()


def list_missing_packages() -> list[str]:
    """Debian packages of the shared libraries and tools that this machine lacks."""
    missing = []
    for library, package in SYSTEM_LIBRARIES.items():
        try:
            ctypes.CDLL(library)
        except OSError:
            missing.append(package)
    if not any(shutil.which(compiler) for compiler in ("g++", "c++", "clang++")):
        missing.append("g++")
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        missing.append(f"python3.{sys.version_info.minor}-venv")
    return missing


def find_apt(environ: Mapping[str, str]) -> list[str] | None:
    """The command that may run apt-get without asking for a password; None when there is none."""
    if environ.get("NO_APT") or shutil.which("apt-get") is None:
        return None
    if os.geteuid() == 0:
        return ["apt-get"]
    may_sudo = ["sudo", "-n", "true"]
    if shutil.which("sudo") and subprocess.run(may_sudo, capture_output=True).returncode == 0:
        return ["sudo", "-n", "apt-get"]
    return None


def install_system_packages() -> None:
    """Install what is missing through apt-get when permitted; else print the exact command."""
    if sys.platform != "linux":
        return
    missing = list_missing_packages()
    if not missing:
        return
    arguments = ["install", "-y", "--no-install-recommends", *missing]
    apt = find_apt(os.environ)
    if apt is not None:
        say(f"apt-get {' '.join(arguments)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for action in (["update"], arguments):
            command = [*apt, *action]
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL, env=environment)
        missing = list_missing_packages()
    if missing:
        report_missing(missing)


def report_missing(packages: Sequence[str]) -> None:
    """Print the line that installs them. Only without `venv` the set-up cannot go on."""
    sudo = "" if os.geteuid() == 0 else "sudo "
    line = f"{sudo}apt-get install -y --no-install-recommends {' '.join(packages)}"
    say(f"Missing on this machine: {', '.join(packages)}. Install with:")
    say(f"    {line}")
    if any(package.endswith("-venv") for package in packages):
        raise SetupFailed(f"Python cannot make virtual environments here. Run: {line}")
    if any("pango" in package or "harfbuzz" in package for package in packages):
        say("Without Pango an audit still writes its HTML and JSON; the PDF is left out.")
    if "g++" in packages:
        say("Without a C++ compiler llama-cpp-python can be installed only from a ready wheel.")
