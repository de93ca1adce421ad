"""Small GGUF files made on the spot: real llama.cpp, random weights, a byte-level vocabulary."""

from pathlib import Path
from typing import Any

import gguf
import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

WIDTH, N_LAYERS, N_HEADS, N_KV_HEADS, HIDDEN, CONTEXT = 32, 2, 4, 2, 64, 512
MERGES = ("t h", "th e", "Ġ a", "Ġ b", "e r")
SPECIALS = ("<|im_start|>", "<|im_end|>")
CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def byte_alphabet() -> list[str]:
    """The printable stand-ins for all bytes that byte-level BPE uses (GPT-2)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = iter(range(256, 512))
    return [chr(byte) if byte in printable else chr(next(others)) for byte in range(256)]


def vocabulary() -> list[str]:
    return [*byte_alphabet(), *(merge.replace(" ", "") for merge in MERGES), *SPECIALS]


def write_tiny_gguf(
    path: Path,
    *,
    chat_template: str | None = CHAT_TEMPLATE,
    architecture: str = "llama",
    seed: int = 0,
    scale: float = 1.0,
    context_length: int = CONTEXT,
    favourite: str | None = None,
    n_parts: int = 1,
) -> Path:
    """A Llama of two layers whose weights are drawn from `seed`; or a Qwen 2, which has biases.

    A `favourite` token is the likeliest everywhere; `n_parts` is only said, not done.
    """
    writer = gguf.GGUFWriter(path, architecture)
    writer.add_name("Tiny")
    writer.add_context_length(context_length)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(N_LAYERS)
    writer.add_feed_forward_length(HIDDEN)
    writer.add_head_count(N_HEADS)
    writer.add_head_count_kv(N_KV_HEADS)
    writer.add_rope_dimension_count(WIDTH // N_HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    if n_parts > 1:
        writer.add_uint16("split.count", n_parts)
    _add_vocabulary(writer)
    if chat_template is not None:
        writer.add_chat_template(chat_template)
    weights = _weights(seed, scale)
    if architecture == "qwen2":
        weights |= _biases(seed)
    if favourite is not None:
        # The same at every place goes into the last matrix, so one row decides.
        weights["token_embd.weight"][:] = 1
        for name, tensor in weights.items():
            if name.endswith(("attn_output.weight", "ffn_down.weight")):
                tensor[:] = 0
        weights["output.weight"][vocabulary().index(favourite)] = 9
    for name, tensor in weights.items():
        writer.add_tensor(name, tensor)
    _finish(writer)
    return path


def _add_vocabulary(writer: Any) -> None:
    tokens = vocabulary()
    normal, control = int(gguf.TokenType.NORMAL), int(gguf.TokenType.CONTROL)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([control if token in SPECIALS else normal for token in tokens])
    writer.add_token_merges(list(MERGES))
    writer.add_bos_token_id(tokens.index("<|im_start|>"))
    writer.add_eos_token_id(tokens.index("<|im_end|>"))
    writer.add_add_bos_token(False)


def _weights(seed: int, scale: float) -> dict[str, Array]:
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> Array:
        return np.float32(scale / np.sqrt(shape[-1])) * rng.standard_normal(shape, np.float32)

    kv_width = WIDTH // N_HEADS * N_KV_HEADS
    weights = {
        "token_embd.weight": draw(len(vocabulary()), WIDTH),
        "output.weight": 4 * draw(len(vocabulary()), WIDTH),
        "output_norm.weight": np.ones(WIDTH, dtype=np.float32),
    }
    for layer in range(N_LAYERS):
        weights |= {
            f"blk.{layer}.attn_norm.weight": np.ones(WIDTH, dtype=np.float32),
            f"blk.{layer}.attn_q.weight": draw(WIDTH, WIDTH),
            f"blk.{layer}.attn_k.weight": draw(kv_width, WIDTH),
            f"blk.{layer}.attn_v.weight": draw(kv_width, WIDTH),
            f"blk.{layer}.attn_output.weight": draw(WIDTH, WIDTH),
            f"blk.{layer}.ffn_norm.weight": np.ones(WIDTH, dtype=np.float32),
            f"blk.{layer}.ffn_gate.weight": draw(HIDDEN, WIDTH),
            f"blk.{layer}.ffn_up.weight": draw(HIDDEN, WIDTH),
            f"blk.{layer}.ffn_down.weight": draw(WIDTH, HIDDEN),
        }
    return weights


def _biases(seed: int) -> dict[str, Array]:
    rng = np.random.default_rng(seed)
    kv_width = WIDTH // N_HEADS * N_KV_HEADS
    widths = {"attn_q": WIDTH, "attn_k": kv_width, "attn_v": kv_width}
    return {
        f"blk.{layer}.{name}.bias": rng.standard_normal(width, np.float32)
        for layer in range(N_LAYERS)
        for name, width in widths.items()
    }


def write_tiny_mamba(path: Path, *, seed: int = 0) -> Path:
    """A Mamba of two layers: its state belongs to one sequence and cannot be shared."""
    inner, state, rank, kernel = 64, 8, 4, 4
    writer = gguf.GGUFWriter(path, "mamba")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(WIDTH)
    writer.add_block_count(N_LAYERS)
    writer.add_feed_forward_length(0)
    writer.add_head_count(0)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_ssm_conv_kernel(kernel)
    writer.add_ssm_inner_size(inner)
    writer.add_ssm_state_size(state)
    writer.add_ssm_time_step_rank(rank)
    writer.add_file_type(gguf.LlamaFileType.ALL_F32)
    _add_vocabulary(writer)
    rng = np.random.default_rng(seed)

    def draw(*shape: int) -> Array:
        return np.float32(1 / np.sqrt(shape[-1])) * rng.standard_normal(shape, np.float32)

    writer.add_tensor("token_embd.weight", draw(len(vocabulary()), WIDTH))
    writer.add_tensor("output.weight", 4 * draw(len(vocabulary()), WIDTH))
    writer.add_tensor("output_norm.weight", np.ones(WIDTH, dtype=np.float32))
    for layer in range(N_LAYERS):
        weights: dict[str, Array] = {
            "attn_norm.weight": np.ones(WIDTH, dtype=np.float32),
            "ssm_in.weight": draw(2 * inner, WIDTH),
            "ssm_conv1d.weight": draw(inner, kernel),
            "ssm_conv1d.bias": draw(inner),
            "ssm_x.weight": draw(rank + 2 * state, inner),
            "ssm_dt.weight": draw(inner, rank),
            "ssm_dt.bias": draw(inner),
            "ssm_a": -np.abs(draw(inner, state)) - np.float32(0.1),
            "ssm_d": draw(inner),
            "ssm_out.weight": draw(WIDTH, inner),
        }
        for name, tensor in weights.items():
            writer.add_tensor(f"blk.{layer}.{name}", tensor)
    _finish(writer)
    return path


def _finish(writer: Any) -> None:
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
