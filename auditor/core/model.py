"""What the workflows need of a language model."""

from collections.abc import Sequence
from typing import Any, Protocol

from auditor.core.items import Prompt
from auditor.core.responses import Generation, LogLikelihoods
from auditor.core.runs import ModelIdentity

REFUSALS = (
    AttributeError,
    AssertionError,
    IndexError,
    KeyError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""How networks answer to a cache or an attention mask that they have no use for."""


class LanguageModel(Protocol):
    """A model that scores continuations and writes answers.

    Each call is one batch: what else is in it may change the last digits, so the caller decides
    on the composition and keeps to it. No state may pass from one call to the next.
    """

    @property
    def identity(self) -> ModelIdentity:
        """Which weights these are, by content."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know about how the model runs, one sentence each."""

    def answer(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods | Generation]:
        """One batch of mixed modes: scores for log-likelihood prompts, texts for all others.

        A question that is both scored and answered need be read only once.
        """

    def log_likelihoods(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods]:
        """Score every prompt's continuations; one result a prompt, in order."""

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        """Answer every prompt, each with at most its `max_new_tokens`; in order.

        Greedily, or drawn at temperature 1 where the prompt's `sample` is not 0: the same sample
        of the same prompt is the same draw.
        """

    def close(self) -> None:
        """Free what the model holds."""


class ReadableModel(Protocol):
    """A network of transformers that is open to be read between its layers, and to be trained."""

    @property
    def module(self) -> Any:
        """A causal language model of transformers, in evaluation mode."""

    @property
    def tokenizer(self) -> Any:
        """The tokenizer of transformers that belongs to it."""

    @property
    def adds_special_tokens(self) -> bool:
        """Whether the tokenizer adds its special tokens to a rendered text."""

    def render(self, text: str, reply_prefix: str = "") -> str:
        """A user's message in the model's own form, up to where the reply goes on.

        The text with a reply prefix begins with the text without one.
        """
