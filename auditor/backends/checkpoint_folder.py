"""A Hugging Face folder: is everything there, is it safe to open, and what is it made of.

Looks at files alone, so a faulty folder is told about before any heavy library loads.
"""

import json
import struct
from collections import Counter
from dataclasses import dataclass
from math import prod
from pathlib import Path

from auditor.errors import ModelNotLoaded

CONFIG = "config.json"
INDEX = "model.safetensors.index.json"
_PICKLES = ("*.bin", "*.pt", "*.pth", "*.ckpt")
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model")
_TOKENIZER_SETTINGS = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "merges.txt",
)
_DTYPES = {"F32": "float32", "F16": "float16", "BF16": "bfloat16", "F64": "float64"}
_MAX_HEADER_BYTES = 100_000_000
"""Of a safetensors file, as its own library has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckpointFolder:
    """A folder that transformers can open without running foreign code."""

    path: Path
    weights: tuple[Path, ...]
    """The safetensors files."""
    tokenizer: tuple[Path, ...]
    """Every file that the tokenizer reads."""
    stored_dtype: str
    """What most parameters are stored in, or how they are quantised."""

    @property
    def config(self) -> Path:
        """The architecture and its settings, which change numbers as weights do."""
        return self.path / CONFIG


def read_checkpoint_folder(path: Path) -> CheckpointFolder:
    """Check a folder's files.

    Raises:
        ModelNotLoaded: Something is missing, cut short, not what it says, or a pickle.
    """
    if not path.is_dir():
        raise ModelNotLoaded(f"There is no folder {path}; name a .gguf file or a model folder.")
    if not (path / CONFIG).is_file():
        raise ModelNotLoaded(
            f"{path} is not a model folder: it has no {CONFIG}; "
            "name the folder that holds it beside the weights."
        )
    config = read_json(path / CONFIG)
    weights = _weight_files(path)
    sizes: Counter[str] = Counter()
    for file in weights:
        sizes.update(_count_parameters(file))
    tokenizer = [path / name for name in _TOKENIZERS if (path / name).is_file()]
    if not tokenizer:
        raise ModelNotLoaded(
            f"{path} has no tokenizer; copy the model's tokenizer.json into the folder."
        )
    tokenizer += [path / name for name in _TOKENIZER_SETTINGS if (path / name).is_file()]
    return CheckpointFolder(
        path=path,
        weights=weights,
        tokenizer=tuple(tokenizer),
        stored_dtype=_quantisation(config) or _most_common_dtype(sizes),
    )


def _weight_files(path: Path) -> tuple[Path, ...]:
    if (path / INDEX).is_file():
        names = read_json(path / INDEX).get("weight_map")
        if not isinstance(names, dict) or not names:
            raise ModelNotLoaded(f"{path / INDEX} names no weights; download or copy it again.")
        files = tuple(sorted(path / str(name) for name in set(names.values())))
    else:
        files = tuple(sorted(path.glob("*.safetensors")))
    missing = [file.name for file in files if not file.is_file()]
    if missing:
        raise ModelNotLoaded(f"{path} lacks {', '.join(missing)}; download or copy the rest.")
    if files:
        return files
    if any(found for pattern in _PICKLES for found in path.glob(pattern)):
        raise ModelNotLoaded(
            f"{path} holds its weights as a pickle, which can run foreign code when opened; "
            "convert it where you trust it, with AutoModelForCausalLM.from_pretrained(FOLDER)"
            ".save_pretrained(NEW_FOLDER), which writes safetensors, and copy the tokenizer."
        )
    raise ModelNotLoaded(f"{path} holds no weights; put the .safetensors files into it.")


def _count_parameters(path: Path) -> Counter[str]:
    """Parameters by stored type, from a safetensors header; checks that the file is whole."""
    try:
        with path.open("rb") as stream:
            n_bytes = path.stat().st_size
            length = struct.unpack("<Q", stream.read(8))[0]
            if length > min(n_bytes - 8, _MAX_HEADER_BYTES):
                raise ValueError("header longer than the file")
            header = json.loads(stream.read(length))
        tensors = [value for name, value in header.items() if name != "__metadata__"]
        end = max((tensor["data_offsets"][1] for tensor in tensors), default=0)
        sizes: Counter[str] = Counter()
        for tensor in tensors:
            sizes[tensor["dtype"]] += prod(tensor["shape"])
    except OSError as error:
        raise ModelNotLoaded(f"Cannot read {path}: {error.strerror}.") from error
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, struct.error) as error:
        raise ModelNotLoaded(
            f"{path} is not a safetensors file, or is damaged; download or copy it again."
        ) from error
    if n_bytes < 8 + length + end:
        raise ModelNotLoaded(
            f"{path} is cut short: it has {n_bytes:,} bytes and needs {8 + length + end:,}; "
            "download or copy it again."
        )
    return sizes


def _most_common_dtype(sizes: Counter[str]) -> str:
    name = sizes.most_common(1)[0][0] if sizes else "unknown"
    return _DTYPES.get(name, name)


def _quantisation(config: dict[str, object]) -> str | None:
    quantisation = config.get("quantization_config")
    if not isinstance(quantisation, dict):
        return None
    return str(quantisation.get("quant_method", "unknown"))


def read_json(path: Path) -> dict[str, object]:
    """A JSON object in a file.

    Raises:
        ModelNotLoaded: The file is missing, unreadable, or holds something else.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelNotLoaded(f"Cannot read {path}: {error.strerror}.") from error
    except ValueError as error:
        raise ModelNotLoaded(f"{path} is not JSON; download or copy it again.") from error
    if not isinstance(content, dict):
        raise ModelNotLoaded(f"{path} is not a JSON object; download or copy it again.")
    return content
