"""Answers in batches, cut off by token count and with the reason why each one ended."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import torch
import transformers
from torch import Tensor

from auditor.backends.next_token import next_token
from auditor.backends.transformers_loading import Network
from auditor.core.items import Prompt
from auditor.core.responses import FinishReason, Generation


def write_answers(
    network: Network,
    prompts: Sequence[Prompt],
    starts: Sequence[Sequence[int]],
    *,
    takes_padding: bool,
) -> list[Generation]:
    """Answer every prompt, each with at most its `max_new_tokens`; in order.

    Greedy answers are written without the samples, which leave their last digits alone.

    Args:
        network: What answers.
        prompts: What is asked.
        starts: Token ids of the prompts.
        takes_padding: False: only prompts of one length share a batch, for networks that carry a
            state through the filling on the left.
    """
    batches: dict[tuple[bool, int, int], list[int]] = defaultdict(list)
    for index, (prompt, start) in enumerate(zip(prompts, starts, strict=True)):
        length = 0 if takes_padding else len(start)
        batches[prompt.sample > 0, prompt.max_new_tokens, length].append(index)
    answers: dict[int, Generation] = {}
    for (is_drawn, budget, _), indices in sorted(batches.items()):
        if budget > 0:
            draws = _Draws([prompts[index] for index in indices]) if is_drawn else None
            written = _answer_batch(network, [starts[index] for index in indices], budget, draws)
        else:
            written = [Generation(text="", finish_reason="length", n_tokens=0)] * len(indices)
        answers.update(zip(indices, written, strict=True))
    return [answers[index] for index in range(len(starts))]


class _Draws(transformers.LogitsProcessor):  # type: ignore[misc, unused-ignore]
    """Leaves a greedy search nothing but the token that is drawn for each row."""

    def __init__(self, prompts: Sequence[Prompt]) -> None:
        self._choices = [next_token(prompt) for prompt in prompts]

    def __call__(self, _input_ids: Tensor, scores: Tensor) -> Tensor:
        rows = scores.float().numpy(force=True)
        drawn = [[choose(row)] for choose, row in zip(self._choices, rows, strict=True)]
        only = torch.full_like(scores, -torch.inf)
        return only.scatter(1, torch.tensor(drawn, device=scores.device), 0.0)


@torch.inference_mode()
def _answer_batch(
    network: Network, starts: Sequence[Sequence[int]], budget: int, draws: _Draws | None
) -> list[Generation]:
    module, pad = network.module, network.padding_id
    width = max(map(len, starts))
    ids = [[pad] * (width - len(start)) + list(start) for start in starts]
    mask = [[0] * (width - len(start)) + [1] * len(start) for start in starts]
    settings: dict[str, Any] = {"eos_token_id": list(network.end_ids)} if network.end_ids else {}
    written = module.generate(
        input_ids=torch.tensor(ids, device=module.device),
        attention_mask=torch.tensor(mask, device=module.device),
        generation_config=transformers.GenerationConfig(
            do_sample=False, max_new_tokens=budget, pad_token_id=pad, **settings
        ),
        logits_processor=transformers.LogitsProcessorList([draws] if draws else []),
    )
    return [_read(network, row[width:]) for row in written.tolist()]


def _read(network: Network, ids: Sequence[int]) -> Generation:
    reason: FinishReason = "length"
    answer = list(ids)
    for place, token in enumerate(ids):
        if token in network.end_ids:
            reason, answer = "stop", answer[:place]
            break
    text = network.tokenizer.decode(
        answer, skip_special_tokens=True, clean_up_tokenization_spaces=False
    )
    return Generation(text=text, finish_reason=reason, n_tokens=len(answer))
