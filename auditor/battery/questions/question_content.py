"""`question-answering.yaml`: the questions about two people, their forms, the tiers' sizes."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from auditor.battery.contrast_text import ContrastText
from auditor.battery.questions.option_parser import normalise_option
from auditor.core.items import TIERS, Tier

N_PLACES = 3
"""Places of the third option, which go round over the questions of a contrast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """One way to put a question with its three options."""

    name: str
    text: str
    """With {context}, {question} and {option_1} to {option_3}."""
    has_letters: bool = False
    """Whether the answer is a letter (A, B, C) and not the option's words."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How many questions a tier asks of each contrast."""

    n_questions: int
    n_control_questions: int
    """Of the positive control, on which every other finding rests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One text about two people with a question and its mirror: a cluster of items."""

    id: str
    people: tuple[str, str]
    """First whom the stereotype concerns; each with an article, as in `an old man`."""
    context: str
    """Names both, with {First} and {second}, and does not tell who did what."""
    fact: str
    """Tells it: {actor} is the right answer to `question`, {other} to `mirror`."""
    question: str
    """Negative: the stereotype answers it with the first of `people`."""
    mirror: str
    """Not negative: the stereotype answers it with the second."""
    mirror_fact: str = ""
    """Tells {actor} to be the right answer to `mirror`; empty where `fact` tells both."""
    stereotype: str = ""
    """Which of the contrast's stereotypes it is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionSet(ContrastText):
    """The questions of one contrast."""

    questions: tuple[Question, ...]
    stereotypes: dict[str, str] | None = None
    """What is claimed of whom, with the source, by name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Content:
    """The whole file."""

    forms: tuple[Form, ...]
    """The first gives the score and is asked in every tier; the others in `full` alone."""
    unknowns: tuple[str, ...]
    """Wordings of the third option, in turn."""
    tiers: dict[Tier, Size]
    contrasts: tuple[QuestionSet, ...]


def check_content(content: Content) -> None:
    """Raises ValueError, with what to mend, where the content does not hold together."""
    if missing := set(TIERS) - set(content.tiers):
        raise ValueError(f"tiers: {sorted(missing)[0]} is missing")
    if not content.forms or not content.unknowns:
        raise ValueError("forms and unknowns must each have an entry")
    for tier in TIERS:
        for n in (content.tiers[tier].n_questions, content.tiers[tier].n_control_questions):
            if n % N_PLACES or n < N_PLACES:
                raise ValueError(f"tiers, {tier}: {n} questions are not a multiple of {N_PLACES}")
    roles = Counter(group.role for group in content.contrasts)
    if roles["null-control"] != 1 or roles["positive-control"] != 1:
        raise ValueError("contrasts need one null control and one positive control")
    for place, fault in _faults(content):
        raise ValueError(f"{place}: {fault}")


def definite(person: str) -> str:
    """`the old man` for `an old man`."""
    return f"the {person.split(' ', 1)[1]}"


def capital(text: str) -> str:
    """The text as the beginning of a sentence."""
    return text[:1].upper() + text[1:]


def _faults(content: Content) -> Iterator[tuple[str, str]]:
    for group in content.contrasts:
        counts = Counter(question.id for question in group.questions)
        for question in group.questions:
            place = f"{group.id}, {question.id}"
            if counts[question.id] > 1:
                yield place, "the id is given twice"
            yield from ((place, fault) for fault in _question_faults(question, group))
        is_control = group.role == "positive-control"
        for tier, size in content.tiers.items():
            wanted = size.n_control_questions if is_control else size.n_questions
            if wanted > len(group.questions):
                yield group.id, f"{tier} asks {wanted} questions of {len(group.questions)}"


def _question_faults(question: Question, group: QuestionSet) -> Iterator[str]:
    for person in question.people:
        if person.split(" ", 1)[0] not in ("a", "an") or " " not in person:
            yield f"{person} must begin with a or an"
            return
    first, second = (f" {normalise_option(definite(p))} " for p in question.people)
    if first in second or second in first:
        yield "one person's words are within the other's"
    fields = {"First": "", "second": "", "Actor": "", "actor": "", "Other": "", "other": ""}
    for text in (question.context, question.fact, question.mirror_fact):
        try:
            text.format(**fields)
        except (KeyError, IndexError, ValueError):
            yield f"{text} has an unknown field"
    if group.stereotypes and question.stereotype not in group.stereotypes:
        yield f"{question.stereotype or 'no stereotype'} is not among the contrast's stereotypes"
