"""The answers of a completion server, read with suspicion. Pure."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import get_args

from auditor.backends.server.completions import Way
from auditor.backends.server.garbled import Garbled
from auditor.core.quoting import name_type
from auditor.core.responses import FinishReason, Generation

_LOWEST = -9999.0
"""What vLLM writes for minus infinity, which JSON has not."""
_ABOVE_ZERO = 1e-3
"""How far rounding may take a log-probability above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EchoedToken:
    """One token of a prompt as the server reports it."""

    name: str
    """Its id where the server says it, else its text; the same token has the same name."""
    text: str
    """Empty or wrong where it is a special token, or not whole characters."""
    log_probability: float | None
    """Natural log; None for the first of a text, which nothing predicts."""


def read_generation(answer: object) -> Generation:
    """The text that was written, and why it ended.

    Raises:
        Garbled: There is none, or it ended otherwise than by itself or by its length.
    """
    text, reason = read_text(answer), _choice(answer).get("finish_reason")
    if reason not in get_args(FinishReason):
        raise Garbled(f"a finish_reason that is {name_type(reason)}, not stop or length")
    return Generation(
        text=text,
        finish_reason="stop" if reason == "stop" else "length",
        n_tokens=_usage(answer, "completion_tokens") or 0,
    )


def read_text(answer: object) -> str:
    """What was written; a check that an answer is one, whatever else it lacks.

    Raises:
        Garbled: It is none.
    """
    text = _choice(answer).get("text")
    if not isinstance(text, str):
        raise Garbled("no text")
    return text


def read_next_token(answer: object) -> tuple[str, float] | None:
    """The text of one token that was written, and its log-probability; None where it is not told.

    Raises:
        Garbled: It is no answer.
    """
    text = read_text(answer)
    try:
        values = _lists(_choice(answer))["token_logprobs"]
        value = _log_probability(values[0]) if len(values) == 1 else None
    except Garbled:
        return None
    return None if value is None or not text else (text, value)


def read_n_prompt(answer: object) -> int | None:
    """How many tokens the prompt has; None where the server does not count them."""
    _choice(answer)
    return _usage(answer, "prompt_tokens")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What a server lists for a prompt that was asked for by `Asking.score`."""

    tokens: tuple[EchoedToken, ...]
    """Those of the prompt, and one that was written behind it or none."""
    n_written: int
    is_blank: bool
    """Whether what was written cannot be seen, as a special token: it may be listed or not."""
    n_counted: int | None
    """Tokens of the prompt; None where the server does not count them."""

    @property
    def n_hidden(self) -> int | None:
        """How many tokens of the prompt are counted and not listed."""
        if self.n_counted is None:
            return None
        return self.n_counted - (len(self.tokens) - self.n_written)

    def prompt(self, n_hidden: int | None) -> tuple[EchoedToken, ...]:
        """The tokens of the prompt alone, all but so many hidden ones.

        llama-cpp-python's server lists no token that begins texts, not even one that it wrote.

        Raises:
            Garbled: They are not as many as were counted.
        """
        n_kept = len(self.tokens) - self.n_written
        if n_hidden is not None and self.n_counted is not None:
            n_kept = self.n_counted - n_hidden
        n_behind = len(self.tokens) - n_kept
        if n_kept < 1 or not (n_behind == self.n_written or (self.is_blank and n_behind == 0)):
            raise Garbled("the wrong number of tokens")
        return self.tokens[:n_kept]


def read_listed(answer: object, way: Way, text: str) -> Listed:
    """The tokens of a prompt, which is `text`, with their log-probabilities.

    Raises:
        Garbled: They are not there, or are not what they should be.
    """
    # Where the answer ends at once, vLLM counts the token that ends it, and the others do not.
    n_written = _usage(answer, "completion_tokens")
    listed = Listed(
        tokens=_echoed(answer) if way == "echo" else _prompt_logprobs(answer),
        n_written=(1 if n_written is None else n_written) if way == "echo" else 0,
        is_blank=way == "echo" and read_text(answer) == text,
        n_counted=_usage(answer, "prompt_tokens"),
    )
    if listed.n_written > 1:
        raise Garbled("the wrong number of tokens")
    if any(token.log_probability is None for token in listed.tokens[1:]):
        raise Garbled("tokens without log-probabilities")
    return listed


def _echoed(answer: object) -> tuple[EchoedToken, ...]:
    lists = _lists(_choice(answer))
    names, values = lists["tokens"], lists["token_logprobs"]
    if len(names) != len(values):
        raise Garbled(f"{len(names)} tokens with {len(values)} log-probabilities")
    return tuple(
        EchoedToken(name=_text(name), text=_text(name), log_probability=_log_probability(value))
        for name, value in zip(names, values, strict=True)
    )


def _prompt_logprobs(answer: object) -> tuple[EchoedToken, ...]:
    rows = _choice(answer).get("prompt_logprobs")
    if not isinstance(rows, list) or len(rows) < 2:
        raise Garbled("no prompt_logprobs")
    # The first token is predicted by nothing, and vLLM does not name it.
    first = EchoedToken(name="", text="", log_probability=None)
    return (first, *(_row(row) for row in rows[1:]))


def _row(row: object) -> EchoedToken:
    """The prompt's own token stands before the likeliest one."""
    if not isinstance(row, dict) or not row:
        raise Garbled("prompt_logprobs without a token")
    name, told = next(iter(row.items()))
    if not isinstance(told, dict):
        raise Garbled("prompt_logprobs without a token")
    decoded = told.get("decoded_token")
    return EchoedToken(
        name=str(name),
        text=decoded if isinstance(decoded, str) else "",
        log_probability=_log_probability(told.get("logprob")),
    )


def _choice(answer: object) -> Mapping[str, object]:
    choices = answer.get("choices") if isinstance(answer, dict) else None
    if not isinstance(choices, list) or len(choices) != 1 or not isinstance(choices[0], dict):
        raise Garbled("not one choice")
    return choices[0]


def _lists(choice: Mapping[str, object]) -> dict[str, list[object]]:
    told = choice.get("logprobs")
    found = {
        key: told.get(key) if isinstance(told, dict) else None
        for key in ("tokens", "token_logprobs")
    }
    lists = {key: value for key, value in found.items() if isinstance(value, list)}
    if len(lists) < len(found):
        raise Garbled("no tokens with log-probabilities")
    return lists


def _usage(answer: object, key: str) -> int | None:
    usage = answer.get("usage") if isinstance(answer, dict) else None
    value = usage.get(key) if isinstance(usage, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Garbled("a token that is no text")
    return value


def _log_probability(value: object) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Garbled("a log-probability that is no number")
    if not value <= _ABOVE_ZERO:
        raise Garbled("a log-probability above 0")
    return float(value) if value > _LOWEST else -math.inf
