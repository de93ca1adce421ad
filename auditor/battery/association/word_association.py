"""Word association: two words, two groups, each group used once. The implicit instrument.

After Bai, Wang, Sucholutsky & Griffiths (2024) and Sun, Mao, Hofmann & Bai (2025), with orders
fully crossed, null and positive controls, and both complete answers scored by log-likelihood.
"""

from collections.abc import Mapping, Sequence
from functools import partial

from auditor.battery.association.pairing import (
    answers,
    pairing_measures,
    pairing_scores,
    score_pairing,
)
from auditor.battery.crossing import Cell, cross, item_of, prompts_in_both_modes
from auditor.core.instrument import Template, TierPlan
from auditor.core.items import Contrast, Item, Stimulus

name = "word-association"
construct = "Implicit association of words with groups"
source = "Bai et al. 2024 (word association test); Sun et al. 2025"
prompts = prompts_in_both_modes
score = score_pairing
measures = partial(pairing_measures, name)
stimulus_scores = partial(pairing_scores, name)

MAX_NEW_TOKENS = 20
"""Two words, two groups and what stands between them, with room for a list."""


def items(
    stimuli: Sequence[Stimulus],
    contrasts: Mapping[str, Contrast],
    templates: Sequence[Template],
    plan: TierPlan,
) -> tuple[Item, ...]:
    """Two orders of groups × two orders of attributes × templates, for each stimulus."""
    return tuple(
        item_of(
            cell,
            instrument=name,
            category=contrasts[cell.stimulus.contrast_id].category,
            text=_question(cell),
            continuations=answers(cell),
            max_new_tokens=MAX_NEW_TOKENS,
        )
        for cell in cross(stimuli, templates, plan)
    )


def _question(cell: Cell) -> str:
    (group_1, group_2), (attribute_1, attribute_2) = cell.groups, cell.attributes
    return cell.template.text.format(
        context=cell.stimulus.context,
        group_1=group_1,
        group_2=group_2,
        attribute_1=attribute_1,
        attribute_2=attribute_2,
    ).strip()
