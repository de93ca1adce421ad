"""A model behind a scripted server of each kind: the numbers are the script's own."""

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auditor.backends import open_model, resolve_model
from auditor.backends.options import OpenOptions, ServerOptions
from auditor.backends.server.alignment import find_start, start_after
from auditor.backends.server.declaration import hash_declaration
from auditor.backends.server.dialect import LEAVES_OUT, NO_TOKENS, NOT_THE_SAME
from auditor.backends.server.model import ServerModel
from auditor.backends.server.readings import EchoedToken
from auditor.core.encoding import encode_continuations
from auditor.core.items import Prompt
from auditor.core.responses import Generation, LogLikelihoods
from auditor.errors import AuditorError, ModelNotLoaded
from auditor.store import differences
from tests.backends.completion_server import (
    BOS,
    END,
    NAME,
    TEMPLATE,
    Dialect,
    Json,
    Scripted,
    likeliest,
    score,
    serving,
    tokenize,
)
from tests.backends.tiny_gguf import CHAT_TEMPLATE, write_tiny_gguf
from tests.builders import record

QUESTIONS = ("Which is calm: stone, river?", "Что спокойнее?", "Say yes or no.")
CONTINUATIONS = ("stone - calm, river - no", "river - calm", "камень - да")


def prompts(text: str, *, prefix: str = "") -> list[Prompt]:
    scored = Prompt(
        prompt_id=text,
        item_id=text,
        mode="log-likelihood",
        text=text,
        reply_prefix=prefix,
        continuations=CONTINUATIONS,
    )
    written = replace(scored, mode="text", continuations=(), max_new_tokens=3)
    return [scored, written, replace(written, sample=2), replace(written, max_new_tokens=9)]


ALL = [*prompts(QUESTIONS[0]), *prompts(QUESTIONS[1], prefix="So,"), *prompts(QUESTIONS[2])]


@contextmanager
def opened(
    scripted: Scripted, template: str | None = None, *, concurrency: int = 4
) -> Iterator[ServerModel]:
    with serving(scripted) as address:
        server = ServerOptions(url=address, chat_template=template, concurrency=concurrency)
        model = open_model(
            resolve_model(NAME, "server"), backend="server", options=OpenOptions(server=server)
        )
        assert isinstance(model, ServerModel)
        try:
            yield model
        finally:
            model.close()


@pytest.fixture
def template(tmp_path: Path) -> str:
    path = tmp_path / "tokenizer_config.json"
    config = {"chat_template": TEMPLATE, "bos_token": {"content": BOS}, "eos_token": END}
    path.write_text(json.dumps(config), encoding="utf-8")
    return str(tmp_path)


def begun(prompt: Prompt, *, is_plain: bool = False) -> str:
    """What a prompt's continuations follow, but for the token that begins texts."""
    turn = f"<|turn|>user\n{prompt.text}<|end|>\n<|turn|>assistant\n"
    return (f"{prompt.text}\nAnswer:" if is_plain else turn) + (
        f" {prompt.reply_prefix}" if prompt.reply_prefix and is_plain else prompt.reply_prefix
    )


def scores_of(prompt: Prompt, *, is_plain: bool = False) -> list[float]:
    space = " " if prompt.reply_prefix or is_plain else ""
    return [score(begun(prompt, is_plain=is_plain), space + each) for each in prompt.continuations]


def check(asked: Sequence[Prompt], answers: Sequence[LogLikelihoods | Generation]) -> None:
    for prompt, answer in zip(asked, answers, strict=True):
        if isinstance(answer, LogLikelihoods):
            assert answer.values == pytest.approx(scores_of(prompt), abs=1e-6)
        else:
            written = answer.text
            length = min(prompt.max_new_tokens, 5)
            assert answer.n_tokens == length
            assert answer.finish_reason == ("length" if length == prompt.max_new_tokens else "stop")
            assert prompt.sample or written.startswith(likeliest(begun(prompt)))


@pytest.mark.parametrize("adds_begin", [True, False])
@pytest.mark.parametrize("hides_texts", [True, False])
@pytest.mark.parametrize("dialect", ["vllm", "llama-cpp-python"])
def test_scores_and_answers_are_the_models(
    dialect: Dialect, hides_texts: bool, adds_begin: bool, template: str
) -> None:
    scripted = Scripted(dialect=dialect, hides_texts=hides_texts, adds_begin=adds_begin)
    with opened(scripted, template) as model:
        check(ALL, model.answer(ALL))
        assert len(model.warnings) == 1
        assert model.generate(ALL[1:2]) == model.answer(ALL[1:2])
        assert model.log_likelihoods(ALL[:1]) == model.answer(ALL[:1])
        ways = {"vllm": "prompt_logprobs", "llama-cpp-python": "echo"}
        assert ("log_likelihoods", ways[dialect]) in model.identity.backend_settings
    texts = [body["prompt"] for body in scripted.asked[1:]]
    leaves_begin = dialect != "vllm" and adds_begin
    assert all(text.startswith(BOS) != leaves_begin for text in texts)
    assert all(body["add_special_tokens"] is False for body in scripted.asked)


