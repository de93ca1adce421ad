"""A fleet file: many models to audit, and how. TOML, because it is written by hand and nested once.

Every option of `auditor run` that says how to audit is a key of the same name, at the top for all
models or at one of them. What a model says outweighs the top.
"""

import re
from dataclasses import dataclass, fields, replace
from hashlib import sha256
from math import isfinite
from pathlib import Path

from auditor.errors import FleetInvalid
from auditor.prompt_library.documents import MAX_BYTES, read_toml

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9_-])?")
_OWN_NAMES = (
    "charts",
    "ledger.jsonl",
    "fleet.json",
    "fleet.html",
    "fleet.pdf",
    "fleet.toml",
    "manifest.sha256",
)
"""Of what stands in a fleet's folder beside the models'."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOptions:
    """How to audit; None for what is not said. Paths are from the fleet file's folder."""

    tier: str | None = None
    instruments: tuple[str, ...] | None = None
    bbq: str | None = None
    backend: str | None = None
    url: str | None = None
    api_key_env: str | None = None
    concurrency: int | None = None
    chat_template: str | None = None
    dtype: str | None = None
    policy: str | None = None
    seed: int | None = None
    gpu_layers: int | None = None
    threads: int | None = None
    probe: bool | None = None
    fix: str | None = None
    adapter: str | None = None
    base: str | None = None
    layers_at: str | None = None
    baseline: str | None = None
    about: str | None = None
    brand: str | None = None
    lang: str | None = None
    paper: str | None = None
    redact: tuple[str, ...] | None = None
    pdf: bool | None = None
    timeout_minutes: float | None = None
    """After which an audit is stopped."""
    gpus: float | None = None
    """What an audit asks of a Ray cluster beside its threads; nothing else reads it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetEntry(FleetOptions):
    """One model."""

    name: str
    """Of its folder; no two have the same."""
    model: str
    """As `auditor run` takes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFile(FleetOptions):
    """A fleet file as it is written."""

    title: str = ""
    """What the summary is called."""
    model: tuple[FleetEntry, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """A fleet file, read."""

    title: str
    folder: Path
    """Where its relative paths begin."""
    content: bytes
    sha256: str
    """Of the content."""
    common: FleetOptions
    models: tuple[FleetEntry, ...]
    """Each with what the top of the file says, too."""


def load_fleet(path: Path) -> Fleet:
    """The models of a fleet file, each with all its options.

    Raises:
        FleetInvalid: it cannot be read, is no fleet file, or says what cannot be meant.
    """
    content = _read(path)
    where = str(path)
    file = read_toml(content, FleetFile, where, FleetInvalid)
    if not file.model:
        raise FleetInvalid(
            f"{where} names no model: each is a table [[model]] with a `name` and a `model`."
        )
    models = tuple(_merged(file, entry) for entry in file.model)
    _check_names(where, models)
    for entry in (file, *models):
        _check_values(where, entry)
    return Fleet(
        title=" ".join(file.title.split()),
        folder=path.absolute().parent,
        content=content,
        sha256=sha256(content).hexdigest(),
        common=file,
        models=models,
    )


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise FleetInvalid(f"The fleet {path} is a folder: name the TOML file in it.")
    if not path.is_file():
        raise FleetInvalid(f"There is no fleet file {path}.")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise FleetInvalid(f"The fleet {path} cannot be read: {failure.strerror}.") from None


def _merged(common: FleetOptions, entry: FleetEntry) -> FleetEntry:
    unsaid = [one.name for one in fields(FleetOptions) if getattr(entry, one.name) is None]
    return replace(entry, **{name: getattr(common, name) for name in unsaid})


def _check_names(where: str, models: tuple[FleetEntry, ...]) -> None:
    seen: dict[str, str] = {}
    for entry in models:
        name = entry.name
        if not _NAME.fullmatch(name):
            raise FleetInvalid(
                f"{where}: {name!a} cannot be the name of a folder; at most 64 letters, digits and "
                "._- can, beginning with a letter or a digit."
            )
        if name.casefold() in _OWN_NAMES:
            raise FleetInvalid(f"{where}: the name {name} is taken by the summary; choose another.")
        # Some file systems do not tell capitals from small letters.
        if name.casefold() in seen:
            raise FleetInvalid(
                f"{where}: two models are named {seen[name.casefold()]} and {name}; each needs a "
                "folder of its own."
            )
        seen[name.casefold()] = name
    logs = {f"{name}.log" for name in seen}
    if both := sorted(logs & set(seen)):
        raise FleetInvalid(f"{where}: {both[0]} is where another model's log is; choose another.")


def _check_values(where: str, entry: FleetOptions) -> None:
    """What the command line of `auditor run` would not refuse, or not in words that help here."""
    whose = f"{where}, model {entry.name}" if isinstance(entry, FleetEntry) else where
    for one in fields(entry):
        value = getattr(entry, one.name)
        texts = value if isinstance(value, tuple) else (value,)
        for text in texts:
            if isinstance(text, str) and (not text or "\0" in text) and one.name != "title":
                raise FleetInvalid(f"{whose}: `{one.name}` is empty or holds a NUL.")
    if isinstance(entry, FleetEntry) and entry.model.startswith("-"):
        raise FleetInvalid(f"{whose}: `model` begins with a -; write ./{entry.model} for a file.")
    minutes, gpus = entry.timeout_minutes, entry.gpus
    if minutes is not None and not (isfinite(minutes) and minutes > 0):
        raise FleetInvalid(f"{whose}: `timeout_minutes` must be more than 0.")
    if gpus is not None and not (isfinite(gpus) and gpus >= 0):
        raise FleetInvalid(f"{whose}: `gpus` must be 0 or more.")
