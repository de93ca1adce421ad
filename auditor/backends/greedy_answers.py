"""Greedy answers in batches, cut off by token count and with the reason why each one ended."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import torch
import transformers

from auditor.backends.transformers_loading import Network
from auditor.core.responses import FinishReason, Generation


def answer_greedily(
    network: Network,
    starts: Sequence[Sequence[int]],
    budgets: Sequence[int],
    *,
    takes_padding: bool,
) -> list[Generation]:
    """Answer every prompt, each with at most its budget of tokens; in order.

    Args:
        network: What answers.
        starts: Token ids of the prompts.
        budgets: Most tokens of each answer.
        takes_padding: False: only prompts of one length share a batch, for networks that carry a
            state through the filling on the left.
    """
    batches: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, (start, budget) in enumerate(zip(starts, budgets, strict=True)):
        batches[budget, 0 if takes_padding else len(start)].append(index)
    answers: dict[int, Generation] = {}
    for (budget, _), indices in sorted(batches.items()):
        if budget > 0:
            written = _answer_batch(network, [starts[index] for index in indices], budget)
        else:
            written = [Generation(text="", finish_reason="length", n_tokens=0)] * len(indices)
        answers.update(zip(indices, written, strict=True))
    return [answers[index] for index in range(len(starts))]


@torch.inference_mode()
def _answer_batch(
    network: Network, starts: Sequence[Sequence[int]], budget: int
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
