"""Passes of a network that gradients can flow back through; shared beginnings are read once.

All sequences of a pass are laid out as one row, a token trie: each token attends to itself and its
ancestors and stands at its depth, so it reads what it would read alone. A cluster of pairing
questions in all orders of its words takes a third of the time so. Networks that take no such mask
read one sequence a row.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from auditor.core.encoding import EncodedPrompt
from auditor.core.model import REFUSALS
from auditor.core.trie import TokenTrie, build_trie

_TOLERANCE = 1e-3
_HALF_TOLERANCE = 0.1
"""Relative error of states; a wrong mask or position gives errors of the states' own size."""

Tokens = tuple[int, ...]
Place = tuple[int, int]
"""Row and column of a token in a pass."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Continuation:
    """Where one continuation's tokens are predicted."""

    rows: Tensor
    """Of the log-probabilities, shape (n_tokens,)."""
    tokens: Tensor
    """Shape (n_tokens,)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """What a network expects at every token of some continuations."""

    log_probabilities: Tensor
    """Natural, float32, shape (n_places, n_vocabulary); what is predicted twice stands once."""
    continuations: tuple[tuple[Continuation, ...], ...]
    """For each prompt its continuations."""

    def log_likelihood(self, prompt: int, continuation: int) -> Tensor:
        """Summed over the tokens of a continuation; a scalar."""
        each = self.continuations[prompt][continuation]
        return self.log_probabilities[each.rows, each.tokens].sum()


@dataclass(frozen=True, slots=True, kw_only=True)
class Passes:
    """How a network is read."""

    module: Any
    packs: bool
    """Whether sequences share a row."""

    def predict(self, prompts: Sequence[EncodedPrompt]) -> Predicted:
        """Log-probabilities at all tokens of all continuations, in one pass."""
        sequences = [
            (each.prompt_ids + ids, len(each.prompt_ids))
            for each in prompts
            for ids in each.continuation_ids
        ]
        layout = _lay_out([ids for ids, _ in sequences], packs=self.packs)
        index: dict[Place, int] = {}
        rows = iter(
            [
                [index.setdefault(place, len(index)) for place in places[start - 1 : -1]]
                for places, (_, start) in zip(layout.paths, sequences, strict=True)
            ]
        )
        continuations = tuple(
            tuple(self._continuation(next(rows), ids) for ids in each.continuation_ids)
            for each in prompts
        )
        logits = self._logits(layout, list(index))
        return Predicted(
            log_probabilities=logits.float().log_softmax(-1), continuations=continuations
        )

    def read_last(self, block: nn.Module, sequences: Sequence[Tokens]) -> Tensor:
        """What a block puts out at each sequence's last token, shape (n, hidden), float32."""
        kept: list[Tensor] = []

        def keep(_: nn.Module, __: Any, output: Any) -> None:
            kept.append(output if isinstance(output, Tensor) else output[0])

        handle = block.register_forward_hook(keep)
        try:
            self.run(sequences)
        finally:
            handle.remove()
        (state,) = kept
        return take(state, [path[-1] for path in self.places(sequences)]).float()

    def run(self, sequences: Sequence[Tokens]) -> None:
        """One pass for the sake of the hooks in it."""
        self._logits(_lay_out(sequences, packs=self.packs), [(0, 0)])

    def places(self, sequences: Sequence[Tokens]) -> tuple[tuple[Place, ...], ...]:
        """Where a pass puts the tokens of each sequence."""
        return _lay_out(sequences, packs=self.packs).paths

    def _continuation(self, rows: Sequence[int], tokens: Tokens) -> Continuation:
        device = self.module.device
        return Continuation(
            rows=torch.tensor(rows, device=device), tokens=torch.tensor(tokens, device=device)
        )

    def _logits(self, layout: "_Layout", places: Sequence[Place]) -> Tensor:
        """Shape (len(places), n_vocabulary); the output layer sees these places only."""
        module = self.module
        width = layout.width
        flat = torch.tensor([row * width + column for row, column in places]).to(module.device)
        with _only_rows(module.get_output_embeddings(), flat):
            logits: Tensor = module(**layout.inputs(module), use_cache=False).logits
        logits = logits.reshape(-1, logits.shape[-1])
        # A network that does without its output layer gives the logits of every token.
        return logits if len(logits) == len(places) else logits[flat]


