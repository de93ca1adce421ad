"""Adapters that cannot be used are refused in one sentence, before any heavy library loads."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
from peft.utils.other import get_pattern_key
from safetensors.numpy import load_file, save_file
from safetensors.torch import load_file as load_torch
from safetensors.torch import save_file as save_torch

from auditor.backends.adapter_config import read_peft_settings
from auditor.backends.adapter_files import read_adapter
from auditor.backends.identity import combine_hashes, hash_files
from auditor.errors import ModelNotLoaded
from tests.backends.tiny_adapter import write_adapter
from tests.backends.tiny_gguf import write_tiny_gguf

CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
QUERY = "base_model.model.model.layers.0.self_attn.q_proj"


@pytest.fixture
def folder(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    return write_adapter(tiny_checkpoint, tmp_path / "adapter", target_modules=["q_proj"])


def refusal(path: Path) -> str:
    with pytest.raises(ModelNotLoaded) as caught:
        read_adapter(path)
    message = str(caught.value)
    assert str(path) in message
    assert "\n" not in message
    return message


def set_config(folder: Path, **settings: Any) -> Path:
    path = folder / CONFIG
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, **settings}), encoding="utf-8")
    return folder


def set_tensors(folder: Path, **tensors: Any) -> Path:
    """Replace, add, or with None remove tensors of the first query layer."""
    path = folder / WEIGHTS
    content = load_file(path) | {f"{QUERY}.{name}": value for name, value in tensors.items()}
    save_file({name: value for name, value in content.items() if value is not None}, path)
    return folder


def tensors(**named: Any) -> dict[str, Any]:
    return {name.replace("__", "."): value for name, value in named.items()}


def ones(*shape: int) -> Any:
    return np.ones(shape, dtype=np.float32)


def test_a_sound_adapter_is_read(folder: Path) -> None:
    adapter = read_adapter(folder)
    assert adapter.form == "peft"
    assert set(adapter.pairs) == {f"model.layers.{n}.self_attn.q_proj" for n in range(3)}
    pair = adapter.pairs["model.layers.0.self_attn.q_proj"]
    assert (pair.rank, pair.shape, pair.scaling) == (4, (32, 32), 2)
    assert adapter.sha256 == combine_hashes(hash_files([folder / CONFIG, folder / WEIGHTS]))
    assert not adapter.is_without_effect


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
def test_every_stored_type_is_read(folder: Path, dtype: str) -> None:
    import torch

    path = folder / WEIGHTS
    stored = {name: each.to(getattr(torch, dtype)) for name, each in load_torch(path).items()}
    save_torch(stored, path)
    for name, pair in read_adapter(folder).pairs.items():
        for side, matrix in (("A", pair.a), ("B", pair.b)):
            expected = stored[f"base_model.model.{name}.lora_{side}.weight"].float().numpy()
            assert matrix.dtype == np.float32
            np.testing.assert_array_equal(matrix, expected)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"peft_type": "IA3"}, "only LORA"),
        ({"use_dora": True}, "DoRA.*merge_and_unload"),
        ({"bias": "lora_only"}, "biases.*merge_and_unload"),
        ({"modules_to_save": ["lm_head"]}, "trained whole.*merge"),
        ({"lora_bias": True}, "bias of its own"),
        ({"trainable_token_indices": [1]}, "tokens"),
        ({"alora_invocation_tokens": [1]}, "switch it on"),
        ({"init_lora_weights": "pissa_niter_4"}, "changes the base model's own weights"),
        ({"use_novelty": {"strength": 1}}, "sets use_novelty, which auditor does not know"),
        ({"r": 0}, "damaged: r is"),
        ({"r": None}, "damaged: r is"),
        ({"lora_alpha": "much"}, "damaged: lora_alpha"),
        ({"alpha_pattern": {"(": 1}}, "damaged: alpha_pattern"),
        ({"r": 8}, "should have 8"),
    ],
)
def test_more_than_a_plain_lora_is_refused(
    folder: Path, settings: dict[str, Any], words: str
) -> None:
    with pytest.raises(ModelNotLoaded, match=words):
        read_adapter(set_config(folder, **settings))


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (tensors(lora_B__weight=None), "lacks one of the two matrices"),
        (tensors(lora_B__weight=ones(32, 3)), "no product"),
        (tensors(lora_B__weight=ones(1, 32, 4)), "no product"),
        (tensors(lora_B__weight=np.nan * ones(32, 4)), "not finite"),
        (tensors(lora_B__weight=np.ones((32, 4), dtype=np.int8)), "stores .* as I8"),
        (tensors(lora_magnitude_vector=ones(32)), "DoRA"),
        (tensors(lora_embedding_A=ones(4, 32)), "the embeddings or the output layer"),
        (tensors(weight=ones(32, 32)), "no plain LoRA"),
    ],
)
def test_tensors_that_make_no_plain_lora_are_refused(
    folder: Path, changed: dict[str, Any], words: str
) -> None:
    with pytest.raises(ModelNotLoaded, match=words):
        read_adapter(set_tensors(folder, **changed))


def test_the_output_layer_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = write_adapter(tiny_checkpoint, tmp_path / "a", target_modules=["lm_head"])
    assert "the embeddings or the output layer" in refusal(folder)


def test_missing_files_have_their_sentences(folder: Path, tiny_checkpoint: Path) -> None:
    (folder / WEIGHTS).rename(folder / "adapter_model.bin")
    assert "pickle" in refusal(folder)
    (folder / "adapter_model.bin").unlink()
    assert f"has no {WEIGHTS}" in refusal(folder)
    (folder / CONFIG).unlink()
    assert f"has no {CONFIG}" in refusal(folder)
    assert "There is no adapter" in refusal(folder / "nothing")
    assert "a whole model and no adapter" in refusal(tiny_checkpoint)


def test_a_file_inside_a_peft_folder_is_not_the_adapter(folder: Path) -> None:
    assert "name the folder that holds it" in refusal(folder / WEIGHTS)
    assert "name the folder that holds it" in refusal(folder / CONFIG)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.1, 0.5, 0.999])
def test_weights_cut_short_are_refused(folder: Path, share: float) -> None:
    whole = (folder / WEIGHTS).read_bytes()
    (folder / WEIGHTS).write_bytes(whole[: int(len(whole) * share)])
    assert "cut short" in refusal(folder)


def test_text_files_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / WEIGHTS).write_text("Not Found", encoding="utf-8")
    assert "not a safetensors file" in refusal(folder)
    (folder / CONFIG).write_text("Not Found", encoding="utf-8")
    assert "not JSON" in refusal(folder)
    (tmp_path / "adapter.gguf").write_text("Not Found", encoding="utf-8")
    assert "not a GGUF file" in refusal(tmp_path / "adapter.gguf")


def test_an_empty_adapter_is_refused(folder: Path) -> None:
    save_file({}, folder / WEIGHTS)
    assert "no LoRA matrices" in refusal(folder)


def write_odd_gguf(path: Path, name: str = "blk.0.attn_q.weight", **fields: Any) -> Path:
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(fields.pop("kind", "adapter"))
    writer.add_string("adapter.type", fields.pop("method", "lora"))
    writer.add_float32("adapter.lora.alpha", fields.pop("alpha", 8.0))
    if "tokens" in fields:
        writer.add_array("adapter.alora.invocation_tokens", fields["tokens"])
    writer.add_tensor(f"{name}.lora_a", ones(4, 32))
    writer.add_tensor(f"{name}{fields.pop('ending', '.lora_b')}", ones(32, 4))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def test_a_gguf_without_alpha_counts_as_it_is(tmp_path: Path) -> None:
    """As in llama.cpp: scale = alpha / rank, or 1 where alpha is 0."""
    with_alpha = read_adapter(write_odd_gguf(tmp_path / "a.gguf"))
    without = read_adapter(write_odd_gguf(tmp_path / "b.gguf", alpha=0.0))
    assert with_alpha.pairs["blk.0.attn_q"].scaling == 2
    assert without.pairs["blk.0.attn_q"].scaling == 1
    assert with_alpha.sha256 == hash_files([tmp_path / "a.gguf"])[0].sha256


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "model"}, "is a model and no adapter"),
        ({"method": "control"}, "the kind control"),
        ({"tokens": [1, 2]}, "aLoRA"),
        ({"alpha": float("nan")}, "damaged: its alpha"),
        ({"name": "token_embd.weight"}, "the embeddings or the output layer"),
        ({"name": "output.weight"}, "the embeddings or the output layer"),
        ({"ending": "_norm.weight"}, "no plain LoRA"),
    ],
)
def test_odd_gguf_adapters_are_refused(tmp_path: Path, fields: dict[str, Any], words: str) -> None:
    assert words in refusal(write_odd_gguf(tmp_path / "a.gguf", **fields))


def test_whole_models_and_cut_files_are_refused(tmp_path: Path) -> None:
    assert "is a model and no adapter" in refusal(write_tiny_gguf(tmp_path / "model.gguf"))
    whole = write_odd_gguf(tmp_path / "a.gguf").read_bytes()
    for n_bytes in (30, len(whole) // 2, len(whole) - 64):
        (tmp_path / "cut.gguf").write_bytes(whole[:n_bytes])
        assert "cut short" in refusal(tmp_path / "cut.gguf")


@pytest.mark.parametrize(
    "module", ["model.layers.1.self_attn.q_proj", "model.layers.11.mlp.up_proj", "h.0.attn.c_attn"]
)
def test_patterns_match_as_in_peft(folder: Path, module: str) -> None:
    pattern = {"layers.1.self_attn.q_proj": 3, "self_attn.q_proj": 5, "up": 7, r"1\.mlp\..*": 9}
    settings = read_peft_settings(set_config(folder, rank_pattern=pattern) / CONFIG)
    assert settings.rank_of(module) == pattern.get(get_pattern_key(list(pattern), module), 4)


@pytest.mark.slow
def test_reading_loads_no_heavy_library(folder: Path) -> None:
    code = (
        "import sys; from pathlib import Path; "
        "from auditor.backends.adapter_files import read_adapter; "
        "from auditor.backends.adapter_opening import find_gguf_adapter; "
        "read_adapter(Path(sys.argv[1])); "
        "sys.exit(bool({'torch', 'peft', 'transformers', 'llama_cpp'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(folder)], check=False)
    assert done.returncode == 0
