"""A GGUF model in llama.cpp: one token trie a group of prompts, each shared token computed once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from auditor.backends.chat_template import ChatForm, chat_form
from auditor.backends.gguf_file import read_gguf_header, weight_files
from auditor.backends.identity import combine_hashes, hash_files
from auditor.backends.llama_answering import Question, answer_group
from auditor.backends.llama_engine import LlamaEngine
from auditor.backends.llama_settings import LlamaSettings
from auditor.backends.next_token import next_token
from auditor.core.encoding import EncodedPrompt, encode_continuations
from auditor.core.items import Prompt
from auditor.core.responses import Generation, LogLikelihoods
from auditor.core.runs import ModelIdentity
from auditor.core.trie import group_bundles
from auditor.errors import ModelNotLoaded


class LlamaCppModel:
    """A LanguageModel. Nothing passes from one call to the next: the cache is emptied first.

    Args:
        path: The .gguf file; the first one of a split model.
        settings: How llama.cpp runs it.
        source: What the user called it; the path by default.
        warnings: What is already known of how it runs.
        adapter_sha256: Of the adapter in the settings, as the user named it.

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
        adapter_sha256: str | None = None,
    ) -> None:
        self._path = path
        self._source = source or str(path)
        self._settings = settings or LlamaSettings()
        self._header = read_gguf_header(path)
        self._engine = LlamaEngine(path, self._settings)
        self._adapter_sha256 = adapter_sha256
        self._form: ChatForm = chat_form(
            self._engine.chat_template,
            bos_token=self._engine.bos_text,
            eos_token=self._engine.eos_text,
            date=self._settings.template_date,
        )
        self._warnings = (*warnings, *self._own_warnings())

    @property
    def identity(self) -> ModelIdentity:
        """Which weights these are; the files are hashed when it is first asked for."""
        return replace(self._identity, backend_settings=self._settings.as_pairs())

    @cached_property
    def _identity(self) -> ModelIdentity:
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
            adapter_sha256=self._hash_adapter(),
            context_length=self._engine.context_length,
        )

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know about how the model runs, one sentence each."""
        return self._warnings

    @property
    def adapter_scale(self) -> float | None:
        """How strongly the adapter counts; None where there is none."""
        return self._settings.adapter_scale if self._settings.adapter else None

    def set_adapter_scale(self, scale: float) -> None:
        """Let the adapter count more or less: 0 not at all, 1 as trained.

        Raises:
            ValueError: The model was opened without an adapter.
        """
        self._engine.set_adapter_scale(scale)
        self._settings = replace(self._settings, adapter_scale=scale)

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Token ids of a prompt in the model's form, and of its continuations."""
        return encode_continuations(
            self._form.render(prompt.text, prompt.reply_prefix),
            [self._form.join(each, prompt.reply_prefix) for each in prompt.continuations],
            lambda text: self._engine.tokenize(text, adds_special=self._form.adds_special_tokens),
        )

    def answer(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods | Generation]:
        """One batch of mixed modes: scores for log-likelihood prompts, texts for all others.

        A prompt that is scored and answered is read once.
        """
        return self._answer(
            [
                self._scored(prompt) if prompt.mode == "log-likelihood" else self._written(prompt)
                for prompt in prompts
            ]
        )

    def log_likelihoods(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods]:
        """Score every prompt's continuations; one result a prompt, in order."""
        results = self._answer([self._scored(prompt) for prompt in prompts])
        return [result for result in results if isinstance(result, LogLikelihoods)]

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        """Answer every prompt, each with at most its `max_new_tokens`; in order."""
        results = self._answer([self._written(prompt) for prompt in prompts])
        return [result for result in results if isinstance(result, Generation)]

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
        scored = [replace(each, mode="log-likelihood") for each in (question, other)]
        self.answer([*scored, question, replace(other, sample=1)])

    def close(self) -> None:
        """Free what the model holds."""
        self._engine.close()

    def _hash_adapter(self) -> str | None:
        if self._adapter_sha256 is None and self._settings.adapter is not None:
            return combine_hashes(hash_files([Path(self._settings.adapter)]))
        return self._adapter_sha256

    def _own_warnings(self) -> Iterator[str]:
        if self._form.is_plain:
            yield "The model has no chat template: prompts are sent in the plain form."
        if not self._engine.shares_prefixes:
            yield "The model keeps a state for each sequence: prompts share no computation."

    def _scored(self, prompt: Prompt) -> Question:
        return Question(encoded=self.encode(prompt))

    def _written(self, prompt: Prompt) -> Question:
        # Continuations could cut the prompt's last token off.
        encoded = self.encode(replace(prompt, continuations=()))
        return Question(encoded=encoded, choose=next_token(prompt), budget=prompt.max_new_tokens)

    def _answer(self, questions: Sequence[Question]) -> list[LogLikelihoods | Generation]:
        for question in questions:
            self._require_room(question)
        results: dict[int, LogLikelihoods | Generation] = {}
        for group in self._groups(questions):
            answered = answer_group(self._engine, [questions[index] for index in group])
            results.update(zip(group, answered, strict=True))
        return [results[index] for index in range(len(questions))]

    def _require_room(self, question: Question) -> None:
        engine, n_sequences = self._engine, len(question.sequences)
        longest = max(map(len, question.sequences), default=0) + question.budget
        limit = min(engine.context_length, engine.n_cells)
        if n_sequences > engine.n_sequences:
            raise ValueError(f"More than {engine.n_sequences} continuations for one prompt")
        if longest > limit:
            raise ModelNotLoaded(
                f"{self._path.name} reads at most {limit} tokens and the battery needs "
                f"{longest}; choose a model with a longer context."
            )

    def _groups(self, questions: Sequence[Question]) -> Iterator[tuple[int, ...]]:
        """Groups that fit into the cache; a pure function of the questions and the settings."""
        engine = self._engine
        kinds: list[Sequence[int]] = [range(len(questions))]
        if not engine.shares_prefixes:
            # Nothing is read once for both, and of few sequences as many as can write together.
            kinds = [
                [i for i, question in enumerate(questions) if question.is_scored is is_scored]
                for is_scored in (True, False)
            ]
        for indices in kinds:
            for group in group_bundles(
                [questions[i].sequences for i in indices],
                max_nodes=engine.n_cells,
                max_sequences=engine.n_sequences,
                reserves=[questions[i].budget for i in indices],
                shares_prefixes=engine.shares_prefixes,
            ):
                yield tuple(indices[i] for i in group)
