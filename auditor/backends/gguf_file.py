"""The header of a GGUF file: what it says about the model, and whether the file is whole.

The `gguf` library's reader makes several numpy arrays for every word of the vocabulary, which takes
seconds; here the constants are the library's and the walk through the header is ours.
"""

import hashlib
import mmap
import struct
from dataclasses import dataclass
from math import prod
from pathlib import Path

from gguf.constants import (
    GGML_QUANT_SIZES,
    GGUF_DEFAULT_ALIGNMENT,
    GGMLQuantizationType,
    GGUFValueType,
    LlamaFileType,
)

from auditor.errors import ModelNotLoaded

_FORMATS = {
    GGUFValueType.UINT8: "B",
    GGUFValueType.INT8: "b",
    GGUFValueType.UINT16: "H",
    GGUFValueType.INT16: "h",
    GGUFValueType.UINT32: "I",
    GGUFValueType.INT32: "i",
    GGUFValueType.FLOAT32: "f",
    GGUFValueType.BOOL: "?",
    GGUFValueType.UINT64: "Q",
    GGUFValueType.INT64: "q",
    GGUFValueType.FLOAT64: "d",
}
_VERSIONS = (2, 3)
_MAX_DEPTH = 4

Value = int | float | bool | str | tuple["Value", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GgufHeader:
    """What a GGUF file says before its weights."""

    metadata: dict[str, Value]
    tokenizer_sha256: str
    """Over the stored bytes of all `tokenizer.ggml` fields, by name: tokens, merges, types, ids."""
    n_bytes_expected: int
    """Size of a file that holds all its tensors; 0 where a tensor's type is unknown to us."""
    n_parameters: int
    shapes: dict[str, tuple[int, ...]]
    """Of the tensors in this file, by name; (outputs, inputs) of a matrix."""

    @property
    def architecture(self) -> str:
        """As in `llama`."""
        return str(self.metadata.get("general.architecture", ""))

    @property
    def quantisation(self) -> str:
        """As in `Q4_1`; "unknown" where the file does not say."""
        number = self.metadata.get("general.file_type")
        if not isinstance(number, int):
            return "unknown"
        try:
            return LlamaFileType(number).name.removeprefix("MOSTLY_").removeprefix("ALL_")
        except ValueError:
            return "unknown"

    @property
    def n_parts(self) -> int:
        """Files that the model was split into."""
        count = self.metadata.get("split.count", 1)
        return max(1, count) if isinstance(count, int) else 1


def read_gguf_header(path: Path) -> GgufHeader:
    """Read the header and check that the file is as long as its tensors need.

    Raises:
        ModelNotLoaded: The file is missing, unreadable, no GGUF, cut short or damaged.
    """
    try:
        with path.open("rb") as stream:
            if not (begin := stream.read(64)).startswith(b"GGUF"):
                raise ModelNotLoaded(_not_gguf(path, begin))
            with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as data:
                header = _parse(data, path)
                n_bytes = len(data)
    except IsADirectoryError as error:
        raise ModelNotLoaded(f"{path} is a folder; name the .gguf file inside it.") from error
    except OSError as error:
        raise ModelNotLoaded(f"Cannot read {path}: {error.strerror or error}.") from error
    if n_bytes < header.n_bytes_expected:
        raise ModelNotLoaded(
            f"{path} is cut short: it has {n_bytes:,} bytes and needs "
            f"{header.n_bytes_expected:,}; download or copy it again."
        )
    return header


def weight_files(path: Path, header: GgufHeader) -> tuple[Path, ...]:
    """All files of the model; llama.cpp finds the others of a split model by their names.

    Raises:
        ModelNotLoaded: The file is not the first of its split, or another one is missing.
    """
    if header.n_parts == 1:
        return (path,)
    ending = f"-00001-of-{header.n_parts:05d}.gguf"
    if not path.name.endswith(ending):
        raise ModelNotLoaded(f"{path} is a part of a split model; name the part *{ending}.")
    stem = path.name.removesuffix(ending)
    parts = [
        path.with_name(f"{stem}-{part:05d}-of-{header.n_parts:05d}.gguf")
        for part in range(1, header.n_parts + 1)
    ]
    for part in parts:
        if not part.is_file():
            raise ModelNotLoaded(f"{part} is missing; a split model needs all its parts together.")
    return tuple(parts)


def _not_gguf(path: Path, begin: bytes) -> str:
    if not begin:
        return f"{path} is empty; download or copy it again."
    if begin.startswith(b"version https://git-lfs"):
        return f"{path} is only a Git LFS pointer; fetch the model itself with: git lfs pull"
    return f"{path} is not a GGUF file (it does not begin with the letters GGUF)."


def _parse(data: mmap.mmap, path: Path) -> GgufHeader:
    try:
        return _Walk(data).header(path)
    except (struct.error, IndexError, OverflowError, MemoryError, UnicodeDecodeError) as error:
        raise ModelNotLoaded(
            f"{path} is cut short or damaged: its header cannot be read; download or copy it again."
        ) from error
    except ValueError as error:
        raise ModelNotLoaded(f"{path} is damaged: {error}; download or copy it again.") from error


class _Walk:
    """A place in the header that moves on with every value read."""

    def __init__(self, data: mmap.mmap) -> None:
        self._data = data
        self._at = 4

    def header(self, path: Path) -> GgufHeader:
        version = self._number("I")
        if version not in _VERSIONS:
            raise ModelNotLoaded(
                f"{path} has GGUF version {version}, or the byte order of another machine; "
                "convert the model again with a current llama.cpp."
            )
        n_tensors, n_fields = self._number("Q"), self._number("Q")
        metadata: dict[str, Value] = {}
        digests: list[str] = []
        for _ in range(n_fields):
            key = self._text()
            start = self._at
            metadata[key] = self._value(GGUFValueType(self._number("I")), 0)
            if key.startswith("tokenizer.ggml."):
                stored = hashlib.sha256(self._data[start : self._at]).hexdigest()
                digests.append(f"{key} {stored}\n")
        shapes: dict[str, tuple[int, ...]] = {}
        n_bytes = self._tensors(n_tensors, metadata, shapes)
        return GgufHeader(
            metadata=metadata,
            tokenizer_sha256=hashlib.sha256("".join(sorted(digests)).encode()).hexdigest(),
            n_bytes_expected=n_bytes,
            n_parameters=sum(map(prod, shapes.values())),
            shapes=shapes,
        )

    def _tensors(
        self, n_tensors: int, metadata: dict[str, Value], shapes: dict[str, tuple[int, ...]]
    ) -> int:
        """Expected size of the file; adds to `shapes`."""
        end: int | None = 0
        for _ in range(n_tensors):
            name = self._text()
            # Stored with the innermost first.
            shape = tuple(self._number("Q") for _ in range(self._number("I")))[::-1]
            shapes[name] = shape
            n_elements = prod(shape)
            n_bytes = _tensor_bytes(n_elements, self._number("I"))
            offset = self._number("Q")
            end = None if end is None or n_bytes is None else max(end, offset + n_bytes)
        alignment = metadata.get("general.alignment", GGUF_DEFAULT_ALIGNMENT)
        if not isinstance(alignment, int) or alignment <= 0:
            raise ValueError("its alignment is not a positive number")
        begin = -(-self._at // alignment) * alignment
        return 0 if end is None else begin + end

    def _value(self, kind: GGUFValueType, depth: int) -> Value:
        if kind == GGUFValueType.STRING:
            return self._text()
        if kind != GGUFValueType.ARRAY:
            value: Value = struct.unpack_from(f"<{_FORMATS[kind]}", self._data, self._at)[0]
            self._at += struct.calcsize(f"<{_FORMATS[kind]}")
            return value
        if depth > _MAX_DEPTH:
            raise ValueError("its metadata is nested without end")
        inner, length = GGUFValueType(self._number("I")), self._number("Q")
        if length > len(self._data):
            raise IndexError(length)
        if inner in _FORMATS:
            return self._numbers(f"<{length}{_FORMATS[inner]}")
        return tuple(self._value(inner, depth + 1) for _ in range(length))

    def _numbers(self, form: str) -> tuple[Value, ...]:
        values: tuple[Value, ...] = struct.unpack_from(form, self._data, self._at)
        self._at += struct.calcsize(form)
        return values

    def _number(self, form: str) -> int:
        value: int = struct.unpack_from(f"<{form}", self._data, self._at)[0]
        self._at += struct.calcsize(f"<{form}")
        return value

    def _text(self) -> str:
        start = self._at + 8
        end = start + self._number("Q")
        if end > len(self._data):
            raise IndexError(end)
        self._at = end
        # Vocabularies hold pieces of characters.
        return self._data[start:end].decode("utf-8", errors="surrogateescape")


def _tensor_bytes(n_elements: int, kind: int) -> int | None:
    """Stored size of a tensor; None for a type that the gguf library does not know."""
    try:
        block, n_bytes = GGML_QUANT_SIZES[GGMLQuantizationType(kind)]
    except (ValueError, KeyError):
        return None
    return n_elements // block * n_bytes
