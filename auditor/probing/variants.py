"""Score the continuations of prompts in many variants, each with other states put in.

The variants of a prompt have the same tokens, and no state differs before the first edit: what
comes before it is computed once for all of them, and the rest of a prompt once for all of its
continuations. Where a network's cache cannot be shared so, every row is computed whole.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from auditor.core.encoding import EncodedPrompt
from auditor.core.model import ReadableModel
from auditor.errors import LayersNotFound
from auditor.probing.cached_passes import (
    Place,
    Tokens,
    forward,
    log_probabilities,
    read_beginnings,
    rectangle,
)
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.hooks import Edit, edit_states

PASS_TOKENS = 2048
"""Computed at once, where variants or texts can be divided into several calls."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of a forward pass, by indices."""

    text: int
    variant: int
    continuation: int | None
    """None where the row ends with the prompt."""


EditsOf = Callable[[Sequence[Row], int], Mapping[int, Edit]]
"""From the rows of a pass and the position of their first token to an edit for each layer. Rows
are filled up on the right to one length, and nothing reads the filling."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """A token of a continuation, scored after one place."""

    place: Place
    token: int
    counts_for: tuple[int, int, int]
    """Text, variant, continuation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    """Rows that begin at one position, and what is scored in them."""

    rows: tuple[Row, ...]
    ids: tuple[Tokens, ...]
    start: int
    steps: tuple[_Step, ...]


@torch.inference_mode()
def score_variants(
    model: ReadableModel,
    blocks: DecoderBlocks,
    texts: Sequence[EncodedPrompt],
    n_variants: int,
    edits_of: EditsOf,
    *,
    first_edit: int,
    shares_beginning: bool,
) -> NDArray[np.float64]:
    """Log-likelihoods, shape (n_texts, n_variants, n_continuations), natural log.

    All texts and variants are in one pass, so an edit may look at the states of another variant.

    Args:
        model: Whose network and output layer.
        blocks: Its blocks.
        texts: Prompts of one length, with as many continuations each.
        n_variants: Of each text.
        edits_of: What becomes of their states.
        first_edit: No edit touches a position before this one.
        shares_beginning: Whether the network's cache serves, from `can_share_beginning`.

    Raises:
        ValueError: The prompts differ in length.
        LayersNotFound: The model puts out what is not a number.
    """
    n_prompt, *others = {len(text.prompt_ids) for text in texts}
    if others:
        raise ValueError("Prompts that are scored together must have one length.")
    values = np.zeros((len(texts), n_variants, len(texts[0].continuation_ids)))
    cache, start = None, 0
    if shares_beginning:
        # The prompt's last token is read in every variant: it predicts what is scored.
        start = min(first_edit, n_prompt - 1)
        beginnings = list(dict.fromkeys(text.prompt_ids[:start] for text in texts))
        places = [beginnings.index(text.prompt_ids[:start]) for text in texts]
        cache = read_beginnings(blocks, beginnings, np.repeat(places, n_variants).tolist())
    prompts = _prompts(texts, n_variants, start)
    cache = _score(model, blocks, prompts, edits_of, values, cache, shares_beginning)
    endings = _endings(texts, n_variants, n_prompt if shares_beginning else 0)
    if endings.rows:
        if cache is not None:
            rows = [row.text * n_variants + row.variant for row in endings.rows]
            cache.batch_select_indices(torch.tensor(rows))
        _score(model, blocks, endings, edits_of, values, cache, shares_beginning)
    if not np.isfinite(values).all():
        raise LayersNotFound(
            "The model puts out numbers that are not finite once its states are edited: its "
            "weights need a wider type, try --dtype float32."
        )
    return values


def _prompts(texts: Sequence[EncodedPrompt], n_variants: int, start: int) -> _Pass:
    """The prompts in every variant; their last token predicts each continuation's first one."""
    rows = tuple(
        Row(text=text, variant=variant, continuation=None)
        for text, variant in product(range(len(texts)), range(n_variants))
    )
    ids = tuple(texts[row.text].prompt_ids[start:] for row in rows)
    return _Pass(
        rows=rows,
        ids=ids,
        start=start,
        steps=tuple(
            _Step(
                place=(place, len(ids[place]) - 1),
                token=ending[0],
                counts_for=(row.text, row.variant, index),
            )
            for place, row in enumerate(rows)
            for index, ending in enumerate(texts[row.text].continuation_ids)
        ),
    )


def _endings(texts: Sequence[EncodedPrompt], n_variants: int, start: int) -> _Pass:
    """Every variant with each continuation of more than one token, all but its last read."""
    rows: list[Row] = []
    ids: list[Tokens] = []
    steps: list[_Step] = []
    for (index, text), variant in product(enumerate(texts), range(n_variants)):
        for continuation, ending in enumerate(text.continuation_ids):
            if len(ending) == 1:
                continue
            first = len(text.prompt_ids) - start
            steps += [
                _Step(
                    place=(len(rows), first + n),
                    token=token,
                    counts_for=(index, variant, continuation),
                )
                for n, token in enumerate(ending[1:])
            ]
            rows.append(Row(text=index, variant=variant, continuation=continuation))
            ids.append((text.prompt_ids + ending[:-1])[start:])
    return _Pass(rows=tuple(rows), ids=tuple(ids), start=start, steps=tuple(steps))


def _score(
    model: ReadableModel,
    blocks: DecoderBlocks,
    wanted: _Pass,
    edits_of: EditsOf,
    values: NDArray[np.float64],
    cache: Any,
    keeps_cache: bool,
) -> Any:
    """Add the log-probabilities of a pass's steps to `values`; the cache after it."""
    asked: dict[Place, list[_Step]] = defaultdict(list)
    for step in wanted.steps:
        asked[step.place].append(step)
    tokens = rectangle([tuple(step.token for step in steps) for steps in asked.values()])
    with edit_states(blocks, edits_of(wanted.rows, wanted.start)):
        logits, cache = forward(
            model, wanted.ids, list(asked), tokens, cache=cache, keeps_cache=keeps_cache
        )
    for steps, found in zip(asked.values(), log_probabilities(logits, tokens), strict=True):
        for step, value in zip(steps, found, strict=False):
            values[step.counts_for] += value
    return cache
