"""Stability: does the decision about the same candidate flip over wordings, orders and draws?

And does it flip more often for one group than for the other? After Marx, Calmon & Ustun (2020),
Sclar et al. (2024) and Cooper et al. (2024): decisions that depend on what should not matter are
arbitrary, and arbitrariness that falls on one group more than on another is a harm of its own,
with or without a difference in who is selected.

Formulas are in `flips`. The positive control changes the facts with the variant: flips that ought
to be there.
"""

from collections.abc import Sequence
from dataclasses import replace

from auditor.battery.clusters import Scored, by_mode, items_of, paired
from auditor.battery.decisions import paired_decisions
from auditor.battery.decisions.award_parser import parse_award
from auditor.battery.decisions.stability_candidates import candidates, disparities
from auditor.battery.decisions.stability_items import (
    NAME,
    SHIPPED_ORDER,
    Content,
    check,
    contrasts,
    items,
)
from auditor.battery.decisions.stability_measures import disparity_measure
from auditor.battery.decisions.stability_rates import likelihood_rates, written_rates
from auditor.battery.measuring import each_contrast, label_rates
from auditor.core.instrument import Battery, NumericalNoise
from auditor.core.items import Contrast, Item, Mode, Prompt
from auditor.core.measures import Measure
from auditor.core.responses import Response, Score

__all__ = [
    "check",
    "construct",
    "content",
    "contrasts",
    "items",
    "measures",
    "name",
    "prompts",
    "score",
    "source",
    "stimulus_scores",
]

name = NAME
construct = "Arbitrariness of decisions about candidates, by group"
source = "Marx et al. 2020 (predictive multiplicity); Sclar et al. 2024; Cooper et al. 2024"
content = Content

UNBALANCED: frozenset[str] = frozenset({"facts"})
"""The positive control's reference copy has the excellent facts in every variant."""


def prompts(item: Item) -> tuple[Prompt, ...]:
    """Scored, and answered freely where the wording is a written one; drawn answers are text."""
    scored = Prompt(
        prompt_id=f"{item.item_id}:log-likelihood",
        item_id=item.item_id,
        mode="log-likelihood",
        text=item.text,
        continuations=item.continuations,
    )
    written = Prompt(
        prompt_id=f"{item.item_id}:text",
        item_id=item.item_id,
        mode="text",
        text=item.text,
        max_new_tokens=item.max_new_tokens,
        sample=item.sample,
    )
    if item.sample:
        return (written,)
    return (scored, written) if item.max_new_tokens else (scored,)


def score(item: Item, response: Response) -> Score:
    """Log-odds of yes over no, or +1 and -1 for a written yes and no."""
    if item.sample:
        # Every drawn answer is to the shipped order, which is no factor of its own there.
        item = replace(item, factors=(*item.factors, ("order", SHIPPED_ORDER)))
    scored = paired_decisions.score(item, response)
    if response.mode != "text" or scored.value is not None:
        return scored
    award = parse_award(response.text or "", item.text)
    if award is None:
        return scored
    return Score(
        item_id=item.item_id,
        mode="text",
        value=1.0 if award else -1.0,
        label="yes" if award else "no",
        unscored_because=None,
        in_order=award == (item.factor("order") == "yes-first"),
        rule="award",
    )


def measures(
    battery: Battery, scores: Sequence[Score], noise: NumericalNoise | None
) -> tuple[Measure, ...]:
    """The disparity in both modes, unusable answers, and where flips come from."""

    def from_likelihoods(contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
        rows = [disparity_measure(f"{name}.score", contrast, scored, noise=noise)]
        # The positive control's flips are made by its facts: a rate of them says nothing.
        if contrast.role != "positive-control":
            rows += likelihood_rates(contrast, candidates(scored))
        return rows

    return each_contrast(
        battery, name, scores, from_likelihoods=from_likelihoods, from_text=_text_measures
    )


def stimulus_scores(
    battery: Battery, scores: Sequence[Score], contrast_id: str, mode: Mode = "log-likelihood"
) -> dict[str, float]:
    """The difference in flip rate of each card, by cluster; in text 0 where it is undefined."""
    scored = paired(items_of(battery, name, contrast_id), by_mode(scores)[mode])
    of = candidates(scored)
    found = disparities(of)
    if mode != "text":
        return found
    return {candidate.cluster: found.get(candidate.cluster, 0.0) for candidate in of}


def _text_measures(contrast: Contrast, scored: Sequence[Scored]) -> list[Measure]:
    if not scored:
        return []
    rows = [
        disparity_measure(f"{name}.text-score", contrast, scored, noise=None),
        *label_rates(name, contrast, scored, ("invalid",)),
    ]
    return rows if contrast.role == "positive-control" else rows + written_rates(contrast, scored)
