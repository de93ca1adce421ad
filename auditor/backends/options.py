"""How a model is opened: what the user chose, for every backend."""

import math
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from auditor.errors import ModelNotLoaded

Backend = Literal["llama-cpp", "transformers", "server"]
DType = Literal["auto", "float32", "bfloat16", "float16"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerOptions:
    """How a model behind a completion server is reached."""

    url: str
    """Where the server's paths begin, as in `http://localhost:8000/v1`."""
    api_key_env: str | None = None
    """The environment variable that holds the key; the key itself is recorded nowhere."""
    concurrency: int = 4
    """Requests that are on their way at once."""
    chat_template: str | None = None
    """A Jinja file, a .gguf file, a model folder or `demo`; None: what the server says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenOptions:
    """Settings of a backend; each backend takes those that it has a use for."""

    n_threads: int = 0
    """0: one for each processor that this process may use."""
    n_gpu_layers: int = 0
    """Layers on the GPU, for llama.cpp; -1 for all."""
    dtype: DType = "auto"
    """Of the arithmetic, for transformers; `auto`: bfloat16 where the machine is fast at it."""
    template_date: str = "2025-01-01"
    """ISO 8601: "today" for chat templates that ask for the date."""
    cache_dir: Path | None = None
    """Where dequantised models and translated adapters are; None for the user's cache folder."""
    adapter: Path | None = None
    """A LoRA adapter on top of the model: a PEFT folder or a GGUF file."""
    adapter_scale: float = 1.0
    """How strongly the adapter counts: 0 not at all, 1 as trained."""
    server: ServerOptions | None = None
    """Set for a model behind a server, and for no other."""

    def __post_init__(self) -> None:
        if not math.isfinite(self.adapter_scale):
            raise ModelNotLoaded(f"The adapter's scale is {self.adapter_scale}; give a number.")


def usable_processors() -> int:
    """Processors that this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
