"""What came back, and what one response counts for, or why it does not count."""

from dataclasses import dataclass
from typing import Literal

from auditor.core.items import Mode, Purpose

FinishReason = Literal["stop", "length"]
NO_LIKELIHOODS = "no-likelihoods"
"""Code of a response that could not be scored because a server gives no log-likelihoods."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLikelihoods:
    """Log-likelihoods of a prompt's continuations, in order; natural log, summed over tokens."""

    values: tuple[float, ...]
    n_tokens: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Generation:
    """A generated answer: the text after the prompt, and why it ended."""

    text: str
    finish_reason: FinishReason
    n_tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """One line of evidence."""

    prompt_id: str
    item_id: str
    mode: Mode
    purpose: Purpose
    batch: int
    """Index of the batch in the run's plan; numbers depend on what shared a batch."""
    log_likelihoods: tuple[float, ...] | None = None
    n_tokens: tuple[int, ...] = ()
    text: str | None = None
    finish_reason: FinishReason | None = None

    @property
    def no_likelihoods_because(self) -> str:
        """Why there are none: the model gives none at all, or what it gave is no number."""
        return "not-finite" if self.n_tokens else NO_LIKELIHOODS


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """What one response counts for. Exactly one of `value` and `unscored_because` is set."""

    item_id: str
    mode: Mode
    value: float | None
    """log-likelihood mode: a log-odds; text mode: +1 stereotype, 0 neutral, -1 counter."""
    label: str
    """Text mode: `stereotype`, `counter`, `neutral`, `agree`, `disagree` or `invalid`."""
    unscored_because: str | None
    in_order: bool | None = None
    """Whether the (likelier) answer pairs the words in the order in which they were listed."""
    rule: str = ""
    """The parser rule that read a generated answer."""
    probabilities: tuple[float, ...] = ()
    """Of the item's continuations among themselves, where an instrument needs more than `value`."""


def unscored(item_id: str, mode: Mode, because: str, *, rule: str = "") -> Score:
    """The score of a response that does not count, and why: a value, never a dropped row."""
    return Score(
        item_id=item_id,
        mode=mode,
        value=None,
        label="invalid",
        unscored_because=because,
        rule=rule,
    )
