"""`manifest.sha256`: hashes of files by name, in the form that `sha256sum -c` reads. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_LINE = re.compile(r"([0-9a-f]{64})  (.+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a manifest says."""

    hashes: Mapping[str, str]
    """sha256 by the file's name relative to the folder, with `/` between its parts."""
    flaws: tuple[tuple[int, str], ...] = ()
    """Lines that say nothing that could be checked, by their number from 1, and why."""


def manifest_text(hashes: Mapping[str, str]) -> str:
    """The manifest of these files, sorted by name."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))


def read_manifest(text: str) -> Manifest:
    """Read a manifest that anybody may have written: no name in it leads out of its folder."""
    hashes: dict[str, str] = {}
    flaws: list[tuple[int, str]] = []
    lines = text.split("\n")
    if lines[-1]:
        flaws.append((len(lines), "has no end"))
    for number, line in enumerate(lines if lines[-1] else lines[:-1], start=1):
        found = _LINE.fullmatch(line)
        if found is None:
            flaws.append((number, "is not a sha256, two spaces and a name"))
        elif not is_listable(found[2]):
            flaws.append((number, "names a file outside of the folder"))
        elif found[2] in hashes:
            flaws.append((number, "names a file that an earlier line names"))
        else:
            hashes[found[2]] = found[1]
    return Manifest(hashes=hashes, flaws=tuple(flaws))


def is_listable(name: str) -> bool:
    """Whether a manifest may name this file: within the folder, and on one line."""
    return name.isprintable() and not {"", ".", ".."} & set(name.split("/"))
