"""What a fix is trained on, in the tokens of one model."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.core.encoding import EncodedPrompt, encode_continuations
from auditor.core.fix import TrainingPair, TrainingReply
from auditor.core.quoting import quote
from auditor.core.senses import SenseSentence
from auditor.errors import FixNotTrained
from auditor.fixing.passes import Tokens
from auditor.fixing.trainable import TrainableModel


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedSense:
    """A sentence up to the word whose sense it decides."""

    token_ids: Tokens
    is_social: bool


def encode_clusters(
    model: TrainableModel, pairs: Sequence[TrainingPair]
) -> tuple[tuple[EncodedPrompt, ...], ...]:
    """The cells of each cluster: first the stereotype's answer, then its mirror."""
    cells: dict[str, list[EncodedPrompt]] = defaultdict(list)
    for pair in pairs:
        cells[pair.cluster].append(_encode(model, pair.text, pair.continuations))
    return tuple(tuple(each) for each in cells.values())


def encode_replies(
    model: TrainableModel, replies: Sequence[TrainingReply]
) -> tuple[EncodedPrompt, ...]:
    """Messages, each with its reply as the one continuation."""
    return tuple(_encode(model, each.text, (each.reply,)) for each in replies)


def encode_senses(
    model: TrainableModel, senses: Sequence[SenseSentence]
) -> tuple[tuple[EncodedSense, ...], ...]:
    """The sentences of each cluster, cut off behind their word: a causal network saw no more."""
    sentences: dict[str, list[EncodedSense]] = defaultdict(list)
    for each in senses:
        encoded = EncodedSense(
            token_ids=tuple(_tokenize(model, _up_to_word(model, each))),
            is_social=each.sense == "social",
        )
        sentences[each.mention.cluster].append(encoded)
    return tuple(tuple(each) for each in sentences.values())


def _encode(model: TrainableModel, text: str, replies: Sequence[str]) -> EncodedPrompt:
    asked = model.render(text)
    # The form may put a space before a reply.
    joined = [model.render(text, reply).removeprefix(asked) for reply in replies]
    try:
        return encode_continuations(asked, joined, lambda text: _tokenize(model, text))
    except ValueError as failure:
        raise FixNotTrained(f"The data of the fix cannot be learned: {failure}") from failure


def _tokenize(model: TrainableModel, text: str) -> list[int]:
    ids: list[int] = model.tokenizer.encode(text, add_special_tokens=model.adds_special_tokens)
    # Some tokenizers close every text; here a reply is to follow.
    closes = model.adds_special_tokens and ids and ids[-1] == model.tokenizer.eos_token_id
    return ids[:-1] if closes else ids


def _up_to_word(model: TrainableModel, sentence: SenseSentence) -> str:
    text, word = sentence.mention.text, sentence.mention.word
    rendered = model.render(text)
    start = rendered.rfind(text.strip())
    stop = start + len(text.strip()) if start >= 0 else len(rendered)
    found = list(re.finditer(rf"(?<!\w){re.escape(word)}(?!\w)", rendered[:stop]))
    if not found or found[-1].start() < start:
        raise FixNotTrained(
            f"The word {quote(word)} does not stand in the text of {sentence.mention.mention_id}, "
            "or the model's chat template leaves it out; correct the one or the other."
        )
    return rendered[: found[-1].end()]
