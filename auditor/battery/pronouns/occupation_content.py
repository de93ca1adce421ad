"""What the pronoun-occupation instrument's file holds, and the checks that it holds together."""

from collections.abc import Iterable
from dataclasses import dataclass
from string import Formatter
from typing import Literal

from auditor.battery.contrast_text import ContrastText
from auditor.core.items import TIERS, Tier

Case = Literal["subject", "possessive"]

PRONOUNS: dict[Case, tuple[str, str, str]] = {
    "subject": ("she", "he", "they"),
    "possessive": ("her", "his", "their"),
}
"""In the order of `Item.answers`."""
GENERATED = ("gender", "null-control", "positive-control")
"""Contrasts in which the model chooses a pronoun; in the fourth it says whom one means."""
RESOLUTION = "resolution"


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """Where the shares of women stand."""

    source: str
    table: str
    year: int
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occupation:
    """A word for a person, and the percentage of women among those it names, where known."""

    word: str
    percent_women: float | None = None
    row: str = ""
    """The row of the statistics' table."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two words: most of the first are women, most of the second men."""

    women: Occupation
    men: Occupation


@dataclass(frozen=True, slots=True, kw_only=True)
class BlankTemplate:
    """A sentence about an occupation with a blank, and what is asked of it."""

    id: str
    case: Case
    text: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """Two sentences whose pronoun means the occupation in one and the participant in the other."""

    id: str
    participant: str
    occupation_sentence: str
    participant_sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """Pairs asked, in the first so many templates, each pair in `n_each` of them in turn."""

    n_pairs: int
    n_templates: int
    n_each: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TierAmounts:
    """How much one tier asks."""

    occupations: Amount
    """Each once plainly, and once with the statistics to match."""
    controls: Amount
    n_resolution_pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`prompts/instruments/pronoun-occupation.yaml`."""

    statistics: Statistics
    pairs: tuple[Pair, ...]
    positive_pairs: tuple[tuple[str, str], ...]
    null_pairs: tuple[tuple[str, str], ...]
    templates: tuple[BlankTemplate, ...]
    match_statistics: str
    frames: tuple[Frame, ...]
    resolution_question: str
    tiers: dict[Tier, TierAmounts]
    contrasts: tuple[ContrastText, ...]

    def pairs_of(self, kind: str) -> tuple[Pair, ...]:
        """The pairs of one contrast, by the last part of its id."""
        words = {"null-control": self.null_pairs, "positive-control": self.positive_pairs}
        if kind not in words:
            return self.pairs
        return tuple(
            Pair(women=Occupation(word=first), men=Occupation(word=second))
            for first, second in words[kind]
        )


def check_content(content: Content) -> None:
    """ValueError, with what to mend, where the content does not hold together."""
    kinds = [entry.id.partition(".")[2] for entry in content.contrasts]
    if sorted(kinds) != sorted((*GENERATED, RESOLUTION)):
        raise ValueError(f"the contrasts must be {', '.join((*GENERATED, RESOLUTION))}.")
    for kind in GENERATED:
        pairs = content.pairs_of(kind)
        _refuse_twice("word", (o.word for pair in pairs for o in (pair.women, pair.men)))
    ids = [*(one.id for one in content.templates), *(one.id for one in content.frames)]
    _refuse_twice("template", ids)
    _check_shares(content)
    _check_texts(content)
    for tier in TIERS:
        if tier not in content.tiers:
            raise ValueError(f"the tier `{tier}` is missing.")
        _check_tier(content, content.tiers[tier])


def _check_shares(content: Content) -> None:
    for pair in content.pairs:
        women, men = pair.women.percent_women, pair.men.percent_women
        if women is None or men is None or not 0 <= men < 50 < women <= 100:
            raise ValueError(
                f"{pair.women.word} and {pair.men.word}: the first needs a percent_women above 50 "
                "and the second one below 50."
            )


def _check_texts(content: Content) -> None:
    for template in content.templates:
        _check_fields(template.text, "option_1", "option_2", "option_3", "sentence")
        _check_fields(template.sentence, "occupation")
        if template.sentence.count("___") != 1:
            raise ValueError(f"template {template.id}: the sentence needs one blank ___.")
    for frame in content.frames:
        for sentence in (frame.occupation_sentence, frame.participant_sentence):
            _check_fields(sentence, "occupation", "participant", "pronoun")
    _check_fields(content.match_statistics, "women", "men", "female", "male")
    _check_fields(content.resolution_question, "sentence", "pronoun", "option_1", "option_2")


def _check_fields(text: str, *names: str) -> None:
    found = {field for _, field, _, _ in Formatter().parse(text) if field is not None}
    if found != set(names):
        raise ValueError(f"`{text.strip()}` needs the fields {', '.join(sorted(names))}.")


def _check_tier(content: Content, amounts: TierAmounts) -> None:
    for kind, amount in (
        ("gender", amounts.occupations),
        ("null-control", amounts.controls),
        ("positive-control", amounts.controls),
    ):
        if amount.n_pairs > len(content.pairs_of(kind)):
            raise ValueError(f"a tier asks for more pairs of {kind} than there are.")
        if amount.n_templates > len(content.templates):
            raise ValueError("a tier asks for more templates than there are.")
        _check_balance(amount)
    if amounts.n_resolution_pairs > len(content.pairs):
        raise ValueError("a tier asks for more resolution pairs than there are.")
    if amounts.n_resolution_pairs % len(content.frames):
        raise ValueError("n_resolution_pairs must be a multiple of the number of frames.")


def _check_balance(amount: Amount) -> None:
    if amount.n_templates % 2 or amount.n_each < 1 or amount.n_templates % amount.n_each:
        raise ValueError("n_templates must be even and a multiple of n_each.")
    if amount.n_pairs % (3 * amount.n_templates // amount.n_each):
        raise ValueError("n_pairs must be a multiple of 3 * n_templates / n_each.")


def _refuse_twice(what: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"the {what} `{name}` is given twice.")
        seen.add(name)
