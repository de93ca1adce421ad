"""Scores and answers of one batch: as by themselves, and the prompt is read once."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from auditor.backends import resolve_model
from auditor.backends.llama_answering import Question, answer_group
from auditor.backends.llama_cpp_model import LlamaCppModel
from auditor.backends.llama_engine import LlamaEngine
from auditor.backends.llama_settings import LlamaSettings
from auditor.backends.next_token import next_token
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.encoding import EncodedPrompt
from auditor.core.items import Prompt
from auditor.core.model import LanguageModel
from auditor.core.responses import Generation, LogLikelihoods
from auditor.errors import ModelNotLoaded
from auditor.prompt_library import load_battery
from auditor.workflows.asking import plan_battery
from tests.backends.tiny_checkpoint import write_tiny_checkpoint
from tests.backends.tiny_gguf import vocabulary, write_tiny_gguf, write_tiny_mamba

KINDS = ("llama.cpp", "llama.cpp plain", "llama.cpp mamba", "transformers", "transformers mamba")
REL, ABS = 1e-3, 0.02
"""What another batch composition may change of a log-likelihood: llama.cpp keeps float16."""
ONE_THREAD = LlamaSettings(n_threads=1)


def scored(text: str, *continuations: str) -> Prompt:
    return Prompt(
        prompt_id=f"{text}:log-likelihood",
        item_id=text,
        mode="log-likelihood",
        text=text,
        continuations=continuations or ("the other", "the other one", "another", "b"),
    )


def written(text: str, max_new_tokens: int = 6, sample: int = 0) -> Prompt:
    return Prompt(
        prompt_id=f"{text}:text",
        item_id=text,
        mode="text",
        text=text,
        max_new_tokens=max_new_tokens,
        sample=sample,
    )


def mixed(n: int = 6) -> list[Prompt]:
    """Each question scored, written and drawn; some with a reply that is already begun."""
    texts = [f"the one or the other, {'a b' * (i % 3)} {i}?" for i in range(n)]
    prompts = [
        prompt for text in texts for prompt in (written(text), scored(text), written(text, 6, 1))
    ]
    return [
        replace(prompt, reply_prefix="So,\n" if index % 4 > 1 else "")
        for index, prompt in enumerate(prompts)
    ]


def by_mode(model: LanguageModel, prompts: Sequence[Prompt]) -> list[LogLikelihoods | Generation]:
    """The plain way: scores by themselves, and every answer by itself."""
    return [
        model.log_likelihoods([prompt])[0]
        if prompt.mode == "log-likelihood"
        else model.generate([prompt])[0]
        for prompt in prompts
    ]


def assert_alike(
    left: Sequence[LogLikelihoods | Generation], right: Sequence[LogLikelihoods | Generation]
) -> None:
    for one, other in zip(left, right, strict=True):
        if isinstance(one, LogLikelihoods):
            assert isinstance(other, LogLikelihoods)
            assert one.values == pytest.approx(other.values, rel=REL, abs=ABS)
            assert one.n_tokens == other.n_tokens
        else:
            assert one == other


def open_tiny(kind: str, folder: Path) -> LanguageModel:
    options = OpenOptions(dtype="float32", n_threads=1)
    match kind:
        case "llama.cpp":
            return LlamaCppModel(write_tiny_gguf(folder / "tiny.gguf"), ONE_THREAD)
        case "llama.cpp plain":
            path = write_tiny_gguf(folder / "plain.gguf", chat_template=None)
            return LlamaCppModel(path, ONE_THREAD)
        case "llama.cpp mamba":
            return LlamaCppModel(write_tiny_mamba(folder / "mamba.gguf"), ONE_THREAD)
        case "transformers":
            return TransformersModel(write_tiny_checkpoint(folder / "llama"), options)
        case _:
            return TransformersModel(write_tiny_checkpoint(folder / "mamba", "mamba"), options)


@pytest.fixture(scope="module", params=KINDS)
def model(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[LanguageModel]:
    opened = open_tiny(request.param, tmp_path_factory.mktemp("tiny"))
    yield opened
    opened.close()


def test_a_mixed_batch_gives_what_its_prompts_give_alone(model: LanguageModel) -> None:
    assert_alike(model.answer(mixed()), by_mode(model, mixed()))


def test_a_mixed_batch_twice_is_equal_to_the_bit(model: LanguageModel) -> None:
    first = model.answer(mixed())
    model.answer([written("something else"), scored("altogether")])
    assert model.answer(mixed()) == first


def test_results_follow_the_order_of_the_prompts(model: LanguageModel) -> None:
    assert model.answer(mixed()[::-1]) == model.answer(mixed())[::-1]


def test_batches_of_one_mode_and_of_none(model: LanguageModel) -> None:
    scores = [prompt for prompt in mixed() if prompt.mode == "log-likelihood"]
    texts = [prompt for prompt in mixed() if prompt.mode == "text"]
    assert model.answer([]) == []
    assert model.answer(scores) == model.log_likelihoods(scores)
    assert model.answer(texts) == model.generate(texts)


def test_reasoning_is_written_not_scored(model: LanguageModel) -> None:
    thought = replace(written("why?"), mode="reasoning", reply_prefix="Let me think.\n")
    assert_alike(model.answer([scored("why?"), thought])[1:], model.generate([thought]))


def test_an_answer_of_no_tokens_is_empty(model: LanguageModel) -> None:
    nothing = written("which?", 0)
    scores, answer = model.answer([scored("which?"), nothing])
    assert answer == Generation(text="", finish_reason="length", n_tokens=0)
    assert_alike([scores], model.log_likelihoods([scored("which?")]))


# Samples


def test_a_sample_is_the_same_alone_and_in_a_batch(model: LanguageModel) -> None:
    samples = [written("which one?", 12, sample) for sample in range(1, 6)]
    together = model.generate([*samples, written("and this?", 12), written("which one?", 12)])
    assert together[:5] == [model.generate([each])[0] for each in samples]
    assert len({each.text for each in together[:5]}) == 5


def test_equal_samples_are_equal(model: LanguageModel) -> None:
    one, other = model.generate([written("which one?", 12, 3)] * 2)
    assert one == other


def test_samples_leave_greedy_answers_alone(model: LanguageModel) -> None:
    greedy = [written(f"which of {n}?", 8) for n in range(3)]
    beside = model.generate([*greedy, *(replace(each, sample=1) for each in greedy)])
    assert beside[:3] == model.generate(greedy)


def test_a_short_sample_begins_the_long_one(model: LanguageModel) -> None:
    short, long = model.generate([written("which one?", n, 2) for n in (3, 9)])
    assert long.text.startswith(short.text.rstrip("�"))


def test_both_backends_draw_the_same(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    theirs = TransformersModel(
        path, OpenOptions(dtype="float32", n_threads=1, cache_dir=tmp_path / "cache")
    )
    samples = [written("the one or the other?", 10, sample) for sample in range(8)]
    assert LlamaCppModel(path, ONE_THREAD).generate(samples) == theirs.generate(samples)


def test_first_tokens_are_as_frequent_as_they_are_likely(tmp_path: Path) -> None:
    model = LlamaCppModel(write_tiny_gguf(tmp_path / "tiny.gguf"), ONE_THREAD)
    letters = [token for token in vocabulary()[:94] if token.isascii()]
    (scores,) = model.log_likelihoods([scored("which?", *letters)])
    chances = np.exp([v for v, n in zip(scores.values, scores.n_tokens, strict=True) if n == 1])
    assert len(chances) == len(letters)
    drawn = [g.text for g in model.generate([written("which?", 1, k) for k in range(1, 601)])]
    share = np.array([drawn.count(letter) for letter in letters]) / len(drawn)
    error = np.sqrt(chances * (1 - chances) / len(drawn))
    assert (np.abs(share - chances) < 4.5 * error + 1 / len(drawn)).all()


# What is computed


class CountingEngine(LlamaEngine):
    """Keeps how many tokens each pass had."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, ONE_THREAD)
        self.passes: list[int] = []

    def decode(
        self,
        tokens: Sequence[int],
        positions: Sequence[int],
        members: Sequence[Sequence[int]],
        wanted: Sequence[bool],
    ) -> None:
        self.passes.append(len(tokens))
        super().decode(tokens, positions, members, wanted)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CountingEngine]:
    opened = CountingEngine(write_tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf"))
    yield opened
    opened.close()


def question(prompt_ids: tuple[int, ...], *continuation_ids: tuple[int, ...]) -> Question:
    encoded = EncodedPrompt(prompt_ids=prompt_ids, continuation_ids=continuation_ids)
    if continuation_ids:
        return Question(encoded=encoded)
    return Question(encoded=encoded, choose=next_token(written("")), budget=6)


START = tuple(range(40, 60))


def answer_ids(engine: CountingEngine, start: tuple[int, ...], budget: int = 6) -> tuple[int, ...]:
    """The greedy answer, read anew for every token."""
    ids: tuple[int, ...] = ()
    for _ in range(budget):
        engine.clear()
        whole = start + ids
        n = len(whole)
        engine.decode(whole, range(n), [(0,)] * n, [False] * (n - 1) + [True])
        ids += (int(np.argmax(engine.logits(n - 1))),)
    return ids


def test_what_is_scored_and_answered_is_read_once(engine: CountingEngine) -> None:
    unlikely = (7, 8, 9)
    assert answer_ids(engine, START)[0] != unlikely[0]
    engine.passes.clear()
    answer_group(engine, [question(START, unlikely, (7, 5)), question(START)])
    # The prompt, two tokens of the first continuation, none of the other; then five of the answer.
    assert engine.passes == [len(START) + 2, 1, 1, 1, 1, 1]


@pytest.mark.parametrize("n_alike", [0, 1, 2, 3, 5, 6])
def test_an_answer_that_begins_like_a_continuation_follows_it(
    engine: CountingEngine, n_alike: int
) -> None:
    ids = answer_ids(engine, START)
    continuation = (*ids[:n_alike], (ids[n_alike] + 1) % 200 if n_alike < 6 else 5, 3, 4)
    alone = answer_group(engine, [question(START)])
    assert alone == [Generation(text=engine.detokenize(ids), finish_reason="length", n_tokens=6)]
    engine.passes.clear()
    both = [question(START, continuation, (7, 8, 9)), question(START)]
    scores, answer = answer_group(engine, both)
    assert answer == alone[0]
    assert engine.passes[1:] == [1] * max(0, 5 - n_alike)
    assert_alike([scores], answer_group(engine, both[:1]))


def test_answers_follow_each_their_own_continuation(engine: CountingEngine) -> None:
    starts = [START, (*START, 5), (*START[:9], 11, 12), (60,)]
    questions = []
    for n_alike, start in enumerate(starts):
        ids = answer_ids(engine, start)
        questions += [question(start, (*ids[:n_alike], 7, 3), (8, 9)), question(start)]
    together = answer_group(engine, questions)
    assert_alike(together[1::2], [answer_group(engine, [each])[0] for each in questions[1::2]])
    assert_alike(together[::2], answer_group(engine, questions[::2]))


def test_a_prompt_of_one_token(tmp_path: Path) -> None:
    bare = "{{ messages[0].content }}"
    model = LlamaCppModel(write_tiny_gguf(tmp_path / "bare.gguf", chat_template=bare), ONE_THREAD)
    prompts = [scored("c", "d", "de"), written("c"), written("cd"), scored("cd", "e", "f")]
    assert model.encode(prompts[0]).prompt_ids == (vocabulary().index("c"),)
    assert_alike(model.answer(prompts), by_mode(model, prompts))


@pytest.mark.parametrize(("n_cells", "n_ubatch"), [(256, 512), (4096, 256), (320, 512)])
def test_a_batch_larger_than_the_cache_or_a_pass_is_divided(
    n_cells: int, n_ubatch: int, tmp_path: Path
) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    whole = LlamaCppModel(path, ONE_THREAD)
    divided = LlamaCppModel(path, replace(ONE_THREAD, n_cells=n_cells, n_ubatch=n_ubatch))
    long = "the one, " * 30
    prompts = [*mixed(24), scored(long), written(long), written(f"{long}a", 20, 1)]
    assert_alike(divided.answer(prompts), whole.answer(prompts))


def test_a_prompt_longer_than_the_context_is_refused(tmp_path: Path) -> None:
    model = LlamaCppModel(write_tiny_gguf(tmp_path / "short.gguf", context_length=64))
    with pytest.raises(ModelNotLoaded, match="reads at most 64 tokens"):
        model.answer([scored("b"), replace(written("b"), reply_prefix="b " * 200)])


def test_numbers_that_are_not_finite_are_refused(tmp_path: Path) -> None:
    model = LlamaCppModel(write_tiny_gguf(tmp_path / "broken.gguf", scale=float("nan")))
    for prompt in (scored("b"), written("b"), written("b", sample=1)):
        with pytest.raises(ModelNotLoaded, match="not finite"):
            model.answer([prompt])


# The demo model


@pytest.fixture(scope="module")
def demo() -> Iterator[LlamaCppModel]:
    try:
        path = resolve_model("demo").path
    except ModelNotLoaded as error:
        pytest.skip(str(error))
    assert path is not None
    opened = LlamaCppModel(path, LlamaSettings(n_threads=2))
    yield opened
    opened.close()


@pytest.mark.slow
def test_the_demo_model_answers_the_battery_as_by_mode(demo: LlamaCppModel) -> None:
    plan = plan_battery(load_battery("quick"), batch_size=24, seed=0)
    n_equal = n_texts = 0
    for batch in plan.first[:20:10]:
        scores = [prompt for prompt in batch.prompts if prompt.mode == "log-likelihood"]
        texts = [prompt for prompt in batch.prompts if prompt.mode == "text"]
        both = demo.answer(batch.prompts)
        for one, other in zip(
            (each for each in both if isinstance(each, LogLikelihoods)),
            demo.log_likelihoods(scores),
            strict=True,
        ):
            assert one.values == pytest.approx(other.values, abs=0.5)
        answers = [each for each in both if isinstance(each, Generation)]
        n_equal += sum(map(Generation.__eq__, answers, demo.generate(texts)))
        n_texts += len(texts)
    # Activations are quantised together with what shares the batch: a near tie may turn.
    assert n_equal >= 0.8 * n_texts > 0


@pytest.mark.slow
def test_the_demo_model_goes_on_from_a_prefix_and_samples(demo: LlamaCppModel) -> None:
    asked = replace(
        written("What is the capital of France?", 3), reply_prefix="The capital of France is"
    )
    greedy, *samples = demo.generate([replace(asked, sample=k) for k in range(6)])
    assert greedy.text.startswith(" Paris")
    assert sum("Paris" in each.text for each in samples) >= 3
    free = [written("Name an animal.", 12, k) for k in range(1, 5)]
    first = demo.generate(free)
    assert len({each.text for each in first}) > 1
    assert demo.generate(free) == first
