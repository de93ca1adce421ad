"""A GGUF model in llama.cpp: one token trie a group of prompts, each shared token computed once."""

import math
from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from auditor.backends.chat_template import ChatForm, chat_form
from auditor.backends.gguf_file import read_gguf_header, weight_files
from auditor.backends.identity import combine_hashes, hash_files
from auditor.backends.llama_engine import LlamaEngine
from auditor.backends.llama_settings import LlamaSettings
from auditor.core.encoding import EncodedPrompt, encode_continuations
from auditor.core.items import Prompt
from auditor.core.responses import FinishReason, Generation, LogLikelihoods
from auditor.core.runs import ModelIdentity
from auditor.core.trie import TokenTrie, build_trie, group_bundles
from auditor.errors import ModelNotLoaded


class LlamaCppModel:
    """A LanguageModel. Nothing passes from one call to the next: the cache is emptied first.

    Args:
        path: The .gguf file; the first one of a split model.
        settings: How llama.cpp runs it.
        source: What the user called it; the path by default.
        warnings: What is already known of how it runs.

    Raises:
        ModelNotLoaded: The file or its chat template cannot be used.
    """

    def __init__(
        self,
        path: Path,
        settings: LlamaSettings | None = None,
        *,
        source: str | None = None,
        warnings: Sequence[str] = (),
    ) -> None:
        self._path = path
        self._source = source or str(path)
        self._settings = settings or LlamaSettings()
        self._header = read_gguf_header(path)
        self._engine = LlamaEngine(path, self._settings)
        self._form: ChatForm = chat_form(
            self._engine.chat_template,
            bos_token=self._engine.bos_text,
            eos_token=self._engine.eos_text,
            date=self._settings.template_date,
        )
        self._warnings = (*warnings, *self._own_warnings())

    @cached_property
    def identity(self) -> ModelIdentity:
        """Which weights these are; the files are hashed when it is first asked for."""
        weights = hash_files(weight_files(self._path, self._header))
        return ModelIdentity(
            name=self._path.stem,
            source=self._source,
            format="gguf",
            backend="llama-cpp",
            architecture=self._header.architecture,
            n_parameters=self._engine.n_parameters,
            n_layers=self._engine.n_layers,
            quantisation=self._header.quantisation,
            dtype=self._header.quantisation,
            weights=weights,
            weights_sha256=combine_hashes(weights),
            tokenizer_sha256=self._header.tokenizer_sha256,
            chat_template_sha256=self._form.sha256,
            adapter_sha256=None,
            context_length=self._engine.context_length,
            backend_settings=self._settings.as_pairs(),
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know about how the model runs, one sentence each."""
        return self._warnings

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Token ids of a prompt in the model's form, and of its continuations."""
        return encode_continuations(
            self._form.render(prompt.text),
            [self._form.join(continuation) for continuation in prompt.continuations],
            lambda text: self._engine.tokenize(text, adds_special=self._form.adds_special_tokens),
        )

    def log_likelihoods(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods]:
        """Score every prompt's continuations; one result a prompt, in order."""
        encoded = [self.encode(prompt) for prompt in prompts]
        # The last token of a continuation is predicted, but never read.
        bundles = [
            [each.prompt_ids + ids[:-1] for ids in each.continuation_ids] for each in encoded
        ]
        results: dict[int, LogLikelihoods] = {}
        for group in self._groups(bundles, [0] * len(bundles)):
            scored = self._score([encoded[index] for index in group])
            results.update(zip(group, scored, strict=True))
        return [results[index] for index in range(len(prompts))]

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        """Answer every prompt greedily, each with at most its `max_new_tokens`; in order."""
        starts = [self.encode(prompt).prompt_ids for prompt in prompts]
        budgets = [prompt.max_new_tokens for prompt in prompts]
        results: dict[int, Generation] = {}
        for group in self._groups([[start] for start in starts], budgets):
            written = self._write([starts[i] for i in group], [budgets[i] for i in group])
            results.update(zip(group, written, strict=True))
        return [results[index] for index in range(len(prompts))]

    def rehearse(self) -> None:
        """Do once, on a small scale, all that an audit does; native code that crashes does it here.

        Raises:
            ModelNotLoaded: The numbers that come out are not finite.
        """
        question = Prompt(
            prompt_id="rehearsal",
            item_id="rehearsal",
            mode="text",
            text="Which of these words do you like more: stone, river?",
            continuations=("The river, I think.", "The stone, I think."),
            max_new_tokens=2,
        )
        other = replace(question, text=f"{question.text} Choose one of them.")
        self.log_likelihoods([question, other])
        self.generate([question, other])

    def close(self) -> None:
        """Free what the model holds."""
        self._engine.close()

    def _own_warnings(self) -> Iterator[str]:
        if self._form.is_plain:
            yield "The model has no chat template: prompts are sent in the plain form."
        if not self._engine.shares_prefixes:
            yield "The model keeps a state for each sequence: prompts share no computation."

    def _groups(
        self, bundles: Sequence[Sequence[tuple[int, ...]]], reserves: Sequence[int]
    ) -> list[tuple[int, ...]]:
        """Groups that fit into the cache; a pure function of the prompts and the settings."""
        engine = self._engine
        for bundle, reserve in zip(bundles, reserves, strict=True):
            longest = max(map(len, bundle), default=0) + reserve
            limit = min(engine.context_length, engine.n_cells)
            if len(bundle) > engine.n_sequences:
                raise ValueError(f"More than {engine.n_sequences} continuations for one prompt")
            if longest > limit:
                raise ModelNotLoaded(
                    f"{self._path.name} reads at most {limit} tokens and the battery needs "
                    f"{longest}; choose a model with a longer context."
                )
        return group_bundles(
            bundles,
            max_nodes=engine.n_cells,
            max_sequences=engine.n_sequences,
            reserves=reserves,
            shares_prefixes=engine.shares_prefixes,
        )

    def _score(self, prompts: Sequence[EncodedPrompt]) -> list[LogLikelihoods]:
        """Score the continuations of prompts whose trie fits into the cache."""
        pairs = [(each.prompt_ids, ids) for each in prompts for ids in each.continuation_ids]
        trie = self._trie([before + ids[:-1] for before, ids in pairs])
        steps = [
            list(zip(path[len(before) - 1 :], ids, strict=True))
            for path, (before, ids) in zip(trie.paths, pairs, strict=True)
        ]
        known = self._log_probabilities(trie, {step for path in steps for step in path})
        totals = iter([sum(known[step] for step in path) for path in steps])
        return [
            LogLikelihoods(
                values=tuple(next(totals) for _ in each.continuation_ids),
                n_tokens=tuple(map(len, each.continuation_ids)),
            )
            for each in prompts
        ]

    def _log_probabilities(
        self, trie: TokenTrie, steps: Collection[tuple[int, int]]
    ) -> dict[tuple[int, int], float]:
        """log P(token | path to node) for steps from a node to a token."""
        asked: dict[int, set[int]] = defaultdict(set)
        for node, token in steps:
            asked[node].add(token)
        known: dict[tuple[int, int], float] = {}
        for nodes in self._read(trie, asked):
            for index, node in enumerate(nodes):
                if node in asked:
                    tokens = sorted(asked[node])
                    found = _log_softmax_at(self._engine.logits(index), tokens)
                    self._check(sum(found))
                    known.update({(node, token): p for token, p in zip(tokens, found, strict=True)})
        return known

    def _write(self, starts: Sequence[tuple[int, ...]], budgets: Sequence[int]) -> list[Generation]:
        """Answer prompts whose trie and answers fit into the cache."""
        upcoming = self._first_tokens(starts)
        answers: list[list[int]] = [[] for _ in starts]
        reasons: list[FinishReason] = ["length"] * len(starts)
        active = [i for i, budget in enumerate(budgets) if budget > 0]
        while active:
            for i in active:
                if self._engine.ends_generation(upcoming[i]):
                    reasons[i] = "stop"
                else:
                    answers[i].append(upcoming[i])
            active = [i for i in active if reasons[i] != "stop" and len(answers[i]) < budgets[i]]
            if active:
                self._engine.decode(
                    tokens=[answers[i][-1] for i in active],
                    positions=[len(starts[i]) + len(answers[i]) - 1 for i in active],
                    members=[(i,) for i in active],
                    wanted=[True] * len(active),
                )
            upcoming.update({i: self._likeliest(index) for index, i in enumerate(active)})
        return [
            Generation(
                text=self._engine.detokenize(answer), finish_reason=reason, n_tokens=len(answer)
            )
            for answer, reason in zip(answers, reasons, strict=True)
        ]

    def _first_tokens(self, starts: Sequence[tuple[int, ...]]) -> dict[int, int]:
        """The first token of each answer, by the prompt's index."""
        trie = self._trie(starts)
        waiting: dict[int, list[int]] = defaultdict(list)
        for index, path in enumerate(trie.paths):
            waiting[path[-1]].append(index)
        found: dict[int, int] = {}
        for nodes in self._read(trie, waiting):
            for index, node in enumerate(nodes):
                if node in waiting:
                    found.update(dict.fromkeys(waiting[node], self._likeliest(index)))
        return found

    def _trie(self, sequences: Sequence[Sequence[int]]) -> TokenTrie:
        return build_trie(sequences, shares_prefixes=self._engine.shares_prefixes)

    def _read(self, trie: TokenTrie, wanted: Container[int]) -> Iterator[range]:
        """Read a trie into the emptied cache; yields the nodes whose logits are at hand."""
        self._engine.clear()
        size = self._engine.n_batch
        for start in range(0, trie.n_nodes, size):
            nodes = range(start, min(start + size, trie.n_nodes))
            self._engine.decode(
                tokens=trie.tokens[nodes.start : nodes.stop],
                positions=trie.positions[nodes.start : nodes.stop],
                members=trie.members[nodes.start : nodes.stop],
                wanted=[node in wanted for node in nodes],
            )
            yield nodes

    def _likeliest(self, index: int) -> int:
        """The token with the highest logit, the lowest id of several."""
        logits = self._engine.logits(index)
        token = int(np.argmax(logits))
        self._check(float(logits[token]))
        return token

    def _check(self, number: float) -> None:
        if not math.isfinite(number):
            raise ModelNotLoaded(
                f"{self._path.name} puts out numbers that are not finite; the file is damaged or "
                "its quantisation does not work on this machine."
            )


def _log_softmax_at(logits: NDArray[np.float32], tokens: Sequence[int]) -> list[float]:
    """Natural log-probabilities of some tokens under logits of shape (n_vocab,)."""
    highest = logits.max()
    total = np.exp(logits - highest).sum(dtype=np.float64)
    below = logits[list(tokens)].astype(np.float64) - np.float64(highest)
    return [float(each) for each in below - np.log(total)]
