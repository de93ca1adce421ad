"""Help, and a wrong command, are answered without loading what computes or draws."""

import subprocess
import sys

import pytest

HEAVY = (
    "torch", "transformers", "llama_cpp", "peft", "matplotlib", "weasyprint", "scipy", "numpy",
    "jinja2", "safetensors", "gguf",
)  # fmt: skip

RUN_AND_LIST = """
import sys
from auditor.cli import run_command_line
run_command_line(sys.argv[1:])
sys.stderr.write("\\nloaded:" + ",".join(sorted(sys.modules)))
"""


def list_loaded(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN_AND_LIST, *arguments],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    return set(done.stderr.rpartition("\nloaded:")[2].split(","))


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"], ["--version"], ["no-such-command"],
        ["run", "--help"], ["report", "--help"], ["score", "--help"], ["battery", "--help"],
        ["doctor", "--help"], ["sign", "--help"],
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_heavy_library_is_loaded_for(arguments: list[str]) -> None:
    loaded = list_loaded(*arguments)
    assert "auditor.cli" in loaded
    assert sorted(loaded & set(HEAVY)) == []
