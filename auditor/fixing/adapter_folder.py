"""What training leaves on disk: a checkpoint on the way, a PEFT folder at the end."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch
from safetensors import SafetensorError
from torch import Tensor

from auditor.errors import FixNotTrained
from auditor.fixing.injected import Injected

CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
CHECKPOINT = "training.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Checkpoint:
    """Training as it stands between two steps."""

    tensors: Mapping[str, Tensor]
    notes: Mapping[str, Any]
    """Numbers and names, as JSON has them."""


def write_checkpoint(folder: Path, checkpoint: Checkpoint, *, key: str) -> None:
    """Write a checkpoint, whole or not at all.

    Args:
        folder: Where; made where it is missing.
        checkpoint: What to go on from.
        key: What the training is of; another training does not go on from it.
    """
    metadata = {"key": key, "notes": json.dumps(checkpoint.notes, allow_nan=False)}
    _write(folder / CHECKPOINT, safetensors.torch.save(dict(checkpoint.tensors), metadata))


def read_checkpoint(folder: Path, *, key: str) -> Checkpoint | None:
    """What an earlier training of the same came to; None where there is nothing to go on from."""
    path = folder / CHECKPOINT
    if not path.is_file():
        return None
    try:
        with _explained(path), safetensors.safe_open(path, "pt") as stored:
            metadata = stored.metadata() or {}
            if metadata.get("key") != key:
                return None
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118
    except SafetensorError:
        return None
    return Checkpoint(tensors=tensors, notes=json.loads(metadata["notes"]))


def write_adapter(
    folder: Path, adapter: Injected, matrices: Mapping[str, Tensor], *, base_name: str
) -> None:
    """Write a PEFT folder; the configuration comes last, and without it there is no adapter."""
    settings = adapter.config.to_dict()  # type: ignore[no-untyped-call]
    settings |= {
        "base_model_name_or_path": base_name,
        "inference_mode": True,
        # In the order of the network: sets have none.
        "target_modules": list(adapter.layers),
    }
    text = json.dumps(settings, indent=2, sort_keys=True, default=_plain)
    with _explained(folder):
        (folder / CONFIG).unlink(missing_ok=True)
    _write(folder / WEIGHTS, safetensors.torch.save(dict(matrices), {"format": "pt"}))
    _write(folder / CONFIG, f"{text}\n".encode())
    with _explained(folder):
        (folder / CHECKPOINT).unlink(missing_ok=True)


def key_of(values: object) -> str:
    """SHA-256 of values as sorted JSON."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, set):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} in the settings of peft")


def _write(path: Path, content: bytes) -> None:
    with _explained(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.part")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FixNotTrained(
            f"Cannot read or write {path}: {error.strerror}; name a folder that can be written."
        ) from error
