"""Put a plan of batches to a model and record every answer as it comes."""

from collections.abc import Callable, Sequence
from math import isfinite

from auditor.battery import INSTRUMENTS
from auditor.core.batches import Batch, plan_batches
from auditor.core.instrument import Battery
from auditor.core.items import Prompt
from auditor.core.model import LanguageModel
from auditor.core.responses import Generation, LogLikelihoods, Response
from auditor.store import RunFolder

OnBatch = Callable[[int, int], None]
"""Told the number of prompts done and the number in all."""


def plan_battery(battery: Battery, *, batch_size: int, seed: int) -> tuple[Batch, ...]:
    """Every prompt of a battery in its batches; the same for a run and for its report."""
    prompts = [
        prompt for item in battery.items for prompt in INSTRUMENTS[item.instrument].prompts(item)
    ]
    return plan_batches(prompts, batch_size=batch_size, seed=seed)


def ask(
    model: LanguageModel, plan: Sequence[Batch], folder: RunFolder, on_batch: OnBatch
) -> list[Response]:
    """Ask what the folder does not hold yet; every response of the plan, in its order."""
    responses = folder.keep_complete_batches(plan)
    n_all = sum(len(batch.prompts) for batch in plan)
    on_batch(len(responses), n_all)
    done = {response.batch for response in responses}
    for batch in plan:
        if batch.index not in done:
            answered = _answer(model, batch)
            folder.append(answered)
            responses += answered
            on_batch(len(responses), n_all)
    return responses


def _answer(model: LanguageModel, batch: Batch) -> list[Response]:
    if batch.prompts[0].mode == "text":
        generations = model.generate(batch.prompts)
        return [
            _written(prompt, batch.index, generation)
            for prompt, generation in zip(batch.prompts, generations, strict=True)
        ]
    scored = model.log_likelihoods(batch.prompts)
    return [
        _scored(prompt, batch.index, one) for prompt, one in zip(batch.prompts, scored, strict=True)
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
    # A lone surrogate has no UTF-8 form; no evidence file could hold it.
    text = generation.text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return Response(
        prompt_id=prompt.prompt_id,
        item_id=prompt.item_id,
        mode=prompt.mode,
        purpose=prompt.purpose,
        batch=batch,
        n_tokens=(generation.n_tokens,),
        text=text,
        finish_reason=generation.finish_reason,
    )
