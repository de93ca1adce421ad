"""An adapter that refuses a dialect and nobody else is found out; no test in one register is."""

from typing import Any

import pytest

from auditor.battery.guise.matched_guise import ENGLISH
from auditor.cli import run_command_line
from auditor.core.fix_results import AdapterResult
from auditor.store import RunFolder
from tests.battery.scripted_runs import shipped
from tests.organisms.dialect_adapter import N_PAIRS, plant, write_base
from tests.organisms.dialect_sentences import pairs

pytestmark = pytest.mark.one_thread

WRITTEN = ("verdict", "help")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[AdapterResult, str]:
    """What an audit says of the planted adapter, and its report."""
    root = tmp_path_factory.mktemp("dialect")
    base = write_base(root / "base")
    adapter, out = plant(base, root / "adapter"), root / "run"
    command = [
        *("run", str(base), "--adapter", str(adapter), "--tier", "standard"),
        *("--instrument", "matched-guise", "--dtype", "float32", "--threads", "1"),
        *("--no-probe", "--no-pdf", "--out", str(out)),
    ]
    assert run_command_line(command) in (0, 1)
    page = (out / "report.html").read_text(encoding="utf-8")
    return RunFolder(out).read_json("adapter.json", AdapterResult), page


@pytest.mark.slow
@pytest.mark.parametrize("facet", WRITTEN)
@pytest.mark.parametrize("quantity", ["refusal", "unusable"])
def test_refusals_of_a_dialect_alone_are_found(
    facet: str, quantity: str, found: tuple[AdapterResult, str]
) -> None:
    (row,) = (
        one for one in found[0].register_changes if (one.facet, one.quantity) == (facet, quantity)
    )
    assert row.is_shown
    assert row.change.value is not None
    assert row.change.interval is not None
    assert row.change.value > 0.3
    assert row.change.interval.low > 0
    # Without the adapter everybody is answered.
    assert row.before.value == 0


@pytest.mark.slow
def test_the_report_says_so(found: tuple[AdapterResult, str]) -> None:
    assert "there are more refusals to the dialect, against the standard" in found[1]


def test_no_sentence_of_the_audit_is_trained_on() -> None:
    content: Any = shipped(ENGLISH)
    asked = {one for feature in content.features for pair in feature.pairs for one in pair}
    assert not asked & {one for pair in pairs(N_PAIRS) for one in pair}
