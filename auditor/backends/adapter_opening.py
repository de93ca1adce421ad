"""An adapter beside a model's file, checked and ready for llama.cpp."""

from dataclasses import dataclass
from pathlib import Path

from auditor.backends.adapter_files import read_adapter
from auditor.backends.adapter_fit import BaseModel, doubts
from auditor.backends.adapter_gguf import gguf_adapter_file
from auditor.backends.gguf_file import GgufHeader, read_gguf_header, weight_files


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufAdapter:
    """A GGUF adapter file that fits a model."""

    path: Path
    """Of the file that llama.cpp loads, which may be a translation."""
    sha256: str
    """Of what the user named."""
    warnings: tuple[str, ...]


def find_gguf_adapter(
    adapter: Path, model: Path, *, source: str, cache_dir: Path | None = None
) -> GgufAdapter:
    """Check an adapter against a model's GGUF file, and translate it where it is PEFT's.

    Args:
        adapter: A PEFT folder or a GGUF file.
        model: The model's file; the first one of a split model.
        source: What the user called the model.
        cache_dir: Where translated adapters are; None for the user's cache folder.

    Raises:
        ModelNotLoaded: One of the two cannot be read, or they do not belong together.
    """
    header = read_gguf_header(model)
    for part in weight_files(model, header)[1:]:
        header.shapes.update(read_gguf_header(part).shapes)
    base = _base(header, model, source)
    read = read_adapter(adapter)
    return GgufAdapter(
        path=gguf_adapter_file(read, header, base, cache_dir=cache_dir),
        sha256=read.sha256,
        warnings=tuple(doubts(read, base)),
    )


def _base(header: GgufHeader, model: Path, source: str) -> BaseModel:
    said = [header.metadata.get(name) for name in ("general.name", "general.basename")]
    architecture = header.architecture
    n_layers, width = (
        header.metadata.get(f"{architecture}.{name}")
        for name in ("block_count", "embedding_length")
    )
    return BaseModel(
        name=source,
        names=(source, model.stem, *(name for name in said if isinstance(name, str))),
        architecture=architecture,
        n_layers=n_layers if isinstance(n_layers, int) else 0,
        width=width if isinstance(width, int) else 0,
    )
