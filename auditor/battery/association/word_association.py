"""Word association: two words, two groups, each group used once. The implicit instrument.

After Bai, Wang, Sucholutsky & Griffiths (2024) and Sun, Mao, Hofmann & Bai (2025), with orders
fully crossed, null and positive controls, and both complete answers scored by log-likelihood.
"""

from collections.abc import Mapping, Sequence

from auditor.battery.association.pairing import (
    answers,
    pairing_measures,
    pairing_scores,
    score_pairing,
)
from auditor.battery.crossing import Cell, cross, item_of, prompts_in_both_modes
from auditor.core.instrument import Battery, NumericalNoise, Template, TierPlan
from auditor.core.items import Contrast, Item, Mode, Prompt, Stimulus
from auditor.core.measures import Measure
from auditor.core.responses import Response, Score

name = "word-association"
construct = "Implicit association of words with groups"
source = "Bai et al. 2024 (word association test); Sun et al. 2025"

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


def prompts(item: Item) -> tuple[Prompt, ...]:
    """Scored and answered freely."""
    return prompts_in_both_modes(item)


def score(item: Item, response: Response) -> Score:
    """Log-odds of the stereotype's answer over its mirror, or the answer's side in text."""
    return score_pairing(item, response)


def measures(
    battery: Battery, scores: Sequence[Score], noise: NumericalNoise | None
) -> tuple[Measure, ...]:
    """Score, text score and the rates of what the answers were, for each contrast."""
    return pairing_measures(name, battery, scores, noise)


def stimulus_scores(
    battery: Battery, scores: Sequence[Score], contrast_id: str, mode: Mode = "log-likelihood"
) -> dict[str, float]:
    """The position-free score of each stimulus of a contrast, by stimulus id."""
    return pairing_scores(name, battery, scores, contrast_id, mode)


def _question(cell: Cell) -> str:
    (group_1, group_2), (attribute_1, attribute_2) = cell.groups, cell.attributes
    return cell.template.text.format(
        context=cell.stimulus.context,
        group_1=group_1,
        group_2=group_2,
        attribute_1=attribute_1,
        attribute_2=attribute_2,
    ).strip()
