"""A message and the replies that are scored after it, in tokens, and where words stand in both."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditor.core.encoding import EncodedPrompt
from auditor.core.mentions import find_positions
from auditor.core.model import ReadableModel
from auditor.core.quoting import quote
from auditor.core.trie import shared_length
from auditor.errors import LayersNotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedReplies:
    """What is scored, and the places of some words in it."""

    text: EncodedPrompt
    positions: tuple[tuple[int, ...], ...]
    """For each reply the words' last sub-tokens in prompt and reply, ascending."""


def encode_replies(
    model: ReadableModel,
    text: str,
    replies: Sequence[str],
    *,
    reply_prefix: str = "",
    words: Sequence[str] = (),
) -> EncodedReplies:
    """Tokenise each reply with the message as one text, and score from where they part.

    Args:
        model: Whose form and tokenizer.
        text: The user's message.
        replies: What is scored; behind a prefix each is set off by a space.
        reply_prefix: How every reply begins, which is not scored.
        words: Whose places are wanted.

    Raises:
        LayersNotFound: The tokenizer makes the same of two replies, or nothing of one.
    """
    joint = " " if reply_prefix and not reply_prefix[-1].isspace() else ""
    prompt_ids, _ = find_positions(model, text, (), reply=reply_prefix)
    found = [
        find_positions(model, text, words, reply=f"{reply_prefix}{joint}{reply}")
        for reply in replies
    ]
    # A token that lies across the boundary is scored, in every reply alike.
    start = min(shared_length(prompt_ids, ids) for ids, _ in found)
    endings = tuple(ids[start:] for ids, _ in found)
    if start == 0 or not all(endings) or len(set(endings)) < len(endings):
        raise LayersNotFound(
            f"The model's tokenizer does not tell the answers {' and '.join(map(quote, replies))} "
            "apart, so nothing can be scored; copy the tokenizer that belongs to the model."
        )
    return EncodedReplies(
        text=EncodedPrompt(prompt_ids=prompt_ids[:start], continuation_ids=endings),
        positions=tuple(positions for _, positions in found),
    )
