"""The set-up must end with a llama.cpp that runs here, or say in a sentence why not."""

import importlib
import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
TUNED = "-DGGML_NATIVE=OFF -DGGML_AVX512=ON"
PORTABLE = "-DGGML_NATIVE=OFF"
OLDEST = "-DGGML_NATIVE=OFF -DGGML_AVX=OFF"
LADDER = (TUNED, PORTABLE, OLDEST)


@pytest.fixture(scope="module")
def scripts() -> Iterator[Callable[[str], Any]]:
    """Import a module of the set-up, which is no part of any package."""
    folder = str(ROOT / ".ci")
    sys.path.insert(0, folder)
    yield importlib.import_module
    sys.path.remove(folder)


class Machine:
    """A machine on which some builds compile and some of those run."""

    def __init__(self, *, runs: set[str], compiles: set[str], installed: str) -> None:
        self.runs = runs
        self.compiles = compiles
        self.installed = installed
        self.built: list[str] = []

    def works(self) -> str | None:
        return None if self.installed in self.runs else "died with SIGILL"

    def build(self, cmake_args: str) -> tuple[int, str]:
        self.built.append(cmake_args)
        if cmake_args not in self.compiles:
            return 1, "error: Failed building wheel for llama-cpp-python\n"
        self.installed = cmake_args
        return 0, "Building wheel for llama-cpp-python (pyproject.toml): started\n"


def climb(setup: Any, machine: Machine, *, was_compiled_now: bool) -> None:
    setup.ensure_llama_works(
        LADDER, was_compiled_now=was_compiled_now, works=machine.works, rebuild=machine.build
    )


def test_a_build_that_runs_is_left_alone(scripts: Callable[[str], Any]) -> None:
    machine = Machine(runs={TUNED}, compiles=set(LADDER), installed=TUNED)
    climb(scripts("setup"), machine, was_compiled_now=True)
    assert machine.built == []


def test_a_cached_wheel_of_another_machine_is_compiled_anew(
    scripts: Callable[[str], Any],
) -> None:
    machine = Machine(runs={TUNED}, compiles=set(LADDER), installed="of another machine")
    climb(scripts("setup"), machine, was_compiled_now=False)
    assert machine.built == [TUNED]


def test_the_same_flags_are_not_compiled_twice(scripts: Callable[[str], Any]) -> None:
    machine = Machine(runs={OLDEST}, compiles=set(LADDER), installed=TUNED)
    climb(scripts("setup"), machine, was_compiled_now=True)
    assert machine.built == [PORTABLE, OLDEST]


def test_a_build_that_does_not_compile_is_passed_over(scripts: Callable[[str], Any]) -> None:
    machine = Machine(runs={OLDEST}, compiles={OLDEST}, installed=TUNED)
    climb(scripts("setup"), machine, was_compiled_now=True)
    assert machine.installed == OLDEST


def test_when_no_build_runs_the_set_up_says_how_the_last_one_failed(
    scripts: Callable[[str], Any],
) -> None:
    machine = Machine(runs=set(), compiles=set(LADDER), installed=TUNED)
    with pytest.raises(scripts("system_packages").SetupFailed, match="SIGILL"):
        climb(scripts("setup"), machine, was_compiled_now=False)
    assert machine.built == list(LADDER)


def test_an_older_compiler_gets_the_first_flags_that_it_knows(
    scripts: Callable[[str], Any],
) -> None:
    machine = Machine(runs=set(), compiles={PORTABLE, OLDEST}, installed="")
    assert scripts("setup").install_project(LADDER, machine.build) == (PORTABLE, True)


def test_a_ready_wheel_is_not_taken_for_a_fresh_build(scripts: Callable[[str], Any]) -> None:
    output = "Using cached llama_cpp_python-0.3.36-py3-none-linux_x86_64.whl\n"
    assert scripts("setup").install_project(LADDER, lambda _: (0, output)) == (TUNED, False)


