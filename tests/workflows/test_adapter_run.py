"""`--adapter`: what is audited is the model with it, and every file says so."""

import json
from pathlib import Path

import pytest

from auditor.cli import run_command_line
from tests.backends.tiny_adapter import write_adapter
from tests.backends.tiny_checkpoint import write_tiny_checkpoint

pytestmark = [pytest.mark.slow, pytest.mark.one_thread]

ASKED = (
    *("--tier", "quick", "--instrument", "word-association"),
    *("--threads", "1", "--no-pdf"),
)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "llama"
    return write_tiny_checkpoint(folder, max_position_embeddings=4096)


def test_the_run_is_of_the_model_with_its_adapter(model: Path, tmp_path: Path) -> None:
    adapter = write_adapter(model, tmp_path / "adapter")
    out = tmp_path / "run"
    command = ["run", str(model), *ASKED, "--adapter", str(adapter), "--out", str(out)]
    assert run_command_line(command) in (0, 1)
    record = json.loads((out / "run.json").read_text(encoding="utf-8"))
    layers = json.loads((out / "layers.json").read_text(encoding="utf-8"))
    digest = record["model"]["adapter_sha256"]
    assert digest
    assert layers["source"]["adapter_sha256"] == digest
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "llama with an adapter" in page
    assert digest in page


def test_the_same_folder_without_the_adapter_is_refused(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    adapter = write_adapter(model, tmp_path / "adapter")
    out = tmp_path / "run"
    command = ["run", str(model), *ASKED, "--no-probe", "--out", str(out)]
    assert run_command_line([*command, "--adapter", str(adapter)]) in (0, 1)
    capsys.readouterr()
    assert run_command_line(command) == 2
    assert "adapter" in capsys.readouterr().err


def test_an_adapter_of_another_base_is_refused_by_name(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = write_tiny_checkpoint(tmp_path / "other", hidden_size=64)
    adapter = write_adapter(other, tmp_path / "adapter")
    out = tmp_path / "run"
    command = ["run", str(model), *ASKED, "--adapter", str(adapter), "--out", str(out)]
    assert run_command_line(command) == 2
    said = capsys.readouterr().err
    assert str(adapter) in said
    assert "Traceback" not in said
    assert not (out / "run.json").exists()
