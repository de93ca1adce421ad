"""One pass of llama.cpp over a group of prompts: scores and answers come of one reading."""

from collections import defaultdict
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from auditor.backends.llama_engine import LlamaEngine
from auditor.backends.next_token import NextToken
from auditor.core.encoding import EncodedPrompt
from auditor.core.responses import FinishReason, Generation, LogLikelihoods
from auditor.core.trie import TokenTrie, build_trie

_Step = tuple[int, int]
"""A node of a trie and a token that may follow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A prompt in tokens, to be scored or to be answered."""

    encoded: EncodedPrompt
    choose: NextToken | None = None
    """How its answer goes on; None: its continuations are scored."""
    budget: int = 0
    """Most tokens of its answer."""

    @property
    def is_scored(self) -> bool:
        """Whether its continuations are scored."""
        return self.choose is None

    @property
    def sequences(self) -> tuple[tuple[int, ...], ...]:
        """What is read before anything is written."""
        before = self.encoded.prompt_ids
        if not self.is_scored:
            return (before,)
        # The last token of a continuation is predicted, but never read; so those of one token
        # need nothing but the prompt.
        return tuple(dict.fromkeys(before + ids[:-1] for ids in self.encoded.continuation_ids))


@dataclass(slots=True, kw_only=True)
class _Answer:
    """An answer while it is written, in the sequence of its prompt."""

    engine: LlamaEngine
    sequence: int
    n_read: int
    """Tokens of the prompt."""
    choose: NextToken
    budget: int
    followed: int | None = None
    """A sequence in which all of its tokens but the last have been read."""
    tokens: list[int] = field(default_factory=list)
    finish_reason: FinishReason = "length"

    @property
    def goes_on(self) -> bool:
        return self.finish_reason == "length" and len(self.tokens) < self.budget

    def write(self, logits: NDArray[np.float32]) -> None:
        """Add one token, out of the logits after the last one."""
        self.engine.require_finite(float(logits.max()))
        token = self.choose(logits)
        if self.engine.ends_generation(token):
            self.finish_reason = "stop"
        else:
            self.tokens.append(token)

    def finished(self) -> Generation:
        return Generation(
            text=self.engine.detokenize(self.tokens),
            finish_reason=self.finish_reason,
            n_tokens=len(self.tokens),
        )


def answer_group(
    engine: LlamaEngine, questions: Sequence[Question]
) -> list[LogLikelihoods | Generation]:
    """Score or answer questions whose trie and answers fit into the cache; in order.

    One trie holds all prompts and continuations, so that a prompt that is scored and answered is
    read once. An answer that begins like one of the continuations follows it through the trie at
    no cost; then each goes on in a sequence of its own.

    Raises:
        ModelNotLoaded: The model puts out what is not a number.
    """
    trie = build_trie(
        [sequence for question in questions for sequence in question.sequences],
        shares_prefixes=engine.shares_prefixes,
    )
    scored: dict[int, list[list[_Step]]] = {}
    written: dict[int, _Answer] = {}
    n_sequences = 0
    for index, question in enumerate(questions):
        before = question.encoded.prompt_ids
        if question.choose is None:
            paths = dict(zip(question.sequences, trie.paths[n_sequences:], strict=False))
            scored[index] = [
                list(zip(paths[before + ids[:-1]][len(before) - 1 :], ids, strict=True))
                for ids in question.encoded.continuation_ids
            ]
        else:
            written[index] = _Answer(
                engine=engine,
                sequence=n_sequences,
                n_read=len(before),
                choose=question.choose,
                budget=question.budget,
            )
        n_sequences += len(question.sequences)
    steps = {step for paths in scored.values() for path in paths for step in path}
    known = _read(engine, trie, steps, written.values())
    _write_on(engine, written.values())
    return [
        written[index].finished() if index in written else _summed(scored[index], known)
        for index in range(len(questions))
    ]


def _read(
    engine: LlamaEngine,
    trie: TokenTrie,
    steps: Collection[_Step],
    answers: Collection[_Answer],
) -> dict[_Step, float]:
    """log P(token | path to node) for every step; begins all answers on the way."""
    asked: dict[int, list[int]] = defaultdict(list)
    for node, token in sorted(steps):
        asked[node].append(token)
    waiting: dict[int, list[_Answer]] = defaultdict(list)
    for answer in answers:
        if answer.goes_on:
            waiting[trie.paths[answer.sequence][-1]].append(answer)
    ways = {(trie.parents[node], trie.tokens[node]): node for node in asked}
    known: dict[_Step, float] = {}
    for node, logits in _logits(engine, trie, asked.keys() | waiting.keys()):
        if tokens := asked.get(node):
            found = _log_softmax_at(logits, tokens)
            engine.require_finite(sum(found))
            known.update({(node, token): p for token, p in zip(tokens, found, strict=True)})
        for answer in waiting.get(node, ()):
            answer.write(logits)
            way = ways.get((node, answer.tokens[-1])) if answer.goes_on else None
            if way is not None:
                # Children come after their parents.
                waiting[way].append(answer)
                answer.followed = trie.members[way][0]
    return known


def _logits(
    engine: LlamaEngine, trie: TokenTrie, wanted: Container[int]
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """Read a trie into the emptied cache; yields the wanted nodes, each with its logits."""
    engine.clear()
    for start in range(0, trie.n_nodes, engine.n_batch):
        nodes = range(start, min(start + engine.n_batch, trie.n_nodes))
        engine.decode(
            tokens=trie.tokens[nodes.start : nodes.stop],
            positions=trie.positions[nodes.start : nodes.stop],
            members=trie.members[nodes.start : nodes.stop],
            wanted=[node in wanted for node in nodes],
        )
        for index, node in enumerate(nodes):
            if node in wanted:
                yield node, engine.logits(index)


def _write_on(engine: LlamaEngine, answers: Collection[_Answer]) -> None:
    """Write all answers to their ends, each step those that go on together."""
    for answer in answers:
        if answer.goes_on and answer.followed is not None:
            last = answer.n_read + len(answer.tokens) - 1
            engine.share(answer.followed, answer.sequence, range(answer.n_read, last))
    while active := [answer for answer in answers if answer.goes_on]:
        engine.decode(
            tokens=[answer.tokens[-1] for answer in active],
            positions=[answer.n_read + len(answer.tokens) - 1 for answer in active],
            members=[(answer.sequence,) for answer in active],
            wanted=[True] * len(active),
        )
        for index, answer in enumerate(active):
            answer.write(engine.logits(index))


def _summed(paths: Sequence[Sequence[_Step]], known: Mapping[_Step, float]) -> LogLikelihoods:
    return LogLikelihoods(
        values=tuple(sum(known[step] for step in path) for path in paths),
        n_tokens=tuple(map(len, paths)),
    )


def _log_softmax_at(logits: NDArray[np.float32], tokens: Sequence[int]) -> list[float]:
    """Natural log-probabilities of some tokens under logits of shape (n_vocab,)."""
    highest = logits.max()
    total = np.exp(logits - highest).sum(dtype=np.float64)
    below = logits[list(tokens)].astype(np.float64) - np.float64(highest)
    return [float(each) for each in below - np.log(total)]
