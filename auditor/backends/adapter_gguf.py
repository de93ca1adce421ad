"""Translate LoRA adapters between PEFT and GGUF, and write the latter for llama.cpp."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gguf
import platformdirs

from auditor.backends.adapter_files import LoraAdapter, LoraPair, read_adapter
from auditor.backends.adapter_fit import BaseModel, require_fit, require_same_architecture
from auditor.backends.adapter_names import (
    Layout,
    layout_of_config,
    layout_of_gguf,
    order_rows,
    tensor_names,
)
from auditor.backends.checkpoint_folder import CONFIG, read_json
from auditor.backends.gguf_file import GgufHeader
from auditor.errors import ModelNotLoaded

_FORMAT = 1
"""Of the files in the cache; a new number leaves the old ones behind."""


def write_gguf_adapter(peft_folder: Path, target: Path, *, base_config: Any | Path) -> None:
    """Write a PEFT adapter as a GGUF file that llama.cpp loads.

    The matrices are stored as float32. Other scalings than alpha / rank (rsLoRA, alphas that
    differ) are multiplied into B, since GGUF has one alpha for all.

    Args:
        peft_folder: Holds adapter_config.json and adapter_model.safetensors.
        target: The file to write; its folder is there.
        base_config: Of the base model: its folder or config.json, the latter's content, or
            transformers' object.

    Raises:
        ModelNotLoaded: The adapter cannot be read, translated or written.
    """
    adapter = read_adapter(peft_folder)
    if adapter.form != "peft":
        raise ModelNotLoaded(f"{peft_folder} is a GGUF adapter already; name a PEFT folder.")
    _write(to_gguf(adapter, layout_of_config(_config(base_config))), target)


def gguf_adapter_file(
    adapter: LoraAdapter, header: GgufHeader, base: BaseModel, *, cache_dir: Path | None = None
) -> Path:
    """The adapter as a GGUF file for this model: its own, or one translated into the cache.

    Args:
        adapter: In either form.
        header: Of the model's file.
        base: The same model, for the sentence of a refusal.
        cache_dir: Where translated adapters are; None for the user's cache folder.

    Raises:
        ModelNotLoaded: The adapter does not fit the model, or the cache cannot be written.
    """
    require_same_architecture(adapter, base)
    weights = {name.removesuffix(".weight"): shape for name, shape in header.shapes.items()}
    if adapter.form == "gguf":
        require_fit(adapter, base, weights)
        return adapter.path
    layout = layout_of_gguf(header)
    names = tensor_names(layout)
    require_fit(
        adapter, base, {key: weights[name] for key, name in names.items() if name in weights}
    )
    key = hashlib.sha256(f"{adapter.sha256} {layout}".encode()).hexdigest()
    root = cache_dir or Path(platformdirs.user_cache_dir("auditor"))
    target = root / "adapters" / f"{key[:32]}-{_FORMAT}.gguf"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _unwritable(target, error) from error
    # Written anew each time, which takes less than a look whether the old file is whole.
    _write(to_gguf(adapter, layout), target)
    return target


def to_gguf(adapter: LoraAdapter, layout: Layout) -> LoraAdapter:
    """A PEFT adapter with GGUF's names, order of rows, and one alpha for all layers.

    Raises:
        ModelNotLoaded: It changes layers that the base model does not have.
    """
    names = tensor_names(layout)
    renamed = _rename(adapter, layout, names, to_gguf=True)
    products = {name: pair.scaling * pair.rank for name, pair in renamed.items()}
    alpha = max(products.values())
    pairs = {}
    for name, pair in renamed.items():
        factor = products[name] / alpha
        b = pair.b if factor == 1 else (pair.b * factor).astype(pair.b.dtype)
        pairs[name] = replace(pair, b=b, scaling=alpha / pair.rank)
    return replace(adapter, form="gguf", pairs=pairs, architecture=layout.architecture)


def to_peft(adapter: LoraAdapter, layout: Layout) -> LoraAdapter:
    """A GGUF adapter with the names and the order of rows of transformers.

    Raises:
        ModelNotLoaded: It changes layers that the base model does not have.
    """
    names = {name: module for module, name in tensor_names(layout).items()}
    pairs = _rename(adapter, layout, names, to_gguf=False)
    return replace(adapter, form="peft", pairs=pairs)


def _rename(
    adapter: LoraAdapter, layout: Layout, names: Mapping[str, str], *, to_gguf: bool
) -> dict[str, LoraPair]:
    pairs = {}
    for name, pair in adapter.pairs.items():
        if name not in names:
            raise _foreign(adapter, layout, name)
        module = name if to_gguf else names[name]
        try:
            b = order_rows(pair.b, module, layout, to_gguf=to_gguf)
        except ValueError as error:
            raise _foreign(adapter, layout, name) from error
        pairs[names[name]] = replace(pair, b=b)
    return pairs


def _write(adapter: LoraAdapter, target: Path) -> None:
    """Write beside the target and rename, so that no reader sees half a file."""
    assert adapter.architecture is not None
    pair = next(iter(adapter.pairs.values()))
    try:
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".making-") as made:
            fresh = Path(made) / target.name
            writer = gguf.GGUFWriter(fresh, adapter.architecture)
            writer.add_type(gguf.GGUFType.ADAPTER)
            writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
            writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, pair.scaling * pair.rank)
            writer.add_file_type(gguf.LlamaFileType.ALL_F32)
            if adapter.base_name is not None:
                writer.add_base_model_count(1)
                writer.add_base_model_name(0, adapter.base_name)
            for name, each in adapter.pairs.items():
                writer.add_tensor(f"{name}.weight.lora_a", each.a)
                writer.add_tensor(f"{name}.weight.lora_b", each.b)
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
            writer.close()
            fresh.replace(target)
    except OSError as error:
        raise _unwritable(target, error) from error


def _config(base: Any) -> Mapping[str, Any]:
    if isinstance(base, str | Path):
        path = Path(base)
        content: Mapping[str, Any] = read_json(path / CONFIG if path.is_dir() else path)
        return content
    if isinstance(base, Mapping):
        return base
    as_dict: Mapping[str, Any] = base.get_text_config().to_dict()
    return as_dict


def _foreign(adapter: LoraAdapter, layout: Layout, name: str) -> ModelNotLoaded:
    return ModelNotLoaded(
        f"The adapter {adapter.path} was made for {adapter.made_for} and changes {name}, which a "
        f"model of the architecture {layout.architecture} with {layout.n_layers} layers does not "
        "have so; name the model that the adapter was made for."
    )


def _unwritable(target: Path, error: OSError) -> ModelNotLoaded:
    return ModelNotLoaded(
        f"Cannot write the adapter {target}: {error.strerror or error}; "
        "free space there or choose another folder."
    )
