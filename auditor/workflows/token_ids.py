"""Which token ids a model reads, as one hash: two runs with the same one were asked the same.

Texts can be equal and tokens not, as where a converted file has another template or adds a token.
"""

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import replace
from hashlib import sha256
from typing import Protocol, runtime_checkable

from auditor.core.encoding import EncodedPrompt
from auditor.core.items import Prompt
from auditor.core.model import LanguageModel


@runtime_checkable
class Encoding(Protocol):
    """A model whose tokens can be seen."""

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Token ids of a prompt and of its continuations."""


def token_ids_sha256(model: LanguageModel, prompts: Iterable[Prompt]) -> str | None:
    """Hash of what the model reads, in the order of the prompts; None where it lets no one see.

    Each text enters once, and each set of continuations behind the first text that it follows:
    that shows a difference as well as all of them would, in a third of the time.
    """
    if not isinstance(model, Encoding):
        return None
    digest = sha256()
    for prompt in _distinct(prompts):
        encoded = model.encode(prompt)
        for ids in (encoded.prompt_ids, *encoded.continuation_ids):
            # The length first: where one row ends and the next begins is part of what is read.
            digest.update(array("q", (len(ids), *ids)).tobytes())
    return digest.hexdigest()


def _distinct(prompts: Iterable[Prompt]) -> Iterator[Prompt]:
    texts: set[tuple[str, str]] = set()
    sets: set[tuple[str, ...]] = {()}
    for prompt in prompts:
        text = (prompt.text, prompt.reply_prefix)
        if prompt.continuations not in sets:
            yield prompt
        elif text not in texts:
            yield replace(prompt, continuations=())
        texts.add(text)
        sets.add(prompt.continuations)
