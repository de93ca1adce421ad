"""What a user asks of one audit, and what the parts of it are asked in turn."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from auditor.backends import resolve_model
from auditor.backends.options import Backend, DType, OpenOptions, ServerOptions, usable_processors
from auditor.core.fix import FixSettings
from auditor.core.items import Tier
from auditor.errors import ModelNotLoaded
from auditor.workflows.fix_plan import FixRequest
from auditor.workflows.layers import LayerRequest
from auditor.workflows.presenting import AS_STORED, PresentationRequest
from auditor.workflows.reviews.review import LatestIn

BATCH_SIZE = 64
"""Prompts in a batch: docs/benchmarks.md has the measurement."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRequest:
    """What the user asked for."""

    model: str
    tier: Tier = "standard"
    instruments: tuple[str, ...] = ()
    """Names; empty for all."""
    bbq: Path | None = None
    """The user's copy of BBQ's items: a file or a folder of them."""
    backend: Literal["auto"] | Backend = "auto"
    server: ServerOptions | None = None
    """Where the model runs, for the backend `server`."""
    dtype: DType = "auto"
    policy: Path | None = None
    out: Path | None = None
    seed: int = 0
    n_threads: int = 0
    n_gpu_layers: int = 0
    is_fresh: bool = False
    adapter: Path | None = None
    """A LoRA adapter put onto the model: a PEFT folder or a GGUF file."""
    reads_layers: bool = True
    """Whether to look inside the model, where it can be opened in transformers."""
    base: str | None = None
    """The model before alignment, whose layers are read beside."""
    layers_at: str | None = None
    """Where the decoder blocks are, where auditor cannot tell."""
    fix: Literal["lora"] | None = None
    """Whether a fix is trained and judged, once everything is asked and read."""
    presentation: PresentationRequest = AS_STORED
    baseline: Path | LatestIn | None = None
    """Folder of an earlier run, which this one is compared with, or where to find the latest."""
    command: tuple[str, ...] = ()
    batch_size: int = BATCH_SIZE
    wants_pdf: bool = True


def refuse_contradictions(request: AuditRequest, backend: Backend) -> None:
    """Options that cannot both be meant; before anything is opened."""
    if request.dtype != "auto" and backend == "llama-cpp":
        raise ModelNotLoaded(
            "llama.cpp computes in the type of the GGUF file: leave --dtype out, or add "
            "--backend transformers."
        )
    if request.base is not None:
        if not request.reads_layers:
            raise ModelNotLoaded("--base is read for its layers: leave --no-probe out, or --base.")
        resolve_model(request.base)
    if request.fix and request.adapter:
        raise ModelNotLoaded(
            "--fix is trained on the model as it is: leave --adapter or --fix out."
        )


def open_options(request: AuditRequest) -> OpenOptions:
    """How the model is opened."""
    return OpenOptions(
        n_threads=request.n_threads or usable_processors(),
        n_gpu_layers=request.n_gpu_layers,
        dtype=request.dtype,
        adapter=request.adapter,
        server=request.server,
    )


def layer_request(request: AuditRequest) -> LayerRequest:
    """What is read between its layers."""
    return LayerRequest(
        tier=request.tier,
        seed=request.seed,
        adapter=request.adapter,
        base=request.base,
        layers_at=request.layers_at,
        dtype=request.dtype,
        n_threads=request.n_threads,
    )


def fix_request(request: AuditRequest) -> FixRequest:
    """What is trained, and how it is judged."""
    return FixRequest(
        tier=request.tier,
        settings=FixSettings(seed=request.seed),
        dtype=request.dtype,
        n_threads=request.n_threads,
    )
