"""Which token an answer goes on with: the likeliest, or one drawn at temperature 1."""

import hashlib
import json
from collections.abc import Callable
from itertools import count

import numpy as np
from numpy.typing import NDArray

from auditor.core.items import Prompt

NextToken = Callable[[NDArray[np.float32]], int]
"""From logits of shape (n_vocabulary,) to a token; called once for each token of one answer."""


def next_token(prompt: Prompt) -> NextToken:
    """How the answer to a prompt goes on from token to token; make a new one for each answer.

    A sample is drawn from the full softmax, out of nothing but the prompt's text, its reply's
    prefix and the sample's number: however it is batched, wherever it runs, it is the same draw.
    """
    if prompt.sample == 0:
        return _likeliest
    seed = draw_seed(prompt)
    steps = count()

    def draw(logits: NDArray[np.float32]) -> int:
        # An exponential race draws from the softmax, as inverting the cumulative sum would, but
        # when the logits change a little, so does the chance of another winner: a token's own
        # clock does not depend on all those before it. Each step has its own generator, so that
        # a vocabulary filled up to a round number takes nothing from the next step.
        clocks = np.random.default_rng((seed, next(steps))).standard_exponential(len(logits))
        return int(np.argmax(np.exp(logits - logits.max()) / clocks))

    return draw


def draw_seed(prompt: Prompt) -> int:
    """256 bits out of a prompt's text, its reply's prefix and its sample's number."""
    asked = json.dumps([prompt.text, prompt.reply_prefix, prompt.sample])
    return int.from_bytes(hashlib.sha256(asked.encode()).digest())


def _likeliest(logits: NDArray[np.float32]) -> int:
    """The token with the highest logit, the lowest id of several."""
    return int(np.argmax(logits))
