"""The files of a folder against a manifest: altered, gone, and those that it does not list."""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Literal

from auditor.core.manifest import Manifest


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFlaw:
    """A file that is not as a manifest lists it."""

    name: str
    kind: Literal["altered", "gone", "unreadable", "unlisted"]


def check_files(
    folder: Path, manifest: Manifest, *, beside: Collection[str] = ()
) -> tuple[FileFlaw, ...]:
    """Every file that is not as the manifest lists it, by name.

    Files and folders named in `beside`, relative to the folder, need not be listed.
    """
    found = [_check(folder, name, digest) for name, digest in manifest.hashes.items()]
    flaws = [flaw for flaw in found if flaw is not None]
    flaws += [
        FileFlaw(name=name, kind="unlisted")
        for name in files_below(folder, beside)
        if name not in manifest.hashes
    ]
    return tuple(sorted(flaws, key=lambda flaw: (flaw.kind == "unlisted", flaw.name)))


def file_sha256(path: Path) -> str:
    """Of a file's content, which need not fit into memory."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def files_below(folder: Path, beside: Collection[str] = ()) -> Iterator[str]:
    """Name of every file below a folder, relative to it; links to folders are not followed."""
    for where, folders, files in os.walk(folder):
        inner = Path(where).relative_to(folder)
        folders[:] = sorted(name for name in folders if str(inner / name) not in beside)
        linked = [name for name in folders if (Path(where) / name).is_symlink()]
        for name in sorted([*files, *linked]):
            if str(inner / name) not in beside:
                yield (inner / name).as_posix()


def _check(folder: Path, name: str, digest: str) -> FileFlaw | None:
    path = folder / name
    try:
        # A pipe of that name is no file of a run, and reading it would wait for ever.
        if not path.is_file():
            return FileFlaw(name=name, kind="gone")
        is_same = file_sha256(path) == digest
    except OSError:
        return FileFlaw(name=name, kind="unreadable")
    return None if is_same else FileFlaw(name=name, kind="altered")