def take(states: Tensor, places: Sequence[Place]) -> Tensor:
    """The states at some places of a pass, shape (n_places, hidden)."""
    rows, columns = torch.tensor(places).to(states.device).unbind(1)
    return states[rows, columns]


@torch.no_grad()
def choose_passes(module: Any, sequences: Sequence[Tokens]) -> Passes:
    """Share rows where a network then gives its own numbers, by trying.

    Args:
        module: A causal language model of transformers.
        sequences: Some that are to be read, among them the longest.
    """
    prompts = [EncodedPrompt(prompt_ids=ids[:1], continuation_ids=(ids[1:],)) for ids in sequences]
    try:
        packed = Passes(module=module, packs=True).predict(prompts)
    except REFUSALS:
        return Passes(module=module, packs=False)
    plain = Passes(module=module, packs=False).predict(prompts)
    pairs = [
        (one.log_probabilities[one.continuations[i][0].rows] for one in (packed, plain))
        for i in range(len(prompts))
    ]
    agrees = all(_agree(*pair, dtype=module.dtype) for pair in pairs)
    return Passes(module=module, packs=agrees)


def _agree(left: Tensor, right: Tensor, *, dtype: torch.dtype) -> bool:
    tolerance = _TOLERANCE if dtype in (torch.float32, torch.float64) else _HALF_TOLERANCE
    error = (left - right).norm() / right.norm().clamp_min(1e-12)
    return bool(error <= tolerance)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """Sequences as rows of tokens."""

    rows: tuple[TokenTrie, ...]
    """One trie of all; or a chain for each sequence."""
    paths: tuple[tuple[Place, ...], ...]
    """Where the tokens of each sequence stand."""
    packs: bool

    @property
    def width(self) -> int:
        return max(row.n_nodes for row in self.rows)

    def inputs(self, module: Any) -> Mapping[str, Tensor]:
        device = module.device
        if self.packs:
            (trie,) = self.rows
            seen = torch.from_numpy(trie.ancestor_mask()).to(device)
            mask = torch.zeros(seen.shape, dtype=module.dtype, device=device)
            mask = mask.masked_fill(~seen, torch.finfo(module.dtype).min)
            return {
                "input_ids": torch.tensor([trie.tokens], device=device),
                "position_ids": torch.tensor([trie.positions], device=device),
                "attention_mask": mask[None, None],
            }
        # Filled up on the right, where no token of a causal network looks.
        tokens = torch.zeros(len(self.rows), self.width, dtype=torch.long)
        mask = torch.zeros_like(tokens)
        for index, row in enumerate(self.rows):
            tokens[index, : row.n_nodes] = torch.tensor(row.tokens)
            mask[index, : row.n_nodes] = 1
        return {"input_ids": tokens.to(device), "attention_mask": mask.to(device)}


def _lay_out(sequences: Sequence[Tokens], *, packs: bool) -> _Layout:
    if packs:
        trie = build_trie(sequences)
        paths = tuple(tuple((0, node) for node in path) for path in trie.paths)
        return _Layout(rows=(trie,), paths=paths, packs=True)
    chains = tuple(build_trie([each]) for each in sequences)
    return _Layout(
        rows=chains,
        paths=tuple(
            tuple((row, column) for column in range(len(each)))
            for row, each in enumerate(sequences)
        ),
        packs=False,
    )


@contextmanager
def _only_rows(head: nn.Module | None, places: Tensor) -> Iterator[None]:
    """Let the output layer, the widest of all, see only the hidden states that are asked for."""

    def narrow(_: nn.Module, args: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        hidden, *rest = args
        return (hidden.reshape(-1, hidden.shape[-1])[places][None], *rest)

    with ExitStack() as hooks:
        if head is not None:
            hooks.callback(head.register_forward_pre_hook(narrow).remove)
        yield
