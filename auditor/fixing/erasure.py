"""Take the sense of ambiguous words out of a network's states, with LEACE (Belrose et al. 2023).

In the sentences that a fix may see, the beginning decides the sense of the last word. After
erasure no linear reader of any block's output can tell the senses of those words apart better than
by guessing, and the states of all the sentences' tokens change as little as that allows, in the
metric of their covariance (theorem 4.2 of the paper). That covariance is of every token and not of
the words alone, because every token is changed: fitted to the words alone, an erasure costs a model
of 135 million parameters ten times as much on everyday replies.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from concept_erasure import LeaceEraser, LeaceFitter
from numpy.typing import NDArray
from torch import Tensor, nn

from auditor.core.model import ReadableModel
from auditor.core.senses import SenseSentence
from auditor.errors import FixNotTrained
from auditor.fixing.passes import Place, Tokens, choose_passes, take
from auditor.fixing.reading_data import up_to_word
from auditor.fixing.targets import find_blocks

_LEAST_CORRELATION = 1e-4
"""Below it, what a state says of a sense is rounding, and would take out a direction by chance."""


class Erasure:
    """What is being erased from a network."""

    def __init__(self) -> None:
        self._is_on = True

    @property
    def is_on(self) -> bool:
        """Whether states are being changed."""
        return self._is_on

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """Let the network be the original one."""
        was_on, self._is_on = self._is_on, False
        try:
            yield
        finally:
            self._is_on = was_on


@contextmanager
def erase_concepts(model: ReadableModel, senses: Sequence[SenseSentence]) -> Iterator[Erasure]:
    """Erase concepts from the states of every token while the context lasts.

    One pass through all sentences: the output of each block is erased before the next block reads
    it, so each eraser is fitted to what those before it have left over.

    Args:
        model: It leaves as it came.
        senses: Both senses of each word, of one concept or several.

    Raises:
        FixNotTrained: The model's blocks cannot be found, or no word has both senses.
    """
    blocks = find_blocks(model.module)
    sequences = [up_to_word(model, each) for each in senses]
    targets = _labels(senses)
    by_length = sorted(sequences, key=len)
    passes = choose_passes(model.module, [by_length[0], by_length[-1]])
    labels = _label_places(sequences, passes.places(sequences), targets)
    erasure = Erasure()
    steps = [_Step(erasure, labels) for _ in blocks]
    with ExitStack() as hooks:
        for block, step in zip(blocks, steps, strict=True):
            hooks.callback(block.register_forward_hook(step).remove)
        with torch.no_grad():
            passes.run(sequences)
        yield erasure


@dataclass(frozen=True, slots=True, kw_only=True)
class _Labels:
    """What the tokens of a pass say about the concepts."""

    places: tuple[Place, ...]
    """Of every token that has a context of its own."""
    values: NDArray[np.float64]
    """Shape (n_places, n_concepts): 0 but at the words, each column with a mean of 0."""


class _Step:
    """Behind one block: the first states are those that its eraser is fitted to."""

    def __init__(self, erasure: Erasure, labels: _Labels) -> None:
        self._erasure, self._labels = erasure, labels
        self._eraser: LeaceEraser | None = None

    def __call__(self, _: nn.Module, __: Any, output: Any) -> Any:
        if not self._erasure.is_on:
            return output
        state, *rest = (output,) if isinstance(output, Tensor) else output
        if self._eraser is None:
            self._eraser = _fit(state, self._labels)
        erased = self._eraser(state)
        return erased if isinstance(output, Tensor) else type(output)((erased, *rest))


def _fit(state: Tensor, labels: _Labels) -> LeaceEraser:
    """In double precision, on the processor: not every device can do it."""
    x = take(state, labels.places).double().cpu()
    n_concepts = labels.values.shape[1]
    fitter = LeaceFitter(
        x.shape[1],
        n_concepts,
        dtype=torch.float64,
        svd_tol=_LEAST_CORRELATION,
        # LEACE never adds to the variance that it was fitted to, so that this could only undo it.
        constrain_cov_trace=False,
    )
    eraser = fitter.update(x, torch.from_numpy(labels.values)).eraser
    assert eraser.bias is not None
    left, right, mean = (
        each.to(state.device, torch.float32)
        for each in (eraser.proj_left, eraser.proj_right, eraser.bias)
    )
    return LeaceEraser(left, right, mean)


def _labels(senses: Sequence[SenseSentence]) -> NDArray[np.float64]:
    """A column a concept: 1 and -1 for its senses, the mean of each word taken off.

    A concept is a set of words that share their sentences. With the means taken off, an eraser does
    not touch what sets one word apart from another.
    """
    words_of: dict[str, set[str]] = defaultdict(set)
    for each in senses:
        words_of[each.mention.cluster].add(each.mention.word)
    concepts = sorted({tuple(sorted(words)) for words in words_of.values()})
    members: Mapping[tuple[int, str], list[int]] = defaultdict(list)
    for index, each in enumerate(senses):
        column = concepts.index(tuple(sorted(words_of[each.mention.cluster])))
        members[column, each.mention.word].append(index)
    labels = np.zeros((len(senses), len(concepts)))
    for (column, _), rows in members.items():
        signs = np.array([1.0 if senses[row].sense == "social" else -1.0 for row in rows])
        labels[rows, column] = signs - signs.mean()
    if not labels.any():
        raise FixNotTrained(
            "The data of the fix has no word in both of its senses, so no concept can be erased; "
            "install auditor again, or leave erasure out."
        )
    return labels


def _label_places(
    sequences: Sequence[Tokens], paths: Sequence[Sequence[Place]], targets: NDArray[np.float64]
) -> _Labels:
    """Every beginning of a sentence once, however often a pass reads it; labels at whole ones."""
    index: dict[Tokens, int] = {}
    places: list[Place] = []
    for tokens, path in zip(sequences, paths, strict=True):
        for n, place in enumerate(path, start=1):
            if index.setdefault(tokens[:n], len(places)) == len(places):
                places.append(place)
    values = np.zeros((len(places), targets.shape[1]))
    np.add.at(values, [index[tokens] for tokens in sequences], targets)
    # Each column to a variance of 1: what an eraser takes for rounding is a correlation.
    spread = values.std(axis=0)
    return _Labels(places=tuple(places), values=values / np.where(spread > 0, spread, 1.0))
