"""Training as a whole: what it learns, what it leaves alone, and that it can be repeated."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from auditor.backends.adapter_files import read_adapter
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.fix import TrainingReply, TrainingStep
from auditor.core.items import Prompt
from auditor.errors import FixNotTrained
from auditor.fixing import training
from auditor.fixing.adapter_folder import CHECKPOINT, CONFIG, WEIGHTS
from auditor.fixing.passes import Passes
from auditor.fixing.training_loop import Training
from tests.fixing.tiny_fix import (
    BASE,
    N_ATTRIBUTES,
    N_SHOWN,
    SHA256,
    biased_model,
    fix_data,
    pairs,
    train,
    write_checkpoint,
)
from tests.probing.tiny_models import TinyModel, build_network

OPTIONS = OpenOptions(dtype="float32", n_threads=1)
HELD_OUT = pairs(range(N_SHOWN, N_ATTRIBUTES))


def written(folder: Path) -> tuple[bytes, bytes]:
    return (folder / WEIGHTS).read_bytes(), (folder / CONFIG).read_bytes()


def mean_log_odds(model: TransformersModel) -> float:
    """Of held-out attributes, stereotype against mirror."""
    prompts = [
        Prompt(
            prompt_id=str(index),
            item_id=str(index),
            mode="log-likelihood",
            text=each.text,
            continuations=each.continuations,
        )
        for index, each in enumerate(HELD_OUT)
    ]
    scores = model.log_likelihoods(prompts)
    return float(np.mean([each.values[0] - each.values[1] for each in scores]))


def portrait(module: Any) -> dict[str, Any]:
    """Everything of a network that training could leave changed."""
    return {
        "modules": [(name, id(each), type(each)) for name, each in module.named_modules()],
        "training": [each.training for each in module.modules()],
        "weights": {name: each.clone() for name, each in module.state_dict().items()},
        "needs": [(name, each.requires_grad) for name, each in module.named_parameters()],
        "gradients": [each.grad for each in module.parameters()],
        "attributes": sorted(vars(module)),
        "hooks": [
            len(each._forward_hooks) + len(each._forward_pre_hooks) for each in module.modules()
        ],
        "config": module.config.to_dict(),
        "chance": torch.get_rng_state().tolist(),
    }


def assert_same(before: dict[str, Any], after: dict[str, Any]) -> None:
    for name, tensor in before.pop("weights").items():
        assert torch.equal(tensor, after["weights"][name])
    del after["weights"]
    assert before == after


# What is learned


@pytest.mark.parametrize("neutral", ["contrast", "stimulus"])
def test_a_planted_bias_shrinks_on_attributes_that_were_not_shown(
    tmp_path: Path, neutral: str
) -> None:
    model = biased_model()
    base = write_checkpoint(model, tmp_path / "base")
    trained = train(model, tmp_path / "fix", n_steps=40, neutral=neutral, kl_weight=4.0)
    before = mean_log_odds(TransformersModel(base, OPTIONS))
    after = mean_log_odds(TransformersModel(base, replace(OPTIONS, adapter=tmp_path / "fix")))
    assert before > 1
    assert abs(after) < before / 4
    losses = [each.bias_loss for each in trained.steps]
    assert np.mean(losses[-5:]) < np.mean(losses[:5]) / 10
    assert trained.steps[-1].kl < 0.05


@pytest.mark.parametrize("control", ["neutral", "shuffled"])
def test_a_control_leaves_the_planted_bias(tmp_path: Path, control: str) -> None:
    model = biased_model()
    base = write_checkpoint(model, tmp_path / "base")
    train(model, tmp_path / "fix", n_steps=40, control=control)
    before = mean_log_odds(TransformersModel(base, OPTIONS))
    after = mean_log_odds(TransformersModel(base, replace(OPTIONS, adapter=tmp_path / "fix")))
    assert after > before / 2


@pytest.mark.parametrize("objective", ["concept-awareness", "supervised"])
def test_the_loss_of_other_objectives_falls(tmp_path: Path, objective: str) -> None:
    trained = train(biased_model(), tmp_path, objective=objective, n_steps=30, batch_size=4)
    losses = [each.bias_loss for each in trained.steps]
    assert np.mean(losses[-3:]) < 0.5 * losses[0]


def test_kl_keeps_neutral_replies(tmp_path: Path) -> None:
    last = {
        weight: train(biased_model(), tmp_path / str(weight), kl_weight=weight).steps[-1]
        for weight in (0.0, 10.0)
    }
    assert last[10.0].kl < last[0.0].kl / 2


# What it is


@pytest.mark.parametrize("n_layers", [4, 5])
def test_groups_have_equal_counts_and_change_their_own_blocks(
    tmp_path: Path, n_layers: int
) -> None:
    sizes = set()
    blocks = {"early": (0, 1), "late": (n_layers - 2, n_layers - 1), "all": tuple(range(n_layers))}
    for group, layers in blocks.items():
        trained = train(biased_model(n_layers), tmp_path / group, layers=group, rank=5, n_steps=2)
        tensors = load_file(tmp_path / group / WEIGHTS)
        assert trained.layers == layers
        assert {int(name.split(".")[4]) for name in tensors} == set(layers)
        assert trained.n_parameters == sum(each.numel() for each in tensors.values())
        assert trained.rank == min(min(each.shape) for each in tensors.values())
        sizes.add(trained.n_parameters)
        read_adapter(tmp_path / group)
    assert len(sizes) == 1


def test_a_saved_adapter_gives_the_trained_numbers(tmp_path: Path) -> None:
    model = biased_model(5)
    base = write_checkpoint(model, tmp_path / "base")
    trained = train(model, tmp_path / "fix", layers="early", rank=3, n_steps=12)
    data = fix_data()
    opened = TransformersModel(base, replace(OPTIONS, adapter=tmp_path / "fix"))
    prompts = [
        Prompt(
            prompt_id=each.text,
            item_id=each.text,
            mode="log-likelihood",
            text=each.text,
            continuations=(each.reply,),
        )
        for each in data.stopping
    ]
    scores = opened.log_likelihoods(prompts)
    loss = -sum(each.values[0] for each in scores) / sum(each.n_tokens[0] for each in scores)
    assert trained.steps[-1].capability == pytest.approx(loss, abs=1e-5)
    assert trained.steps[-1].capability != pytest.approx(trained.steps[0].capability, abs=1e-3)
    config = json.loads((tmp_path / "fix" / CONFIG).read_text())
    assert config["base_model_name_or_path"] == BASE
    assert not (tmp_path / "fix" / CHECKPOINT).exists()


def test_what_is_reported(tmp_path: Path) -> None:
    seen: list[tuple[TrainingStep, int]] = []
    trained = train(
        biased_model(), tmp_path, n_steps=12, on_step=lambda step, n: seen.append((step, n))
    )
    assert [each for each, _ in seen] == list(trained.steps)
    assert {n for _, n in seen} == {12}
    assert [each.step for each in trained.steps] == list(range(13))
    looked = [each.step for each in trained.steps if each.capability is not None]
    assert looked == [0, 5, 10, 12]
    assert trained.steps[0].kl == 0
    assert (trained.base_sha256, trained.data_sha256) == (SHA256, fix_data().sha256)
    assert (trained.stopped_because, trained.kept_step) == ("done", 12)


def test_training_stops_where_the_stopping_set_gets_worse(tmp_path: Path) -> None:
    settings: dict[str, Any] = {"max_capability_loss": 0.02, "kl_weight": 0.0, "n_steps": 60}
    trained = train(biased_model(), tmp_path / "a", **settings)
    assert trained.stopped_because == "capability"
    *_, last = trained.steps
    assert last.step < 60
    looks = {each.step: each.capability or 0 for each in trained.steps if each.capability}
    assert looks[last.step] - looks[0] > 0.02 >= looks[trained.kept_step] - looks[0]
    assert trained.kept_step == sorted(looks)[-2]
    # What is written is the kept step, not the last.
    matrices: dict[int, dict[str, torch.Tensor]] = {}
    with pytest.MonkeyPatch.context() as patch:
        record_updates(patch, matrices)
        train(biased_model(), tmp_path / "b", **settings)
    kept = load_file(tmp_path / "a" / WEIGHTS)
    for name, each in matrices[trained.kept_step].items():
        assert torch.equal(each, kept[name])


def record_updates(patch: pytest.MonkeyPatch, seen: dict[int, dict[str, torch.Tensor]]) -> None:
    measure = Training._measure

    def measured(self: Any, step: int, *, is_last: bool) -> TrainingStep:
        seen[step] = self.adapter.copy()
        return measure(self, step, is_last=is_last)

    patch.setattr(Training, "_measure", measured)


def test_without_a_stopping_set_training_goes_to_its_end(tmp_path: Path) -> None:
    data = replace(fix_data(), stopping=())
    trained = train(biased_model(), tmp_path, data=data, n_steps=4, max_capability_loss=-1.0)
    assert (trained.stopped_because, trained.kept_step) == ("done", 4)


# That it can be repeated


def test_two_trainings_give_the_same_bytes(tmp_path: Path) -> None:
    first = train(biased_model(), tmp_path / "a", n_steps=8)
    torch.manual_seed(12)
    second = train(biased_model(), tmp_path / "b", n_steps=8)
    other = train(biased_model(), tmp_path / "c", n_steps=8, seed=1)
    assert first == second
    assert written(tmp_path / "a") == written(tmp_path / "b")
    assert other.steps != first.steps


class Killed(BaseException):
    """As a signal would end the training."""


def kill_at(last: int) -> Callable[[TrainingStep, int], None]:
    def on_step(step: TrainingStep, _: int) -> None:
        if step.step == last:
            raise Killed

    return on_step


@pytest.mark.parametrize("objective", ["association-neutrality", "concept-awareness"])
def test_a_killed_training_goes_on_to_the_same_bytes(tmp_path: Path, objective: str) -> None:
    undisturbed = train(biased_model(), tmp_path / "whole", objective=objective)
    model = biased_model()
    for last in (13, 24):
        with pytest.raises(Killed):
            train(model, tmp_path / "cut", objective=objective, on_step=kill_at(last))
    steps: list[int] = []
    trained = train(
        model,
        tmp_path / "cut",
        objective=objective,
        on_step=lambda step, _: steps.append(step.step),
    )
    assert steps == [20, 21, 22, 23, 24]
    assert trained == undisturbed
    assert written(tmp_path / "cut") == written(tmp_path / "whole")


def test_a_checkpoint_of_another_training_is_not_gone_on_from(tmp_path: Path) -> None:
    for settings in ({"seed": 1}, {"learning_rate": 1e-3}):
        with pytest.raises(Killed):
            train(biased_model(), tmp_path / "cut", on_step=kill_at(11), **settings)
        assert (tmp_path / "cut" / CHECKPOINT).exists()
    assert train(biased_model(), tmp_path / "cut") == train(biased_model(), tmp_path / "whole")
    assert written(tmp_path / "cut") == written(tmp_path / "whole")


def test_a_damaged_checkpoint_is_not_gone_on_from(tmp_path: Path) -> None:
    with pytest.raises(Killed):
        train(biased_model(), tmp_path, on_step=kill_at(11))
    content = (tmp_path / CHECKPOINT).read_bytes()
    (tmp_path / CHECKPOINT).write_bytes(content[: len(content) // 2])
    seen: list[int] = []
    train(biased_model(), tmp_path, on_step=lambda step, _: seen.append(step.step))
    assert seen[0] == 0


def test_a_broken_write_leaves_no_half_adapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    train(biased_model(), tmp_path, n_steps=2)
    replace_file = Path.replace

    def fail_on_config(self: Path, target: Path) -> Path:
        if target.name == CONFIG:
            raise OSError(28, "No space left on device")
        return replace_file(self, target)

    monkeypatch.setattr(Path, "replace", fail_on_config)
    with pytest.raises(FixNotTrained, match="No space left on device"):
        train(biased_model(), tmp_path, n_steps=3)
    assert not (tmp_path / CONFIG).exists()


# What it leaves alone


def test_the_network_is_as_it_was(tmp_path: Path) -> None:
    model = biased_model()
    before = portrait(model.module)
    train(model, tmp_path, n_steps=2)
    assert_same(before, portrait(model.module))


def fail(*_: Any, **__: Any) -> Any:
    raise Killed


@pytest.mark.parametrize(
    ("place", "name"),
    [
        (training, "_begin"),
        (training, "choose_objective"),
        (training, "read_checkpoint"),
        (training, "write_checkpoint"),
        (training, "write_adapter"),
        (Passes, "predict"),
        (torch.optim.AdamW, "step"),
        (torch.Tensor, "backward"),
        ("auditor.fixing.injected", "_begin"),
    ],
)
def test_the_network_is_as_it_was_after_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: Any, name: str
) -> None:
    model = biased_model()
    before = portrait(model.module)
    if isinstance(place, str):
        monkeypatch.setattr(f"{place}.{name}", fail)
    else:
        monkeypatch.setattr(place, name, fail)
    with pytest.raises(Killed):
        train(model, tmp_path, n_steps=11)
    monkeypatch.undo()
    assert_same(before, portrait(model.module))


@pytest.mark.parametrize("group", ["early", "late"])
def test_a_half_precision_network_keeps_its_type(tmp_path: Path, group: str) -> None:
    model = biased_model()
    model.module.to(torch.bfloat16)
    trained = train(model, tmp_path, layers=group, n_steps=12)
    assert model.module.dtype == torch.bfloat16
    assert all(each.dtype == torch.float32 for each in load_file(tmp_path / WEIGHTS).values())
    assert trained.steps[-1].bias_loss < trained.steps[0].bias_loss


def test_other_families_can_be_trained(tmp_path: Path) -> None:
    for family, names in (("gpt2", ("c_attn",)), ("mamba", ("in_proj",))):
        tokenizer = biased_model().tokenizer
        module = build_network(family, vocab_size=len(tokenizer))
        model = TinyModel(module, tokenizer, form="<user> {text} <end> <reply>")
        before = portrait(module)
        trained = train(model, tmp_path / family, target_modules=names, n_steps=16)
        assert trained.steps[-1].bias_loss < trained.steps[0].bias_loss
        assert_same(before, portrait(module))


# What is said where it cannot be done


def test_missing_layers(tmp_path: Path) -> None:
    with pytest.raises(FixNotTrained, match=r"no linear layers elsewhere in model\.layers"):
        train(biased_model(), tmp_path / "fix", target_modules=("q_proj", "elsewhere"))
    assert not (tmp_path / "fix").exists()


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
    ],
)
def test_too_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def run_out(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(torch.optim.AdamW, "step", run_out)
    with pytest.raises(FixNotTrained, match="The machine ran out of memory"):
        train(biased_model(), tmp_path)


def test_a_defect_of_ours_is_not_taken_for_too_little_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_down(*_: Any, **__: Any) -> None:
        raise RuntimeError("shapes do not fit")

    monkeypatch.setattr(torch.optim.AdamW, "step", break_down)
    with pytest.raises(RuntimeError, match="shapes do not fit"):
        train(biased_model(), tmp_path)


def test_a_loss_that_is_not_finite(tmp_path: Path) -> None:
    model = biased_model()
    with torch.no_grad():
        model.module.lm_head.weight[7] = float("inf")
    with pytest.raises(FixNotTrained, match="not finite at step 0"):
        train(model, tmp_path)


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(FixNotTrained, match="Cannot read or write"):
        train(biased_model(), tmp_path / "file" / "fix", n_steps=1)


def test_an_empty_reply(tmp_path: Path) -> None:
    data = replace(fix_data(), neutral=(TrainingReply(text="name apple", reply=""),))
    with pytest.raises(FixNotTrained, match="cannot be learned"):
        train(biased_model(), tmp_path, data=data)
