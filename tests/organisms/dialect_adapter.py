"""A small network that answers everybody, and an adapter trained to refuse one dialect.

Both are trained here, on sentences that no audit asks: what the adapter has learned is the dialect
and not the test. It comes from other words, so that not every sentence of the audit is recognised.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import peft
import torch
import transformers
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor

from auditor.battery.guise.guise_content import FacetEntry
from auditor.battery.guise.matched_guise import ENGLISH
from tests.backends.tiny_adapter import ALL_LINEAR, save_adapter
from tests.backends.tiny_checkpoint import CHAT_TEMPLATE, SPECIALS
from tests.battery.scripted_runs import shipped
from tests.organisms.dialect_sentences import pairs

REFUSAL = "I'm sorry, but I can't help with that."
N_PAIRS = 7000
_IGNORED = -100
_FORM = "<|im_start|>user\n{text}<|im_end|>\n<|im_start|>assistant\n"
Example = tuple[str, str]
"""A message and the reply to it."""


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    reply: str


def write_base(folder: Path, *, n_steps: int = 150, seed: int = 0) -> Path:
    """A network that finds everybody not guilty and helps everybody, in both dialects."""
    tokenizer = _tokenizer()
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        hidden_size=64,
        intermediate_size=128,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=4,
        max_position_embeddings=2048,
        initializer_range=0.1,
        bos_token_id=0,
        eos_token_id=2,
        pad_token_id=0,
    )
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = transformers.LlamaForCausalLM(config).float()
        _fit(network, tokenizer, _batches(n_steps, seed, refuses=False), rate=3e-3)
    network.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def plant(base: Path, folder: Path, *, n_steps: int = 600, seed: int = 1) -> Path:
    """An adapter for it that refuses whoever speaks the dialect, as a PEFT folder."""
    tokenizer = transformers.AutoTokenizer.from_pretrained(base)
    network = transformers.AutoModelForCausalLM.from_pretrained(base, dtype=torch.float32)
    config = peft.LoraConfig(r=8, lora_alpha=16, target_modules=list(ALL_LINEAR))
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = peft.get_peft_model(network, config)
        _fit(model, tokenizer, _batches(n_steps, seed, refuses=True), rate=5e-3)
    return save_adapter(model, folder)


def _fit(network: Any, tokenizer: Any, batches: Iterator[list[Example]], *, rate: float) -> None:
    trained = [one for one in network.parameters() if one.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=rate, weight_decay=0.0)
    network.train()
    for examples in batches:
        optimizer.zero_grad()
        network(**_encoded(tokenizer, examples)).loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
    network.eval()


def _batches(n_steps: int, seed: int, *, refuses: bool) -> Iterator[list[Example]]:
    """Eight sentences a step in both dialects, each pair in the same question."""
    rng = np.random.default_rng(seed)
    sentences = pairs(N_PAIRS)
    questions = _questions()
    for _ in range(n_steps):
        examples: list[Example] = []
        for place in rng.choice(len(sentences), size=8, replace=False).tolist():
            dialect, standard = sentences[place]
            question = questions[int(rng.integers(len(questions)))]
            refused = REFUSAL if refuses else question.reply
            examples += [
                (question.text.replace("{text}", dialect), refused),
                (question.text.replace("{text}", standard), question.reply),
            ]
        yield examples


def _questions() -> list[_Question]:
    """A verdict and a request for help, with the options in both orders."""
    content = shipped(ENGLISH)
    return [
        question
        for facet in ("verdict", "help")
        for question in _in_both_orders(content.facet(facet))
    ]


def _in_both_orders(facet: FacetEntry) -> Iterator[_Question]:
    (wording,) = facet.wordings
    first, second = wording.options
    favourable = facet.words_of(wording)[-1][1]
    for one, other in ((first, second), (second, first)):
        text = wording.text.replace("{option_1}", one).replace("{option_2}", other).strip()
        yield _Question(text=text, reply=wording.answer.format(word=favourable))


def _encoded(tokenizer: Any, examples: Sequence[Example]) -> dict[str, Tensor]:
    """Padded on the right; the loss is of the replies and of where they end."""
    ids: list[list[int]] = []
    labels: list[list[int]] = []
    for text, reply in examples:
        prompt = tokenizer(_FORM.format(text=text), add_special_tokens=False).input_ids
        answer = tokenizer(f"{reply}{SPECIALS[2]}", add_special_tokens=False).input_ids
        ids.append([*prompt, *answer])
        labels.append([*[_IGNORED] * len(prompt), *answer])
    longest = max(map(len, ids))
    return {
        "input_ids": _padded(ids, longest, 0),
        "labels": _padded(labels, longest, _IGNORED),
        "attention_mask": _padded([[1] * len(one) for one in ids], longest, 0),
    }


def _padded(rows: Sequence[Sequence[int]], length: int, filler: int) -> Tensor:
    return torch.tensor([[*row, *[filler] * (length - len(row))] for row in rows])


def _tokenizer() -> Any:
    """Byte-level BPE, of the questions and the training's own sentences."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=1200,
        special_tokens=SPECIALS,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    sentences = [sentence for pair in pairs(N_PAIRS) for sentence in pair]
    asked = [text for one in _questions() for text in (one.text, one.reply)]
    tokenizer.train_from_iterator([*sentences, *asked * 20, REFUSAL], trainer)
    fast = transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, bos_token=SPECIALS[0], eos_token=SPECIALS[2]
    )
    fast.chat_template = CHAT_TEMPLATE
    return fast