def test_answers_depend_on_no_order_of_arrival(template: str) -> None:
    slow = Scripted(delay=lambda number: 0.01 * (number % 3))
    with opened(slow, template, concurrency=8) as model:
        hurried = model.answer(ALL[:8])
        assert slow.most_at_once > 1
    with opened(Scripted(), template, concurrency=1) as model:
        assert model.answer(ALL[:8]) == hurried


def test_a_sample_is_the_same_draw_each_time(template: str) -> None:
    asked = [replace(prompts(QUESTIONS[0])[1], sample=sample) for sample in (1, 2, 3, 1)]
    with opened(Scripted(), template) as model:
        texts = [one.text for one in model.generate(asked)]
        assert texts[0] == texts[3]
        assert len(set(texts)) == 3
        assert [one.text for one in model.generate(asked[::-1])] == texts[::-1]


@pytest.mark.parametrize(("dialect", "top_k"), [("vllm", -1), ("llama-cpp-python", 0)])
def test_nothing_but_the_models_probabilities_has_a_part(
    dialect: Dialect, top_k: int, template: str
) -> None:
    scripted = Scripted(dialect=dialect)
    with opened(scripted, template) as model:
        model.answer(prompts(QUESTIONS[0])[2:3])
    body = scripted.asked[-1]
    assert body["temperature"] == 1
    assert body["top_k"] == top_k
    assert body["repeat_penalty"] == body["repetition_penalty"] == body["top_p"] == 1


def test_a_server_that_lists_neighbours_values_is_found_out(template: str) -> None:
    scripted = Scripted(dialect="llama-cpp-python", is_shifted=True)
    with opened(scripted, template) as model:
        answer = model.log_likelihoods(ALL[:1])[0]
        assert all(map(math.isnan, answer.values))
        assert answer.n_tokens == ()
        assert model.warnings[-1] == NOT_THE_SAME


def test_a_server_that_leaves_tokens_out_is_found_out(template: str) -> None:
    scripted = Scripted(dialect="llama-cpp-python", hides=";")
    with opened(scripted, template) as model:
        assert model.warnings[-1] == LEAVES_OUT


@pytest.mark.parametrize(
    ("scripted", "said"),
    [
        (Scripted(dialect="llama-server"), NO_TOKENS),
        (Scripted(dialect="llama-cpp-python", logs_all=False), "logits_all=False"),
    ],
)
def test_a_server_without_log_likelihoods_still_writes(
    scripted: Scripted, said: str, template: str
) -> None:
    with opened(scripted, template) as model:
        asked = ALL[:4]
        assert said in model.warnings[-1]
        assert ("log_likelihoods", "none") in model.identity.backend_settings
        n_asked = len(scripted.asked)
        answers = model.answer(asked)
        # On a busy machine one may be asked again.
        different = {json.dumps(body, sort_keys=True) for body in scripted.asked[n_asked:]}
        assert len(different) == 3
    assert isinstance(answers[0], LogLikelihoods)
    check(asked[1:], answers[1:])


def test_the_server_of_llama_cpp_says_its_template() -> None:
    props: Json = {
        "chat_template": TEMPLATE,
        "bos_token": BOS,
        "eos_token": END,
        "build_info": "b6000",
        "model_path": "models/one.gguf",
        "default_generation_settings": {"n_ctx": 4096},
    }
    card = {"meta": {"n_params": 135_000_000, "n_ctx_train": 8192}}
    scripted = Scripted(dialect="llama-server", props=props, card=card)
    with opened(scripted) as model:
        check(ALL[1:2], model.answer(ALL[1:2]))
        identity = model.identity
    assert identity.n_parameters == 135_000_000
    assert identity.context_length == 4096
    assert ("props.build_info", "b6000") in identity.declared


def test_a_template_that_is_hostile_is_one_sentence_or_harmless() -> None:
    for source in (f"\ud800{TEMPLATE}", "{{ '\ud800' }}{{ messages[0].content }}"):
        props: Json = {
            "chat_template": source,
            "bos_token": "\ud800",
            "model_path": "\ud800\x1b[31m",
        }
        with opened(Scripted(dialect="llama-server", props=props)) as model:
            assert model.answer(ALL[1:2])
            assert all(text.isprintable() for _, text in model.identity.declared)
    endless: Json = {"chat_template": "{% for i in range(99999) %}{{ 'x' * 99999 }}{% endfor %}"}
    with (
        pytest.raises(ModelNotLoaded, match="chat template cannot be used"),
        opened(Scripted(dialect="llama-server", props=endless)),
    ):
        pass


def test_without_a_template_the_plain_form_is_sent() -> None:
    with opened(Scripted(adds_begin=True)) as model:
        assert "plain form" in model.warnings[1]
        asked = ALL[0]
        found = model.log_likelihoods([asked])[0].values
        assert found == pytest.approx(scores_of(asked, is_plain=True), abs=1e-6)
        assert model.identity.chat_template_sha256 is None


