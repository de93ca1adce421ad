"""Take the probe's direction out at the identifiers: does the word-association score move?

At every identifier of question and answer, in a layer and all later ones, the state's projection
on the layer's own direction is moved to the point half way between the two senses (affine concept
editing, Marshall, Scherlis & Belrose 2024; after Ravfogel et al. 2020 and Belrose et al. 2023):

    state − (state · v − midpoint) v

A random direction u is the control: the state is moved along u by exactly the amount, with its
sign, by which the probe's own removal moves it along v at that layer and position. So both edits
have the same size everywhere. The random directions of the layers are those of the probe, rotated
at random as a whole: they lie to each other as the probe's do, so that edits of several layers add
up or cancel in the residual stream alike.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from auditor.core.items import Item
from auditor.core.layer_evidence import AblationEvidence, AblationRead
from auditor.core.model import ReadableModel
from auditor.core.senses import Concept, LayerPlan
from auditor.probing.cached_passes import can_share_beginning
from auditor.probing.decoder_blocks import DecoderBlocks
from auditor.probing.hooks import Edit
from auditor.probing.replies import EncodedReplies, encode_replies
from auditor.probing.sense_probe import ProbeDirections
from auditor.probing.variants import PASS_TOKENS, Row, score_variants

_UNEDITED, _PROBE = 0, 1
"""Variants; the others are moved along random directions."""


def ablate_concept(
    model: ReadableModel,
    blocks: DecoderBlocks,
    concept: Concept,
    plan: LayerPlan,
    directions: ProbeDirections,
    *,
    from_layer: int,
    seed: int,
    pass_tokens: int = PASS_TOKENS,
) -> AblationEvidence:
    """Score the first stimuli of a concept as they are, without its direction, and moved at random.

    Args:
        model: Whose network, form and tokenizer.
        blocks: Its decoder blocks.
        concept: Whose word-association items, in all their orders.
        plan: How many stimuli and random directions.
        directions: What is taken out, layer by layer.
        from_layer: The first layer that it is taken out of, 0 for the embeddings.
        seed: Of the random directions, together with the concept.
        pass_tokens: Computed at once; it may change results in their last digits.

    Raises:
        LayersNotFound: A word's token cannot be found, or the edited model puts out no numbers.
    """
    rng = np.random.default_rng([seed, zlib.crc32(concept.concept_id.encode())])
    moves = _moves(directions.vectors, plan.n_random_directions, rng)
    names = ["none", "probe"]
    names += [f"random-{index + 1:02d}" for index in range(plan.n_random_directions)]
    items = _first_stimuli(concept.associations, plan.n_ablated_stimuli)
    replies = [
        encode_replies(model, item.text, item.continuations, words=concept.words) for item in items
    ]
    likelihoods: dict[int, NDArray[np.float64]] = {}
    shares = bool(replies) and can_share_beginning(model, blocks, replies[0].text.prompt_ids)
    for batch in _batches(replies, len(names), shares, pass_tokens):
        together = [replies[index] for index in batch]
        scored = score_variants(
            model,
            blocks,
            [each.text for each in together],
            len(names),
            partial(_edits, together, directions, moves, from_layer),
            first_edit=_first_edit(together[0]),
            shares_beginning=shares,
        )
        likelihoods |= dict(zip(batch, scored, strict=True))
    rows = tuple(
        AblationRead(
            item_id=item.item_id,
            cluster=item.cluster,
            direction=name,
            log_odds=float(stereotype - mirror),
            log_likelihood=float(stereotype + mirror) / 2,
        )
        for index, item in enumerate(items)
        for name, (stereotype, mirror) in zip(names, likelihoods[index], strict=True)
    )
    return AblationEvidence(from_layer=from_layer, rows=rows)


def random_rotations(
    vectors: NDArray[np.floating], n: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Directions turned at random as a whole, shape (n, n_layers + 1, hidden).

    Uniform over all rotations and reflections (Haar): each direction is isotropic, and the angles
    between the layers' directions stay as they are.

    Args:
        vectors: One direction a layer, shape (n_layers + 1, hidden).
        n: How many times they are turned.
        rng: Source of chance.
    """
    # Only the image of the span counts, so a whole rotation of the hidden space is never made.
    basis, coordinates = np.linalg.qr(vectors.astype(np.float64).T)
    turned = np.empty((n, *vectors.shape), dtype=np.float32)
    for index in range(n):
        frame, triangle = np.linalg.qr(rng.standard_normal(basis.shape))
        # Without the signs, the frame would follow the algorithm's convention (Mezzadri 2007).
        turned[index] = ((frame * np.sign(np.diag(triangle))) @ coordinates).T
    return turned


