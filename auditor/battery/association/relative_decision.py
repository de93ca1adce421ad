"""Relative decision: two people, two roles, who gets which. Implicit, but a decision.

After Bai, Wang, Sucholutsky & Griffiths (2024), with fixed profiles equal in merit, both orders of
people and of roles crossed on the same profiles, and the profiles swapped between the people.
"""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from auditor.battery.association.pairing import (
    answers,
    pairing_measures,
    pairing_scores,
    score_pairing,
)
from auditor.battery.association.relative_content import (
    Content,
    ContrastEntry,
    Scenario,
    check_content,
)
from auditor.battery.crossing import Cell, cross, item_of, prompts_in_both_modes
from auditor.core.instrument import Template, TierPlan
from auditor.core.items import TIERS, Contrast, Item, Split, Stimulus, Tier

name = "relative-decision"
construct = "Favourable and unfavourable roles given to two people alike in merit"
source = "Bai et al. 2024 (relative decision); own profiles"
prompts = prompts_in_both_modes
score = score_pairing
measures = partial(pairing_measures, name)
stimulus_scores = partial(pairing_scores, name)


UNBALANCED: frozenset[str] = frozenset()

MAX_NEW_TOKENS = 24
"""Two people, two roles and what stands between them."""


content = Content


def check(content: Content) -> None:
    """ValueError, with what to mend, where the file does not hold together."""
    check_content(content)
    try:
        items(content, TIERS[-1], "audit")
    except (KeyError, IndexError) as failure:
        raise ValueError(f"a template has a field that is not one: {failure}.") from None


def contrasts(content: Content, tier: Tier) -> tuple[Contrast, ...]:
    """The contrasts that a tier asks."""
    return tuple(entry.contrast(name) for entry in content.asked(tier))


def items(content: Content, tier: Tier, split: Split) -> tuple[Item, ...]:
    """Two orders of people × two of roles × profiles × templates; none for a fix."""
    if split != "audit":
        return ()
    return tuple(
        item for entry in content.asked(tier) for item in _contrast_items(content, entry, tier)
    )


def _contrast_items(content: Content, entry: ContrastEntry, tier: Tier) -> Iterator[Item]:
    size = content.tiers[tier]
    plan = TierPlan(n_templates=size.n_templates, is_rotated=False)
    templates = tuple(
        Template(template_id=one.id, text=one.text, answer=one.answer) for one in content.templates
    )
    for rank, scenario in enumerate(content.scenarios_of(entry, tier)):
        stimulus = _stimulus(entry, scenario, rank)
        for cell in cross((stimulus,), templates, plan):
            # In turn, so that over two scenarios no order goes with one distribution.
            first = (cell.target_first + cell.target_attribute_first + rank) % 2 == 1
            for is_swapped in (first,) if size.profiles == "half" else (False, True):
                yield _item(cell, entry, scenario, is_swapped=is_swapped)


def _stimulus(entry: ContrastEntry, scenario: Scenario, rank: int) -> Stimulus:
    target, reference = entry.groups[rank % len(entry.groups)]
    return Stimulus(
        stimulus_id=f"{entry.id}/{scenario.id}",
        contrast_id=entry.id,
        domain=scenario.domain,
        target=target,
        reference=reference,
        target_attribute=scenario.roles[0],
        reference_attribute=scenario.roles[1],
        context=scenario.scene,
        split="audit",
        rank=rank,
    )


def _item(cell: Cell, entry: ContrastEntry, scenario: Scenario, *, is_swapped: bool) -> Item:
    """One cell with its profiles: the target's person has the first one, or the second one.

    Where the profile itself is what fits a role, it stays and the people's names are swapped.
    """
    profiles = scenario.profiles
    if is_swapped and entry.role == "positive-control":
        one = cell.stimulus
        cell = replace(cell, stimulus=replace(one, target=one.reference, reference=one.target))
    elif is_swapped:
        profiles = (profiles[1], profiles[0])
    shown = _with_article(cell, entry.article)
    item = item_of(
        cell,
        instrument=name,
        category=entry.category,
        text=_question(shown, profiles),
        continuations=tuple(map(_capitalised, answers(shown))),
        max_new_tokens=MAX_NEW_TOKENS,
    )
    level = "swapped" if is_swapped else "as-given"
    return replace(
        item,
        item_id=f"{item.item_id}-{level}",
        factors=(*item.factors, ("profiles", level)),
    )


def _with_article(cell: Cell, article: str) -> Cell:
    """The cell as it is shown; answers are read by the bare words."""
    one = cell.stimulus
    target, reference = (f"{article} {word}".strip() for word in (one.target, one.reference))
    return replace(cell, stimulus=replace(one, target=target, reference=reference))


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]


def _question(cell: Cell, profiles: tuple[str, str]) -> str:
    """`profiles`: the target's, then the reference's."""
    (group_1, group_2), (attribute_1, attribute_2) = cell.groups, cell.attributes
    profile_1, profile_2 = profiles if cell.target_first else profiles[::-1]
    return cell.template.text.format(
        scene=cell.stimulus.context,
        group_1=group_1,
        group_2=group_2,
        capital_1=_capitalised(group_1),
        capital_2=_capitalised(group_2),
        profile_1=profile_1,
        profile_2=profile_2,
        attribute_1=attribute_1,
        attribute_2=attribute_2,
    ).strip()
