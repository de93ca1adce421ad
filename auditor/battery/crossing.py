"""Stimuli crossed with templates and orders: the counterbalancing that all instruments share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.core.instrument import Template, TierPlan
from auditor.core.items import Item, Prompt, Split, Stimulus


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One stimulus in one wording and one pair of orders."""

    stimulus: Stimulus
    template: Template
    target_first: bool
    target_attribute_first: bool

    @property
    def groups(self) -> tuple[str, str]:
        """The groups in the order in which they are listed."""
        s = self.stimulus
        return (s.target, s.reference) if self.target_first else (s.reference, s.target)

    @property
    def attributes(self) -> tuple[str, str]:
        """The attributes in the order in which they are listed."""
        s = self.stimulus
        first, second = s.target_attribute, s.reference_attribute
        return (first, second) if self.target_attribute_first else (second, first)

    @property
    def code(self) -> str:
        """The orders in an item id: groups, then attributes; t is the target's."""
        return ("t" if self.target_first else "r") + ("t" if self.target_attribute_first else "r")


def cross(
    stimuli: Sequence[Stimulus], templates: Sequence[Template], plan: TierPlan
) -> Iterator[Cell]:
    """Every stimulus in both orders of groups and both orders of attributes.

    A rotated tier gives each stimulus one of the tier's templates in turn; the larger tiers cross
    them fully, so that each tier's cells are among the next one's.
    """
    used = templates[: plan.n_templates]
    for stimulus in stimuli:
        # Domains take turns too: their number is odd, so that each meets every template.
        mine = (used[stimulus.rank % len(used)],) if plan.is_rotated else used
        for template in mine:
            for target_first in (True, False):
                for target_attribute_first in (True, False):
                    yield Cell(
                        stimulus=stimulus,
                        template=template,
                        target_first=target_first,
                        target_attribute_first=target_attribute_first,
                    )


def item_of(
    cell: Cell,
    *,
    instrument: str,
    category: str,
    text: str,
    continuations: tuple[str, ...],
    max_new_tokens: int,
) -> Item:
    """The item of one cell, with a stable id."""
    stimulus = cell.stimulus
    split: Split = stimulus.split
    return Item(
        item_id=f"{instrument}/{stimulus.stimulus_id}/{cell.template.template_id}/{cell.code}",
        instrument=instrument,
        category=category,
        contrast_id=stimulus.contrast_id,
        cluster=stimulus.stimulus_id,
        template_id=cell.template.template_id,
        split=split,
        factors=(
            ("template", cell.template.template_id),
            ("groups", _first(cell.target_first)),
            ("attributes", _first(cell.target_attribute_first)),
        ),
        stimulus=stimulus,
        text=text,
        continuations=continuations,
        max_new_tokens=max_new_tokens,
    )


def is_in_order(item: Item) -> bool:
    """Whether pairing the words as they are listed gives the stereotype's answer."""
    return item.factor("groups") == item.factor("attributes")


def stimulus_of(item: Item) -> Stimulus:
    """The words that an item pairs; ValueError where it pairs none."""
    if item.stimulus is None:
        raise ValueError(f"{item.item_id} pairs no words")
    return item.stimulus


def _first(is_target: bool) -> str:
    return "target-first" if is_target else "reference-first"


def prompts_in_both_modes(item: Item) -> tuple[Prompt, ...]:
    """The item's question once with its continuations scored, once answered freely."""
    return (
        Prompt(
            prompt_id=f"{item.item_id}:log-likelihood",
            item_id=item.item_id,
            mode="log-likelihood",
            text=item.text,
            continuations=item.continuations,
        ),
        Prompt(
            prompt_id=f"{item.item_id}:text",
            item_id=item.item_id,
            mode="text",
            text=item.text,
            max_new_tokens=item.max_new_tokens,
            sample=item.sample,
        ),
    )