def _moves(
    vectors: NDArray[np.floating], n_random: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Along what the states of each variant move, shape (variants, n_layers + 1, hidden)."""
    own = np.stack([np.zeros_like(vectors), vectors]).astype(np.float32)
    return np.concatenate([own, random_rotations(vectors, n_random, rng)])


def _first_stimuli(items: Sequence[Item], n: int) -> list[Item]:
    clusters = list(dict.fromkeys(item.cluster for item in items))[:n]
    return [item for item in items if item.cluster in clusters]


def _first_edit(replies: EncodedReplies) -> int:
    """The first identifier of the prompt; its last token where there is none."""
    last = len(replies.text.prompt_ids) - 1
    return min((place for places in replies.positions for place in places), default=last)


def _batches(
    replies: Sequence[EncodedReplies], n_variants: int, shares_beginning: bool, pass_tokens: int
) -> Iterator[list[int]]:
    """Indices of items whose prompts are as long and have their first identifier in one place."""
    alike: dict[tuple[int, int], list[int]] = defaultdict(list)
    for index, each in enumerate(replies):
        alike[len(each.text.prompt_ids), _first_edit(each)].append(index)
    for (length, first), indices in alike.items():
        n_tokens = n_variants * (length - (first if shares_beginning else 0))
        size = max(1, pass_tokens // n_tokens)
        for start in range(0, len(indices), size):
            yield indices[start : start + size]


def _edits(
    replies: Sequence[EncodedReplies],
    directions: ProbeDirections,
    moves: NDArray[np.float32],
    from_layer: int,
    rows: Sequence[Row],
    start: int,
) -> Mapping[int, Edit]:
    """In every layer from the first on, the states at the identifiers of each row are moved."""
    of_probe = {
        (row.text, row.continuation): place
        for place, row in enumerate(rows)
        if row.variant == _PROBE
    }
    places = [
        (place, of_probe[row.text, row.continuation], position - start, row.variant)
        for place, row in enumerate(rows)
        if row.variant != _UNEDITED
        for position in _identifiers(replies[row.text], row.continuation)
        if position >= start
    ]
    if not places:
        return {}
    where = torch.tensor(places).T
    vectors = torch.from_numpy(directions.vectors).float()
    return {
        layer: _move(
            where,
            vectors[layer],
            float(directions.midpoints[layer]),
            torch.from_numpy(moves[:, layer]),
        )
        for layer in range(from_layer, len(vectors))
    }


def _identifiers(replies: EncodedReplies, continuation: int | None) -> list[int]:
    """Positions that are read in a row that ends with the prompt, or with a continuation."""
    end = len(replies.text.prompt_ids)
    if continuation is not None:
        # The last token of a continuation is scored, but not read.
        end += len(replies.text.continuation_ids[continuation]) - 1
    return [position for position in replies.positions[continuation or 0] if position < end]


def _move(where: Tensor, direction: Tensor, midpoint: float, moves: Tensor) -> Edit:
    """Move states by what takes the probe's own row, of the same tokens, to the midpoint."""

    def edit(states: Tensor) -> Tensor:
        rows, probe_rows, columns, variants = where.to(states.device)
        beyond = states[probe_rows, columns].float() @ direction.to(states.device) - midpoint
        new = states[rows, columns].float()
        new -= beyond[:, None] * moves.to(states.device)[variants]
        edited = states.clone()
        edited[rows, columns] = new.to(states)
        return edited

    return edit
