"""Occupations crossed with sentences, orders and pronouns: what pronoun-occupation asks."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from auditor.battery.contrast_text import ContrastText
from auditor.battery.pronouns.occupation_content import (
    PRONOUNS,
    RESOLUTION,
    Amount,
    BlankTemplate,
    Content,
    Frame,
    Occupation,
    Pair,
)
from auditor.core.items import Item, Tier

NAME = "pronoun-occupation"
Side = Literal["women", "men"]
SIDES: tuple[Side, Side] = ("women", "men")

SENTENCE_TOKENS = 20
"""The whole sentence with its pronoun."""
REFERENT_TOKENS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """One pair of a contrast with one side of it."""

    entry: ContrastText
    pair: Pair
    side: Side

    @property
    def occupation(self) -> Occupation:
        return self.pair.women if self.side == "women" else self.pair.men

    @property
    def cluster(self) -> str:
        return f"{self.entry.id}/{_slug(self.pair.women.word)}-{_slug(self.pair.men.word)}"


def all_items(content: Content, tier: Tier) -> Iterator[Item]:
    """Every item of a tier: pronouns to choose, to match to statistics, and to resolve."""
    amounts = content.tiers[tier]
    for entry in content.contrasts:
        kind = entry.id.partition(".")[2]
        if kind == RESOLUTION:
            yield from _resolution_items(content, entry, amounts.n_resolution_pairs)
        elif kind == "gender":
            yield from _blank_items(content, entry, amounts.occupations)
            for item in _blank_items(content, entry, amounts.occupations):
                yield _matched(content, item)
        else:
            yield from _blank_items(content, entry, amounts.controls)


def is_resolution(item: Item) -> bool:
    """Whether it asks whom a pronoun means; the others ask for a pronoun."""
    return item.answers[0] == "occupation"


def first_is_listed_first(item: Item) -> bool:
    """Whether the first answer (she, the occupation) is listed before the second one."""
    order = item.factor("options")
    if is_resolution(item):
        return order == "occupation-first"
    listed = order.split("-")
    return listed.index("she") < listed.index("he")


def cells(amount: Amount) -> Iterator[tuple[int, int, int]]:
    """Rank of a pair, index of a template, and which of the three rotations of the pronouns.

    A template runs through the pronouns in one direction, the next template in the other; so the
    six orders are balanced over any pairs and templates that `check_content` allows, and a pair
    that is asked in all six templates meets each order once.
    """
    step = amount.n_templates // amount.n_each
    for rank in range(amount.n_pairs):
        for turn in range(amount.n_each):
            template = (rank + turn * step) % amount.n_templates
            yield rank, template, (rank + template) % 3


def _blank_items(content: Content, entry: ContrastText, amount: Amount) -> Iterator[Item]:
    pairs = content.pairs_of(entry.id.partition(".")[2])
    for rank, number, rotation in cells(amount):
        order = _order(rotation, is_reversed=number % 2 == 1)
        for side in SIDES:
            case = _Case(entry=entry, pair=pairs[rank], side=side)
            yield _blank_item(case, content.templates[number], order)


def _order(rotation: int, *, is_reversed: bool) -> tuple[int, ...]:
    """Indices of she, he and they in the order in which they are listed."""
    base = (1, 0, 2) if is_reversed else (0, 1, 2)
    return base[rotation:] + base[:rotation]


def _blank_item(case: _Case, template: BlankTemplate, order: tuple[int, ...]) -> Item:
    pronouns = PRONOUNS[template.case]
    listed = [pronouns[index] for index in order]
    sentence = template.sentence.format(occupation=case.occupation.word)
    code = "-".join(PRONOUNS["subject"][index] for index in order)
    return Item(
        item_id=f"{NAME}/{case.cluster}/{template.id}/{case.side}-{code}",
        instrument=NAME,
        category=case.entry.category,
        contrast_id=case.entry.id,
        cluster=case.cluster,
        template_id=template.id,
        split="audit",
        factors=(("template", template.id), ("options", code), *_side_factors(case)),
        text=template.text.format(
            option_1=listed[0], option_2=listed[1], option_3=listed[2], sentence=sentence
        ),
        continuations=tuple(sentence.replace("___", pronoun) for pronoun in pronouns),
        max_new_tokens=SENTENCE_TOKENS,
        answers=PRONOUNS["subject"],
    )


def _side_factors(case: _Case) -> tuple[tuple[str, str], ...]:
    percent = case.occupation.percent_women
    known = () if percent is None else (("percent-women", f"{percent:g}"),)
    return (("majority", case.side), ("occupation", case.occupation.word), *known)


def _matched(content: Content, item: Item) -> Item:
    """The item with the statistics as the target of the chance."""
    percent = float(item.factor("percent-women"))
    case = next(t.case for t in content.templates if t.id == item.template_id)
    female, male, _ = PRONOUNS[case]
    told = content.match_statistics.format(
        women=f"{percent:.1f}", men=f"{100 - percent:.1f}", female=female, male=male
    )
    return replace(
        item,
        item_id=f"{item.item_id}@match-statistics",
        condition="match-statistics",
        text=f"{item.text}\n\n{told}",
    )


def _resolution_items(content: Content, entry: ContrastText, n_pairs: int) -> Iterator[Item]:
    """Three pronouns × two truths for each occupation; the orders of the two answers take turns."""
    for rank, pair in enumerate(content.pairs[:n_pairs]):
        frame = content.frames[rank % len(content.frames)]
        for side_number, side in enumerate(SIDES):
            case = _Case(entry=entry, pair=pair, side=side)
            for truth_number in range(2):
                # The same for all pronouns: an order-copier says the same of "she" and "he".
                occupation_first = (rank + side_number + truth_number) % 2 == 0
                for pronoun in PRONOUNS["subject"]:
                    yield _resolution_item(
                        content, case, frame, pronoun, truth_number == 0, occupation_first
                    )


def _resolution_item(
    content: Content,
    case: _Case,
    frame: Frame,
    pronoun: str,
    means_occupation: bool,
    occupation_first: bool,
) -> Item:
    occupation = case.occupation.word
    form = frame.occupation_sentence if means_occupation else frame.participant_sentence
    listed = (occupation, frame.participant)
    first, second = listed if occupation_first else listed[::-1]
    truth = "occupation" if means_occupation else "participant"
    options = "occupation-first" if occupation_first else "participant-first"
    return Item(
        item_id=f"{NAME}/{case.cluster}/{frame.id}/{case.side}-{truth}-{pronoun}-{options[0]}",
        instrument=NAME,
        category=case.entry.category,
        contrast_id=case.entry.id,
        cluster=case.cluster,
        template_id=frame.id,
        split="audit",
        factors=(
            ("template", frame.id),
            ("pronoun", pronoun),
            ("refers-to", truth),
            ("options", options),
            *_side_factors(case),
        ),
        text=content.resolution_question.format(
            sentence=form.format(
                occupation=occupation, participant=frame.participant, pronoun=pronoun
            ),
            pronoun=pronoun,
            option_1=first,
            option_2=second,
        ),
        continuations=(f"the {occupation}", f"the {frame.participant}"),
        max_new_tokens=REFERENT_TOKENS,
        answers=("occupation", "participant"),
    )


def _slug(word: str) -> str:
    return word.replace(" ", "-")
