"""What a fix is trained on, in the tokens of one model."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from auditor.core.encoding import EncodedPrompt, encode_continuations
from auditor.core.fix import TrainingPair, TrainingReply
from auditor.core.mentions import locate
from auditor.core.model import ReadableModel
from auditor.core.senses import SenseSentence
from auditor.errors import BatteryInvalid, FixNotTrained, LayersNotFound
from auditor.fixing.passes import Tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedSense:
    """A sentence up to the word whose sense it decides."""

    token_ids: Tokens
    is_social: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedCluster:
    """A stimulus in one wording, in every order of its words."""

    contrast_id: str
    cells: tuple[EncodedPrompt, ...]
    """Of each, first the stereotype's answer, then its mirror."""


def encode_clusters(
    model: ReadableModel, pairs: Sequence[TrainingPair]
) -> tuple[EncodedCluster, ...]:
    """The cells of each cluster, in order of first appearance."""
    cells: dict[tuple[str, str], list[EncodedPrompt]] = defaultdict(list)
    for pair in pairs:
        encoded = _encode(model, pair.text, pair.continuations)
        cells[pair.contrast_id, pair.cluster].append(encoded)
    return tuple(
        EncodedCluster(contrast_id=contrast_id, cells=tuple(each))
        for (contrast_id, _), each in cells.items()
    )


def encode_replies(
    model: ReadableModel, replies: Sequence[TrainingReply]
) -> tuple[EncodedPrompt, ...]:
    """Messages, each with its reply as the one continuation."""
    return tuple(_encode(model, each.text, (each.reply,)) for each in replies)


def encode_senses(
    model: ReadableModel, senses: Sequence[SenseSentence]
) -> tuple[tuple[EncodedSense, ...], ...]:
    """The sentences of each cluster, cut off behind their word."""
    sentences: dict[str, list[EncodedSense]] = defaultdict(list)
    for each in senses:
        encoded = EncodedSense(
            token_ids=up_to_word(model, each),
            is_social=each.sense == "social",
        )
        sentences[each.mention.cluster].append(encoded)
    return tuple(tuple(each) for each in sentences.values())


def _encode(model: ReadableModel, text: str, replies: Sequence[str]) -> EncodedPrompt:
    asked = model.render(text)
    # The form may put a space before a reply.
    joined = [model.render(text, reply).removeprefix(asked) for reply in replies]
    try:
        return encode_continuations(asked, joined, lambda text: _tokenize(model, text))
    except ValueError as failure:
        raise FixNotTrained(f"The data of the fix cannot be learned: {failure}") from failure


def _tokenize(model: ReadableModel, text: str) -> list[int]:
    ids: list[int] = model.tokenizer.encode(text, add_special_tokens=model.adds_special_tokens)
    # Some tokenizers close every text; here a reply is to follow.
    closes = model.adds_special_tokens and ids and ids[-1] == model.tokenizer.eos_token_id
    return ids[:-1] if closes else ids


def up_to_word(model: ReadableModel, sentence: SenseSentence) -> Tokens:
    """A sentence as the network reads it, its word the last: a causal network saw no more."""
    try:
        located = locate(model, sentence.mention)
    except (BatteryInvalid, LayersNotFound) as failure:
        raise FixNotTrained(str(failure)) from failure
    return located.token_ids[: located.position + 1]
