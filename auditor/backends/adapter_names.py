"""What linear layers are called in transformers and in GGUF, and how their rows are ordered."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray

from auditor.backends.gguf_file import GgufHeader
from auditor.errors import ModelNotLoaded

_QUERY, _KEY = "self_attn.q_proj", "self_attn.k_proj"
_ATTENTION = (_QUERY, _KEY, "self_attn.v_proj", "self_attn.o_proj")
_GATED = (*_ATTENTION, "mlp.gate_proj", "mlp.up_proj", "mlp.down_proj")
_LAYERS: dict[str, tuple[str, ...]] = {
    "llama": _GATED,
    "qwen2": _GATED,
    "qwen3": _GATED,
    "gemma": _GATED,
    "gemma2": _GATED,
    "gemma3": _GATED,
    "granite": _GATED,
    "olmo2": _GATED,
    "smollm3": _GATED,
    "phi3": ("self_attn.qkv_proj", "self_attn.o_proj", "mlp.gate_up_proj", "mlp.down_proj"),
    "starcoder2": (*_ATTENTION, "mlp.c_fc", "mlp.c_proj"),
}
"""By GGUF's name of the architecture, the linear layers of a block that GGUF takes as they are."""
_PERMUTED = frozenset({"llama", "granite", "smollm3"})
"""Architectures whose query and key rows llama.cpp's converter puts into another order."""
_ARCHITECTURES = {"mistral": "llama", "gemma3_text": "gemma3"}
"""From transformers' `model_type`, where GGUF has another name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """As much of a base model as the translation of an adapter needs."""

    architecture: str
    """As GGUF files name it."""
    n_heads: tuple[int, ...]
    """Of each block."""
    n_kv_heads: tuple[int, ...]

    @property
    def n_layers(self) -> int:
        """Transformer blocks."""
        return len(self.n_heads)


def layout_of_config(config: Mapping[str, Any]) -> Layout:
    """From a `config.json` of transformers.

    Raises:
        ModelNotLoaded: Adapters of this architecture cannot be translated.
    """
    kind = str(config.get("model_type", ""))
    architecture = _ARCHITECTURES.get(kind, kind)
    _require_known(architecture)
    n_layers, n_heads = config.get("num_hidden_layers"), config.get("num_attention_heads")
    n_kv_heads = config.get("num_key_value_heads") or n_heads
    return Layout(
        architecture=architecture,
        n_heads=_of_each(n_heads, n_layers, kind),
        n_kv_heads=_of_each(n_kv_heads, n_layers, kind),
    )


def layout_of_gguf(header: GgufHeader) -> Layout:
    """From the header of a model's GGUF file.

    Raises:
        ModelNotLoaded: Adapters of this architecture cannot be translated.
    """
    architecture = header.architecture
    _require_known(architecture)
    said = {
        name: header.metadata.get(f"{architecture}.{name}")
        for name in ("block_count", "attention.head_count", "attention.head_count_kv")
    }
    n_layers, n_heads, n_kv_heads = said.values()
    return Layout(
        architecture=architecture,
        n_heads=_of_each(n_heads, n_layers, architecture),
        n_kv_heads=_of_each(n_kv_heads or n_heads, n_layers, architecture),
    )


def architecture_of_class(name: str | None) -> str | None:
    """GGUF's architecture for a class of transformers; None for one that is unknown here."""
    kind = (name or "").removesuffix("ForCausalLM").lower()
    architecture = _ARCHITECTURES.get(kind, kind)
    return architecture if architecture in _LAYERS else None


def architecture_of_type(kind: str) -> str:
    """GGUF's architecture for a `model_type` of transformers; of one unknown here, itself."""
    return _ARCHITECTURES.get(kind, kind)


def tensor_names(layout: Layout) -> dict[str, str]:
    """GGUF's name for each linear layer of the blocks, by that of transformers."""
    architecture = next(
        key for key, name in gguf.MODEL_ARCH_NAMES.items() if name == layout.architecture
    )
    known = gguf.get_tensor_name_map(architecture, layout.n_layers)
    names = {}
    for layer in range(layout.n_layers):
        for leaf in _LAYERS[layout.architecture]:
            module = f"model.layers.{layer}.{leaf}"
            name = known.get_name(module)
            assert name is not None, module
            names[module] = name
    return names


def order_rows(
    b: NDArray[np.float32], module: str, layout: Layout, *, to_gguf: bool
) -> NDArray[np.float32]:
    """Rows of a matrix B, shape (outputs, rank), in the order of the other format.

    transformers rotates the halves of a head, llama.cpp neighbours; so `LlamaModel.permute` of
    llama.cpp's convert_hf_to_gguf.py interleaves the halves of every query and key head.

    Raises:
        ValueError: The rows do not divide into heads.
    """
    layer, _, leaf = module.removeprefix("model.layers.").partition(".")
    if layout.architecture not in _PERMUTED or leaf not in (_QUERY, _KEY):
        return b
    n_heads = (layout.n_heads if leaf == _QUERY else layout.n_kv_heads)[int(layer)]
    parts = (n_heads, 2, -1) if to_gguf else (n_heads, -1, 2)
    return b.reshape(*parts, b.shape[1]).swapaxes(1, 2).reshape(b.shape)


def _of_each(value: Any, n_layers: Any, kind: str) -> tuple[int, ...]:
    if isinstance(n_layers, int) and isinstance(value, int) and value > 0:
        return (value,) * n_layers
    if isinstance(value, list | tuple) and len(value) == n_layers:
        return tuple(map(int, value))
    raise ModelNotLoaded(f"The base model ({kind}) does not say how many layers and heads it has.")


def _require_known(architecture: str) -> None:
    if architecture not in _LAYERS:
        raise ModelNotLoaded(
            f"Adapters cannot be translated for the architecture {architecture}; give a GGUF "
            "adapter for a GGUF model in llama.cpp, or a PEFT folder for one in transformers."
        )
