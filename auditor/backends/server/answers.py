"""Prompts put to a server, and its answers put together."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from auditor.backends.chat_template import ChatForm
from auditor.backends.server.alignment import Tokens, find_start, start_after, sum_from
from auditor.backends.server.client import Request, ServerClient
from auditor.backends.server.dialect import Scoring, Tongue, read_counted, without_begin
from auditor.backends.server.readings import read_generation
from auditor.core.items import Prompt
from auditor.core.responses import Generation, LogLikelihoods
from auditor.errors import ServerUnavailable


@dataclass(frozen=True, slots=True, kw_only=True)
class Answerer:
    """Knows one server well enough to put any prompt to it."""

    client: ServerClient
    tongue: Tongue
    form: ChatForm
    bos_token: str

    def answer(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods | Generation]:
        """Scores for log-likelihood prompts, texts for all others; in order.

        Raises:
            AuditorError: The server does not answer, or not what was asked.
        """
        told: list[LogLikelihoods | Generation] = list(map(_without_asking, prompts))
        written = [i for i, p in enumerate(prompts) if p.mode != "log-likelihood"]
        written = [i for i in written if prompts[i].max_new_tokens > 0]
        scoring = self.tongue.scoring
        scored = [i for i, p in enumerate(prompts) if p.mode == "log-likelihood" and scoring]
        requests: list[Request[Any]] = [self._writing(prompts[i]) for i in written]
        if scoring:
            requests += [one for i in scored for one in self._wholes(prompts[i], scoring)]
        answers = iter(self.client.ask(requests))
        for i in written:
            told[i] = next(answers)
        if scoring:
            some = [prompts[i] for i in scored]
            wholes = [tuple(islice(answers, len(p.continuations))) for p in some]
            for i, scores in zip(scored, self._sums(some, wholes, scoring), strict=True):
                told[i] = scores
        return told

    def _sums(
        self, prompts: Sequence[Prompt], wholes: Sequence[Sequence[Tokens]], scoring: Scoring
    ) -> Iterator[LogLikelihoods]:
        starts = [
            find_start(self._rendered(prompt), self._joined(prompt), tokens)
            for prompt, tokens in zip(prompts, wholes, strict=True)
        ]
        # Where the texts of tokens do not tell, the prompt's own tokens do.
        unclear = [prompt for prompt, start in zip(prompts, starts, strict=True) if start is None]
        own = iter(
            self.client.ask([self._scoring(self._rendered(one), scoring) for one in unclear])
        )
        for start, tokens in zip(starts, wholes, strict=True):
            begin = start_after(next(own), tokens) if start is None else start
            try:
                yield sum_from(begin, tokens)
            except ValueError as error:
                raise ServerUnavailable(
                    f"The answers of the server at {self.client.address} do not hold together "
                    f"({error}). What was recorded is kept; look into the server's log, then give "
                    "the same command again."
                ) from error

    def _rendered(self, prompt: Prompt) -> str:
        rendered = self.form.render(prompt.text, prompt.reply_prefix)
        return without_begin(rendered, self.tongue, self.bos_token)

    def _joined(self, prompt: Prompt) -> list[str]:
        return [self.form.join(each, prompt.reply_prefix) for each in prompt.continuations]

    def _wholes(self, prompt: Prompt, scoring: Scoring) -> list[Request[Tokens]]:
        rendered = self._rendered(prompt)
        return [self._scoring(rendered + each, scoring) for each in self._joined(prompt)]

    def _scoring(self, text: str, scoring: Scoring) -> Request[Tokens]:
        return Request(
            url=f"{self.client.address}/completions",
            body=self.tongue.asking.score(text, scoring.way),
            read=partial(read_counted, scoring=scoring, text=text),
        )

    def _writing(self, prompt: Prompt) -> Request[Generation]:
        return Request(
            url=f"{self.client.address}/completions",
            body=self.tongue.asking.answer(prompt, self._rendered(prompt)),
            read=read_generation,
        )


def _without_asking(prompt: Prompt) -> LogLikelihoods | Generation:
    """What is said of a prompt that is not put to the server."""
    if prompt.mode == "log-likelihood":
        return LogLikelihoods(values=(math.nan,) * len(prompt.continuations), n_tokens=())
    return Generation(text="", finish_reason="length", n_tokens=0)
