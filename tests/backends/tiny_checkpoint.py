"""Small Hugging Face checkpoints made on the spot: real architectures, random weights."""

from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

CHAT_TEMPLATE = (
    "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIALS = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
CORPUS = [
    "The two words stand for two things, and each of the things has one name of its own.",
    "the one or the other, and another one beside the other one; pair black and white with words",
]
WINDOW = 48
"""Of the architectures with a sliding window, in tokens."""
_SIZES = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 3,
    "num_attention_heads": 4,
    "max_position_embeddings": 512,
    # With the usual 0.02 a network of this size hardly looks at its context.
    "initializer_range": 0.3,
}
_GROUPED = {**_SIZES, "num_key_value_heads": 2}
_CONFIGS: dict[str, dict[str, Any]] = {
    "llama": _GROUPED,
    "qwen2": _GROUPED,
    "mistral": {**_GROUPED, "sliding_window": WINDOW},
    "gemma2": {
        **_GROUPED,
        "head_dim": 8,
        "query_pre_attn_scalar": 8,
        "sliding_window": WINDOW,
        "attn_logit_softcapping": 2.0,
        "final_logit_softcapping": 5.0,
    },
    "gemma3_text": {
        **_GROUPED,
        "num_hidden_layers": 2,
        "head_dim": 8,
        "query_pre_attn_scalar": 8,
        "sliding_window": WINDOW,
        "layer_types": ["sliding_attention", "full_attention"],
    },
    "gpt_neox": _SIZES,
    "bloom": {"hidden_size": 32, "n_layer": 2, "n_head": 4, "initializer_range": 0.3},
    "mamba": {
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "state_size": 8,
        "conv_kernel": 4,
        "initializer_range": 0.3,
    },
    "bert": {**_SIZES, "is_decoder": False},
}


def train_tokenizer(chat_template: str | None = CHAT_TEMPLATE) -> Any:
    """Byte-level BPE, trained on two sentences."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=320,
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(CORPUS, trainer)
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=SPECIALS[0], eos_token=SPECIALS[2]
    )
    fast.chat_template = chat_template
    return fast


def write_tiny_checkpoint(
    folder: Path,
    family: str = "llama",
    *,
    chat_template: str | None = CHAT_TEMPLATE,
    seed: int = 0,
    **settings: Any,
) -> Path:
    """A network of two or three layers whose weights are drawn from `seed`, and its tokenizer."""
    tokenizer = train_tokenizer(chat_template)
    config = transformers.AutoConfig.for_model(
        family,
        **{**_CONFIGS[family], **settings},
        vocab_size=len(tokenizer),
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=0,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = transformers.AutoModelForCausalLM.from_config(config, dtype=torch.float32)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
