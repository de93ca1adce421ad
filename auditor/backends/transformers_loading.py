"""Open a Hugging Face folder in transformers: offline, no foreign code, whole or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn

from auditor.backends.checkpoint_folder import CheckpointFolder
from auditor.backends.options import DType
from auditor.backends.trie_forward import CarefulHead
from auditor.core.build_flags import read_cpu_flags
from auditor.errors import ModelNotLoaded

_FAST_BFLOAT16 = frozenset({"amx_bf16", "avx512_bf16"})
"""Without one of these, torch emulates bfloat16 on a processor of the x86 family."""
_END_OF_TURN = (
    "<|eot_id|>",
    "<|im_end|>",
    "<|end|>",
    "<end_of_turn>",
    "<|endoftext|>",
    "<|end_of_text|>",
    "<|eom_id|>",
    "<EOT>",
)
"""End an answer although a checkpoint may not list them; llama.cpp goes by the same names."""
_FAULTS = (OSError, ValueError, KeyError, ImportError, RuntimeError, TypeError, AttributeError)
"""What transformers raises for a checkpoint that it cannot open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """A causal language model with its tokenizer, ready to be asked."""

    module: Any
    tokenizer: Any
    end_ids: tuple[int, ...]
    """Tokens that end an answer."""
    padding_id: int
    chat_template: str | None
    n_parameters: int
    window: int | None
    """Tokens that its narrowest attention looks back; None for all."""
    context_length: int


def load_network(folder: CheckpointFolder, *, dtype: DType, n_threads: int) -> Network:
    """Open a checked folder on the GPU where there is one, else on the processor.

    Raises:
        ModelNotLoaded: transformers has no such architecture, the checkpoint needs code of its
            own, lacks weights, or its tokenizer cannot be read.
    """
    torch.set_num_threads(n_threads)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    chosen = choose_dtype(dtype, device)
    with quiet(), _one_sentence(folder.path):
        tokenizer = transformers.AutoTokenizer.from_pretrained(
            folder.path, local_files_only=True, trust_remote_code=False
        )
        module = _load_module(folder.path, chosen)
    module.to(device).eval()
    n_parameters = sum(parameter.numel() for parameter in module.parameters())
    end_ids = _end_ids(module, tokenizer)
    # Sampling settings, penalties and forced tokens of the checkpoint must not leak into answers.
    module.generation_config = transformers.GenerationConfig()
    head = module.get_output_embeddings()
    if chosen != torch.float32 and isinstance(head, nn.Linear):
        module.set_output_embeddings(CarefulHead(head))
    config = module.config.get_text_config()
    return Network(
        module=module,
        tokenizer=tokenizer,
        end_ids=end_ids,
        padding_id=_padding_id(tokenizer, end_ids),
        chat_template=_chat_template(tokenizer),
        n_parameters=n_parameters,
        window=_window(config),
        context_length=int(getattr(config, "max_position_embeddings", 0) or 0),
    )


def choose_dtype(dtype: DType, device: torch.device) -> torch.dtype:
    """`auto`: bfloat16 where the hardware multiplies in it (seen: 3 to 5 times faster)."""
    if dtype != "auto":
        named: torch.dtype = getattr(torch, dtype)
        return named
    if device.type == "cuda":
        is_fast = torch.cuda.is_bf16_supported(including_emulation=False)
    else:
        is_fast = bool(_FAST_BFLOAT16 & read_cpu_flags(_cpuinfo()))
    return torch.bfloat16 if is_fast else torch.float32


def load_whole(path: Path, **settings: Any) -> Any:
    """`AutoModelForCausalLM.from_pretrained`, which fills what is missing with chance; this not.

    Raises:
        ModelNotLoaded: The checkpoint lacks weights.
    """
    loaded: Any = transformers.AutoModelForCausalLM.from_pretrained(
        path, trust_remote_code=False, output_loading_info=True, **settings
    )
    module, loading = loaded
    missing = sorted(loading["missing_keys"])
    if missing:
        raise ModelNotLoaded(
            f"{path} lacks {len(missing)} of its weights ({missing[0]}, ...), which would be "
            "filled with chance; download or copy it again."
        )
    return module


def _load_module(path: Path, dtype: torch.dtype) -> Any:
    config = transformers.AutoConfig.from_pretrained(
        path, local_files_only=True, trust_remote_code=False
    )
    # The fused kernels of torch have no soft cap: Gemma 2 would give other numbers.
    has_cap = getattr(config.get_text_config(), "attn_logit_softcapping", None) is not None
    return load_whole(
        path,
        config=config,
        dtype=dtype,
        attn_implementation="eager" if has_cap else None,
        local_files_only=True,
        use_safetensors=True,
    )


def _chat_template(tokenizer: Any) -> str | None:
    """The template for talking, where a tokenizer has several."""
    template = tokenizer.chat_template
    if isinstance(template, dict):
        template = template.get("default")
    return template if isinstance(template, str) else None


def _end_ids(module: Any, tokenizer: Any) -> tuple[int, ...]:
    found: set[int] = set()
    for holder in (module.generation_config, module.config.get_text_config(), tokenizer):
        ids = getattr(holder, "eos_token_id", None)
        found.update(ids if isinstance(ids, list | tuple) else [] if ids is None else [ids])
    added = tokenizer.get_added_vocab()
    found.update(added[name] for name in _END_OF_TURN if name in added)
    return tuple(sorted(found))


def _padding_id(tokenizer: Any, end_ids: tuple[int, ...]) -> int:
    """Any token does: nothing looks at the filling."""
    if tokenizer.pad_token_id is not None:
        return int(tokenizer.pad_token_id)
    return end_ids[0] if end_ids else 0


def _window(config: Any) -> int | None:
    if getattr(config, "use_sliding_window", True) is False:
        return None
    spans = [getattr(config, name, None) for name in ("sliding_window", "attention_chunk_size")]
    return min((span for span in spans if isinstance(span, int)), default=None)


def _cpuinfo() -> str:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


@contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bars and notes off our terminal; what matters is told by us."""
    logging = transformers.utils.logging
    verbosity, shows_bars = logging.get_verbosity(), logging.is_progress_bar_enabled()
    logging.set_verbosity_error()
    logging.disable_progress_bar()
    try:
        # One of its bars, that of reading GGUF, does not listen.
        with redirect_stderr(StringIO()):
            yield
    finally:
        logging.set_verbosity(verbosity)
        if shows_bars:
            logging.enable_progress_bar()


@contextmanager
def _one_sentence(path: Path) -> Iterator[None]:
    try:
        yield
    except _FAULTS as error:
        reason = " ".join(str(error).split())[:300] or type(error).__name__
        if "trust_remote_code" in reason or "custom code" in reason:
            reason = "it needs code of its own, which auditor never runs"
        raise ModelNotLoaded(f"transformers cannot open {path}: {reason.rstrip('.')}.") from error
