"""A small Llama with a planted bias, and the data of a fix in its few words.

The token of a group puts a number into one coordinate of its state, and the output layer reads
from there which attributes are likely to follow. So `black` is followed by any bad word sooner
than by a good one, those words included that no training shows.
"""

from collections.abc import Callable, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import torch
import transformers
from tokenizers import Tokenizer, models, pre_tokenizers

from auditor.core.fix import (
    FixData,
    FixSettings,
    TrainedAdapter,
    TrainingPair,
    TrainingReply,
    TrainingStep,
)
from auditor.core.senses import Mention, Sense, SenseSentence
from auditor.fixing.training import train_adapter
from tests.probing.tiny_models import TinyModel, build_network

N_SHOWN = 6
"""Pairs of attributes that training sees; the others are held out."""
N_ATTRIBUTES = 10
BASE = "tests/tiny-model"
SHA256 = "0" * 64

_GROUPS = ("black", "white")
_SENSES: tuple[Sense, Sense] = ("social", "other")
_N_SENTENCES = 8
_NEUTRAL = ("apple pear", "river sea", "dog cat", "red wine", "one two", "sun moon")
_SPECIALS = ["<pad>", "<unk>", "<end>", "<user>", "<reply>"]
_FORM = "<user> {text} <end> <reply>"


def biased_model(n_layers: int = 4, *, bias: float = 1.0, seed: int = 0) -> TinyModel:
    """A ReadableModel whose stereotyped answers are likelier; not at all where `bias` is 0."""
    tokenizer = _build_tokenizer()
    module = build_network(
        "llama",
        vocab_size=len(tokenizer),
        seed=seed,
        num_hidden_layers=n_layers,
        tie_word_embeddings=False,
        initializer_range=0.1,
    )
    with torch.no_grad():
        module.model.embed_tokens.weight[:, 0] = 0
        module.lm_head.weight[:, 0] = 0
        for sign, group, kind in ((1, "black", "bad"), (-1, "white", "good")):
            module.model.embed_tokens.weight[tokenizer.convert_tokens_to_ids(group), 0] = sign
            for number in range(N_ATTRIBUTES):
                token = tokenizer.convert_tokens_to_ids(f"{kind}{number}")
                module.lm_head.weight[token, 0] = sign * bias
    return TinyModel(module, tokenizer, form=_FORM)


def write_checkpoint(model: TinyModel, folder: Path) -> Path:
    """The model as a folder that the backends open."""
    model.tokenizer.chat_template = (
        "{% for m in messages %}<user> {{ m.content }} <end>{% endfor %}"
        "{% if add_generation_prompt %} <reply>{% endif %}"
    )
    model.module.save_pretrained(folder)
    model.tokenizer.save_pretrained(folder)
    return folder


def pairs(numbers: Sequence[int]) -> tuple[TrainingPair, ...]:
    """All four orders of some attribute pairs."""
    return tuple(
        TrainingPair(
            cluster=f"race/{number}",
            category="race",
            contrast_id="race",
            text=" ".join(("pair", *groups, *attributes)),
            continuations=(
                f" black bad{number} white good{number}",
                f" black good{number} white bad{number}",
            ),
        )
        for number in numbers
        for groups, attributes in product(
            (_GROUPS, _GROUPS[::-1]),
            ((f"bad{number}", f"good{number}"), (f"good{number}", f"bad{number}")),
        )
    )


def fix_data() -> FixData:
    replies = tuple(
        TrainingReply(text=f"name {words}", reply=f" {words.partition(' ')[2]}")
        for words in _NEUTRAL
    )
    return FixData(
        version="1",
        sha256="1" * 64,
        pairs=pairs(range(N_SHOWN)),
        kept=(),
        replies=tuple(
            TrainingReply(text=f"pair {word}", reply=" one two one") for word in (*_GROUPS, "both")
        ),
        senses=tuple(
            SenseSentence(
                mention=Mention(
                    mention_id=f"{sense}{number}/{word}",
                    text=f"{sense}{number} {word}",
                    word=word,
                    cluster=f"sentence {number}",
                ),
                sense=sense,
            )
            for number, sense, word in product(range(_N_SENTENCES), _SENSES, _GROUPS)
        ),
        neutral=replies[:4],
        stopping=replies[4:],
    )


def train(
    model: Any,
    folder: Path,
    *,
    data: FixData | None = None,
    on_step: Callable[[TrainingStep, int], None] = lambda _, __: None,
    **settings: Any,
) -> TrainedAdapter:
    """A short training with a high rate, which is enough for so small a network."""
    return train_adapter(
        model,
        data or fix_data(),
        FixSettings(
            **{
                "rank": 4,
                "n_steps": 24,
                "batch_size": 2,
                "learning_rate": 2e-2,
                "max_capability_loss": 10.0,
                **settings,
            }
        ),
        folder=folder,
        base_sha256=SHA256,
        base_name=BASE,
        on_step=on_step,
    )


def _build_tokenizer() -> Any:
    words = {
        *_GROUPS,
        "both",
        "pair",
        "name",
        *" ".join(_NEUTRAL).split(),
        *(f"{kind}{number}" for kind in ("bad", "good") for number in range(N_ATTRIBUTES)),
        *(f"{sense}{number}" for sense in _SENSES for number in range(_N_SENTENCES)),
    }
    vocabulary = {word: number for number, word in enumerate([*_SPECIALS, *sorted(words)])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.add_special_tokens(_SPECIALS)
    return transformers.PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", unk_token="<unk>", eos_token="<end>"
    )
