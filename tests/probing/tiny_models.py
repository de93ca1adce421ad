"""Small networks of several families with random weights, and real tokenizers around them."""

from dataclasses import dataclass
from typing import Any

import torch
import transformers

from tests.backends.tiny_checkpoint import train_tokenizer

N_LAYERS = 3
HIDDEN = 32
WINDOW = 16
"""Of the families with a sliding window, in tokens."""

_GROUPED = {
    "hidden_size": HIDDEN,
    "intermediate_size": 64,
    "num_hidden_layers": N_LAYERS,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 512,
    # With the usual 0.02 a network of this size hardly looks at its context.
    "initializer_range": 0.3,
}
_ALIKE = {name: size for name, size in _GROUPED.items() if name != "num_key_value_heads"}
_GEMMA = {**_GROUPED, "head_dim": 8, "query_pre_attn_scalar": 8, "sliding_window": WINDOW}
_CONFIGS: dict[str, dict[str, Any]] = {
    "llama": _GROUPED,
    "qwen2": _GROUPED,
    "gemma2": {**_GEMMA, "attn_logit_softcapping": 2.0, "attn_implementation": "eager"},
    "gemma3_text": _GEMMA,
    "gpt2": {"n_embd": HIDDEN, "n_layer": N_LAYERS, "n_head": 4, "initializer_range": 0.3},
    "gpt_neox": _ALIKE,
    "opt": {
        **_ALIKE,
        "ffn_dim": 64,
        "word_embed_proj_dim": HIDDEN,
        "init_std": 0.3,
        "dropout": 0.0,
    },
    "bloom": {"hidden_size": HIDDEN, "n_layer": N_LAYERS, "n_head": 4, "initializer_range": 0.3},
    "mamba": {
        "hidden_size": HIDDEN,
        "num_hidden_layers": N_LAYERS,
        "state_size": 8,
        "conv_kernel": 4,
        "initializer_range": 0.3,
    },
}
ATTENTION_FAMILIES = ("llama", "qwen2", "gemma2", "gemma3_text", "gpt2", "gpt_neox", "opt", "bloom")
FAMILIES = (*ATTENTION_FAMILIES, "mamba")


@dataclass(frozen=True, slots=True)
class TinyModel:
    """A ReadableModel."""

    module: Any
    tokenizer: Any
    adds_special_tokens: bool = False
    form: str = "<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"

    def render(self, text: str, reply_prefix: str = "") -> str:
        """The user's message in the form, and what is written of the reply."""
        return self.form.format(text=text) + reply_prefix


def build_network(family: str, *, vocab_size: int = 400, seed: int = 0, **settings: Any) -> Any:
    """A causal language model of three layers whose weights are drawn from `seed`."""
    config = transformers.AutoConfig.for_model(
        family,
        **{**_CONFIGS[family], **settings},
        vocab_size=vocab_size,
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=0,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    return network.eval()


def tiny_model(family: str = "llama", **settings: Any) -> TinyModel:
    """A network with a byte-level tokenizer that splits most words."""
    return TinyModel(build_network(family, **settings), train_tokenizer())
