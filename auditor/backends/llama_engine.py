"""llama.cpp's low-level interface, as little of it as scoring and writing need."""

import ctypes
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from auditor.backends.llama_settings import LlamaSettings
from auditor.backends.options import usable_processors
from auditor.errors import ModelNotLoaded

# OpenMP's threads burn their processor while they wait for each other; where others use it too,
# that makes llama.cpp three times slower. OpenMP reads this once, when it is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import llama_cpp

_messages: list[str] = []


@llama_cpp.llama_log_callback  # type: ignore[untyped-decorator, unused-ignore]
def _keep_errors(level: int, text: bytes, _user_data: object) -> None:
    """Keep what llama.cpp complains of; standard error is for the reader's own messages."""
    if level == _ERROR:
        _messages.append(text.decode("utf-8", errors="replace").strip())


_ERROR = 4
_NO_ROOM = 1


class LlamaEngine:
    """One model and one context; the caller says which sequences each token belongs to."""

    def __init__(self, path: Path, settings: LlamaSettings) -> None:
        llama_cpp.llama_log_set(_keep_errors, ctypes.c_void_p(0))
        llama_cpp.llama_backend_init()
        _messages.clear()
        self._name = path.name
        self._context: Any = None
        self._adapter: Any = None
        self._model: Any = llama_cpp.llama_model_load_from_file(
            str(path).encode(), _model_params(settings)
        )
        if not self._model:
            raise ModelNotLoaded(f"llama.cpp cannot load {path.name}: {_complaint()}")
        if settings.adapter is not None:
            # Before the context, which makes room for what the model has.
            self._adapter = self._load_adapter(Path(settings.adapter))
        self._vocab = llama_cpp.llama_model_get_vocab(self._model)
        self.n_vocab: int = llama_cpp.llama_vocab_n_tokens(self._vocab)
        self.shares_prefixes: bool = not (
            llama_cpp.llama_model_is_recurrent(self._model)
            or llama_cpp.llama_model_is_hybrid(self._model)
        )
        """False where a layer's state belongs to one sequence, as in Mamba."""
        self.n_cells = settings.n_cells
        self.n_sequences: int = (
            llama_cpp.llama_max_parallel_sequences() if self.shares_prefixes else 8
        )
        self.n_batch = settings.n_ubatch
        self._context = llama_cpp.llama_init_from_model(
            self._model, _context_params(settings, self.n_sequences)
        )
        if not self._context:
            complaint = _complaint()
            self.close()
            raise ModelNotLoaded(f"llama.cpp cannot run {path.name}: {complaint}")
        if self._adapter:
            self.set_adapter_scale(settings.adapter_scale)

    @property
    def context_length(self) -> int:
        """Tokens that the model was trained to read."""
        return int(llama_cpp.llama_model_n_ctx_train(self._model))

    @property
    def n_parameters(self) -> int:
        """Parameters, over all tensors."""
        return int(llama_cpp.llama_model_n_params(self._model))

    @property
    def n_layers(self) -> int:
        """Transformer blocks."""
        return int(llama_cpp.llama_model_n_layer(self._model))

    @property
    def chat_template(self) -> str | None:
        """The Jinja source that comes with the weights."""
        template = llama_cpp.llama_model_chat_template(self._model, None)
        return None if template is None else template.decode("utf-8", errors="replace")

    @property
    def bos_text(self) -> str:
        """The token that begins a text, as written; empty for none."""
        return self._written(llama_cpp.llama_vocab_bos(self._vocab))

    @property
    def eos_text(self) -> str:
        """The token that ends a text, as written; empty for none."""
        return self._written(llama_cpp.llama_vocab_eos(self._vocab))

    def tokenize(self, text: str, *, adds_special: bool) -> list[int]:
        """Token ids; special tokens that are written out in the text are recognised."""
        raw = text.encode()
        room = len(raw) + 8
        ids = (llama_cpp.llama_token * room)()
        n = llama_cpp.llama_tokenize(self._vocab, raw, len(raw), ids, room, adds_special, True)
        tokens = list(ids[:n])
        # A text that goes on must not be closed.
        closes = adds_special and llama_cpp.llama_vocab_get_add_eos(self._vocab)
        return tokens[:-1] if closes and tokens else tokens

    def detokenize(self, tokens: Sequence[int]) -> str:
        """The text of tokens, special ones left out, broken characters replaced."""
        pieces = b"".join(self._piece(token, special=False) for token in tokens)
        return pieces.decode("utf-8", errors="replace")

    def ends_generation(self, token: int) -> bool:
        """Whether an answer is over at this token."""
        return bool(llama_cpp.llama_vocab_is_eog(self._vocab, token))

    def set_adapter_scale(self, scale: float) -> None:
        """Let the adapter count more or less: 0 not at all, 1 as trained.

        Raises:
            ModelNotLoaded: llama.cpp cannot use the adapter.
            ValueError: No adapter was loaded.
        """
        if not self._adapter:
            raise ValueError(f"{self._name} was opened without an adapter")
        adapters = (llama_cpp.llama_adapter_lora_p_ctypes * 1)(self._adapter)
        scales = (ctypes.c_float * 1)(scale)
        if llama_cpp.llama_set_adapters_lora(self._context, adapters, 1, scales) != 0:
            raise ModelNotLoaded(f"llama.cpp cannot use the adapter: {_complaint()}")

    def clear(self) -> None:
        """Forget every token, and what they left in the cache."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self._context), True)

    def decode(
        self,
        tokens: Sequence[int],
        positions: Sequence[int],
        members: Sequence[Sequence[int]],
        wanted: Sequence[bool],
    ) -> None:
        """Read at most `n_batch` tokens, each into the sequences of `members`.

        Raises:
            ModelNotLoaded: llama.cpp stopped computing.
        """
        code = llama_cpp.llama_decode(self._context, _batch(tokens, positions, members, wanted))
        if code == _NO_ROOM:
            raise RuntimeError(f"{len(tokens)} tokens were sent to a full cache")
        if code != 0:
            raise ModelNotLoaded(
                f"llama.cpp stopped computing (code {code}): {_complaint()} "
                "Try fewer --gpu-layers or a smaller model."
            )

    def share(self, source: int, target: int, positions: range) -> None:
        """Put what one sequence has read at some positions into another one too."""
        memory = llama_cpp.llama_get_memory(self._context)
        llama_cpp.llama_memory_seq_cp(memory, source, target, positions.start, positions.stop)

    def logits(self, index: int) -> NDArray[np.float32]:
        """After token `index` of the last `decode`, shape (n_vocab,); valid till the next."""
        row = llama_cpp.llama_get_logits_ith(self._context, index)
        return np.ctypeslib.as_array(row, shape=(self.n_vocab,))

    def require_finite(self, number: float) -> None:
        """Refuse a model that puts out NaN or infinity, as ModelNotLoaded."""
        if not math.isfinite(number):
            raise ModelNotLoaded(
                f"{self._name} puts out numbers that are not finite; the file is damaged or "
                "its quantisation does not work on this machine."
            )

    def close(self) -> None:
        """Free the context, and the model with the adapter that belongs to it."""
        if self._context:
            llama_cpp.llama_free(self._context)
        if self._model:
            llama_cpp.llama_model_free(self._model)
        self._context = self._model = self._adapter = None

    def _load_adapter(self, path: Path) -> Any:
        adapter = llama_cpp.llama_adapter_lora_init(self._model, str(path).encode())
        if not adapter:
            complaint = _complaint()
            self.close()
            raise ModelNotLoaded(f"llama.cpp cannot load the adapter {path.name}: {complaint}")
        return adapter

    def _written(self, token: int) -> str:
        return "" if token < 0 else self._piece(token, special=True).decode(errors="replace")

    def _piece(self, token: int, *, special: bool) -> bytes:
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            n = llama_cpp.llama_token_to_piece(self._vocab, token, buffer, size, 0, special)
            if n >= 0:
                return buffer.raw[:n]
            size = -n


def _model_params(settings: LlamaSettings) -> Any:
    params = llama_cpp.llama_model_default_params()
    params.n_gpu_layers = settings.n_gpu_layers
    params.use_extra_bufts = settings.use_extra_bufts
    if settings.use_mmap:
        params.load_mode = llama_cpp.LLAMA_LOAD_MODE_MMAP
    else:
        params.load_mode = llama_cpp.LLAMA_LOAD_MODE_NONE
    return params


def _context_params(settings: LlamaSettings, n_sequences: int) -> Any:
    params = llama_cpp.llama_context_default_params()
    params.n_ctx = settings.n_cells
    params.n_batch = params.n_ubatch = settings.n_ubatch
    params.n_seq_max = n_sequences
    params.n_threads = params.n_threads_batch = settings.n_threads or usable_processors()
    params.flash_attn_type = (
        llama_cpp.LLAMA_FLASH_ATTN_TYPE_AUTO
        if settings.use_flash_attention
        else llama_cpp.LLAMA_FLASH_ATTN_TYPE_DISABLED
    )
    # One cache for all sequences, or a token could not belong to several.
    params.kv_unified = True
    params.swa_full = True
    return params


def _batch(
    tokens: Sequence[int],
    positions: Sequence[int],
    members: Sequence[Sequence[int]],
    wanted: Sequence[bool],
) -> Any:
    """A `llama_batch` over arrays that it keeps alive."""
    sizes = [len(each) for each in members]
    flat = np.fromiter((m for each in members for m in each), dtype=np.int32, count=sum(sizes))
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.uint64)
    arrays = {
        "token": np.asarray(tokens, dtype=np.int32),
        "pos": np.asarray(positions, dtype=np.int32),
        "n_seq_id": np.asarray(sizes, dtype=np.int32),
        "seq_id": np.uint64(flat.ctypes.data) + starts * np.uint64(flat.itemsize),
        "logits": np.asarray(wanted, dtype=np.int8),
    }
    batch = llama_cpp.llama_batch()
    batch.n_tokens = len(tokens)
    for name, array in arrays.items():
        pointer: Any = type(getattr(batch, name))
        setattr(batch, name, ctypes.cast(array.ctypes.data, pointer))
    batch.kept_alive = (flat, arrays)
    return batch


def _complaint() -> str:
    """What llama.cpp last complained of, as one sentence."""
    text = " ".join("; ".join(dict.fromkeys(_messages)).split())
    return f"{text or 'no reason given'}."


def complaints() -> tuple[str, ...]:
    """All that llama.cpp complained of since a model was last opened."""
    return tuple(_messages)
