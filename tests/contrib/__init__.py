"""The files that schedule auditor are run and linted as they are."""

from pathlib import Path

CONTRIB = Path(__file__).parents[2] / "contrib"
SCRIPT = CONTRIB / "auditor-review"
