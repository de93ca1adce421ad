"""Which weights these are: by content, never by name or date."""

import hashlib
from collections.abc import Iterable, Sequence
from pathlib import Path

from auditor.core.runs import FileHash
from auditor.errors import ModelNotLoaded

_CHUNK_BYTES = 1 << 20


def hash_file(path: Path) -> FileHash:
    """The sha256 and size of a file, read in pieces.

    Raises:
        ModelNotLoaded: The file is missing or cannot be read.
    """
    digest = hashlib.sha256()
    n_bytes = 0
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                n_bytes += len(chunk)
    except OSError as error:
        raise ModelNotLoaded(f"Cannot read {path}: {error.strerror}.") from error
    return FileHash(name=path.name, sha256=digest.hexdigest(), n_bytes=n_bytes)


def hash_files(paths: Iterable[Path]) -> tuple[FileHash, ...]:
    """The hashes of several files, sorted by name."""
    return tuple(sorted((hash_file(path) for path in paths), key=lambda file: file.name))


def combine_hashes(files: Sequence[FileHash]) -> str:
    """One hash for a model's files: a single file's own; else of their `sha256  name` lines.

    The lines are sorted and those of `sha256sum`, so that `sha256sum FILE` gives the same, and
    for several files `sha256sum FILES | sort | sha256sum`.
    """
    if len(files) == 1:
        return files[0].sha256
    lines = sorted(f"{file.sha256}  {file.name}\n" for file in files)
    return hashlib.sha256("".join(lines).encode()).hexdigest()