def test_without_a_network_pip_is_not_asked_again_and_again(
    scripts: Callable[[str], Any],
) -> None:
    asked = []

    def fail(cmake_args: str) -> tuple[int, str]:
        asked.append(cmake_args)
        return 1, "ERROR: No matching distribution found for click>=8.1\n"

    with pytest.raises(scripts("system_packages").SetupFailed, match="No matching distribution"):
        scripts("setup").install_project(LADDER, fail)
    assert asked == [TUNED]


def test_flags_set_by_the_user_come_first(scripts: Callable[[str], Any]) -> None:
    builds = scripts("setup").list_builds({"CMAKE_ARGS": "-DGGML_CUDA=on"}, "flags : avx2\n")
    assert builds[0] == "-DGGML_CUDA=on"
    assert all(build.startswith(PORTABLE) for build in builds[1:])


def test_another_processor_needs_another_set_up(scripts: Callable[[str], Any]) -> None:
    make_stamp = scripts("setup").make_stamp
    assert make_stamp("flags : avx avx2\n") == make_stamp("flags : avx2 avx\n")
    assert make_stamp("flags : avx avx2\n") != make_stamp("flags : avx\n")


def test_a_signal_is_named(scripts: Callable[[str], Any]) -> None:
    name_failure = scripts("virtual_environment").name_failure
    assert name_failure(-signal.SIGILL) == "died with SIGILL"
    assert name_failure(1) == "ended with exit code 1"


@pytest.mark.parametrize("stamp", ["", "{", '{"stamp": "older", "dev": true}'])
def test_a_half_made_environment_is_not_current(
    scripts: Callable[[str], Any], tmp_path: Path, stamp: str
) -> None:
    (tmp_path / "auditor-setup.json").write_text(stamp, encoding="utf-8")
    environment = scripts("virtual_environment").VirtualEnvironment(tmp_path)
    assert not environment.is_current("newer", with_dev=False)


def test_an_environment_without_the_tools_is_not_enough_for_the_tests(
    scripts: Callable[[str], Any], tmp_path: Path
) -> None:
    environment = scripts("virtual_environment").VirtualEnvironment(tmp_path)
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    environment.finish("same", with_dev=False)
    assert json.loads((tmp_path / "auditor-setup.json").read_text(encoding="utf-8"))
    assert environment.is_current("same", with_dev=False)
    assert not environment.is_current("same", with_dev=True)


@pytest.mark.slow
@pytest.mark.parametrize("damage", ["unfinished", "no pip", "dangling"])
def test_a_damaged_environment_is_made_anew(
    scripts: Callable[[str], Any], tmp_path: Path, damage: str
) -> None:
    folder = tmp_path / ".venv"
    without_pip = ["--without-pip"] if damage == "no pip" else []
    subprocess.run([sys.executable, "-m", "venv", *without_pip, str(folder)], check=True)
    if damage == "unfinished":
        (folder / "auditor-setup-unfinished").touch()
    if damage == "dangling":
        (folder / "bin" / "python").unlink()
        (folder / "bin" / "python").symlink_to("/nowhere/python3")
    left_over = folder / "left-over"
    left_over.touch()
    environment = scripts("virtual_environment").VirtualEnvironment(folder)
    environment.prepare()
    assert environment.runs()
    assert not left_over.exists()


def test_a_shim_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    for name, body in (
        ("python3", "echo 'pyenv: command not found' >&2; exit 127"),
        ("python3.14", "exit 1"),
        ("python3.13", f'exec "{sys.executable}" "$@"'),
    ):
        shim = tmp_path / name
        shim.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
        shim.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", str(ROOT / ".ci" / "find-python")],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0
    assert Path(done.stdout.strip()).is_file()


def test_without_a_new_python_the_message_names_the_package(tmp_path: Path) -> None:
    done = subprocess.run(
        ["/bin/sh", str(ROOT / ".ci" / "find-python")],
        env={"PATH": str(tmp_path)}, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 2
    assert "apt-get install -y python3" in done.stderr
