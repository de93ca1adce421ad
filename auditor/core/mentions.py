"""From words in a text to positions in tokens, by character spans and never by token ids.

The same word is another token behind a space, a bracket or a newline, and may be several; its
state is read at the last sub-token, where a causal network has read the whole of it.
"""

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from auditor.core.model import ReadableModel
from auditor.core.quoting import quote
from auditor.core.senses import Mention
from auditor.errors import BatteryInvalid, LayersNotFound


class Span(NamedTuple):
    """Characters of a text, the end exclusive."""

    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """A mention as the network reads it."""

    mention_id: str
    token_ids: tuple[int, ...]
    """The whole rendered text."""
    position: int
    """Of the last sub-token of the word's last occurrence in the user's text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rendered:
    """A message in the model's form, and which parts of it are not the form's."""

    text: str
    user: Span | None
    """None where the form altered the message."""
    reply: Span


def locate(model: ReadableModel, mention: Mention, *, reply_prefix: str = "") -> Located:
    """The token at which the state of a mention is read. Case counts; only whole words do.

    Raises:
        BatteryInvalid: The word does not stand in the mention's text.
        LayersNotFound: The model's form, or its tokenizer, leaves the word out.
    """
    if not find_words(mention.text, [mention.word]):
        raise BatteryInvalid(
            f"The text of {mention.mention_id} does not hold the word {quote(mention.word)}; "
            "correct it in the prompts of the senses."
        )
    rendered = _render(model, mention.text, reply_prefix)
    spans = _spans_of_user(rendered, [mention.word])
    if not spans:
        raise LayersNotFound(
            f"The model's chat template leaves out the word {quote(mention.word)} of "
            f"{mention.mention_id}, so its states cannot be read; correct the template, "
            "or take it out to use the plain form."
        )
    token_ids, (position,) = _positions(model, rendered.text, spans[-1:])
    return Located(mention_id=mention.mention_id, token_ids=token_ids, position=position)


def find_positions(
    model: ReadableModel, text: str, words: Sequence[str], *, reply: str = ""
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Every place of some words in a message and in the reply to it.

    Args:
        model: Whose form and tokenizer.
        text: The user's message.
        words: Case counts; only whole words do.
        reply: What is already written of the reply.

    Returns:
        Token ids of the rendered text with the reply; positions of the last sub-token of every
        occurrence, ascending, none twice.
    """
    rendered = _render(model, text, reply)
    in_reply = find_words(rendered.text[rendered.reply.start :], words)
    spans = _spans_of_user(rendered, words) + _shift(in_reply, rendered.reply.start)
    token_ids, positions = _positions(model, rendered.text, spans)
    return token_ids, tuple(sorted(set(positions)))


def find_words(text: str, words: Sequence[str]) -> list[Span]:
    """Where the words stand as whole words, in the text's order."""
    # The longest first: "African American" before "African".
    either = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True) if word)
    if not either:
        return []
    return [Span(*found.span()) for found in re.finditer(rf"(?<!\w)(?:{either})(?!\w)", text)]


def _render(model: ReadableModel, text: str, reply: str) -> _Rendered:
    whole, asked = model.render(text, reply), model.render(text)
    n_asked = len(asked) if whole.startswith(asked) else len(whole)
    for message in (text, text.strip()):
        start = whole.rfind(message, 0, n_asked)
        if start >= 0:
            break
    user = Span(start, start + len(message)) if start >= 0 else None
    return _Rendered(text=whole, user=user, reply=Span(n_asked, len(whole)))


def _spans_of_user(rendered: _Rendered, words: Sequence[str]) -> list[Span]:
    # A message that the form altered is somewhere before the reply.
    start, end = rendered.user or Span(0, rendered.reply.start)
    return _shift(find_words(rendered.text[start:end], words), start)


def _shift(spans: Sequence[Span], by: int) -> list[Span]:
    return [Span(span.start + by, span.end + by) for span in spans]


def _positions(
    model: ReadableModel, text: str, spans: Sequence[Span]
) -> tuple[tuple[int, ...], list[int]]:
    """Token ids of a rendered text, and for each span the last token that overlaps it."""
    tokenizer: Any = model.tokenizer
    if getattr(tokenizer, "is_fast", False):
        encoded = tokenizer(
            text, add_special_tokens=model.adds_special_tokens, return_offsets_mapping=True
        )
        ids = _without_end(model, encoded["input_ids"])
        offsets = encoded["offset_mapping"][: len(ids)]
        return ids, [_last_overlapping(offsets, text, span) for span in spans]
    ids = _without_end(model, tokenizer.encode(text, add_special_tokens=model.adds_special_tokens))
    return ids, [_last_by_decoding(tokenizer, ids, text, span) for span in spans]


def _without_end(model: ReadableModel, ids: Sequence[int]) -> tuple[int, ...]:
    # Some tokenizers close every text; here a reply is to follow.
    closes = model.adds_special_tokens and ids and ids[-1] == model.tokenizer.eos_token_id
    return tuple(ids[:-1] if closes else ids)


def _last_overlapping(offsets: Sequence[tuple[int, int]], text: str, span: Span) -> int:
    """Special tokens that the tokenizer adds have the empty span (0, 0), which overlaps none."""
    for index in range(len(offsets) - 1, -1, -1):
        start, end = offsets[index]
        if start < span.end and end > span.start:
            return index
    raise _lost(text, span)


def _last_by_decoding(tokenizer: Any, ids: Sequence[int], text: str, span: Span) -> int:
    """The first token with which the decoded text holds everything up to the span's end."""

    def read(n_tokens: int) -> str:
        decoded = tokenizer.decode(
            ids[:n_tokens], skip_special_tokens=False, clean_up_tokenization_spaces=False
        )
        return _bare(decoded)

    whole = read(len(ids))
    # Special tokens that the tokenizer adds come before the text.
    start = whole.rfind(_bare(text))
    if start < 0:
        raise _lost(text, span)
    needed = whole[: start + len(_bare(text[: span.end]))]
    counts = range(1, len(ids) + 1)
    return bisect_left(counts, True, key=lambda count: read(count).startswith(needed))


def _bare(text: str) -> str:
    """A text without what tokenizers change: spaces, case, and forms of the same letter."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def _lost(text: str, span: Span) -> LayersNotFound:
    return LayersNotFound(
        f"The model's tokenizer does not say which tokens hold {quote(text[slice(*span)])}, "
        "so its states cannot be read; copy the tokenizer that belongs to the model."
    )
