"""Which prompts share a batch: a pure function of what is asked, never of what is already done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from auditor.core.items import Prompt

NOISE_SAMPLE = 24
"""Prompts scored a second time, alone, to measure numerical noise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Prompts of one mode that go to the model together."""

    index: int
    prompts: tuple[Prompt, ...]


def plan_batches(prompts: Sequence[Prompt], *, batch_size: int, seed: int) -> tuple[Batch, ...]:
    """Batches of at most `batch_size`, then the noise sample, each of its prompts alone.

    Prompts are sorted by text, so that those that begin alike share a batch and the trie of its
    tokens is small. Numbers depend on what shares a batch, so a resumed run must find the same
    plan: nothing but the prompts, the size and the seed enters.
    """
    scored = sorted(
        (p for p in prompts if p.mode == "log-likelihood"), key=lambda p: (p.text, p.prompt_id)
    )
    generated = sorted(
        (p for p in prompts if p.mode == "text"), key=lambda p: (p.text, p.prompt_id)
    )
    groups = [*_chunks(scored, batch_size), *_chunks(generated, batch_size)]
    groups += [(prompt,) for prompt in _noise_sample(scored, seed)]
    return tuple(Batch(index=index, prompts=group) for index, group in enumerate(groups))


def _chunks(prompts: Sequence[Prompt], size: int) -> list[tuple[Prompt, ...]]:
    return [tuple(prompts[start : start + size]) for start in range(0, len(prompts), size)]


def _noise_sample(scored: Sequence[Prompt], seed: int) -> list[Prompt]:
    rng = np.random.default_rng(seed)
    chosen = rng.permutation(len(scored))[:NOISE_SAMPLE]
    return [
        replace(scored[i], prompt_id=f"{scored[i].prompt_id}#noise", purpose="noise")
        for i in sorted(chosen.tolist())
    ]
