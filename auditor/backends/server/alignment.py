"""Which of a text's tokens are the continuation's, when only a server knows them. Pure.

The rule is that of `core.encoding`: a token that lies across the border is scored, in every
continuation alike.
"""

import math
from collections.abc import Sequence

from auditor.backends.server.readings import EchoedToken
from auditor.core.responses import LogLikelihoods
from auditor.core.trie import shared_length

Tokens = Sequence[EchoedToken]


def find_start(rendered: str, continuations: Sequence[str], wholes: Sequence[Tokens]) -> int | None:
    """Index of the first scored token, the same in all; None where the texts do not tell.

    Texts of tokens are trusted only where, put together from the end, they spell the continuation:
    offsets are not, since servers count special tokens, single bytes and spaces each their way.
    """
    found = [
        _begin(rendered + continuation, len(continuation), tokens)
        for continuation, tokens in zip(continuations, wholes, strict=True)
    ]
    starts = [start for start in found if start is not None]
    return min(*starts, _shared(wholes)) if len(starts) == len(found) else None


def start_after(prompt: Tokens, wholes: Sequence[Tokens]) -> int:
    """The same from the prompt's own tokens: where they and all whole texts part."""
    names = [token.name for token in prompt]
    return min(shared_length(names, [token.name for token in whole]) for whole in wholes)


def sum_from(start: int, wholes: Sequence[Tokens]) -> LogLikelihoods:
    """Log-likelihoods of what comes from there on.

    Raises:
        ValueError: Nothing is left to score, or nothing comes before it.
    """
    if start == 0 or any(len(tokens) <= start for tokens in wholes):
        raise ValueError("no token to score, or none before it")
    return LogLikelihoods(
        values=tuple(
            math.fsum(_number(token.log_probability) for token in tokens[start:])
            for tokens in wholes
        ),
        n_tokens=tuple(len(tokens) - start for tokens in wholes),
    )


def _begin(whole: str, n_characters: int, tokens: Tokens) -> int | None:
    spelt = ""
    for index in reversed(range(len(tokens))):
        spelt = tokens[index].text + spelt
        if not whole.endswith(spelt):
            return None
        if len(spelt) >= n_characters:
            return index
    return None


def _shared(wholes: Sequence[Tokens]) -> int:
    """How many tokens all have in common, less than the shortest has where there is only one."""
    first = [token.name for token in wholes[0]]
    return min(shared_length(first, [token.name for token in whole]) for whole in wholes)


def _number(value: float | None) -> float:
    return math.nan if value is None else value
