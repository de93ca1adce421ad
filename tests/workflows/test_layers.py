"""The layers of a small checkpoint, from its folder to the page: read, kept, gone on with."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from auditor.cli import run_command_line
from auditor.core.layer_results import LayerResult
from auditor.errors import LayersNotFound, RunUnreadable
from auditor.store import RunFolder
from auditor.workflows.layers import (
    LAYERS,
    LayerFile,
    LayerRequest,
    conclude_layer_file,
    layer_file,
    note_missing,
)
from auditor.workflows.probe import run_probe
from tests.backends.tiny_checkpoint import write_tiny_checkpoint
from tests.battery.layer_evidence import layer_evidence

REQUEST = LayerRequest(tier="quick", concepts=("race.black-white", "age.old-young"), n_threads=1)


def quiet(_done: int, _total: int) -> None:
    pass


@pytest.fixture(scope="module")
def aligned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints") / "aligned"
    return write_tiny_checkpoint(folder, max_position_embeddings=4096)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints") / "base"
    return write_tiny_checkpoint(folder, seed=1, max_position_embeddings=4096)


@pytest.fixture(scope="module")
def undisturbed(aligned: Path, base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "layers"
    request = replace(REQUEST, base=str(base))
    run_probe(str(aligned), request, out=out, is_fresh=False, on_step=quiet)
    return out


@pytest.mark.slow
def test_it_leaves_evidence_numbers_and_a_page(undisturbed: Path) -> None:
    result = msgspec.json.decode((undisturbed / LAYERS).read_bytes(), type=LayerResult)
    assert [c.concept_id for c in result.concepts] == list(REQUEST.concepts)
    assert result.source.n_layers == 3
    assert result.source.blocks == "model.layers"
    assert all(len(c.probe.accuracy) == 4 for c in result.concepts)
    assert result.concepts[0].patching is not None
    assert result.concepts[1].patching is None
    assert all(c.base is not None and c.base.accuracy_difference for c in result.concepts)
    page = (undisturbed / "layers.html").read_text(encoding="utf-8")
    assert "black and white" in page
    assert "<script" not in page


@pytest.mark.slow
def test_the_numbers_follow_from_the_evidence(undisturbed: Path) -> None:
    folder = RunFolder(undisturbed)
    again = conclude_layer_file(layer_file(folder))
    assert again == folder.read_json(LAYERS, LayerResult)


@pytest.mark.slow
@pytest.mark.parametrize("step", [1, 5])
def test_a_reading_cut_off_goes_on_to_the_same_bytes(
    aligned: Path, base: Path, undisturbed: Path, tmp_path: Path, step: int
) -> None:
    request, out = replace(REQUEST, base=str(base)), tmp_path / "layers"
    taken = 0

    def cut(done: int, _total: int) -> None:
        nonlocal taken
        taken += done > 0
        if taken == step:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_probe(str(aligned), request, out=out, is_fresh=False, on_step=cut)
    run_probe(str(aligned), request, out=out, is_fresh=False, on_step=quiet)
    for name in (LayerFile.FILE, LAYERS):
        assert (out / name).read_bytes() == (undisturbed / name).read_bytes()


@pytest.mark.slow
def test_a_base_that_was_read_otherwise_is_not_compared(
    aligned: Path, undisturbed: Path, tmp_path: Path
) -> None:
    out = tmp_path / "layers"
    shutil.copytree(undisturbed, out)
    request = replace(REQUEST, seed=1, concepts=("age.old-young",))
    outcome = run_probe(str(aligned), request, out=out, is_fresh=False, on_step=quiet)
    assert [c.concept_id for c in outcome.result.concepts] == ["age.old-young"]
    assert outcome.result.base is None


def test_a_reason_does_not_replace_what_was_read(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    evidence = layer_evidence()
    folder.write_json(LayerFile.FILE, LayerFile(schema=1, evidence=evidence))
    note_missing(folder, "the disk is full")
    assert layer_file(folder).evidence == evidence
    assert isinstance(conclude_layer_file(layer_file(folder)), LayerResult)


@pytest.mark.slow
def test_another_model_in_the_folder_is_refused_and_kept(undisturbed: Path, base: Path) -> None:
    before = (undisturbed / LayerFile.FILE).read_bytes()
    with pytest.raises(RunUnreadable, match="another model"):
        run_probe(str(base), REQUEST, out=undisturbed, is_fresh=False, on_step=quiet)
    assert (undisturbed / LayerFile.FILE).read_bytes() == before


@pytest.mark.slow
def test_a_base_that_cannot_be_read_is_said(aligned: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "base"
    damaged.mkdir()
    (damaged / "config.json").write_text("{}")
    request = replace(REQUEST, base=str(damaged), concepts=("age.old-young",))
    outcome = run_probe(
        str(aligned), request, out=tmp_path / "layers", is_fresh=False, on_step=quiet
    )
    assert outcome.result.base is None
    assert str(damaged) in (outcome.result.base_missing_because or "")


@pytest.mark.slow
def test_layers_that_are_not_there_are_named(
    aligned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_command_line(
        ["probe", str(aligned), "--layers-at", "model.blocks", "--out", str(tmp_path / "layers")]
    )
    said = capsys.readouterr().err
    assert code == 2
    assert "model.blocks" in said
    assert "model.layers" in said
    assert "--layers-at" in said
    assert "Traceback" not in said


@pytest.mark.slow
def test_an_audit_goes_on_without_layers_and_says_why(aligned: Path, tmp_path: Path) -> None:
    out = tmp_path / "run"
    code = run_command_line(
        [
            *("run", str(aligned), "--tier", "quick", "--instrument", "word-association"),
            *("--layers-at", "model.blocks", "--no-pdf", "--out", str(out)),
        ]
    )
    assert code in (0, 1)
    held = json.loads((out / LayerFile.FILE).read_text(encoding="utf-8"))
    assert "model.blocks" in held["missing"]["because"]
    assert "model.blocks" in (out / "report.html").read_text(encoding="utf-8")
    assert not (out / LAYERS).exists()


def test_an_unknown_concept_is_refused_before_a_model_is_opened(tmp_path: Path) -> None:
    request = replace(REQUEST, concepts=("race.green-blue",))
    with pytest.raises(LayersNotFound, match=r"known are race\.black-white"):
        run_probe("no-such-model", request, out=tmp_path / "out", is_fresh=False, on_step=quiet)


def test_a_folder_with_an_audit_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}")
    with pytest.raises(RunUnreadable, match="holds an audit"):
        run_probe("demo", REQUEST, out=tmp_path, is_fresh=True, on_step=quiet)
