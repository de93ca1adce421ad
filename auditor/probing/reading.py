"""Read the states of many mentions: all layers in one pass, and no token twice or for nothing."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.core.mentions import Located
from auditor.core.model import ReadableModel
from auditor.errors import LayersNotFound
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.hooks import record_states
from auditor.probing.shared_prefix import SharedPrefix, Tokens, read_prefix

_BATCH_TOKENS = 512
"""Of one pass, padding included; on a processor, more take longer."""


@torch.inference_mode()
def read_states(
    model: ReadableModel, blocks: DecoderBlocks, located: Sequence[Located]
) -> NDArray[np.float32]:
    """States at the mentions, shape (len(located), n_layers + 1, hidden), layer 0 first.

    The last layer is what the last block puts out, before the network's final norm.

    Raises:
        LayersNotFound: The blocks do not run once each, in order; or states are not finite.
    """
    width = int(model.module.config.get_text_config().hidden_size)
    states = np.empty((len(located), len(blocks.blocks) + 1, width), dtype=np.float32)
    # A causal network has read nothing of what comes after the mention.
    beginnings = [each.token_ids[: each.position + 1] for each in located]
    carriers = _carriers(beginnings)
    passed = sorted(set(carriers), key=lambda ids: (len(ids), ids))
    first = min((each.position for each in located), default=0)
    prefix = read_prefix(blocks, passed, at_most=first)
    for batch in _batches(passed, len(prefix.token_ids) if prefix else 0):
        rows = {ids: row for row, ids in enumerate(batch)}
        read = [index for index, ids in enumerate(carriers) if ids in rows]
        places = [(rows[carriers[index]], located[index].position) for index in read]
        states[read] = _read_batch(blocks, batch, places, prefix)
    if not np.isfinite(states).all():
        raise LayersNotFound(
            "The model's states are not finite, so they cannot be read: its weights need a wider "
            "type, try --dtype float32."
        )
    return states


@torch.inference_mode()
def mean_embeddings(
    model: ReadableModel, blocks: DecoderBlocks, located: Sequence[Located]
) -> NDArray[np.float32]:
    """Mean token embedding up to each mention, itself included, shape (len(located), hidden).

    What a reader of bare words knows: neither their order nor their context.
    """
    device = _device(blocks)
    means = []
    for each in located:
        ids = torch.tensor(each.token_ids[: each.position + 1], device=device)
        means.append(blocks.embeddings(ids).float().mean(0).cpu().numpy())
    width = int(model.module.config.get_text_config().hidden_size)
    return np.stack(means) if means else np.empty((0, width), dtype=np.float32)


def _carriers(beginnings: Sequence[Tokens]) -> list[Tokens]:
    """For each sequence, the one that is passed through the network in its stead.

    It begins with the sequence; where one text has several mentions, that is the longest. In
    lexical order a sequence stands right before those that begin with it.
    """
    chosen: dict[Tokens, Tokens] = {}
    following: Tokens = ()
    for ids in sorted(set(beginnings), reverse=True):
        chosen[ids] = chosen[following] if following[: len(ids)] == ids else ids
        following = ids
    return [chosen[ids] for ids in beginnings]


def _batches(sequences: Sequence[Tokens], n_shared: int) -> Iterator[list[Tokens]]:
    """Sequences of ascending length, as many together as the budget of tokens allows."""
    batch: list[Tokens] = []
    for ids in sequences:
        if batch and (len(batch) + 1) * (len(ids) - n_shared) > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(ids)
    if batch:
        yield batch


def _read_batch(
    blocks: DecoderBlocks,
    batch: Sequence[Tokens],
    places: Sequence[tuple[int, int]],
    prefix: SharedPrefix | None,
) -> NDArray[np.float32]:
    """States at some (row, position), shape (len(places), n_layers + 1, hidden)."""
    n_shared = len(prefix.token_ids) if prefix else 0
    rows, positions = torch.tensor(places).unbind(1)
    positions = positions - n_shared

    def keep(state: Tensor) -> Tensor:
        return state[rows.to(state.device), positions.to(state.device)].float().cpu()

    inputs = _inputs(batch, n_shared, _device(blocks))
    if prefix:
        inputs["past_key_values"] = prefix.cache(len(batch))
    with record_states(blocks, keep) as kept:
        blocks.body(**inputs, use_cache=prefix is not None)
    if len(kept) != len(blocks.blocks) + 1:
        raise LayersNotFound(
            f"The modules at {blocks.name} do not each run once in a pass, so they are not the "
            "decoder blocks; say which are with --layers-at NAME."
        )
    return torch.stack(kept, dim=1).numpy()


def _inputs(batch: Sequence[Tokens], n_shared: int, device: torch.device) -> dict[str, Any]:
    """What follows the shared tokens, filled up on the right, where no causal network looks."""
    width = max(map(len, batch))
    tokens = torch.tensor([[*ids, *[ids[0]] * (width - len(ids))] for ids in batch])
    lengths = torch.tensor([len(ids) for ids in batch])
    mask = (torch.arange(width) < lengths[:, None]).long()
    return {"input_ids": tokens[:, n_shared:].to(device), "attention_mask": mask.to(device)}


def _device(blocks: DecoderBlocks) -> torch.device:
    """Where token ids are looked up."""
    return next(blocks.embeddings.parameters()).device
