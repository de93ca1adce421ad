"""Read a LoRA adapter, a PEFT folder or a GGUF file, into plain matrices; whole or not at all."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import gguf
import numpy as np
from gguf.quants import dequantize
from numpy.typing import NDArray
from safetensors import SafetensorError, deserialize

from auditor.backends.adapter_config import MERGE_INSTEAD, read_peft_settings
from auditor.backends.adapter_names import architecture_of_class
from auditor.backends.gguf_file import GgufHeader, read_gguf_header
from auditor.backends.identity import combine_hashes, hash_files
from auditor.errors import ModelNotLoaded

Matrix = NDArray[np.float32]

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
_PICKLE = "adapter_model.bin"
_PEFT_TENSOR = re.compile(
    r"(?:base_model\.model\.)?(?P<name>.+)\.lora_(?P<side>[AB])(?:\.default)?\.weight"
)
_GGUF_TENSOR = re.compile(r"(?P<name>.+)\.weight\.lora_(?P<side>[ab])")
_ENDS = frozenset(
    {
        "lm_head",
        "embed_out",
        "output",
        "embed_tokens",
        "embed_in",
        "word_embeddings",
        "wte",
        "wpe",
        "token_embd",
    }
)
"""What networks call the layers that turn tokens into vectors and back."""
_DTYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoraPair:
    """What an adapter adds to one linear layer: scaling · b·a."""

    a: Matrix
    """Shape (rank, inputs of the layer)."""
    b: Matrix
    """Shape (outputs of the layer, rank)."""
    scaling: float

    @property
    def rank(self) -> int:
        """Inner width of the product."""
        return int(self.a.shape[0])

    @property
    def shape(self) -> tuple[int, int]:
        """Of the layer's weight: outputs, inputs."""
        return int(self.b.shape[0]), int(self.a.shape[1])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoraAdapter:
    """An adapter's matrices, and what it says of the model it was made for."""

    path: Path
    form: Literal["peft", "gguf"]
    pairs: Mapping[str, LoraPair]
    """By the layer's name: `model.layers.0.self_attn.q_proj` in PEFT, `blk.0.attn_q` in GGUF."""
    base_name: str | None
    """As the adapter names its base model."""
    architecture: str | None
    """As GGUF files name it; None where the adapter does not say."""
    sha256: str
    """A file's own; of a folder, that of its weights and its configuration."""

    @property
    def made_for(self) -> str:
        """Its base model, for a sentence."""
        if self.architecture is None:
            return self.base_name or "a model that it does not name"
        architecture = f"the architecture {self.architecture}"
        return f"{self.base_name} ({architecture})" if self.base_name else architecture

    @property
    def is_without_effect(self) -> bool:
        """Whether it adds zero everywhere, as before its training."""
        return not any(pair.a.any() and pair.b.any() for pair in self.pairs.values())


def read_adapter(path: Path) -> LoraAdapter:
    """Read a PEFT folder or a GGUF adapter file.

    Raises:
        ModelNotLoaded: It is missing, damaged, no adapter, or more than a plain LoRA.
    """
    path = path.expanduser()
    if path.is_dir():
        return _read_peft(path)
    if path.suffix in (".safetensors", ".bin") or path.name == CONFIG:
        raise ModelNotLoaded(f"{path} is a file of an adapter; name the folder that holds it.")
    if not path.exists():
        raise ModelNotLoaded(f"There is no adapter {path}; give a PEFT folder or a .gguf file.")
    return _read_gguf(path)


def _read_peft(folder: Path) -> LoraAdapter:
    config, weights = folder / CONFIG, folder / WEIGHTS
    _require_files(folder)
    settings = read_peft_settings(config)
    matrices: dict[str, dict[str, Matrix]] = defaultdict(dict)
    for name, matrix in _safetensors(weights):
        found = _PEFT_TENSOR.fullmatch(name)
        if found is None:
            raise _not_plain(weights, name)
        matrices[found["name"]][found["side"].lower()] = matrix
    pairs = _pair_up(weights, matrices, lambda name, _: settings.scaling_of(name))
    for name, pair in pairs.items():
        if pair.rank != settings.rank_of(name):
            raise ModelNotLoaded(
                f"{weights} does not belong to its {CONFIG}: {name} has rank {pair.rank} and "
                f"should have {settings.rank_of(name)}; copy the adapter again."
            )
    return LoraAdapter(
        path=folder,
        form="peft",
        pairs=pairs,
        base_name=settings.base_name,
        architecture=architecture_of_class(settings.base_class),
        sha256=combine_hashes(hash_files([config, weights])),
    )


def _require_files(folder: Path) -> None:
    if not (folder / CONFIG).is_file():
        raise ModelNotLoaded(
            f"{folder} is a whole model and no adapter; name it as the model."
            if (folder / "config.json").is_file()
            else f"{folder} is not an adapter: it has no {CONFIG}; copy the whole adapter."
        )
    if (folder / WEIGHTS).is_file():
        return
    if (folder / _PICKLE).is_file():
        raise ModelNotLoaded(
            f"{folder} holds its weights as a pickle ({_PICKLE}), which can run foreign code when "
            "opened; convert it where you trust it, with save_pretrained of peft, which writes "
            "safetensors."
        )
    raise ModelNotLoaded(f"{folder} has no {WEIGHTS}; copy the whole adapter.")


