"""How llama.cpp opens and runs a model; plain values that can cross to a child process."""

from dataclasses import asdict, dataclass

from auditor.backends.options import OpenOptions, usable_processors


@dataclass(frozen=True, slots=True, kw_only=True)
class LlamaSettings:
    """Settings of one opened model."""

    n_threads: int = 0
    """0: one for each processor that this process may use."""
    n_gpu_layers: int = 0
    """-1 for all."""
    n_cells: int = 4096
    """Tokens that the cache holds, over all sequences of a group."""
    n_ubatch: int = 512
    """Tokens that are computed at once."""
    use_extra_bufts: bool = True
    """Whether llama.cpp may use its kernels for rearranged weights, AMX among them."""
    use_mmap: bool = True
    use_flash_attention: bool = True
    template_date: str = "2025-01-01"
    """ISO 8601: "today" for chat templates that ask for the date."""
    adapter: str | None = None
    """Path of a GGUF adapter file."""
    adapter_scale: float = 1.0

    @classmethod
    def from_options(cls, options: OpenOptions) -> "LlamaSettings":
        """What the user chose, and our own choice for the rest."""
        return cls(
            n_threads=options.n_threads or usable_processors(),
            n_gpu_layers=options.n_gpu_layers,
            template_date=options.template_date,
        )

    def as_pairs(self) -> tuple[tuple[str, str], ...]:
        """Names and values for the run record; an adapter's content is recorded by its hash."""
        left_out = {"adapter"} if self.adapter else {"adapter", "adapter_scale"}
        return tuple(
            (name, str(value).lower())
            for name, value in asdict(self).items()
            if name not in left_out
        )
