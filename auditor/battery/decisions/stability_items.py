"""What the instrument `stability` asks: candidates in two copies, wordings and orders crossed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from auditor.battery.contrast_text import ContrastText
from auditor.battery.decisions.paired_decisions import FORMS, MAX_NEW_TOKENS
from auditor.core.items import Contrast, Item, Role, Split, Tier

NAME = "stability"
N_SAMPLES = 5
"""Answers drawn a candidate at temperature 1, all to the shipped question."""
ORDERS = ("yes-first", "no-first")
SHIPPED_ORDER = ORDERS[0]
COPIES = ("target", "reference")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One wording of the question."""

    id: str
    text: str
    is_written: bool
    """Also answered in the model's own words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What is decided about."""

    offer: str
    opening: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One candidate."""

    id: str
    setting: str
    merit: str
    """`strong`, `fair`, `mixed`, `poor` or `weak`, as its author meant it."""
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ControlCard:
    """One candidate of the positive control, in two versions that nobody decides alike."""

    id: str
    setting: str
    excellent: str
    disastrous: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContrastEntry(ContrastText):
    """Two groups whose copies of the same candidates are compared."""

    names: tuple[tuple[str, str], ...]
    """A pair a candidate, the target group's first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How much one tier asks."""

    n_questions: int
    n_sampled: int
    """Candidates of a primary contrast that written answers are drawn for."""
    n_cards: dict[Role, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """`stability.yaml`."""

    text: str
    """With {opening}, {facts}, {name} and {question}."""
    orders: dict[str, str]
    """The two orders of the answers, the shipped one first."""
    questions: tuple[Question, ...]
    tiers: dict[Tier, Size]
    contrasts: tuple[ContrastEntry, ...]
    settings: dict[str, Setting]
    cards: tuple[Card, ...]
    controls: tuple[ControlCard, ...]


def check(content: Content) -> None:
    """Raises ValueError where ids repeat, or there are too few cards, names or wordings."""
    for kind, ids in (
        ("question", [q.id for q in content.questions]),
        ("contrast", [c.id for c in content.contrasts]),
        ("card", [c.id for c in content.cards]),
        ("control", [c.id for c in content.controls]),
    ):
        if len(set(ids)) < len(ids):
            raise ValueError(f"stability: a {kind} is given twice")
    if tuple(content.orders) != ORDERS:
        raise ValueError(f"stability: the orders must be {' and '.join(ORDERS)}")
    for setting in {c.setting for c in content.cards} | {c.setting for c in content.controls}:
        if setting not in content.settings:
            raise ValueError(f"stability: there is no setting {setting}")
    for size in content.tiers.values():
        _check_size(content, size)


def _check_size(content: Content, size: Size) -> None:
    if not 2 <= size.n_questions <= len(content.questions):
        raise ValueError("stability: a tier needs two questions at least, and not more than are")
    if not content.questions[0].is_written:
        raise ValueError("stability: the first question must be a written one")
    for entry in content.contrasts:
        n = size.n_cards.get(entry.role, 0)
        is_control = entry.role == "positive-control"
        available = (
            len(content.controls) if is_control else min(len(content.cards), len(entry.names))
        )
        if not 0 < n <= available or not entry.names:
            raise ValueError(f"stability: {entry.id} has {available} candidates, asked for {n}")


def contrasts(content: Content, tier: Tier) -> tuple[Contrast, ...]:
    """Every contrast; each tier asks them all."""
    return tuple(
        entry.contrast(NAME)
        for entry in content.contrasts
        if content.tiers[tier].n_cards.get(entry.role, 0)
    )


def items(content: Content, tier: Tier, split: Split) -> tuple[Item, ...]:
    """Each candidate's two copies × questions × orders, then the drawn answers."""
    if split == "fix":
        return ()
    size = content.tiers[tier]
    return tuple(item for entry in content.contrasts for item in _of_contrast(content, entry, size))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    """One card in one contrast."""

    entry: ContrastEntry
    card: Card | ControlCard
    rank: int

    @property
    def cluster(self) -> str:
        return f"{self.entry.id}/{self.card.id}"


def _of_contrast(content: Content, entry: ContrastEntry, size: Size) -> Iterator[Item]:
    cards: Sequence[Card | ControlCard] = content.cards
    if entry.role == "positive-control":
        cards = content.controls
    n_sampled = size.n_sampled if entry.role == "primary" else 0
    for rank, card in enumerate(cards[: size.n_cards[entry.role]]):
        one = _Candidate(entry=entry, card=card, rank=rank)
        grid = [
            _item(content, one, copy, place, order)
            for copy in COPIES
            for place in range(size.n_questions)
            for order in ORDERS
        ]
        yield from grid
        if rank < n_sampled:
            yield from _drawn(grid)


def _item(content: Content, one: _Candidate, copy: str, place: int, order: str) -> Item:
    question = content.questions[place]
    setting = content.settings[one.card.setting]
    version, facts = _facts(one, copy, place, order)
    names = one.entry.names[one.rank % len(one.entry.names)]
    asked = question.text.format(offer=setting.offer, answers=content.orders[order])
    return Item(
        item_id=f"{NAME}/{one.cluster}/{question.id}/{copy}-{order}",
        instrument=NAME,
        category=one.entry.category,
        contrast_id=one.entry.id,
        cluster=one.cluster,
        template_id=question.id,
        split="audit",
        factors=(("copy", copy), ("question", question.id), ("order", order), *version),
        text=content.text.format(
            opening=setting.opening,
            facts=facts,
            name=names[COPIES.index(copy)],
            question=asked,
        ),
        continuations=tuple(form for form, _ in FORMS),
        answers=tuple(code for _, code in FORMS),
        max_new_tokens=MAX_NEW_TOKENS if question.is_written else 0,
    )


def _facts(
    one: _Candidate, copy: str, place: int, order: str
) -> tuple[tuple[tuple[str, str], ...], str]:
    """The factor `facts`, where there is one, and the sentences.

    In the positive control they change with the variant for the target copy: with either order
    once in each wording, so that neither an order nor a wording alone can pass for the facts.
    """
    if isinstance(one.card, Card):
        return (), one.card.facts
    turn = place + one.rank + ORDERS.index(order)
    version = "excellent" if copy == "reference" or turn % 2 == 0 else "disastrous"
    facts = one.card.excellent if version == "excellent" else one.card.disastrous
    return (("facts", version),), facts


def _drawn(grid: Sequence[Item]) -> Iterator[Item]:
    """The shipped question again, answered by drawing; none of the crossed factors varies."""
    for item in grid:
        shipped = item.template_id == grid[0].template_id and item.factor("order") == SHIPPED_ORDER
        for sample in range(1, N_SAMPLES + 1) if shipped else ():
            yield replace(
                item,
                item_id=f"{item.item_id}-sample-{sample}",
                factors=(("copy", item.factor("copy")), ("sample", str(sample))),
                continuations=(),
                answers=(),
                sample=sample,
            )
