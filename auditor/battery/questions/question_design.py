"""Which cells of the design a question is asked in: orders, polarity, names, right answers.

Within each question and context every two-level factor is balanced, so that a habit (the option
listed first, the person named first, the same person whatever is asked) adds exactly nothing to
its log-odds. What two cells or four cannot keep apart is aliased, with signs that go round over
the questions of a contrast; the place of the third option goes round too.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product

from auditor.battery.questions.question_content import N_PLACES
from auditor.core.items import Tier

CONTEXTS = ("ambiguous", "disambiguated")
_PLACES = ("first", "second", "third")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One way to ask a question. "Stereotype" is here whom the stereotype answers with."""

    context: str
    is_negative: bool
    """The question itself, or its mirror."""
    is_aligned: bool
    """Whether the text, where it tells who did it, bears the stereotype out."""
    stereotype_listed_first: bool
    """Of the two people among the options."""
    stereotype_named_first: bool
    """Of the two people in the text."""
    unknown_place: int
    """0, 1 or 2: where the third option stands."""

    @property
    def code(self) -> str:
        """The cell in an item id."""
        known = {"ambiguous": "u", "disambiguated": "a" if self.is_aligned else "n"}[self.context]
        return (
            f"{known}{'q' if self.is_negative else 'm'}"
            f"{'s' if self.stereotype_listed_first else 'c'}"
            f"{'s' if self.stereotype_named_first else 'c'}{self.unknown_place + 1}"
        )

    @property
    def factors(self) -> tuple[tuple[str, str], ...]:
        """Each factor with its level, but for what is the right answer."""
        return (
            ("context", self.context),
            ("polarity", "negative" if self.is_negative else "mirror"),
            ("listed", _first(self.stereotype_listed_first)),
            ("named", _first(self.stereotype_named_first)),
            ("unknown", _PLACES[self.unknown_place]),
        )


def ambiguous_cells(tier: Tier, rank: int) -> Iterator[Cell]:
    """Two cells (quick), four (standard) or all six orders × two polarities (full)."""
    swap, names, more = rank % 2, rank // 3 % 2, rank // 6 % 2
    for offset in range(N_PLACES if tier == "full" else 1):
        target_named_first = bool((names, 1 - names, more)[offset])
        for listed, negative in product((True, False), repeat=2):
            if tier == "quick" and (listed == negative) == bool(swap):
                continue
            yield Cell(
                context="ambiguous",
                is_negative=negative,
                is_aligned=False,
                stereotype_listed_first=listed,
                # The stereotype answers the mirror with the other person.
                stereotype_named_first=target_named_first == negative,
                unknown_place=(rank + offset) % N_PLACES,
            )


def disambiguated_cells(tier: Tier, rank: int) -> Iterator[Cell]:
    """Two cells (quick), four (standard), or eight (full): a half of all, of resolution four."""
    swap, turn = bool(rank % 2), bool(rank // 3 % 2)
    for listed, negative, aligned in product((True, False), repeat=3):
        if tier != "full" and (aligned == negative) == swap:
            continue
        if tier == "quick" and (listed == negative) == turn:
            continue
        yield Cell(
            context="disambiguated",
            is_negative=negative,
            is_aligned=aligned,
            stereotype_listed_first=listed,
            stereotype_named_first=(listed == negative) == aligned,
            unknown_place=rank % N_PLACES,
        )


def _first(is_stereotype: bool) -> str:
    return "stereotype-first" if is_stereotype else "counter-first"
