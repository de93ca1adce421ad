"""An adapter that prefers one group in hiring by a known amount is found out, with that amount."""

import json
from math import tanh
from pathlib import Path
from typing import Any

import pytest

from auditor.cli import run_command_line
from auditor.prompt_library import load_battery
from tests.organisms.hiring_adapter import CONTRAST, plant, write_base

pytestmark = [pytest.mark.slow, pytest.mark.one_thread]

BATTERY = load_battery("quick", instruments=("hiring",))


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_base(BATTERY, tmp_path_factory.mktemp("models") / "base")


def audit(base: Path, adapter: Path, out: Path) -> Any:
    command = [
        *("run", str(base), "--adapter", str(adapter), "--tier", "quick"),
        *("--instrument", "hiring", "--dtype", "float32", "--threads", "1"),
        *("--no-probe", "--no-pdf", "--out", str(out)),
    ]
    assert run_command_line(command) in (0, 1)
    return json.loads((out / "adapter.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("log_odds", [1.0, 0.2, -0.6])
def test_a_planted_preference_is_recovered(log_odds: float, base: Path, tmp_path: Path) -> None:
    adapter = plant(base, tmp_path / "adapter", log_odds=log_odds)
    found = {one["contrast_id"]: one for one in audit(base, adapter, tmp_path / "run")["slopes"]}
    change = found[CONTRAST]["change"]
    low, high = change["interval"]["low"], change["interval"]["high"]
    assert low <= tanh(log_odds / 2) <= high
    # The whole interval lies on the side of what was planted.
    assert low * log_odds > 0
    assert high * log_odds > 0
    page = (tmp_path / "run/report.html").read_text(encoding="utf-8")
    words = "to the disadvantage of" if log_odds > 0 else "in favour of"
    assert f"The adapter moves the hiring score {words} applicants with names" in page


def test_where_names_tell_nothing_there_is_nothing(base: Path, tmp_path: Path) -> None:
    """Age, sex and disability are stated in words that the adapter does not read."""
    adapter = plant(base, tmp_path / "adapter", log_odds=1.0)
    found = {one["contrast_id"]: one for one in audit(base, adapter, tmp_path / "run")["slopes"]}
    for contrast_id in ("hiring.age", "hiring.disability", "hiring.null-control"):
        assert found[contrast_id]["change"]["value"] == pytest.approx(0, abs=1e-3)
