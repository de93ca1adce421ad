"""Patience with a server: what passes is asked again, what is meant is told at once."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from auditor.backends.server import client as client_module
from auditor.backends.server.client import Patience, Request, ServerClient, ServerRefused
from auditor.backends.server.completions import Asking
from auditor.backends.server.declaration import declare, identify
from auditor.backends.server.introduction import ask_about
from auditor.backends.server.readings import read_generation
from auditor.backends.server.secrecy import without_key
from auditor.core.responses import Generation
from auditor.errors import ModelNotLoaded, ServerUnavailable
from tests.backends.completion_server import NAME, Scripted, Trouble, likeliest, serving

QUICK = Patience(attempts=3, first_pause=0.01, longest_pause=0.05, seconds=0.3)
ASKING = Asking(model=NAME)
PASSING: tuple[Trouble, ...] = (
    "500",
    "503",
    "429",
    "hang",
    "cut",
    "garbage",
    "not-json",
    "nan",
    "short",
)


@contextmanager
def connected(
    scripted: Scripted, patience: Patience = QUICK, *, concurrency: int = 4, key: str | None = None
) -> Iterator[ServerClient]:
    with serving(scripted) as address:
        client = ServerClient(address, key, concurrency, patience)
        try:
            yield client
        finally:
            client.close()


def question(client: ServerClient, text: str = "a stone") -> Request[Generation]:
    return Request(
        url=f"{client.address}/completions", body=ASKING.body(text, 2), read=read_generation
    )


def first(n: int, trouble: Trouble) -> Callable[[int], Trouble | None]:
    return lambda number: trouble if number < n else None


@pytest.mark.parametrize("trouble", PASSING)
def test_what_passes_is_asked_again(trouble: Trouble) -> None:
    scripted = Scripted(trouble=first(2, trouble))
    with connected(scripted) as client:
        answer = client.ask([question(client)])[0]
    word = likeliest("a stone")
    assert answer.text == word + likeliest("a stone" + word)
    assert len(scripted.asked) == 3


@pytest.mark.parametrize("trouble", PASSING)
def test_patience_ends(trouble: Trouble) -> None:
    scripted = Scripted(trouble=first(99, trouble))
    with connected(scripted) as client, pytest.raises(ServerUnavailable) as caught:
        client.ask([question(client)])
    assert len(scripted.asked) == QUICK.attempts
    assert "last of 3 attempts" in str(caught.value)
    assert "the same command goes on" in str(caught.value)


def test_nobody_listens() -> None:
    with serving(Scripted()) as address:
        pass
    client = ServerClient(address, patience=QUICK)
    with pytest.raises(ServerUnavailable, match="no connection"):
        client.ask([question(client)])
    client.close()


def test_what_is_meant_is_told_at_once_and_harmless() -> None:
    scripted = Scripted(trouble=first(99, "400"))
    with connected(scripted) as client, pytest.raises(ServerRefused) as caught:
        client.ask([question(client)])
    assert len(scripted.asked) == 1
    assert "maximum context length is 8" in str(caught.value)
    assert "\x1b" not in str(caught.value)


def test_a_redirect_is_not_followed() -> None:
    scripted = Scripted()
    with connected(scripted) as client, pytest.raises(ServerRefused, match="redirects"):
        client.ask([Request(url=client.address.replace("/v1", "/moved/models"), read=str)])
    assert scripted.paths == ["/moved/models"]


def test_the_key_is_sent_and_never_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    scripted = Scripted(key="sesame")
    with connected(scripted, key="sesame") as client:
        assert client.ask([question(client)])[0].finish_reason == "length"
    with (
        connected(scripted, key="wrong-key") as client,
        pytest.raises(ServerRefused, match="--api-key-env") as caught,
    ):
        client.ask([question(client)])
    assert "wrong-key" not in str(caught.value)


@pytest.mark.parametrize(
    "said",
    [
        "wrong-key is not valid",
        "not valid: wr\x1bong\x00-key",
        "x" * 195 + "wrong-key",
        json.dumps({"Authorization": "Bearer wrong-key"}),
    ],
)
def test_a_key_that_the_server_repeats_is_masked(said: str) -> None:
    with (
        connected(Scripted(key="sesame", refuses=said), key="wrong-key") as client,
        pytest.raises(ServerRefused) as caught,
    ):
        client.ask([question(client)])
    for told in (str(caught.value), caught.value.said):
        assert "wrong" not in told
        assert "[key]" in told or "xxx..." in told
    assert "wrong-key" not in repr(client)


def test_a_key_with_a_quote_is_masked_as_json_has_it() -> None:
    assert "wr" not in without_key(json.dumps(['wr"ong']), 'wr"ong')
    assert without_key("all of it", None) == without_key("all of it", "") == "all of it"


def test_a_key_among_what_the_server_says_of_itself_is_not_declared() -> None:
    card = {"root": "for wrong-key", "owned_by": "x" * 295 + "wrong-key", "meta": {"wrong-key": 1}}
    scripted = Scripted(
        card={**card, "quantization": "wrong-key"}, props={"build_info": "wrong-key"}
    )
    with connected(scripted, key="wrong-key") as client:
        said = ask_about(client, NAME)
        with pytest.raises(ModelNotLoaded) as caught:
            ask_about(client, "none")
    assert dict(declare(said))["models.root"] == "for [key]"
    identity = identify(said, template_sha256=None, settings=())
    assert "wrong" not in repr((said.name, identity, str(caught.value)))


@pytest.mark.parametrize(
    "address",
    ["http://1.2.3.999/v1", "http://[v1.x]/v1", "http://xn--a/v1", "http://a..b/v1"],
)
def test_what_is_no_address_is_one_sentence(address: str) -> None:
    with pytest.raises(ModelNotLoaded, match="--url is no address"):
        ServerClient(address)


def test_a_number_in_other_digits_is_no_time_to_wait() -> None:
    # A header is read as Latin-1, where these are digits that float() does not take.
    scripted = Scripted(trouble=first(1, "429"), retry_after="\u00b2")
    with connected(scripted) as client:
        assert client.ask([question(client)])[0].n_tokens > 0


def test_the_server_says_how_long_to_wait() -> None:
    scripted = Scripted(trouble=first(1, "429"), retry_after="1")
    with connected(scripted, Patience(first_pause=0.001)) as client:
        began = time.monotonic()
        client.ask([question(client)])
        assert 1 <= time.monotonic() - began < 3


def test_it_is_not_believed_without_bounds() -> None:
    scripted = Scripted(trouble=first(1, "429"), retry_after="86400")
    with connected(scripted) as client:
        began = time.monotonic()
        client.ask([question(client)])
        assert time.monotonic() - began < 1


@pytest.mark.parametrize("concurrency", [1, 3])
def test_answers_come_in_order_and_so_many_at_once(concurrency: int) -> None:
    texts = [f"a {word}" for word in ("one", "two", "three", "four", "five", "six", "seven")]
    scripted = Scripted(delay=lambda number: 0.06 - 0.01 * number if number < 6 else 0.0)
    with connected(scripted, concurrency=concurrency) as client:
        answers = client.ask([question(client, text) for text in texts])
    for answer, text in zip(answers, texts, strict=True):
        assert answer.text.startswith(likeliest(text))
    assert scripted.most_at_once == concurrency


def test_one_failure_ends_all() -> None:
    scripted = Scripted(trouble=lambda _n: "400", delay=lambda number: 0.2 * (number > 0))
    with connected(scripted, concurrency=2) as client, pytest.raises(ServerRefused):
        client.ask([question(client, f"a {n}") for n in range(50)])
    assert len(scripted.asked) <= 4


def test_an_answer_without_end_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(client_module, "MAX_BYTES", 1 << 20)
    scripted = Scripted(props={"chat_template": "x" * (2 << 20)})
    with connected(scripted) as client, pytest.raises(ServerUnavailable, match="more than 1 mega"):
        client.ask([Request(url=client.address.replace("/v1", "/props"), read=repr)])
