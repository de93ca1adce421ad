"""JSON over HTTP with patience: what passes is tried again, what is meant is told at once.

The only module that imports httpx.
"""

import asyncio
import json
import random
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Generic, NoReturn, TypeVar

import httpx

from auditor.backends.server.garbled import Garbled
from auditor.backends.server.secrecy import without_key
from auditor.errors import ModelNotLoaded, ServerUnavailable

T = TypeVar("T")

MAX_BYTES = 64 << 20
"""Of one answer. A scored prompt of 2000 tokens takes about a quarter of a megabyte."""
_PASSING = frozenset({408, 425, 429})
"""Client errors that pass by themselves."""
_MAX_SAID = 200
_NOBODY = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate: for addresses that have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long a request is tried."""

    attempts: int = 6
    first_pause: float = 0.5
    """Seconds before the second attempt; each further pause is twice as long."""
    longest_pause: float = 30.0
    """Also of what a server asks for by Retry-After."""
    seconds: float = 600.0
    """For one whole answer; a server on a processor may have to answer others first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Generic[T]):
    """One request, and how its answer is read."""

    url: str
    body: dict[str, object] | None = None
    """JSON to post; None: the address is got."""
    read: Callable[[object], T]
    """Raises Garbled where the answer is not what was asked for."""
    is_trial: bool = False
    """Whether the server may not know it: then a plain 500 is a refusal, as some servers put it."""


class ServerRefused(ModelNotLoaded):
    """The server understood and will not; asking again would change nothing."""

    def __init__(self, sentence: str, *, said: str) -> None:
        super().__init__(sentence)
        self.said = said
        """The server's own words, cleaned and cut; or the number of its answer."""


class _Passing(Exception):
    """What another attempt may mend."""

    def __init__(self, what: str, *, pause: float | None = None) -> None:
        super().__init__(what)
        self.pause = pause
        """Seconds that the server asks to wait."""


@dataclass(slots=True)
class ServerClient:
    """Requests to one server, some of them at once; answers in the order of the requests.

    Neither proxies nor passwords are taken from the environment, and no redirect is followed:
    prompts and keys go to the address that is recorded, and to no other. Certificates are checked
    against those that the system trusts.
    """

    address: str
    key: str | None = field(default=None, repr=False)
    concurrency: int = 4
    patience: Patience = field(default_factory=Patience)
    _http: httpx.AsyncClient = field(init=False, repr=False)
    _runner: asyncio.Runner = field(init=False, repr=False)

    def __post_init__(self) -> None:
        _refuse_no_host(self.address)
        headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        self._http = httpx.AsyncClient(
            headers=headers,
            timeout=httpx.Timeout(self.patience.seconds, connect=min(10.0, self.patience.seconds)),
            verify=_trusted() if self.address.startswith("https") else _NOBODY,
            trust_env=False,
            follow_redirects=False,
        )
        self._runner = asyncio.Runner()

    def ask(self, requests: Sequence[Request[T]]) -> list[T]:
        """All answers, in order; when one request fails, the others are given up.

        Raises:
            ServerUnavailable: No attempt was answered as it should be.
            ServerRefused: The server will not, whatever is tried.
        """
        return self._runner.run(self._ask_all(requests))

    def close(self) -> None:
        """Close the connections."""
        self._runner.run(self._http.aclose())
        self._runner.close()

    async def _ask_all(self, requests: Sequence[Request[T]]) -> list[T]:
        places = asyncio.Semaphore(self.concurrency)

        async def ask(request: Request[T]) -> T:
            async with places:
                return await self._ask(request)

        tasks = [asyncio.create_task(ask(request)) for request in requests]
        try:
            return list(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, request: Request[T]) -> T:
        attempt = 1
        while True:
            try:
                return request.read(await self._fetch(request))
            except Garbled as error:
                trouble = _Passing(f"its answer is not what was asked for ({error})")
            except _Passing as error:
                trouble = error
            if attempt == self.patience.attempts:
                raise ServerUnavailable(
                    f"The server at {self.address} does not answer as it should: {trouble}, the "
                    f"last of {attempt} attempts. What was recorded is kept; once the server "
                    "answers, the same command goes on."
                ) from None
            await asyncio.sleep(self._pause(attempt, trouble.pause))
            attempt += 1

    def _pause(self, attempt: int, asked: float | None) -> float:
        """Seconds to wait: what the server asks for, or twice as long each time, with jitter."""
        patience = self.patience
        if asked is not None:
            return min(asked, patience.longest_pause)
        longest: float = min(patience.first_pause * 2 ** (attempt - 1), patience.longest_pause)
        # So that requests that were refused together do not come back together.
        return random.SystemRandom().uniform(longest / 2, longest)

    async def _fetch(self, request: Request[T]) -> object:
        """The decoded JSON of an answer that is not an error."""
        method = "GET" if request.body is None else "POST"
        try:
            async with (
                asyncio.timeout(self.patience.seconds),
                self._http.stream(method, request.url, json=request.body) as response,
            ):
                content = await _content(response)
        except (TimeoutError, httpx.TimeoutException):
            raise _Passing(f"no answer within {self.patience.seconds:g} seconds") from None
        except httpx.RequestError as error:
            raise _Passing(_transport(error)) from None
        if response.status_code != 200:
            self._refuse(response, content, is_trial=request.is_trial)
        try:
            return _decoded(content)
        except _Passing as trouble:
            if request.is_trial and request.body is None:
                # Some answer every address that they do not know with a page.
                raise ServerRefused(str(trouble), said=str(trouble)) from None
            raise

    def _refuse(self, response: httpx.Response, content: bytes, *, is_trial: bool) -> NoReturn:
        status, said = response.status_code, _said(content, self.key)
        told = f"HTTP {status}{f', {said}' if said else ''}"
        if status in _PASSING or (status >= 500 and not (is_trial and status in (500, 501))):
            raise _Passing(told, pause=_retry_after(response))
        if 300 <= status < 400:
            advice = "it redirects to another address; give that one with --url"
        elif status in (401, 403):
            advice = "name the environment variable with a valid key with --api-key-env"
        elif status == 404:
            advice = "the address of a completion server mostly ends in /v1"
        else:
            advice = "mend what it says, then give the same command again"
        raise ServerRefused(
            f"The server at {self.address} refuses a request ({told}): {advice}.",
            said=said or f"HTTP {status}",
        )


