"""Finds the groups and attributes of a question in an answer to it."""

import re
from dataclasses import dataclass

_TOO_COMMON = frozenset(
    {"a", "an", "the", "of", "in", "on", "with", "without", "no", "not", "from", "to", "who", "is"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWord:
    """One occurrence of a group or an attribute; start and end in characters."""

    is_group: bool
    index: int
    """0 or 1: the place in the pair of groups or of attributes."""
    start: int
    end: int


def find_words(
    text: str, groups: tuple[str, str], attributes: tuple[str, str]
) -> tuple[NamedWord, ...]:
    """Every whole-word occurrence in `text`, in order; the longest spelling wins.

    A group may be shortened to what tells it from the other: "Black" for "Black people".
    """
    spellings = [(group, True, i) for i, group in enumerate(groups)]
    spellings += [(short, True, i) for i, short in enumerate(_short_forms(groups)) if short]
    spellings += [(attribute, False, i) for i, attribute in enumerate(attributes)]
    spellings = sorted((s for s in spellings if s[0].strip()), key=lambda s: -len(s[0]))
    alternatives = "|".join(f"({_spelling_pattern(spelling)})" for spelling, _, _ in spellings)
    # Underscores are markdown here, so \b would be wrong.
    pattern = re.compile(rf"(?<![^\W_])(?:{alternatives})(?![^\W_])", re.IGNORECASE)
    return tuple(
        NamedWord(
            is_group=spellings[match.lastindex - 1][1],
            index=spellings[match.lastindex - 1][2],
            start=match.start(),
            end=match.end(),
        )
        for match in pattern.finditer(text)
        if match.lastindex
    )


def _spelling_pattern(spelling: str) -> str:
    pieces = re.split(r"[\s\-‐-]+", spelling.strip())
    return r"[\s\-‐-]{1,3}".join(re.sub(r"['’]", "['’]", re.escape(piece)) for piece in pieces)


def _short_forms(groups: tuple[str, str]) -> tuple[str, str] | tuple[None, None]:
    """What is left of "Black people" and "White people" without the words that both share."""
    first, second = groups[0].split(), groups[1].split()
    shared = 0
    while shared < min(len(first), len(second)) and (
        first[-1 - shared].casefold() == second[-1 - shared].casefold()
    ):
        shared += 1
    if not shared or shared == min(len(first), len(second)):
        return None, None
    short = (" ".join(first[:-shared]), " ".join(second[:-shared]))
    too_common = any(set(form.casefold().split()) <= _TOO_COMMON for form in short)
    return (None, None) if too_common else short
