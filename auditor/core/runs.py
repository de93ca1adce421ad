"""What a run was made with: the model, the settings, the battery, the policy, the machine."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.items import Tier

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHash:
    """One file of the model, by content."""

    name: str
    sha256: str
    n_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelIdentity:
    """Which weights ran, and how. Two models with the same identity give the same numbers."""

    name: str
    """For the reader: file or folder name, or what the model calls itself."""
    source: str
    """As the user named it."""
    format: Literal["gguf", "safetensors", "scripted", "server"]
    backend: str
    architecture: str
    n_parameters: int
    n_layers: int
    quantisation: str
    """As in `Q4_1`, or the stored dtype."""
    dtype: str
    """What the arithmetic is done in, as in `bfloat16`."""
    weights: tuple[FileHash, ...]
    weights_sha256: str
    """A single file's own sha256; of several, that of their sorted `sha256  name` lines. Of a
    model behind a server, that of what the server declares: nobody measured the weights."""
    tokenizer_sha256: str
    """Of a model behind a server, the same as `weights_sha256`."""
    chat_template_sha256: str | None
    """None: the model has no template and the plain form is used."""
    adapter_sha256: str | None
    context_length: int
    backend_settings: tuple[tuple[str, str], ...] = ()
    """Settings that change numbers or were chosen for safety, as in `use_extra_bufts: false`."""
    declared: tuple[tuple[str, str], ...] = ()
    """What the server of a model says of it, sorted by name; nothing of it is measured."""

    @property
    def is_declared(self) -> bool:
        """Whether a server says which model this is, and no file was read."""
        return self.format == "server"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the user chose that changes the evidence."""

    tier: Tier
    seed: int
    instruments: tuple[str, ...]
    backend: str
    batch_size: int
    """Prompts in one batch."""
    n_threads: int
    n_gpu_layers: int
    template_date: str
    """Date for chat templates that ask for one, so that prompts do not follow the clock."""
    bbq_sha256: str | None = None
    """Of the user's copy of BBQ's items; None where none are asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatteryIdentity:
    """Which questions were asked."""

    version: str
    sha256: str
    """Over every item of every tier, text included."""
    n_items: int
    """In the tier and the instruments that ran."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyIdentity:
    """Which limits the findings were judged by; hashed before the run."""

    name: str
    version: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """`run.json`: written first, before the first question."""

    schema: int
    run_id: str
    created: str
    """UTC, ISO 8601."""
    model: ModelIdentity
    settings: Settings
    battery: BatteryIdentity
    policy: PolicyIdentity
    command: tuple[str, ...]
    versions: tuple[tuple[str, str], ...]
    hardware: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...] = ()
    """What a reader must know about how it ran, as in "no chat template: plain form used"."""
    token_ids_sha256: str | None = None
    """Of the token ids of every text and of every continuation, in the plan's order; None where
    the model lets nobody see them, or the run was made before they were noted."""
