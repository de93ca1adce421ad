"""How a model is opened: what the user chose, for every backend."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Backend = Literal["llama-cpp", "transformers"]
DType = Literal["auto", "float32", "bfloat16", "float16"]


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
    """Where dequantised models are kept; None for the user's cache folder."""


def usable_processors() -> int:
    """Processors that this process may use, which in a container are fewer than there are."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
