"""A Hugging Face checkpoint in transformers: prompts in token tries, answers in batches."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from auditor.backends.adapter_files import LoraAdapter, read_adapter
from auditor.backends.adapter_fit import BaseModel, doubts, require_same_architecture
from auditor.backends.adapter_gguf import to_peft
from auditor.backends.adapter_names import architecture_of_type, layout_of_config
from auditor.backends.batched_answers import write_answers
from auditor.backends.chat_template import chat_form
from auditor.backends.checkpoint_folder import read_checkpoint_folder
from auditor.backends.gguf_checkpoint import dequantise
from auditor.backends.gguf_file import read_gguf_header, weight_files
from auditor.backends.identity import combine_hashes, hash_files
from auditor.backends.options import OpenOptions, usable_processors
from auditor.backends.transformers_loading import load_network
from auditor.backends.trie_forward import can_share_prefixes, is_causal, is_finite
from auditor.backends.trie_scoring import score_continuations
from auditor.core.encoding import EncodedPrompt, encode_continuations
from auditor.core.items import Prompt
from auditor.core.responses import Generation, LogLikelihoods
from auditor.core.runs import ModelIdentity
from auditor.errors import ModelNotLoaded

_PROBE_TEXT = "The two words stand for two things, and each of the things has one name of its own."


class TransformersModel:
    """A LanguageModel. Nothing passes from one call to the next: no cache outlives a pass.

    Args:
        path: A model folder, or a .gguf file, which is dequantised once and kept.
        options: How it is opened.
        source: What the user called it; the path by default.

    Raises:
        ModelNotLoaded: The checkpoint cannot be used.
    """

    def __init__(
        self, path: Path, options: OpenOptions | None = None, *, source: str | None = None
    ) -> None:
        self._path = path
        self._source = source or str(path)
        options = options or OpenOptions()
        self._n_threads = options.n_threads or usable_processors()
        self._is_gguf = path.suffix == ".gguf"
        self._folder = read_checkpoint_folder(
            dequantise(path, cache_dir=options.cache_dir) if self._is_gguf else path
        )
        self._network = load_network(self._folder, dtype=options.dtype, n_threads=self._n_threads)
        self._adapter: LoraAdapter | None = None
        if options.adapter is not None:
            self._attach(read_adapter(options.adapter), options.adapter_scale)
        tokenizer = self._network.tokenizer
        self._form = chat_form(
            self._network.chat_template,
            bos_token=tokenizer.bos_token or "",
            eos_token=tokenizer.eos_token or "",
            date=options.template_date,
        )
        self._shares_prefixes = self._try_out()

    @property
    def module(self) -> Any:
        """The network itself, for reading its layers and training adapters."""
        return self._network.module

    @property
    def tokenizer(self) -> Any:
        """The tokenizer of transformers."""
        return self._network.tokenizer

    @property
    def adapter_scale(self) -> float | None:
        """How strongly the adapter counts; None where there is none."""
        return self._attached.scale if self._adapter else None

    def set_adapter_scale(self, scale: float) -> None:
        """Let the adapter count more or less: 0 not at all, 1 as trained.

        Raises:
            ValueError: The model was opened without an adapter.
        """
        if self._adapter is None:
            raise ValueError(f"{self._source} was opened without an adapter")
        self._attached.set_scale(scale)

    @contextmanager
    def wearing(self, adapter: Path, scale: float = 1.0) -> Iterator[None]:
        """Put an adapter on for a while; whatever happens within, the network is as it was after.

        Within, `set_adapter_scale` turns it, and `identity` and `warnings` speak of it.

        Args:
            adapter: A PEFT folder or a GGUF file.
            scale: How strongly it counts: 0 not at all, 1 as trained.

        Raises:
            ModelNotLoaded: It cannot be read or does not fit; or there is one already.
        """
        if self._adapter is not None:
            raise ModelNotLoaded(
                f"{self._source} already runs with an adapter, and a second one would count on top "
                "of it; open the model without the first."
            )
        # Makes the same checks of a scale as opening a model does.
        options = OpenOptions(adapter=adapter, adapter_scale=scale)
        self._attach(read_adapter(adapter), options.adapter_scale)
        try:
            yield
        finally:
            self._attached.detach()
            self._adapter = None

    @property
    def identity(self) -> ModelIdentity:
        """Which weights these are; the files are hashed when it is first asked for."""
        return replace(
            self._identity,
            adapter_sha256=self._adapter.sha256 if self._adapter else None,
            backend_settings=self._settings(),
        )

    @cached_property
    def _identity(self) -> ModelIdentity:
        module, folder = self._network.module, self._folder
        weights = hash_files([*folder.weights, folder.config])
        identity = ModelIdentity(
            name=self._path.resolve().name,
            source=self._source,
            format="safetensors",
            backend="transformers",
            architecture=str(module.config.model_type),
            n_parameters=self._network.n_parameters,
            n_layers=int(module.config.get_text_config().num_hidden_layers),
            quantisation=folder.stored_dtype,
            dtype=str(module.dtype).removeprefix("torch."),
            weights=weights,
            weights_sha256=combine_hashes(weights),
            tokenizer_sha256=combine_hashes(hash_files(folder.tokenizer)),
            chat_template_sha256=self._form.sha256,
            adapter_sha256=None,
            context_length=self._network.context_length,
        )
        return _as_gguf(identity, self._path) if self._is_gguf else identity

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a reader must know about how the model runs, one sentence each."""
        return tuple(self._own_warnings())

    @property
    def adds_special_tokens(self) -> bool:
        """Whether the tokenizer adds its special tokens to a rendered text."""
        return self._form.adds_special_tokens

    def render(self, text: str, reply_prefix: str = "") -> str:
        """A question in the model's own form, with what is already written of the answer."""
        return self._form.render(text, reply_prefix)

    def encode(self, prompt: Prompt) -> EncodedPrompt:
        """Token ids of a prompt in the model's form, and of its continuations."""
        encoded = encode_continuations(
            self._form.render(prompt.text, prompt.reply_prefix),
            [self._form.join(each, prompt.reply_prefix) for each in prompt.continuations],
            self._tokenize,
        )
        longest = max(map(len, encoded.continuation_ids), default=prompt.max_new_tokens)
        needed, limit = len(encoded.prompt_ids) + longest, self._network.context_length
        if 0 < limit < needed:
            raise ModelNotLoaded(
                f"{self._source} reads at most {limit} tokens and the battery needs {needed}; "
                "choose a model with a longer context."
            )
        return encoded

    def answer(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods | Generation]:
        """One batch of mixed modes: scores for log-likelihood prompts, texts for all others."""
        scored = iter(self.log_likelihoods([p for p in prompts if p.mode == "log-likelihood"]))
        written = iter(self.generate([p for p in prompts if p.mode != "log-likelihood"]))
        return [
            next(scored) if prompt.mode == "log-likelihood" else next(written) for prompt in prompts
        ]

    def log_likelihoods(self, prompts: Sequence[Prompt]) -> list[LogLikelihoods]:
        """Score every prompt's continuations; one result a prompt, in order."""
        encoded = [self.encode(prompt) for prompt in prompts]
        longest = max((_length(each) for each in encoded), default=0)
        window = self._network.window
        # Our mask replaces the one of a sliding window, which is right only within the window.
        shares_prefixes = self._shares_prefixes and (window is None or longest <= window)
        return score_continuations(self._network.module, encoded, shares_prefixes=shares_prefixes)

    def generate(self, prompts: Sequence[Prompt]) -> list[Generation]:
        """Answer every prompt, each with at most its `max_new_tokens`; in order."""
        # Continuations could cut the prompt's last token off.
        alone = [replace(prompt, continuations=()) for prompt in prompts]
        starts = [self.encode(prompt).prompt_ids for prompt in alone]
        return write_answers(self._network, prompts, starts, takes_padding=self._shares_prefixes)

    def close(self) -> None:
        """Free what the model holds."""
        self._network.module.to("meta")

    def _tokenize(self, text: str) -> list[int]:
        tokenizer = self._network.tokenizer
        ids: list[int] = tokenizer.encode(text, add_special_tokens=self._form.adds_special_tokens)
        # Some tokenizers close every text; here an answer is to follow.
        if self._form.adds_special_tokens and ids and ids[-1] == tokenizer.eos_token_id:
            return ids[:-1]
        return ids

    def _try_out(self) -> bool:
        """Whether prompts may share computation; refuses what cannot be audited at all."""
        module = self._network.module
        ids = self._network.tokenizer.encode(_PROBE_TEXT, add_special_tokens=False)
        if not ids:
            raise ModelNotLoaded(f"The tokenizer of {self._source} makes no tokens of a sentence.")
        if max(ids) >= module.get_input_embeddings().num_embeddings:
            raise ModelNotLoaded(
                f"The tokenizer of {self._source} has more tokens than the model; "
                "copy the tokenizer that belongs to it."
            )
        if not is_finite(module, ids):
            raise ModelNotLoaded(
                f"{self._source} puts out numbers that are not finite; "
                "its weights are damaged, or it needs a wider type: try --dtype float32."
            )
        if not is_causal(module, ids):
            raise ModelNotLoaded(
                f"{self._source} is not a causal language model: what follows a word changes "
                "its prediction; name a model that generates text."
            )
        return can_share_prefixes(module, ids)

    def _attach(self, adapter: LoraAdapter, scale: float) -> None:
        # Imported only here: peft takes seconds, and most models come without an adapter.
        from auditor.backends.adapter_modules import AttachedAdapter

        base, config = self._base(), self._network.module.config.get_text_config()
        require_same_architecture(adapter, base)
        fitted = adapter
        if adapter.form == "gguf":
            fitted = to_peft(adapter, layout_of_config(config.to_dict()))
        self._attached = AttachedAdapter(self._network.module, fitted, base, scale=scale)
        self._adapter = fitted

    def _base(self) -> BaseModel:
        """The model without its adapter, for a comparison."""
        config = self._network.module.config.get_text_config()
        names = [self._source, self._path.resolve().name]
        return BaseModel(
            name=self._source,
            names=(*names, str(self._network.module.config._name_or_path)),
            architecture=architecture_of_type(str(config.model_type)),
            n_layers=int(config.num_hidden_layers),
            width=int(config.hidden_size),
        )

    def _own_warnings(self) -> Iterator[str]:
        if self._adapter is not None:
            yield from doubts(self._adapter, self._base())
        if self._form.is_plain:
            yield "The model has no chat template: prompts are sent in the plain form."
        if not self._shares_prefixes:
            yield "The model's attention takes no token trie: prompts share no computation."

    def _settings(self) -> tuple[tuple[str, str], ...]:
        attention = getattr(self._network.module.config, "_attn_implementation", None)
        return (
            ("n_threads", str(self._n_threads)),
            ("device", self._network.module.device.type),
            ("attention", str(attention)),
            ("shares_prefixes", str(self._shares_prefixes).lower()),
            *([("adapter_scale", str(self.adapter_scale))] if self._adapter else []),
        )


def _length(prompt: EncodedPrompt) -> int:
    return len(prompt.prompt_ids) + max(map(len, prompt.continuation_ids), default=0)


def _as_gguf(identity: ModelIdentity, path: Path) -> ModelIdentity:
    """The identity of the file that was dequantised: its weights are what ran."""
    header = read_gguf_header(path)
    weights = hash_files(weight_files(path, header))
    return replace(
        identity,
        name=path.stem,
        format="gguf",
        architecture=header.architecture,
        quantisation=header.quantisation,
        weights=weights,
        weights_sha256=combine_hashes(weights),
        tokenizer_sha256=header.tokenizer_sha256,
    )
