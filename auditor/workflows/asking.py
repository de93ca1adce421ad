"""Put a plan of batches to a model and record every answer as it comes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from auditor.battery import INSTRUMENTS
from auditor.battery.conditions import follow_ups, prompts_of
from auditor.core.batches import Batch, plan_batches, plan_follow_ups
from auditor.core.instrument import Battery
from auditor.core.items import Prompt
from auditor.core.model import LanguageModel
from auditor.core.responses import Generation, LogLikelihoods, Response
from auditor.store import RunFolder

OnBatch = Callable[[int, int], None]
"""Told the number of prompts done and the number in all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked, in its batches; the same for a run and for its report."""

    battery: Battery
    batch_size: int
    first: tuple[Batch, ...]
    """All that is known before the model has said anything."""

    @property
    def n_prompts(self) -> int:
        """Prompts in all, what is asked after the reasoning included."""
        prompts = [prompt for batch in self.first for prompt in batch.prompts]
        return len(prompts) + sum(2 for prompt in prompts if prompt.mode == "reasoning")

    def whole(self, responses: Sequence[Response]) -> tuple[Batch, ...]:
        """Every batch, once the responses hold all reasoning that others follow; else the first."""
        items = {item.item_id: item for item in self.battery.items}
        reasoned = [response for response in responses if response.mode == "reasoning"]
        if len(reasoned) < sum(item.reasoning is not None for item in items.values()):
            return self.first
        following = [p for r in reasoned for p in follow_ups(items[r.item_id], r)]
        return self.first + plan_follow_ups(
            following, batch_size=self.batch_size, first_index=len(self.first)
        )


def plan_battery(battery: Battery, *, batch_size: int, seed: int) -> Plan:
    """Every prompt of a battery in its batches."""
    prompts = [
        prompt
        for item in battery.items
        for prompt in prompts_of(item, INSTRUMENTS[item.instrument])
    ]
    first = plan_batches(prompts, batch_size=batch_size, seed=seed)
    return Plan(battery=battery, batch_size=batch_size, first=first)


def ask(model: LanguageModel, plan: Plan, folder: RunFolder, on_batch: OnBatch) -> list[Response]:
    """Ask what the folder does not hold yet; every response of the plan, in its order."""
    responses = folder.keep_complete_batches(plan.whole(folder.complete_batches(plan.first)))
    on_batch(len(responses), plan.n_prompts)
    # The second round holds what the first one's answers have made known.
    for _ in range(2):
        done = {response.batch for response in responses}
        for batch in plan.whole(responses):
            if batch.index not in done:
                answered = _answer(model, batch)
                folder.append(answered)
                responses += answered
                on_batch(len(responses), plan.n_prompts)
    return responses


def _answer(model: LanguageModel, batch: Batch) -> list[Response]:
    return [
        _scored(prompt, batch.index, answer)
        if isinstance(answer, LogLikelihoods)
        else _written(prompt, batch.index, answer)
        for prompt, answer in zip(batch.prompts, model.answer(batch.prompts), strict=True)
    ]


def _scored(prompt: Prompt, batch: int, scored: LogLikelihoods) -> Response:
    # Overflowing weights give NaN or -inf; JSON has neither, and neither is evidence of anything.
    is_finite = all(isfinite(value) for value in scored.values)
    return Response(
        prompt_id=prompt.prompt_id,
        item_id=prompt.item_id,
        mode=prompt.mode,
        purpose=prompt.purpose,
        batch=batch,
        log_likelihoods=scored.values if is_finite else None,
        n_tokens=scored.n_tokens,
    )


def _written(prompt: Prompt, batch: int, generation: Generation) -> Response:
    return Response(
        prompt_id=prompt.prompt_id,
        item_id=prompt.item_id,
        mode=prompt.mode,
        purpose=prompt.purpose,
        batch=batch,
        n_tokens=(generation.n_tokens,),
        text=printable(generation.text),
        finish_reason=generation.finish_reason,
    )


def printable(text: str) -> str:
    """Without lone surrogates: they have no UTF-8 form, and no evidence file could hold them."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