def _refuse_no_host(address: str) -> None:
    # Some are told from addresses only as they are taken apart, or looked up.
    try:
        httpx.URL(address).host.encode("idna")
    except (httpx.InvalidURL, UnicodeError) as error:
        raise ModelNotLoaded(
            f"--url is no address ({_line(str(error)).rstrip('.')}): give that of a completion "
            "server, as in http://localhost:8000/v1."
        ) from None


@cache
def _trusted() -> ssl.SSLContext:
    """Those whose certificates the system trusts; reading them takes a tenth of a second."""
    return ssl.create_default_context()


async def _content(response: httpx.Response) -> bytes:
    content = bytearray()
    async for piece in response.aiter_bytes():
        content += piece
        if len(content) > MAX_BYTES:
            raise _Passing(f"an answer of more than {MAX_BYTES >> 20} megabytes")
    return bytes(content)


def _decoded(content: bytes) -> object:
    try:
        return json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        what = "NaN or infinity" if isinstance(error, Garbled) else "no JSON"
        raise _Passing(f"its answer is {what}") from None


def _no_number(_name: str) -> NoReturn:
    raise _NotANumber


class _NotANumber(Garbled, ValueError):
    """NaN or Infinity, which JSON does not have."""


def _transport(error: httpx.RequestError) -> str:
    if isinstance(error, httpx.ConnectError):
        # A certificate that is not trusted comes as this too, and its reason helps.
        reason = _line(str(error))
        return f"no connection ({reason})" if "SSL" in reason else "no connection"
    return f"the connection was cut ({type(error).__name__})"


def _said(content: bytes, key: str | None) -> str:
    """What an error's body says, in printable ASCII, without the key, cut; empty for nothing."""
    text = content[: 1 << 16].decode("utf-8", "replace")
    try:
        found: object = json.loads(content)
    except (ValueError, RecursionError):
        found = text
    for place in ("error", "message", "detail"):
        if isinstance(found, dict) and place in found:
            found = found[place]
    return _line(found if isinstance(found, str) else json.dumps(found), key)


def _line(text: str, key: str | None = None) -> str:
    plain = " ".join(text.split()).encode("ascii", "backslashreplace").decode()
    shown = without_key("".join(letter for letter in plain if letter.isprintable()), key)
    return shown if len(shown) <= _MAX_SAID else f"{shown[: _MAX_SAID - 3]}..."


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds; the form with a date is left aside, since the two clocks may differ."""
    text = response.headers.get("Retry-After", "").strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
