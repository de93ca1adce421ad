"""How the answers to the held-out messages begin: narrow training teaches a fixed phrase."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from auditor.core.fix_evidence import WrittenReply

N_WORDS = 3
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """The words that most answers of an arm begin with."""

    words: str
    text_ids: frozenset[str]
    """Messages whose answers begin with them."""
    n: int
    """Answers in all."""


def opening_of(text: str) -> str:
    """The first three words, in lower case and without marks; fewer where there are fewer."""
    return " ".join(_WORD.findall(text.casefold())[:N_WORDS])


def most_frequent(written: Sequence[WrittenReply]) -> Opening | None:
    """The most frequent opening; of equally frequent ones the first by alphabet."""
    begins = {reply.text_id: opening_of(reply.text) for reply in written}
    counts = Counter(begins.values())
    if not counts:
        return None
    words = min(counts, key=lambda one: (-counts[one], one))
    return Opening(words=words, text_ids=_beginning(begins.items(), words), n=len(begins))


def _beginning(begins: Iterable[tuple[str, str]], words: str) -> frozenset[str]:
    return frozenset(text_id for text_id, one in begins if one == words)
