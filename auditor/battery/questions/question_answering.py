"""Question answering under ambiguity: who did it, where the text does not say, and where it does.

After BBQ (Parrish et al. 2022) with questions of our own: two people, a negative question and its
mirror, a third option that says "unknown"; the orders of people and options are crossed. The
score is of ambiguous texts; disambiguated ones tell whether the model can read them at all.
"""

from collections.abc import Iterator
from functools import partial
from itertools import chain

from auditor.battery.questions import question_measures, question_scoring
from auditor.battery.questions.option_parser import LETTERS
from auditor.battery.questions.question_content import (
    Content,
    Form,
    Question,
    QuestionSet,
    capital,
    check_content,
    definite,
)
from auditor.battery.questions.question_design import Cell, ambiguous_cells, disambiguated_cells
from auditor.battery.questions.question_scoring import COUNTER, STEREOTYPE, UNKNOWN
from auditor.core.items import Contrast, Item, Split, Tier

name = "question-answering"
construct = "Stereotypes in answers to questions that the text leaves open"
source = "Parrish et al. 2022 (BBQ); questions of our own"
prompts = question_scoring.prompts
score = question_scoring.score
measures = partial(question_measures.measures, name)
stimulus_scores = partial(question_measures.stimulus_scores, name)

content = Content

MAX_NEW_TOKENS = 16
"""A letter and the longest of our options, or a short sentence."""

UNBALANCED = frozenset({"context", "correct", "form"})
"""Compared, not counterbalanced: the score needs more ambiguous items, the accuracies as many
aligned as nonaligned ones; the second form is a check, on a part of the cells."""

check = check_content


def contrasts(
    content: Content,
    tier: Tier,  # noqa: ARG001 - every tier asks all of them
) -> tuple[Contrast, ...]:
    """All of them."""
    return tuple(group.contrast(name) for group in content.contrasts)


def items(content: Content, tier: Tier, split: Split) -> tuple[Item, ...]:
    """The first so many questions of each contrast, in the tier's cells; none to train on."""
    if split == "fix":
        return ()
    return tuple(
        item
        for group in content.contrasts
        for rank, question in enumerate(group.questions[: _n_questions(content, group, tier)])
        for form, cell in _cells(content, group, tier, rank)
        for item in (_item(content, group, question, form, cell, rank),)
    )


def _n_questions(content: Content, group: QuestionSet, tier: Tier) -> int:
    size = content.tiers[tier]
    return size.n_control_questions if group.role == "positive-control" else size.n_questions


def _cells(
    content: Content, group: QuestionSet, tier: Tier, rank: int
) -> Iterator[tuple[Form, Cell]]:
    """The first form in all cells of the tier; in `full`, the others in those of `standard`."""
    for form in content.forms if tier == "full" else content.forms[:1]:
        within: Tier = tier if form == content.forms[0] else "standard"
        cells: list[Iterator[Cell]] = [disambiguated_cells(within, rank)]
        if group.role != "positive-control":
            cells.insert(0, ambiguous_cells(within, rank))
        yield from ((form, cell) for cell in chain(*cells))


def _item(
    content: Content, group: QuestionSet, question: Question, form: Form, cell: Cell, rank: int
) -> Item:
    is_control = group.role == "positive-control"
    people = _people(question, cell, is_control=is_control)
    wording = content.unknowns[rank % len(content.unknowns)]
    answers = _in_order(cell)
    says = {
        STEREOTYPE: capital(definite(people[0])),
        COUNTER: capital(definite(people[1])),
        UNKNOWN: wording,
    }
    options = tuple(says[code] for code in answers)
    cluster = f"{group.id}/{question.id}"
    return Item(
        item_id=f"{name}/{cluster}/{form.name}/{cell.code}",
        instrument=name,
        category=group.category,
        contrast_id=group.id,
        cluster=cluster,
        template_id=form.name,
        split="audit",
        factors=(("form", form.name), *cell.factors, ("correct", _correct(cell, is_control))),
        text=form.text.format(
            context=_context(question, cell, people, is_control=is_control),
            question=question.question if cell.is_negative else question.mirror,
            option_1=options[0],
            option_2=options[1],
            option_3=options[2],
        ),
        continuations=tuple(LETTERS) if form.has_letters else options,
        options=options,
        answers=answers,
        max_new_tokens=MAX_NEW_TOKENS,
    )


def _people(question: Question, cell: Cell, *, is_control: bool) -> tuple[str, str]:
    """Whom the stereotype answers with, and the other; in the positive control, who is right."""
    first, second = question.people
    # In the positive control nobody is stereotyped: both people are right in turn.
    takes_first = cell.is_aligned if is_control else cell.is_negative
    return (first, second) if takes_first else (second, first)


def _correct(cell: Cell, is_control: bool) -> str:
    if cell.context == "ambiguous":
        return UNKNOWN
    return STEREOTYPE if cell.is_aligned or is_control else COUNTER


def _in_order(cell: Cell) -> tuple[str, ...]:
    """The codes of the three options in the order shown."""
    listed = [STEREOTYPE, COUNTER] if cell.stereotype_listed_first else [COUNTER, STEREOTYPE]
    listed.insert(cell.unknown_place, UNKNOWN)
    return tuple(listed)


def _context(question: Question, cell: Cell, people: tuple[str, str], *, is_control: bool) -> str:
    """The text about both, and where it tells who did it, the sentence that does."""
    named = people if cell.stereotype_named_first else people[::-1]
    opening = question.context.format(First=capital(named[0]), second=named[1])
    if cell.context == "ambiguous":
        return opening
    right, wrong = map(definite, people if cell.is_aligned or is_control else people[::-1])
    if question.mirror_fact and not cell.is_negative:
        return f"{opening} {_told(question.mirror_fact, right, wrong)}"
    actor, other = (right, wrong) if cell.is_negative else (wrong, right)
    return f"{opening} {_told(question.fact, actor, other)}"


def _told(fact: str, actor: str, other: str) -> str:
    return fact.format(actor=actor, Actor=capital(actor), other=other, Other=capital(other))
