"""The same questions under instructions: Q, Q+IF, Q+IF+CoT and a neutral instruction as control.

After Ganguli et al. (2023), as a within-item factorial: every condition asks the same items, so
that a change is a paired difference. The neutral instruction is as long as the anti-bias one and
says nothing about bias: what it changes, length alone changes.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from auditor.battery.clusters import by_mode, items_of
from auditor.battery.measuring import difference_measure, noise_error
from auditor.core.instrument import Battery, Instrument, NumericalNoise
from auditor.core.items import CONDITIONS, Condition, Contrast, Item, Mode, Prompt, Reasoning, Tier
from auditor.core.measures import Measure
from auditor.core.responses import Response, Score

_MARK = re.compile(r"<(?=[|/\w])")
"""Where a special token could begin, such as `<|im_end|>`: read back, the model's own words must
not end its turn or open another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """What one condition adds to a question."""

    condition: Condition
    text: str
    """Put behind the question, after an empty line."""
    opening: str = ""
    """How the reasoning begins; empty where there is none."""
    closing: str = ""
    """What asks for the answer behind the reasoning."""
    max_new_tokens: int = 0
    """Of the reasoning."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How far the conditions reach in one tier."""

    items_of: Tier
    """The tier whose items are asked: this one or a smaller one."""
    contrasts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """`conditions.yaml`: what is added, and what it is added to."""

    tiers: dict[Tier, Extent]
    wordings: tuple[Wording, ...]


def under_conditions(items: Sequence[Item], conditions: Conditions, tier: Tier) -> Iterator[Item]:
    """The items of the tier's contrasts once more for each condition; `items` are those of the
    tier that the conditions reach in it."""
    wanted = set(conditions.tiers[tier].contrasts)
    for wording in conditions.wordings:
        for item in items:
            if item.contrast_id in wanted and item.condition == "question" and not item.sample:
                yield under_wording(item, wording)


def follow_ups(item: Item, reasoning: Response) -> tuple[Prompt, ...]:
    """The question again with the model's own reasoning before the answer, scored and written."""
    led = item.reasoning
    if led is None or reasoning.text is None:
        return ()
    shared = Prompt(
        prompt_id=f"{item.item_id}:text",
        item_id=item.item_id,
        mode="text",
        text=item.text,
        reply_prefix=f"{led.opening}{_MARK.sub('< ', reasoning.text)}{led.closing}",
        max_new_tokens=item.max_new_tokens,
    )
    scored = replace(
        shared,
        prompt_id=f"{item.item_id}:log-likelihood",
        mode="log-likelihood",
        continuations=item.continuations,
        max_new_tokens=0,
    )
    return (scored, shared)


def prompts_of(item: Item, instrument: Instrument) -> tuple[Prompt, ...]:
    """What is asked first: the question, or the reasoning that its answer will follow."""
    if item.reasoning is None:
        return instrument.prompts(item)
    return (
        Prompt(
            prompt_id=f"{item.item_id}:reasoning",
            item_id=item.item_id,
            mode="reasoning",
            text=item.text,
            reply_prefix=item.reasoning.opening,
            max_new_tokens=item.reasoning.max_new_tokens,
        ),
    )


def in_condition(battery: Battery, condition: Condition) -> Battery:
    """The battery with only what it asks under one condition."""
    return replace(
        battery, items=tuple(item for item in battery.items if item.condition == condition)
    )


def measures(
    battery: Battery,
    scores: Sequence[Score],
    noise: Mapping[str, NumericalNoise],
    instruments: Mapping[str, Instrument],
) -> tuple[Measure, ...]:
    """Every measure again under each condition, and its change against the plain question."""
    plain = in_condition(battery, "question")
    rows: list[Measure] = []
    for condition in CONDITIONS[1:]:
        under = in_condition(battery, condition)
        asked = {item.instrument for item in under.items}
        for name, instrument in instruments.items():
            if name in asked:
                rows += [
                    _marked(replace(measure, parts=_parts_under(measure, condition)), condition)
                    for measure in instrument.measures(under, scores, noise.get(name))
                ]
                rows += _changes(name, instrument, (plain, under), scores, noise.get(name))
    return tuple(rows)


def under_wording(item: Item, wording: Wording) -> Item:
    """An item as it is asked under a wording; its cluster stays."""
    reasoning = None
    if wording.opening:
        reasoning = Reasoning(
            opening=wording.opening,
            closing=wording.closing,
            max_new_tokens=wording.max_new_tokens,
        )
    return replace(
        item,
        item_id=f"{item.item_id}@{wording.condition}",
        condition=wording.condition,
        text=f"{item.text}\n\n{wording.text}",
        reasoning=reasoning,
    )


def _marked(measure: Measure, condition: Condition) -> Measure:
    return replace(
        measure,
        measure_id=f"{measure.name}@{condition}{measure.measure_id.removeprefix(measure.name)}",
        name=f"{measure.name}@{condition}",
        condition=condition,
    )


def _parts_under(measure: Measure, condition: Condition) -> tuple[str, ...]:
    """What a measure is made of, under the same condition; names and ids alike."""
    split = [part.partition("[") for part in measure.parts]
    return tuple(f"{name}@{condition}{bracket}{rest}" for name, bracket, rest in split)


def _changes(
    name: str,
    instrument: Instrument,
    batteries: tuple[Battery, Battery],
    scores: Sequence[Score],
    noise: NumericalNoise | None,
) -> Iterator[Measure]:
    """Score under the condition minus score without it, paired by cluster, in both modes."""
    plain, under = batteries
    condition = under.items[0].condition
    modes: tuple[tuple[Mode, str], ...] = (("log-likelihood", "score"), ("text", "text-score"))
    for contrast in asked_contrasts(under, name):
        for mode, kind in modes:
            after = instrument.stimulus_scores(under, scores, contrast.contrast_id, mode)
            before = instrument.stimulus_scores(plain, scores, contrast.contrast_id, mode)
            if after and before:
                error = noise_error(list(after.values()), noise)
                change = difference_measure(
                    f"{name}.{kind}-change",
                    contrast,
                    after,
                    before,
                    parts=(f"{name}.{kind}@{condition}", f"{name}.{kind}"),
                    # Two noisy scores, each with this error.
                    numerical_error=error * 2**0.5 if error and mode != "text" else None,
                )
                yield _marked(_with_unscored(change, under, scores, mode), condition)


def asked_contrasts(battery: Battery, instrument: str) -> tuple[Contrast, ...]:
    """The contrasts of which a battery has items of this instrument."""
    asked = {item.contrast_id for item in battery.items if item.instrument == instrument}
    return tuple(c for c in battery.contrasts if c.contrast_id in asked)


def _with_unscored(
    measure: Measure, under: Battery, scores: Sequence[Score], mode: Mode
) -> Measure:
    """The counts of answers under the condition: a change never stands without them."""
    of_item = by_mode(scores)[mode]
    mine = items_of(under, measure.instrument, measure.contrast_id)
    answers = [of_item[item.item_id] for item in mine if item.item_id in of_item]
    n_unscored = sum(score.value is None for score in answers)
    return replace(measure, n=len(answers) - n_unscored, n_unscored=n_unscored)
