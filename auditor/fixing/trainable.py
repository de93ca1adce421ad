"""What the training asks of a model that somebody else has opened."""

from typing import Any, Protocol


class TrainableModel(Protocol):
    """A network with its tokenizer and its own form of asking."""

    @property
    def module(self) -> Any:
        """A causal language model of transformers, in evaluation mode, without an adapter."""

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
