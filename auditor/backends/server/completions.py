"""The requests that a completion server is sent. Pure.

Three servers speak it, each in its own way (docs/server.md): vLLM, llama.cpp's llama-server and
llama-cpp-python's.
"""

from dataclasses import dataclass
from typing import Literal, get_args

from auditor.backends.next_token import draw_seed
from auditor.core.items import Prompt

Json = dict[str, object]
Way = Literal["prompt_logprobs", "echo"]
"""How log-likelihoods are asked for: vLLM's own field, or the prompt given back with them."""
WAYS: tuple[Way, ...] = get_args(Way)

_SEED_BITS = 31
_NEUTRAL: Json = {
    "min_p": 0.0,
    "top_p": 1.0,
    "presence_penalty": 0.0,
    "frequency_penalty": 0.0,
    # llama.cpp's name and vLLM's; both have defaults of the server's or of the model's own.
    "repeat_penalty": 1.0,
    "repetition_penalty": 1.0,
    # llama.cpp: last digits would depend on what it was asked before.
    "cache_prompt": False,
    "n": 1,
    "stream": False,
}
"""Nothing but the model's own probabilities. Each server passes over what it does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """What all requests to one server have in common."""

    model: str
    no_top_k: int = 0
    """What top_k has to be for a draw out of all tokens: 0, but -1 for vLLM."""
    adds_special_tokens: bool = True
    """vLLM alone listens to it: whether its tokenizer adds its special tokens to the text."""

    def body(self, text: str, max_tokens: int = 1) -> Json:
        """A greedy completion of a text."""
        return {
            "model": self.model,
            "prompt": text,
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "add_special_tokens": self.adds_special_tokens,
            **_NEUTRAL,
        }

    def answer(self, prompt: Prompt, text: str) -> Json:
        """A prompt's answer; a sample is the same draw each time, by its seed."""
        body = self.body(text, prompt.max_new_tokens)
        if prompt.sample:
            seed = draw_seed(prompt) % (1 << _SEED_BITS)
            body |= {"temperature": 1.0, "top_k": self.no_top_k, "seed": seed}
        return body

    def score(self, text: str, way: Way) -> Json:
        """A text with the log-probability of each of its tokens.

        llama-cpp-python takes 0 for no limit to the answer, so one token is written and dropped.
        """
        asked: Json = {"echo": True, "logprobs": 1} if way == "echo" else {"prompt_logprobs": 1}
        return self.body(text) | asked

    def next_token(self, text: str) -> Json:
        """The likeliest next token with its log-probability."""
        return self.body(text) | {"logprobs": 1}
