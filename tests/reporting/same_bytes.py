"""Two processes with other hash seeds print the same."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def outputs(script: str) -> set[str]:
    """What each of two processes prints; one element where they agree."""
    return {
        subprocess.run(
            [sys.executable, "-c", script],
            cwd=ROOT,
            env={"PYTHONHASHSEED": seed, "PATH": ""},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
