"""Which prompts share a batch: a pure function of what is asked, never of what is already done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice, zip_longest

import numpy as np

from auditor.core.items import Prompt

NOISE_SAMPLE = 24
"""Prompts scored a second time, alone, to measure numerical noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Prompts that go to the model together."""

    index: int
    prompts: tuple[Prompt, ...]


def plan_batches(prompts: Sequence[Prompt], *, batch_size: int, seed: int) -> tuple[Batch, ...]:
    """Batches of at most `batch_size`, then the noise sample, each of its prompts alone.

    Prompts are sorted by text, so that those that begin alike share a batch and the trie of its
    tokens is small; a question that is scored and answered is read once for both. Numbers depend
    on what shares a batch, so a resumed run must find the same plan: nothing but the prompts, the
    size and the seed enters.
    """
    reasoned = [prompt for prompt in prompts if prompt.mode == "reasoning"]
    others = [prompt for prompt in prompts if prompt.mode != "reasoning"]
    groups = [*_chunks(others, batch_size), *_chunks(reasoned, batch_size)]
    groups += [(prompt,) for prompt in _noise_sample(others, seed)]
    return tuple(Batch(index=index, prompts=group) for index, group in enumerate(groups))


def plan_follow_ups(
    prompts: Sequence[Prompt], *, batch_size: int, first_index: int
) -> tuple[Batch, ...]:
    """Batches of what is asked after the model's own reasoning, numbered on from `first_index`."""
    groups = _chunks(prompts, batch_size)
    return tuple(
        Batch(index=index, prompts=group) for index, group in enumerate(groups, first_index)
    )


def _chunks(prompts: Sequence[Prompt], size: int) -> list[tuple[Prompt, ...]]:
    ordered = sorted(prompts, key=lambda p: (p.text, p.reply_prefix, p.prompt_id))
    return [tuple(ordered[start : start + size]) for start in range(0, len(ordered), size)]


def _noise_sample(prompts: Sequence[Prompt], seed: int) -> list[Prompt]:
    """As many of each instrument as of every other, where each has enough."""
    rng = np.random.default_rng(seed)
    ordered = sorted(
        (p for p in prompts if p.mode == "log-likelihood"), key=lambda p: (p.text, p.prompt_id)
    )
    waiting: dict[str, list[Prompt]] = {}
    for i in rng.permutation(len(ordered)).tolist():
        waiting.setdefault(ordered[i].item_id.partition("/")[0], []).append(ordered[i])
    in_turn = chain.from_iterable(zip_longest(*(waiting[name] for name in sorted(waiting))))
    chosen = list(islice((p for p in in_turn if p is not None), NOISE_SAMPLE))
    return [
        replace(p, prompt_id=f"{p.prompt_id}#noise", purpose="noise")
        for p in sorted(chosen, key=lambda p: (p.text, p.prompt_id))
    ]
