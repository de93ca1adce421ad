"""A reply that is already begun: the same tokens in both backends, and the law of the product."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from auditor.backends.chat_template import chat_form
from auditor.backends.llama_cpp_model import LlamaCppModel
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.items import Prompt
from tests.backends.tiny_gguf import CHAT_TEMPLATE, vocabulary, write_tiny_gguf

PREFIXES = ("", "the other", "the other\n", "So my answer is: ", "\n\nthe other,\n", "Ünder\n")
Backends = tuple[LlamaCppModel, TransformersModel]


def prompt(reply_prefix: str, *continuations: str, max_new_tokens: int = 0) -> Prompt:
    return Prompt(
        prompt_id="p",
        item_id="i",
        mode="text" if max_new_tokens else "log-likelihood",
        text="the one or the other?",
        reply_prefix=reply_prefix,
        continuations=continuations,
        max_new_tokens=max_new_tokens,
    )


@pytest.fixture(scope="module", params=[CHAT_TEMPLATE, None], ids=["chat", "plain"])
def backends(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backends]:
    folder = tmp_path_factory.mktemp("prefix")
    path = write_tiny_gguf(folder / "tiny.gguf", chat_template=request.param)
    options = OpenOptions(dtype="float32", n_threads=1, cache_dir=folder)
    opened = LlamaCppModel(path), TransformersModel(path, options)
    yield opened
    opened[0].close()


def read(model: LlamaCppModel | TransformersModel, asked: Prompt) -> tuple[str, tuple[str, ...]]:
    """What the model reads, in the vocabulary's own letters."""

    def written(ids: tuple[int, ...]) -> str:
        return "".join(vocabulary()[token] for token in ids).replace("Ġ", " ").replace("Ċ", "\n")

    encoded = model.encode(asked)
    return written(encoded.prompt_ids), tuple(map(written, encoded.continuation_ids))


@pytest.mark.parametrize("prefix", PREFIXES)
def test_both_backends_read_the_same_tokens(backends: Backends, prefix: str) -> None:
    ours, theirs = backends
    for asked in (prompt(prefix, "the other", "b", " a"), prompt(prefix, max_new_tokens=3)):
        assert ours.encode(asked) == theirs.encode(asked)


@pytest.mark.parametrize("prefix", PREFIXES[1:-1])
def test_the_reply_begins_with_the_prefix(backends: Backends, prefix: str) -> None:
    for model in backends:
        without, _ = read(model, prompt("", max_new_tokens=3))
        before, _ = read(model, prompt(prefix, max_new_tokens=3))
        assert before.startswith(without)
        space = " " if without.endswith("Answer:") and not prefix[0].isspace() else ""
        assert before == without + space + prefix


@pytest.mark.parametrize("prefix", ["the other\n", "\n\nthe other,\n"])
def test_a_continuation_follows_a_prefix_as_one_text(backends: Backends, prefix: str) -> None:
    """log P(prefix + answer) = log P(prefix) + log P(answer | prefix)."""
    for model in backends:
        whole, begun = (
            model.log_likelihoods([prompt("", prefix, f"{prefix}a b")])[0].values,
            model.log_likelihoods([prompt(prefix, "a b")])[0].values,
        )
        assert whole[1] - whole[0] == pytest.approx(begun[0], abs=0.01)
        assert begun[0] < -0.1


def test_an_answer_goes_on_from_the_prefix(backends: Backends) -> None:
    for model in backends:
        asked = prompt("the other\n", max_new_tokens=6)
        (long,) = model.generate([asked])
        (short,) = model.generate([replace(asked, max_new_tokens=3)])
        (bare,) = model.generate([replace(asked, reply_prefix="")])
        assert long.text != bare.text
        assert long.text.startswith(short.text.rstrip("�"))
        assert not long.text.startswith("the other")


@pytest.mark.parametrize(
    ("prefix", "continuation", "chat", "plain"),
    [
        ("", "white", "[q]white", "q\nAnswer: white"),
        ("", " white", "[q] white", "q\nAnswer: white"),
        ("It is", "white", "[q]It is white", "q\nAnswer: It is white"),
        ("It is", "\nwhite", "[q]It is\nwhite", "q\nAnswer: It is\nwhite"),
        ("It is:\n", "white", "[q]It is:\nwhite", "q\nAnswer: It is:\nwhite"),
        ("\nIt is ", "white", "[q]\nIt is white", "q\nAnswer:\nIt is white"),
    ],
)
def test_where_a_space_stands(prefix: str, continuation: str, chat: str, plain: str) -> None:
    for template, expected in (("[{{ messages[0].content }}]", chat), (None, plain)):
        form = chat_form(template, bos_token="", eos_token="", date="2025-01-01")
        assert form.render("q", prefix) + form.join(continuation, prefix) == expected
