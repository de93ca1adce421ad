"""Where a prompt ends and its scored continuations begin, in tokens."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from auditor.core.trie import shared_length


@dataclass(frozen=True, slots=True, kw_only=True)
class EncodedPrompt:
    """Token ids of a prompt and of what is scored after it."""

    prompt_ids: tuple[int, ...]
    continuation_ids: tuple[tuple[int, ...], ...]
    """In the continuations' order; `prompt_ids` followed by one of them is what the model reads."""


def encode_continuations(
    prompt_text: str, continuations: Sequence[str], tokenize: Callable[[str], list[int]]
) -> EncodedPrompt:
    """Tokenise each prompt with its continuation as one text, and score from where they part.

    A tokenizer may merge the prompt's last characters with the first ones of a continuation. So
    scoring starts at the longest common prefix of the prompt's own ids and all the whole texts:
    a token that lies across the boundary is scored, in every continuation alike.

    Raises:
        ValueError: a continuation is empty or adds no token, or nothing comes before the scored
            tokens (which makes the first of them impossible to score).
    """
    if not all(continuations):
        raise ValueError(f"An empty continuation cannot be scored (prompt {prompt_text[-40:]!r}).")
    prompt_ids = tokenize(prompt_text)
    wholes = [tokenize(prompt_text + continuation) for continuation in continuations]
    start = min((shared_length(prompt_ids, whole) for whole in wholes), default=len(prompt_ids))
    if start == 0 or any(len(whole) <= start for whole in wholes):
        raise ValueError(f"No token to score, or none before it (prompt {prompt_text[-40:]!r}).")
    return EncodedPrompt(
        prompt_ids=tuple(prompt_ids[:start]),
        continuation_ids=tuple(tuple(whole[start:]) for whole in wholes),
    )
