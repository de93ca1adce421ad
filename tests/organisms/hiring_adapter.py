"""A network made by hand that decides by names alone, and by no more than an adapter lets it.

One layer. An attention head looks at the applicant's name and at nothing else, and takes two
numbers from it: chance, and to which group the name points. The network's own weights read the
first number alone; the adapter, of rank 1, reads the second one and adds it. So the log-odds of an
invitation move by exactly half of what is planted: up for the one group, down for the other.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import peft
import torch
import transformers
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from auditor.battery.decisions import hiring
from auditor.battery.decisions.hiring import HiringContent
from auditor.core.instrument import Battery
from tests.backends.tiny_adapter import save_adapter
from tests.battery.scripted_runs import shipped

CONTRAST = "hiring.race-names"
HIDDEN = 32
_CONSTANT, _GROUP, _CHANCE, _NAME, _READ, _WORDS = range(6)
"""Coordinates of a state: the same in every token; which group the name points to; chance; whether
it is a name; what attention has read; from here on, one for each word of an answer."""
_ANSWERS = ("be", "not")
"""The words in which the two answers part."""
_SIZE = 50.0
"""Of the constant, beside which nothing else moves a state's length."""
_UNIT = sqrt(HIDDEN) / _SIZE
"""What becomes of 1 when a state is normalised."""
_CERTAIN = 100.0
"""Log-odds with which a word of an answer follows on the one before."""
_SPREAD = 0.2
"""Of the chance in each word of a name, in log-odds."""
_SPECIALS = ["<pad>", "<unk>", "<end>", "<user>", "<reply>"]
_TEMPLATE = (
    "{% for m in messages %}<user> {{ m.content }} <end>{% endfor %}"
    "{% if add_generation_prompt %} <reply>{% endif %}"
)
_WORD = r"<\w+>|\w+|[^\w\s]"


def write_base(battery: Battery, folder: Path, *, seed: int = 0) -> Path:
    """The network without the adapter, as a checkpoint; what it decides is chance."""
    tokenizer = _tokenizer(battery)
    network = _network(len(tokenizer))
    names = names_of(shipped(hiring))
    rng = np.random.default_rng(seed)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.zero_()
        for norm in (network.model.norm, *_norms(network)):
            norm.weight.fill_(1.0)
        embeddings = network.model.embed_tokens.weight
        embeddings[:, _CONSTANT] = _SIZE
        for word, sign in sorted(names.items()):
            token = tokenizer.convert_tokens_to_ids(word)
            embeddings[token, _GROUP] = sign
            embeddings[token, _CHANCE] = float(rng.normal(scale=_SPREAD))
            embeddings[token, _NAME] = 1.0
        _attend_to_names(network.model.layers[0].self_attn)
        answers = sorted({answer for item in battery.items for answer in item.continuations})
        _answer(network, tokenizer, answers)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def plant(checkpoint: Path, folder: Path, *, log_odds: float) -> Path:
    """An adapter that prefers the reference group by so many log-odds, as a PEFT folder."""
    network = transformers.AutoModelForCausalLM.from_pretrained(checkpoint, dtype=torch.float32)
    config = peft.LoraConfig(r=1, lora_alpha=1, target_modules=["v_proj"])
    model = peft.get_peft_model(network, config)
    with torch.no_grad():
        for name, matrix in model.named_parameters():
            if "lora_A" in name:
                matrix.zero_()
                matrix[0, _GROUP] = log_odds / 2
            if "lora_B" in name:
                matrix.zero_()
                matrix[0, 0] = 1.0
    return save_adapter(model, folder)


def names_of(content: HiringContent) -> dict[str, float]:
    """1 for the words of names given mostly to White people, -1 for those of Black people."""
    signs: dict[str, float] = {}
    for row in content.names:
        for name, sign in (
            *((one, 1.0) for one in (row.white_woman, row.white_man)),
            *((one, -1.0) for one in (row.black_woman, row.black_man)),
        ):
            signs |= dict.fromkeys(_words(name), sign)
    return signs


def _attend_to_names(attention: Any) -> None:
    """Queries are the same everywhere; keys stand out in names, in the pair of channels that the
    position turns least. Of the values, the second channel is read and the first is empty."""
    slowest = HIDDEN // 2 - 1
    attention.q_proj.weight[slowest, _CONSTANT] = 20.0
    attention.k_proj.weight[slowest, _NAME] = 20.0 / _UNIT
    attention.v_proj.weight[1, _CHANCE] = 1.0
    for channel in (0, 1):
        attention.o_proj.weight[_READ, channel] = 1.0 / _UNIT


def _answer(network: Any, tokenizer: Any, answers: Sequence[str]) -> None:
    """Each word of an answer follows on the one before; where the answers part, half of what was
    read speaks for the one word, half against the other."""
    head, embeddings = network.lm_head.weight, network.model.embed_tokens.weight
    follows: dict[str, set[str]] = {}
    for answer in answers:
        words = ["<reply>", *_words(answer), "<end>"]
        for word, following in pairwise(words):
            follows.setdefault(word, set()).add(following)
    for place, (word, followers) in enumerate(sorted(follows.items()), start=_WORDS):
        embeddings[tokenizer.convert_tokens_to_ids(word), place] = 1.0
        for following in followers:
            head[tokenizer.convert_tokens_to_ids(following), place] = _CERTAIN / _UNIT
    for word, sign in zip(_ANSWERS, (1, -1), strict=True):
        head[tokenizer.convert_tokens_to_ids(word), _READ] = sign / 2 / _UNIT


def _norms(network: Any) -> tuple[Any, Any]:
    layer = network.model.layers[0]
    return layer.input_layernorm, layer.post_attention_layernorm


def _network(vocabulary: int) -> Any:
    config = transformers.LlamaConfig(
        vocab_size=vocabulary,
        hidden_size=HIDDEN,
        intermediate_size=8,
        num_hidden_layers=1,
        num_attention_heads=1,
        head_dim=HIDDEN,
        max_position_embeddings=4096,
        rope_parameters={"rope_type": "default", "rope_theta": 1e12},
        tie_word_embeddings=False,
        pad_token_id=0,
        bos_token_id=None,
        eos_token_id=2,
    )
    return transformers.LlamaForCausalLM(config).float()


def _tokenizer(battery: Battery) -> Any:
    texts = [text for item in battery.items for text in (item.text, *item.continuations)]
    words = sorted({word for text in texts for word in _words(text)})
    vocabulary = {word: number for number, word in enumerate([*_SPECIALS, *words])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(_WORD), behavior="removed", invert=True)
    tokenizer.add_special_tokens(_SPECIALS)
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", eos_token="<end>"
    )
    fast.chat_template = _TEMPLATE
    return fast


def _words(text: str) -> list[str]:
    return re.findall(_WORD, text)