def _safetensors(path: Path) -> Iterator[tuple[str, Matrix]]:
    try:
        stored: Any = deserialize(path.read_bytes())  # type: ignore[no-untyped-call, unused-ignore]
    except OSError as error:
        raise ModelNotLoaded(f"Cannot read {path}: {error.strerror}.") from error
    except SafetensorError as error:
        raise ModelNotLoaded(
            f"{path} is not a safetensors file, or is cut short or damaged; copy it again."
        ) from error
    for name, tensor in sorted(stored, key=lambda each: str(each[0])):
        dtype, data, shape = tensor["dtype"], tensor["data"], tensor["shape"]
        if dtype == "BF16":
            # The upper half of a float32.
            wide = np.frombuffer(data, dtype="<u2").astype("<u4") << 16
            yield name, wide.view("<f4").reshape(shape)
        elif dtype in _DTYPES:
            yield name, np.frombuffer(data, dtype=_DTYPES[dtype]).astype("<f4").reshape(shape)
        else:
            raise ModelNotLoaded(
                f"{path} stores {name} as {dtype}; save the adapter in float32, float16 or "
                "bfloat16."
            )


def _read_gguf(path: Path) -> LoraAdapter:
    header = read_gguf_header(path)
    _require_lora(path, header)
    matrices: dict[str, dict[str, Matrix]] = defaultdict(dict)
    for name, matrix in _gguf_tensors(path):
        found = _GGUF_TENSOR.fullmatch(name)
        if found is None:
            raise _not_plain(path, name)
        matrices[found["name"]][found["side"]] = matrix
    alpha = header.metadata.get("adapter.lora.alpha", 0.0)
    assert isinstance(alpha, int | float)
    base_name = header.metadata.get("general.base_model.0.name") or None
    return LoraAdapter(
        path=path,
        form="gguf",
        # Without an alpha, llama.cpp adds the bare product.
        pairs=_pair_up(path, matrices, lambda _, rank: alpha / rank if alpha else 1.0),
        base_name=None if base_name is None else str(base_name),
        architecture=header.architecture,
        sha256=combine_hashes(hash_files([path])),
    )


def _require_lora(path: Path, header: GgufHeader) -> None:
    kind = header.metadata.get("general.type", "model")
    if kind != "adapter":
        raise ModelNotLoaded(f"{path} is a {kind} and no adapter; name it as the model.")
    method = header.metadata.get("adapter.type")
    if method != "lora":
        raise ModelNotLoaded(f"{path} is an adapter of the kind {method}, and only lora is done.")
    if "adapter.alora.invocation_tokens" in header.metadata:
        raise ModelNotLoaded(
            f"{path} is switched on by certain tokens (aLoRA), which is not supported; "
            "use a plain LoRA adapter."
        )
    alpha = header.metadata.get("adapter.lora.alpha", 0.0)
    if not isinstance(alpha, int | float) or not 0 <= alpha < float("inf"):
        raise ModelNotLoaded(f"{path} is damaged: its alpha is {alpha}; copy the adapter again.")


def _gguf_tensors(path: Path) -> Iterator[tuple[str, Matrix]]:
    try:
        for tensor in gguf.GGUFReader(path).tensors:
            values = dequantize(tensor.data, tensor.tensor_type)
            yield tensor.name, np.array(values, dtype=np.float32)
    except (ValueError, KeyError, IndexError, NotImplementedError, OSError) as error:
        raise ModelNotLoaded(f"{path} cannot be read ({error}); copy the adapter again.") from error


def _pair_up(
    path: Path,
    matrices: Mapping[str, Mapping[str, Matrix]],
    scaling_of: Callable[[str, int], float],
) -> dict[str, LoraPair]:
    """Matrices A and B of each layer, by name."""
    if not matrices:
        raise ModelNotLoaded(f"{path} holds no LoRA matrices; copy the whole adapter.")
    pairs = {}
    for name, sides in sorted(matrices.items()):
        if name.rpartition(".")[2] in _ENDS:
            raise _not_plain(path, name)
        a, b = sides.get("a"), sides.get("b")
        if a is None or b is None:
            raise ModelNotLoaded(f"{path} lacks one of the two matrices of {name}; copy it again.")
        if a.ndim != 2 or b.ndim != 2 or len(a) == 0 or len(a) != b.shape[1]:
            raise ModelNotLoaded(
                f"{path} holds matrices for {name} of the shapes {a.shape} and {b.shape}, which "
                "make no product for a linear layer; only those are supported."
            )
        if not (np.isfinite(a).all() and np.isfinite(b).all()):
            raise ModelNotLoaded(
                f"{path} holds numbers for {name} that are not finite; its training went wrong, "
                "or the file is damaged."
            )
        pairs[name] = LoraPair(a=a, b=b, scaling=scaling_of(name, len(a)))
    return pairs


def _not_plain(path: Path, name: str) -> ModelNotLoaded:
    words = "what is no plain LoRA of a linear layer"
    if "lora_embedding" in name or not _ENDS.isdisjoint(name.split(".")):
        words = "the embeddings or the output layer"
    elif "magnitude" in name:
        words = "DoRA"
    return ModelNotLoaded(
        f"{path} holds {words} ({name}), which is not supported; {MERGE_INSTEAD}."
    )
