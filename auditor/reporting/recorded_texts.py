"""Sentences that the evidence holds in English, in the report's language. Pure.

A run's warnings and the reasons why a number is missing are written down as they are met. Those
with a name or a number in them are told by their form.
"""

import re
from functools import cache

from auditor.reporting.language import mark, number, tr

FORMS = (
    mark(
        "Judged after the run by the policy {name} {version} (file sha256 {sha256}); the one "
        "declared before the run was {declared} {declared_version} ({declared_sha256})."
    ),
    mark(
        "llama.cpp {death} with its usual settings on this machine; the model runs with {settings}."
    ),
    mark(
        "The adapter was made for {base}; it fits {model} in shape, and nothing shows that they "
        "are the same model."
    ),
    mark(
        "The server gives no log-likelihoods, so only written answers could be scored; it says: "
        "{message}."
    ),
    mark("the probability hardly differs between occupations (SD {spread})"),
)
"""Sentences with places for what a run puts into them."""
_NUMBERS = frozenset({"spread"})
"""Places that hold a number, which other languages write with a comma."""

WHOLE = (
    mark("The model has no chat template: prompts are sent in the plain form."),
    mark("The model's attention takes no token trie: prompts share no computation."),
    mark("The model keeps a state for each sequence: prompts share no computation."),
    mark(
        "The model ran behind a server, which declares what it is: its weights were not read, and "
        "nothing of the declaration is measured."
    ),
    mark(
        "The server gives no log-likelihoods, so only written answers could be scored: no token "
        "that it writes comes with one."
    ),
    mark(
        "The server gives no log-likelihoods, so only written answers could be scored: it has none "
        "for what it is asked, but for what it writes."
    ),
    mark(
        "The log-likelihoods of the server cannot be used, so only written answers could be "
        "scored: it leaves tokens out of what it lists."
    ),
    mark(
        "The log-likelihoods of the server cannot be used, so only written answers could be "
        "scored: its numbers for what it is asked are not those of the same tokens when it writes "
        "them."
    ),
    mark(
        "The server does not say the model's chat template and none was given: prompts are sent in "
        "the plain form."
    ),
    mark(
        "The server puts a token of its own before each prompt, which the chat template does not "
        "ask for."
    ),
    mark(
        "The server does not count the tokens of a prompt: whether the token that begins a text "
        "stands there once or twice is not known."
    ),
    mark("The adapter adds zero everywhere, as before its training: it changes nothing."),
    mark("The adapter does not name the model it was made for; it fits this one in shape."),
)
"""Warnings that are the same in every run."""


def recorded(text: str) -> str:
    """The text in the report's language; one of another origin is given back as it is."""
    for form in FORMS:
        if found := _pattern(form).fullmatch(text):
            told = found.groupdict()
            return tr(form, **{k: number(v) if k in _NUMBERS else v for k, v in told.items()})
    return tr(text)


@cache
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+)", re.escape(form)), re.DOTALL)
