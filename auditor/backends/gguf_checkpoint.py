"""Turn a GGUF file into a plain Hugging Face folder, once, kept by content hash.

transformers reads GGUF itself, but dequantises anew at every start, and marks what it read as
quantised. The folder made here has neither trait.
"""

import json
import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal

import platformdirs

from auditor.backends.gguf_file import read_gguf_header
from auditor.backends.identity import hash_file, hash_files
from auditor.errors import ModelNotLoaded

StoredDType = Literal["float32", "bfloat16", "float16"]

_FORMAT = 1
"""Of the folder; a new number leaves the old folders behind."""
_RECORD = "auditor.json"
_BYTES: dict[StoredDType, int] = {"float32": 4, "bfloat16": 2, "float16": 2}
_FAULTS = (ValueError, KeyError, ImportError, RuntimeError, TypeError, AttributeError, IndexError)


def dequantise(
    path: Path, *, cache_dir: Path | None = None, dtype: StoredDType = "float32"
) -> Path:
    """The folder that holds this GGUF's weights as safetensors; made when it is not there.

    Args:
        path: The .gguf file, in one part.
        cache_dir: Where the folders are; None for the user's cache folder.
        dtype: What the weights are stored in.

    Raises:
        ModelNotLoaded: The file is no sound GGUF, transformers has no such architecture, or the
            cache folder cannot be written.
    """
    header = read_gguf_header(path)
    if header.n_parts > 1:
        raise ModelNotLoaded(
            f"transformers cannot read a split model; merge {path} into one file first, with: "
            "llama-gguf-split --merge FIRST_PART MERGED"
        )
    content = hash_file(path).sha256
    root = cache_dir or Path(platformdirs.user_cache_dir("auditor"))
    folder = root / "dequantised" / f"{content[:32]}-{dtype}-{_FORMAT}"
    if _is_intact(folder):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _check_space(folder.parent, _BYTES[dtype] * header.n_parameters)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as made:
            fresh = Path(made) / folder.name
            _convert(path, fresh, dtype)
            _record(fresh)
            _put(fresh, folder)
    except OSError as error:
        raise ModelNotLoaded(
            f"Cannot keep the dequantised model in {folder.parent}: {error.strerror or error}; "
            "free space there or set XDG_CACHE_HOME to another folder."
        ) from error
    return folder


def _convert(path: Path, folder: Path, dtype: StoredDType) -> None:
    """Let transformers read the GGUF, and write it as any other checkpoint."""
    # Imported only here: a model already in the cache is found without them.
    import torch
    import transformers

    from auditor.backends.transformers_loading import load_whole, quiet

    source: dict[str, Any] = {"gguf_file": path.name, "local_files_only": True}
    try:
        with quiet():
            tokenizer = transformers.AutoTokenizer.from_pretrained(path.parent, **source)
            module = load_whole(path.parent, dtype=getattr(torch, dtype), **source)
            _unmark(module)
            module.save_pretrained(folder)
            tokenizer.save_pretrained(folder)
    except _FAULTS as error:
        reason = " ".join(str(error).split())[:300].rstrip(".") or type(error).__name__
        raise ModelNotLoaded(
            f"transformers cannot read {path} ({reason}); "
            "name the model's safetensors folder, or use --backend llama-cpp."
        ) from error


def _unmark(module: Any) -> None:
    """Take off what says "quantised": it keeps a network from being saved, and from training."""
    module.hf_quantizer = None
    module.is_quantized = False
    if hasattr(module.config, "quantization_config"):
        del module.config.quantization_config


def _record(folder: Path) -> None:
    """Write down every file's hash, so that a folder changed later is not taken for the model."""
    hashes = [asdict(each) for each in hash_files(folder.iterdir())]
    (folder / _RECORD).write_text(json.dumps(hashes, indent=1), encoding="utf-8")


def _is_intact(folder: Path) -> bool:
    try:
        recorded = json.loads((folder / _RECORD).read_text(encoding="utf-8"))
        return all(asdict(hash_file(folder / each["name"])) == each for each in recorded)
    except (OSError, ValueError, KeyError, TypeError, ModelNotLoaded):
        return False


def _put(fresh: Path, folder: Path) -> None:
    """Rename into place; another process may have been faster with the same content."""
    if folder.exists() and not _is_intact(folder):
        shutil.rmtree(folder)
    if not folder.exists():
        fresh.rename(folder)


def _check_space(folder: Path, n_bytes: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise ModelNotLoaded(
            f"Dequantising needs {n_bytes / 1e9:.1f} GB in {folder} and {free / 1e9:.1f} GB are "
            "free; free space there or set XDG_CACHE_HOME to another folder."
        )
