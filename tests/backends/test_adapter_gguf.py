"""PEFT to GGUF and back: the same product for every layer, in llama.cpp's order of rows."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import pytest
import transformers
from numpy.typing import NDArray

from auditor.backends.adapter_files import LoraAdapter, read_adapter
from auditor.backends.adapter_gguf import to_gguf, to_peft, write_gguf_adapter
from auditor.backends.adapter_names import (
    _LAYERS,
    Layout,
    layout_of_config,
    layout_of_gguf,
    order_rows,
    tensor_names,
)
from auditor.backends.gguf_file import read_gguf_header
from auditor.errors import ModelNotLoaded
from tests.backends.tiny_adapter import BASE_NAME, random_peft_model, save_adapter, write_adapter
from tests.backends.tiny_gguf import write_tiny_gguf

TRANSLATED = ("llama", "mistral", "qwen2", "gemma2", "gemma3_text")
PATTERNS: dict[str, Any] = {
    "rank_pattern": {"q_proj": 2, r"1\.mlp\.up_proj": 3},
    "alpha_pattern": {"v_proj": 5, "layers.0.self_attn.k_proj": 1.5},
}


def layout_of(checkpoint: Path) -> Layout:
    return layout_of_config(json.loads((checkpoint / "config.json").read_text(encoding="utf-8")))


def products(adapter: LoraAdapter) -> dict[str, NDArray[Any]]:
    return {name: pair.scaling * pair.b @ pair.a for name, pair in adapter.pairs.items()}


@pytest.mark.parametrize("family", TRANSLATED)
def test_there_and_back_again(
    family: str, checkpoint_of: Callable[[str], Path], tmp_path: Path
) -> None:
    checkpoint = checkpoint_of(family)
    folder, target = write_adapter(checkpoint, tmp_path / "peft"), tmp_path / "adapter.gguf"
    write_gguf_adapter(folder, target, base_config=checkpoint)
    before, after = read_adapter(folder), to_peft(read_adapter(target), layout_of(checkpoint))
    assert before.pairs.keys() == after.pairs.keys()
    for name, pair in before.pairs.items():
        np.testing.assert_array_equal(pair.a, after.pairs[name].a)
        np.testing.assert_array_equal(pair.b, after.pairs[name].b)
        assert pair.scaling == after.pairs[name].scaling == 2
    assert after.base_name == before.base_name == BASE_NAME
    assert after.architecture == layout_of(checkpoint).architecture


def test_the_file_is_what_llama_cpp_asks_for(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = write_adapter(tiny_checkpoint, tmp_path / "peft", target_modules=["down_proj"])
    write_gguf_adapter(folder, tmp_path / "a.gguf", base_config=tiny_checkpoint)
    reader = gguf.GGUFReader(tmp_path / "a.gguf")
    said = {name: field.contents() for name, field in reader.fields.items()}
    assert said["general.type"] == "adapter"
    assert said["general.architecture"] == "llama"
    assert said["adapter.type"] == "lora"
    assert said["adapter.lora.alpha"] == 8
    shapes = {tensor.name: tuple(tensor.shape.tolist()) for tensor in reader.tensors}
    # The library's order: innermost first. Rank 4, 64 inputs, 32 outputs.
    assert shapes["blk.2.ffn_down.weight.lora_a"] == (64, 4)
    assert shapes["blk.2.ffn_down.weight.lora_b"] == (4, 32)
    assert len(shapes) == 6


@pytest.mark.parametrize("settings", [{}, {"use_rslora": True}, PATTERNS, {"lora_alpha": 3}])
def test_every_product_is_that_of_peft(
    settings: dict[str, Any], tiny_checkpoint: Path, tmp_path: Path
) -> None:
    model = random_peft_model(tiny_checkpoint, **settings)
    save_adapter(model, tmp_path)
    network = model.get_base_model()
    read, layout = read_adapter(tmp_path), layout_of(tiny_checkpoint)
    again = products(to_peft(to_gguf(read, layout), layout))
    assert len(again) == 21
    for name, product in products(read).items():
        expected = network.get_submodule(name).get_delta_weight("default").detach().numpy()
        np.testing.assert_allclose(product, expected, rtol=1e-5, atol=1e-6)
        np.testing.assert_allclose(again[name], expected, rtol=1e-5, atol=1e-6)


def test_gguf_has_one_alpha_for_all(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = write_adapter(tiny_checkpoint, tmp_path / "peft", **PATTERNS)
    write_gguf_adapter(folder, tmp_path / "a.gguf", base_config=tiny_checkpoint)
    pairs = read_adapter(tmp_path / "a.gguf").pairs.values()
    assert len({pair.scaling * pair.rank for pair in pairs}) == 1
    assert {pair.rank for pair in pairs} == {2, 3, 4}


@pytest.mark.parametrize(("leaf", "n_heads"), [("q_proj", 4), ("k_proj", 2)])
def test_rows_of_query_and_key_heads_are_interleaved(leaf: str, n_heads: int) -> None:
    layout = Layout(architecture="llama", n_heads=(4,), n_kv_heads=(2,))
    head, half = 8, 4
    b = np.arange(n_heads * head * 3, dtype=np.float32).reshape(-1, 3)
    module = f"model.layers.0.self_attn.{leaf}"
    moved = order_rows(b, module, layout, to_gguf=True)
    for h in range(n_heads):
        for i in range(half):
            first, second = moved[h * head + 2 * i], moved[h * head + 2 * i + 1]
            np.testing.assert_array_equal(first, b[h * head + i])
            np.testing.assert_array_equal(second, b[h * head + half + i])
    np.testing.assert_array_equal(order_rows(moved, module, layout, to_gguf=False), b)


@pytest.mark.parametrize(
    ("architecture", "leaf"),
    [("llama", "self_attn.v_proj"), ("llama", "mlp.up_proj"), ("qwen2", "self_attn.q_proj")],
)
def test_other_rows_stay(architecture: str, leaf: str) -> None:
    layout = Layout(architecture=architecture, n_heads=(4,), n_kv_heads=(2,))
    b = np.arange(96, dtype=np.float32).reshape(32, 3)
    moved = order_rows(b, f"model.layers.0.{leaf}", layout, to_gguf=True)
    np.testing.assert_array_equal(moved, b)


@pytest.mark.parametrize("architecture", sorted(_LAYERS))
def test_every_layer_has_a_name_of_its_own(architecture: str) -> None:
    layout = Layout(architecture=architecture, n_heads=(4,) * 12, n_kv_heads=(2,) * 12)
    names = tensor_names(layout)
    assert len(set(names.values())) == len(names) == 12 * len(_LAYERS[architecture])
    assert names["model.layers.11.self_attn.o_proj"] == "blk.11.attn_output"


def test_a_base_is_described_in_any_way(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = write_adapter(tiny_checkpoint, tmp_path / "peft")
    config = transformers.AutoConfig.from_pretrained(tiny_checkpoint)
    file = tiny_checkpoint / "config.json"
    written = []
    for index, base in enumerate((tiny_checkpoint, file, config, config.to_dict())):
        target = tmp_path / f"{index}.gguf"
        write_gguf_adapter(folder, target, base_config=base)
        written.append(target.read_bytes())
    assert len(set(written)) == 1


def test_a_layout_is_the_same_from_either_format(tmp_path: Path) -> None:
    header = read_gguf_header(write_tiny_gguf(tmp_path / "tiny.gguf"))
    config = {"model_type": "llama", "num_hidden_layers": 2, "num_attention_heads": 4}
    assert layout_of_gguf(header) == layout_of_config({**config, "num_key_value_heads": 2})
    assert layout_of_config(config).n_kv_heads == (4, 4)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"model_type": "bloom"}, "cannot be translated for the architecture bloom"),
        ({}, "cannot be translated"),
        ({"model_type": "llama"}, "does not say how many layers"),
    ],
)
def test_a_base_that_is_unknown_has_its_sentence(
    config: dict[str, Any], words: str, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    folder = write_adapter(tiny_checkpoint, tmp_path / "peft")
    with pytest.raises(ModelNotLoaded, match=words):
        write_gguf_adapter(folder, tmp_path / "a.gguf", base_config=config)
    assert not (tmp_path / "a.gguf").exists()


def test_layers_that_the_base_lacks_have_their_sentence(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    folder = write_adapter(tiny_checkpoint, tmp_path / "peft")
    config = {"model_type": "llama", "num_hidden_layers": 2, "num_attention_heads": 4}
    with pytest.raises(ModelNotLoaded, match=r"made for someone/tiny-model .*changes .*layers.2"):
        write_gguf_adapter(folder, tmp_path / "a.gguf", base_config=config)
    config |= {"num_hidden_layers": 3, "num_attention_heads": 5}
    with pytest.raises(ModelNotLoaded, match=r"changes .*k_proj, which"):
        write_gguf_adapter(folder, tmp_path / "a.gguf", base_config=config)


def test_a_target_that_cannot_be_written_has_its_sentence(
    tiny_checkpoint: Path, tmp_path: Path
) -> None:
    folder = write_adapter(tiny_checkpoint, tmp_path / "peft")
    with pytest.raises(ModelNotLoaded, match=r"Cannot write the adapter .*No such file"):
        write_gguf_adapter(folder, tmp_path / "none" / "a.gguf", base_config=tiny_checkpoint)
