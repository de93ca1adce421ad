"""What docs/verify.md says of the ledger is so: its script walks it, its fields are there."""

import json
import re
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest

from tests.workflows.proven_runs import ledger_lines, make_runs, write_ledger

DOCUMENT = (Path(__file__).parents[1] / "docs" / "verify.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_runs(tmp_path_factory.mktemp("proven") / "reports")


def walk(ledger: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    script = folder / "walk.py"
    script.write_text(DOCUMENT.partition("```python\n")[2].partition("```")[0], encoding="utf-8")
    return subprocess.run(
        [sys.executable, str(script), str(ledger)], capture_output=True, text=True
    )


def test_the_documented_script_walks_the_ledger(home: Path, tmp_path: Path) -> None:
    lines = ledger_lines(home)
    digest = sha256(lines[-1].rstrip(b"\n")).hexdigest()
    assert walk(home / "ledger.jsonl", tmp_path).stdout.split() == ["4", digest]
    write_ledger(tmp_path, [lines[0], *lines[2:]])
    done = walk(tmp_path / "ledger.jsonl", tmp_path)
    assert done.returncode == 1
    assert "line 2 does not follow" in done.stderr


def test_every_field_of_a_line_is_documented(home: Path) -> None:
    table = DOCUMENT.partition("| field | in | |")[2].partition("\n\n")[0]
    documented = set(re.findall(r"`(\w+)`", table)) - {"started", "finished", "reported", "signed"}
    written = {key for line in ledger_lines(home) for key in json.loads(line)}
    assert written <= documented
    assert documented - written == {"files", "torn"}
