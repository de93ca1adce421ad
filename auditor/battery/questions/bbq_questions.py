"""BBQ's own items as an instrument beside ours: the same forms, the same measures.

Every item is asked as released and with the two people's options in each other's place, so that a
habit of position adds nothing. Items that do not tell which answer follows the stereotype are left
out and counted. BBQ is public: a model may have seen its items, with their answers.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from auditor.battery.questions import question_measures, question_scoring
from auditor.battery.questions.bbq_items import BbqItem
from auditor.battery.questions.option_parser import LETTERS
from auditor.battery.questions.question_content import Form
from auditor.battery.questions.question_scoring import COUNTER, STEREOTYPE, UNKNOWN
from auditor.core.items import Contrast, Item

name = "bbq"
construct = "Stereotypes in answers to BBQ's questions"
source = "Parrish et al. 2022, the released items"
prompts = question_scoring.prompts
score = question_scoring.score
measures = partial(question_measures.measures, name)
stimulus_scores = partial(question_measures.stimulus_scores, name)


UNBALANCED = frozenset({"correct", "unknown"})
"""As released: the third option is on a random place."""

MAX_NEW_TOKENS = 24
GROUP_SIZE = 4
"""BBQ's items come in fours: ambiguous and not, negative and not, with the same people."""

CATEGORIES = {
    "Age": "age",
    "Disability_status": "disability",
    "Gender_identity": "gender",
    "Nationality": "nationality",
    "Physical_appearance": "physical-appearance",
    "Race_ethnicity": "race",
    "Race_x_SES": "race-and-socio-economic-status",
    "Race_x_gender": "race-and-gender",
    "Religion": "religion",
    "SES": "socio-economic-status",
    "Sexual_orientation": "sexual-orientation",
}
_NO_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BbqQuestions:
    """What is asked of BBQ's items, and how many could not be."""

    contrasts: tuple[Contrast, ...]
    items: tuple[Item, ...]
    n_without_target: int
    """Items that do not tell which answer follows the stereotype."""


def items_from_bbq(
    released: Sequence[BbqItem], *, form: Form, groups_per_template: int | None = None
) -> BbqQuestions:
    """Each item in two orders, in the given form; contrasts are BBQ's subsets, clusters templates.

    `groups_per_template` takes so many groups of four of each template, evenly spread over it.
    """
    chosen = _spread(released, groups_per_template)
    usable = [item for item in chosen if item.target is not None]
    return BbqQuestions(
        contrasts=tuple(_contrasts(usable)),
        items=tuple(
            _item(item, form, is_swapped=is_swapped, example=f"{item.example_id}-{repeat}")
            for item, repeat in _numbered(usable)
            for is_swapped in (False, True)
        ),
        n_without_target=len(chosen) - len(usable),
    )


def _spread(released: Sequence[BbqItem], n_groups: int | None) -> list[BbqItem]:
    if n_groups is None:
        return list(released)
    of_template: dict[tuple[str, str], list[BbqItem]] = {}
    for item in released:
        of_template.setdefault((item.category, item.question_index), []).append(item)
    return [item for items in of_template.values() for item in _some_groups(items, n_groups)]


def _some_groups(items: list[BbqItem], n_groups: int) -> Iterator[BbqItem]:
    groups = [items[i : i + GROUP_SIZE] for i in range(0, len(items), GROUP_SIZE)]
    n = min(n_groups, len(groups))
    for i in range(n):
        yield from groups[i * len(groups) // n]


def _numbered(items: Iterable[BbqItem]) -> Iterator[tuple[BbqItem, int]]:
    """Each item with how often its id was met before: released files repeat some."""
    seen: Counter[tuple[str, str]] = Counter()
    for item in items:
        key = (item.category, item.example_id)
        yield item, seen[key]
        seen[key] += 1


def _contrasts(items: Iterable[BbqItem]) -> Iterator[Contrast]:
    for subset, category in dict.fromkeys((item.subset, item.category) for item in items):
        yield Contrast(
            contrast_id=_contrast_id(subset),
            category=CATEGORIES.get(category, _slug(category)),
            label=f"BBQ: {subset.replace('_', ' ')}",
            role="ladder",
            target="the stereotyped group",
            reference="the other group",
            note="The released items, which are public: a model may have seen them answered.",
            instruments=(name,),
        )


def _contrast_id(subset: str) -> str:
    return f"{name}.{_slug(subset)}"


def _slug(text: str) -> str:
    return _NO_SLUG.sub("-", text.lower()).strip("-")


def _item(item: BbqItem, form: Form, *, is_swapped: bool, example: str) -> Item:
    contrast_id = _contrast_id(item.subset)
    cluster = f"{contrast_id}/{item.question_index}"
    shown = _shown(item, is_swapped=is_swapped)
    options = tuple(item.options[i] for i in shown)
    codes = {item.biased: STEREOTYPE, item.unknown: UNKNOWN}
    answers = tuple(codes.get(i, COUNTER) for i in shown)
    is_first = answers.index(STEREOTYPE) < answers.index(COUNTER)
    return Item(
        item_id=f"{name}/{cluster}/{form.name}/{example}{'s' if is_swapped else 'r'}",
        instrument=name,
        category=CATEGORIES.get(item.category, _slug(item.category)),
        contrast_id=contrast_id,
        cluster=cluster,
        template_id=form.name,
        split="audit",
        factors=(
            ("form", form.name),
            ("context", "ambiguous" if item.context_condition == "ambig" else "disambiguated"),
            ("polarity", "negative" if item.polarity == "neg" else "mirror"),
            ("listed", "stereotype-first" if is_first else "counter-first"),
            ("unknown", ("first", "second", "third")[answers.index(UNKNOWN)]),
            ("correct", codes.get(item.label, COUNTER)),
        ),
        text=form.text.format(
            context=item.context,
            question=item.question,
            option_1=options[0],
            option_2=options[1],
            option_3=options[2],
        ),
        continuations=tuple(LETTERS) if form.has_letters else options,
        options=options,
        answers=answers,
        max_new_tokens=MAX_NEW_TOKENS,
    )


def _shown(item: BbqItem, *, is_swapped: bool) -> tuple[int, ...]:
    """Indices of the options in the order shown."""
    if not is_swapped:
        return (0, 1, 2)
    first, second = (i for i in range(3) if i != item.unknown)
    swapped = {first: second, second: first}
    return tuple(swapped.get(i, i) for i in range(3))
