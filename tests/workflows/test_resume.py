"""A run cut off at any line goes on to the same evidence, also where answers follow reasoning."""

import shutil
from pathlib import Path

import pytest

from auditor.prompt_library import load_battery
from auditor.workflows.audit import AuditRequest, audit_model
from tests.battery_models import leaning

REQUEST = AuditRequest(
    model="scripted", tier="quick", instruments=("question-answering",), wants_pdf=False
)


def audit(out: Path) -> bytes:
    battery = load_battery("quick", instruments=REQUEST.instruments)
    audit_model(leaning(battery, 0.4, seed=2), REQUEST, out=out, on_batch=lambda _done, _all: None)
    return (out / "responses.jsonl").read_bytes()


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("finished") / "run"
    assert b'"mode": "reasoning"' in audit(out)
    return out


@pytest.mark.parametrize("share", [0.0, 0.3, 0.85, 0.9, 0.95, 0.99])
def test_a_run_that_was_cut_off_ends_with_the_same_bytes(
    share: float, finished: Path, tmp_path: Path
) -> None:
    shutil.copytree(finished, tmp_path / "run")
    whole = (finished / "responses.jsonl").read_bytes()
    for name in ("manifest.sha256", "measures.json", "findings.json", "finish.json"):
        (tmp_path / "run" / name).unlink()
    # In the middle of a line, as a kill leaves it.
    (tmp_path / "run" / "responses.jsonl").write_bytes(whole[: int(share * len(whole)) + 7])
    assert audit(tmp_path / "run") == whole
