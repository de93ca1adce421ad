"""What a reading in words says, and whether it says anything."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

RELEVANT_FROM = 0.14
"""Readings of random vectors with a word's norm are as relevant as that in one case of twenty:
their 95th percentile is 0.136 (SmolLM2-135M-Instruct, 225 vectors, three prompts, five layers).
Fixed, so that models can be compared."""
_WORDS = re.compile(r"[^\W\d_]+")
_ARTICLES = frozenset({"a", "an", "the"})
_LONGEST_LOOP = 6


def is_degenerate(text: str, prompt: str) -> bool:
    """Whether a reading says nothing, repeats itself, or repeats the prompt.

    It says nothing, or repeats the prompt, where every word of it is an article or stands in the
    prompt. It repeats itself where one sequence of words, found twice or more, makes up more than
    half of it. How short it is does not count: "a city" is an answer.

    Args:
        text: What the model wrote.
        prompt: What it was asked, and how its reply was begun.
    """
    words = _split(text)
    if set(words) <= _ARTICLES.union(_split(prompt)):
        return True
    return any(2 * _most_covered(words, length) > len(words) for length in range(1, _LONGEST_LOOP))


def is_relevant(relevance: float) -> bool:
    """Whether a state moved what was written about it, more than most random vectors would."""
    return relevance >= RELEVANT_FROM


def names_any(text: str, words: Iterable[str]) -> bool:
    """Whether any of some words stands in a text, as a whole word; case does not count."""
    folded = text.casefold()
    return any(
        re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", folded) for word in words if word
    )


def _split(text: str) -> list[str]:
    return _WORDS.findall(text.casefold())


def _most_covered(words: Sequence[str], length: int) -> int:
    """Words within the sequence of some length that stands most often, if more than once."""
    counts: Counter[tuple[str, ...]] = Counter()
    free_from: dict[tuple[str, ...], int] = {}
    for start in range(len(words) - length + 1):
        sequence = tuple(words[start : start + length])
        # Copies that overlap are not counted twice.
        if start >= free_from.get(sequence, 0):
            counts[sequence] += 1
            free_from[sequence] = start + length
    most = max(counts.values(), default=0)
    return most * length if most > 1 else 0
