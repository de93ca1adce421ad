"""A model behind a completion server: questions go out, nothing of the model comes here."""

from collections.abc import Sequence
from dataclasses import replace

from auditor.backends.chat_template import chat_form
from auditor.backends.options import OpenOptions
from auditor.backends.server.address import read_address, read_key
from auditor.backends.server.answers import Answerer
from auditor.backends.server.client import Patience, ServerClient
from auditor.backends.server.completions import Asking
from auditor.backends.server.declaration import identify
from auditor.backends.server.dialect import learn
from auditor.backends.server.introduction import ask_about
from auditor.backends.server.template import GivenTemplate, read_template, template_of_props
from auditor.core.items import Prompt
from auditor.core.responses import Generation, LogLikelihoods
from auditor.core.runs import ModelIdentity
from auditor.errors import ModelNotLoaded


def open_server(name: str, options: OpenOptions, patience: Patience | None = None) -> "ServerModel":
    """Open the model of that name at the server in the options.

    Raises:
        AuditorError: The address is none, nothing answers there, or it serves no such model.
    """
    server = options.server
    if server is None:
        raise ModelNotLoaded("--backend server needs --url, as in http://localhost:8000/v1.")
    template = read_template(server.chat_template) if server.chat_template else None
    client = ServerClient(
        address=read_address(server.url),
        key=read_key(server.api_key_env),
        concurrency=server.concurrency,
        patience=patience or Patience(),
    )
    try:
        return ServerModel(name, client, template=template, template_date=options.template_date)
    except BaseException:
        client.close()
        raise


class ServerModel:
    """A LanguageModel. What shares a batch in the server, the server decides.

    Args:
        name: What the server calls the model.
        client: The way to it; closed with the model.
        template: The chat template; where it is None, the one that the server says, if any.
        template_date: ISO 8601; "today" for templates that ask.

    Raises:
        AuditorError: The server does not answer, or serves no such model.
    """

    def __init__(
        self,
        name: str,
        client: ServerClient,
        *,
        template: GivenTemplate | None = None,
        template_date: str = "2025-01-01",
    ) -> None:
        self._client = client
        self._said = ask_about(client, name)
        given = template or template_of_props(self._said.props)
        bos_token = given.bos_token if given else ""
        self._form = chat_form(
            given.source if given else None,
            bos_token=bos_token,
            eos_token=given.eos_token if given else "",
            date=template_date,
        )
        # A template that would write the token that begins a text, and does not know it, leaves it
        # to the server's tokenizer; as the plain form does.
        leaves_begin = given is None or (not bos_token and "bos_token" in given.source)
        asking = Asking(
            model=name,
            no_top_k=-1 if self._said.is_vllm else 0,
            adds_special_tokens=leaves_begin,
        )
        self._tongue = learn(client, asking, self._form, bos_token)
        self._answerer = Answerer(
            client=client, tongue=self._tongue, form=self._form, bos_token=bos_token
        )
        writes_begin = bool(bos_token) and self._form.render("").startswith(bos_token)
        self._is_begun = self._tongue.begins_text is True and not (leaves_begin or writes_begin)

    @property
    def identity(self) -> ModelIdentity:
        """What the server declares; nothing is measured."""
        scoring, begins = self._tongue.scoring, self._tongue.begins_text
        return identify(
            self._said,
            template_sha256=self._form.sha256,
            settings=(
                ("log_likelihoods", scoring.way if scoring else "none"),
                ("server_begins_text", "unknown" if begins is None else str(begins).lower()),
            ),
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know about how the model runs, one sentence each."""
        warnings = [
            "The model ran behind a server, which declares what it is: its weights were not read, "
            "and nothing of the declaration is measured."
        ]
        if self._form.is_plain:
            warnings.append(
                "The server does not say the model's chat template and none was given: prompts are "
                "sent in the plain form."
            )
        if self._is_begun:
            warnings.append(
                "The server puts a token of its own before each prompt, which the chat template "
                "does not ask for."
            )
        if self._tongue.begins_text is None:
            warnings.append(
                "The server does not count the tokens of a prompt: whether the token that begins a "
                "text stands there once or twice is not known."
            )
        if self._tongue.scoring is None:
            warnings.append(self._tongue.silent_because)
        return tuple(warnings)

    def answer(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods | Generation]:
        """One batch of mixed modes: scores for log-likelihood prompts, texts for all others."""
        return self._answerer.answer(prompts)

    def log_likelihoods(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods]:
        """Score every prompt's continuations; one result a prompt, in order."""
        results = self.answer([replace(prompt, mode="log-likelihood") for prompt in prompts])
        return [result for result in results if isinstance(result, LogLikelihoods)]

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        """Answer every prompt, each with at most its `max_new_tokens`; in order."""
        results = self.answer([replace(prompt, mode="text") for prompt in prompts])
        return [result for result in results if isinstance(result, Generation)]

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
