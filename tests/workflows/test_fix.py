"""`auditor fix` and `run --fix lora` on a small checkpoint: trained, judged, kept, gone on with."""

import json
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from auditor.cli import run_command_line
from auditor.core.fix import FixSettings
from auditor.core.fix_evidence import ArmTexts, FixRecord
from auditor.core.fix_results import FixMissing, FixResult
from auditor.errors import RunUnreadable
from auditor.store import MANIFEST, RunFolder
from auditor.workflows.fix import Progress, run_fix
from auditor.workflows.fix_files import FIX, FIX_RECORD, conclude_fix_folder, fix_evidence
from auditor.workflows.fix_plan import FixRequest
from tests.backends.tiny_checkpoint import write_tiny_checkpoint

pytestmark = [pytest.mark.slow, pytest.mark.one_thread]

REQUEST = FixRequest(
    tier="quick",
    settings=FixSettings(batch_size=1, rank=2, target_modules=("q_proj", "v_proj")),
    n_steps=11,
    dtype="float32",
    n_threads=1,
)


def quiet(_done: int, _total: int) -> None:
    pass


QUIET = Progress(on_training=quiet, on_judging=quiet)


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "llama"
    return write_tiny_checkpoint(folder, max_position_embeddings=4096)


@pytest.fixture(scope="module")
def undisturbed(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("undisturbed") / "fix"
    run_fix(str(model), REQUEST, out=out, is_fresh=False, progress=QUIET)
    return out


def evidence(out: Path) -> dict[str, bytes]:
    return {name: (out / name).read_bytes() for name in fix_evidence(RunFolder(out))}


def test_every_arm_is_asked_and_the_decision_follows_from_the_evidence(undisturbed: Path) -> None:
    folder = RunFolder(undisturbed)
    stored = (undisturbed / FIX).read_bytes()
    result = msgspec.json.decode(stored, type=FixResult)
    assert not result.decision.is_accepted
    assert not (undisturbed / "adapter").exists()
    assert {arm.arm_id for arm in result.record.arms} == {
        "original",
        "fixed",
        "control-shuffled",
        "scale-0.50",
        "scale-1.50",
        "instruction",
        "chain-of-thought",
        "erasure",
    } - {name for name, _ in result.record.unavailable}
    assert [each.name for each in result.trainings] == ["fix", "control-shuffled"]
    (undisturbed / FIX).unlink()
    assert isinstance(conclude_fix_folder(folder), FixResult)
    assert (undisturbed / FIX).read_bytes() == stored


def test_the_original_is_at_no_distance_from_itself(undisturbed: Path) -> None:
    folder = RunFolder(undisturbed / "fix" / "arms" / "original")
    texts = folder.read_json("texts.json", ArmTexts)
    assert len(texts.readings) == 40
    assert all(each.divergence == 0.0 for each in texts.readings)
    assert all(each.nats > 0 for each in texts.readings)


def test_a_control_is_as_far_from_the_original_as_the_fix(undisturbed: Path) -> None:
    result = msgspec.json.decode((undisturbed / FIX).read_bytes(), type=FixResult)
    (control,) = result.controls
    fixed = next(point for point in result.dial if point.arm.kind == "fixed")
    assert control.divergence.value is not None
    assert fixed.divergence.value is not None
    if control.scale < 3.0:
        assert control.divergence.value == pytest.approx(fixed.divergence.value, rel=0.2)
    else:
        assert control.divergence.value < fixed.divergence.value


def test_a_fix_cut_off_goes_on_to_the_same_bytes(
    model: Path, undisturbed: Path, tmp_path: Path
) -> None:
    for part, at in (("training", 15), ("judging", 900)):

        def cut(done: int, _total: int, last: int = at) -> None:
            if done >= last:
                raise KeyboardInterrupt

        progress = replace(QUIET, **{f"on_{part}": cut})
        with pytest.raises(KeyboardInterrupt):
            run_fix(str(model), REQUEST, out=tmp_path, is_fresh=False, progress=progress)
        unfinished = conclude_fix_folder(RunFolder(tmp_path))
        assert isinstance(unfinished, FixMissing)
        assert unfinished.kind == "unfinished"
    run_fix(str(model), REQUEST, out=tmp_path, is_fresh=False, progress=QUIET)
    assert evidence(tmp_path) == evidence(undisturbed)
    assert (tmp_path / FIX).read_bytes() == (undisturbed / FIX).read_bytes()


def test_another_fix_in_the_folder_is_refused_and_kept(model: Path, undisturbed: Path) -> None:
    before = evidence(undisturbed)
    other = replace(REQUEST, n_steps=12)
    with pytest.raises(RunUnreadable, match=r"settings.*--fresh"):
        run_fix(str(model), other, out=undisturbed, is_fresh=False, progress=QUIET)
    assert evidence(undisturbed) == before


def test_the_manifest_names_all_evidence(undisturbed: Path) -> None:
    lines = (undisturbed / MANIFEST).read_text(encoding="utf-8").splitlines()
    named = {line.partition("  ")[2] for line in lines}
    assert {FIX_RECORD, FIX, *fix_evidence(RunFolder(undisturbed))} <= named


def test_a_model_without_the_layers_is_refused_and_its_audit_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    model = write_tiny_checkpoint(tmp_path / "neox", "gpt_neox", max_position_embeddings=4096)
    out = tmp_path / "run"
    command = ["run", str(model), "--tier", "quick", "--instrument", "word-association"]
    options = ["--no-probe", "--no-pdf", "--threads", "1", "--out", str(out), "--fix", "lora"]
    assert run_command_line([*command, *options]) == 2
    said = capsys.readouterr().err
    assert "q_proj" in said
    assert "query_key_value" in said
    measures = json.loads((out / "measures.json").read_text(encoding="utf-8"))
    assert measures["measures"]
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "q_proj" in page
    assert run_command_line(["report", str(out), "--no-pdf"]) in (0, 1)


def test_a_fix_on_top_of_an_adapter_is_refused(
    model: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["run", str(model), "--fix", "lora", "--adapter", str(tmp_path)]
    assert run_command_line([*command, "--out", str(tmp_path / "run")]) == 2
    assert "leave --adapter or --fix out" in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_a_folder_with_an_audit_is_left_alone(model: Path, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(RunUnreadable, match="--fix lora"):
        run_fix(str(model), REQUEST, out=tmp_path, is_fresh=False, progress=QUIET)


def test_a_plan_is_written_before_the_first_step(model: Path, tmp_path: Path) -> None:
    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_fix(
            str(model),
            REQUEST,
            out=tmp_path,
            is_fresh=False,
            progress=replace(QUIET, on_training=stop),
        )
    record = RunFolder(tmp_path).read_json(FIX_RECORD, FixRecord)
    assert record.settings.n_steps == 11
    assert record.rules.sha256
    assert record.training_dtype == "float32"