def test_templates_come_out_of_all_that_holds_them(template: str, tmp_path: Path) -> None:
    gguf = write_tiny_gguf(tmp_path / "tiny.gguf")
    jinja = tmp_path / "chat.jinja"
    jinja.write_text(CHAT_TEMPLATE, encoding="utf-8")
    hashes = []
    for place in (template, gguf, jinja, "demo"):
        with opened(Scripted(), str(place)) as model:
            hashes.append(model.identity.chat_template_sha256)
    assert None not in hashes
    assert hashes[1] == hashes[2]
    assert len(set(hashes)) == 3


@pytest.mark.parametrize(
    ("content", "said"),
    [(None, "Cannot read"), (b"\xff\xfe\x00", "is not a text"), (b"{% for", "cannot be used")],
)
def test_no_template(content: bytes | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "chat.jinja"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelNotLoaded, match=said), opened(Scripted(), str(path)):
        pass


def test_a_gguf_without_a_template_is_refused(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf", chat_template=None)
    with pytest.raises(ModelNotLoaded, match="no chat template"), opened(Scripted(), str(path)):
        pass


def test_what_is_not_served_is_refused_with_what_is() -> None:
    with serving(Scripted()) as address:
        options = OpenOptions(server=ServerOptions(url=address))
        with pytest.raises(ModelNotLoaded, match=f"serves no model gpt; it serves {NAME}, other"):
            open_model(resolve_model("gpt", "server"), backend="server", options=options)


@pytest.mark.parametrize(
    "url",
    [
        "ftp://host/v1",
        "host:8000/v1",
        "http:///v1",
        "http://host:99999/v1",
        "http://[::1/v1",
        "http://me:secret@host/v1",
        "http://host/v1?key=secret",
        "http://host/v1#secret",
        "http://hö.st/v1",
        "http://host/\x1b[31m",
        "",
    ],
)
def test_addresses_that_are_none(url: str) -> None:
    options = OpenOptions(server=ServerOptions(url=url))
    with pytest.raises(ModelNotLoaded, match="--url") as caught:
        open_model(resolve_model(NAME, "server"), backend="server", options=options)
    assert "secret" not in str(caught.value)


def test_a_key_comes_from_the_environment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Scripted(key="sesame")) as address:
        options = OpenOptions(server=ServerOptions(url=address, api_key_env="AUDITOR_TEST_KEY"))
        source = resolve_model(NAME, "server")
        with pytest.raises(ModelNotLoaded, match="is not set"):
            open_model(source, backend="server", options=options)
        monkeypatch.setenv("AUDITOR_TEST_KEY", "se\nsame")
        with pytest.raises(ModelNotLoaded, match="holds no key"):
            open_model(source, backend="server", options=options)
        monkeypatch.setenv("AUDITOR_TEST_KEY", "sesame")
        model = open_model(source, backend="server", options=options)
        assert "sesame" not in repr(model.identity)
        model.close()


def test_the_identity_is_the_declaration() -> None:
    scripted = Scripted()
    with serving(scripted) as address:
        options = OpenOptions(server=ServerOptions(url=address))
        first, second = (
            open_model(resolve_model(NAME, "server"), backend="server", options=options)
            for _ in range(2)
        )
        scripted.card["root"] = "scripted/another"
        third = open_model(resolve_model(NAME, "server"), backend="server", options=options)
        assert first.identity == second.identity
        assert first.identity.is_declared
        assert first.identity.weights == ()
        assert first.identity.weights_sha256 == hash_declaration(first.identity.declared)
        assert dict(first.identity.declared)["url"] == address
        assert dict(first.identity.declared)["version"] == "0.11.0"
        ours, theirs = (replace(record(), model=one.identity) for one in (first, third))
        assert "model weights" in differences(ours, theirs)
        for model in (first, second, third):
            model.close()


def test_errors_of_a_server_are_of_the_family() -> None:
    with (
        serving(Scripted(key="sesame")) as address,
        pytest.raises(AuditorError, match="--api-key-env"),
    ):
        open_model(
            resolve_model(NAME, "server"),
            backend="server",
            options=OpenOptions(server=ServerOptions(url=address)),
        )


pieces = st.text(st.sampled_from("ab ,.я\n"), min_size=1, max_size=8)


@given(pieces, st.lists(pieces, min_size=1, max_size=4))
def test_the_border_is_where_the_tokenizer_puts_it(prompt: str, continuations: list[str]) -> None:
    """Against the rule of the backends that have the tokens themselves."""
    prompt = f"a{prompt}"
    vocabulary: dict[str, int] = {}

    def encode(text: str) -> list[int]:
        return [vocabulary.setdefault(token, len(vocabulary)) for token in tokenize(text)]

    def echoed(text: str) -> list[EchoedToken]:
        return [EchoedToken(name=t, text=t, log_probability=-1.0) for t in tokenize(text)]

    try:
        encoded = encode_continuations(prompt, continuations, encode)
    except ValueError:
        return
    wholes = [echoed(prompt + each) for each in continuations]
    expected = len(encoded.prompt_ids)
    assert start_after(echoed(prompt), wholes) == expected
    assert find_start(prompt, continuations, wholes) == expected
    blind = [[replace(token, text="") for token in whole] for whole in wholes]
    assert find_start(prompt, continuations, blind) is None
