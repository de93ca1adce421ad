"""Completion servers over a scripted model: real HTTP, the dialects of three servers, and trouble.

The model's every log-probability is a number drawn from the text before a token and the token, so
what a client should find is known without any server. One token that begins a text is no part of
what it goes by; a second one is.
"""

import json
import math
import re
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal

Dialect = Literal["llama-cpp-python", "vllm", "llama-server"]
Trouble = Literal["500", "503", "429", "hang", "cut", "garbage", "not-json", "nan", "short", "400"]
Json = dict[str, Any]

NAME = "scripted-model"
BOS, TURN, END = "<s>", "<|turn|>", "<|end|>"
TEMPLATE = (
    "{{ bos_token }}{% for m in messages %}<|turn|>{{ m.role }}\n{{ m.content }}<|end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|turn|>assistant\n{% endif %}"
)
_PIECES = re.compile(r"<s>|<\|turn\|>|<\|end\|>| ?\w+|\s+|[^\w\s]")
_WORDS = (" calm", " river", " stone", " yes", " no", "1", " word", ",")
_ANSWER_TOKENS = 5


def tokenize(text: str) -> list[str]:
    """Words with the space before them, as byte-pair encodings have them."""
    return _PIECES.findall(text)


def log_probability(before: str, token: str) -> float:
    """Of a token after a text: between -8 and -0.1, and the same each time."""
    return -0.1 - 7.9 * int.from_bytes(sha256(f"{before}|{token}".encode()).digest()[:4]) / 2**32


def likeliest(before: str) -> str:
    """What the model writes after a text; nothing predicts the end but the length."""
    return max(_WORDS, key=lambda word: log_probability(before, word))


def drawn(before: str, seed: int) -> str:
    """One of the words, by the seed."""
    return _WORDS[sha256(f"{before}|{seed}".encode()).digest()[0] % len(_WORDS)]


def score(begun: str, continuation: str) -> float:
    """The log-likelihood of a continuation of a text, told by the model itself."""
    tokens, before, total = tokenize(begun + continuation), "", 0.0
    for token in tokens:
        if len(before) + len(token) > len(begun):
            total += log_probability(before, token)
        before += token
    return total


@dataclass(slots=True)
class Scripted:
    """One server: how it speaks, what goes wrong, and what it was asked."""

    dialect: Dialect = "vllm"
    adds_begin: bool = False
    """Whether its tokenizer puts the token that begins a text before each."""
    is_shifted: bool = False
    """llama-cpp-python without that token: each gets its chance of coming once more after itself,
    and what was written is left out."""
    hides: str = BOS
    """What llama-cpp-python takes for the token that begins texts, and does not list."""
    hides_texts: bool = False
    """Whether single tokens lose their spaces, as some tokenizers decode them."""
    logs_all: bool = True
    """llama-cpp-python: `--logits_all true`."""
    delay: Callable[[int], float] = lambda _n: 0.0
    trouble: Callable[[int], Trouble | None] = lambda _n: None
    """What goes wrong with the n-th completion that is asked for, from 0."""
    key: str | None = None
    refuses: str = "Invalid API key"
    """What it says to another key."""
    card: Json = field(default_factory=dict)
    props: Json | None = None
    asked: list[Json] = field(default_factory=list)
    """Bodies of the completions."""
    paths: list[str] = field(default_factory=list)
    most_at_once: int = 0
    retry_after: str = "0"
    _now: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, body: Json) -> int:
        """Note a request; its number."""
        with self._lock:
            self.asked.append(body)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
            return len(self.asked) - 1

    def end(self) -> None:
        """Note that it is answered."""
        with self._lock:
            self._now -= 1

    def refusal(self, body: Json) -> tuple[int, str] | None:
        """What this kind of server does not do."""
        wants = body.get("echo") and body.get("logprobs") is not None
        if self.dialect == "llama-server" and body.get("echo"):
            return 400, "Only no echo is supported"
        if self.dialect == "llama-cpp-python" and not self.logs_all and "logprobs" in body:
            return 500, "logprobs is not supported for models created with logits_all=False"
        if self.dialect == "llama-cpp-python" and body.get("top_k", 0) < 0:
            return 422, "Input should be greater than or equal to 0"
        return (422, "logprobs") if wants and body["logprobs"] < 1 else None

    def complete(self, body: Json) -> Json:
        """The answer of a server in order."""
        prompt = body["prompt"]
        begins = self.adds_begin and body.get("add_special_tokens", True)
        begins = self.adds_begin if self.dialect != "vllm" else begins
        read = [*([BOS] if begins else []), *tokenize(prompt)]
        written = list(self._write(prompt, body))
        is_long = len(written) >= body["max_tokens"]
        choice: Json = {
            "index": 0,
            "text": (prompt if body.get("echo") else "") + "".join(written),
            "finish_reason": "length" if is_long else "stop",
            "logprobs": None,
        }
        if body.get("logprobs") is not None:
            choice["logprobs"] = self._logprobs(read, written, body)
        if self.dialect == "vllm" and body.get("prompt_logprobs") is not None:
            choice["prompt_logprobs"] = self._prompt_logprobs(read)
        usage = {"prompt_tokens": len(read), "completion_tokens": len(written)}
        return {"object": "text_completion", "model": NAME, "choices": [choice], "usage": usage}

    def _write(self, prompt: str, body: Json) -> Iterator[str]:
        before = prompt.removeprefix(BOS)
        # llama-cpp-python takes 0 for no limit.
        limit = body["max_tokens"] or 1000
        for place in range(min(limit, _ANSWER_TOKENS)):
            seed = body.get("seed", 0) + place
            word = drawn(before, seed) if body["temperature"] else likeliest(before)
            yield word
            before += word

    def _logprobs(self, read: Sequence[str], written: Sequence[str], body: Json) -> Json:
        if self.dialect == "llama-server":
            return {"content": [{"token": word, "logprob": -1.0} for word in written]}
        if not body.get("echo"):
            before = body["prompt"].removeprefix(BOS)
            values: list[float | None] = []
            for word in written:
                values.append(log_probability(before, word))
                before += word
            return {"tokens": list(written), "token_logprobs": values}
        tokens, values = self._echo(read, written)
        return {"tokens": tokens, "token_logprobs": values, "text_offset": [0] * len(tokens)}

    def _echo(
        self, read: Sequence[str], written: Sequence[str]
    ) -> tuple[list[str], list[float | None]]:
        rows: list[tuple[str, float | None]] = []
        before = ""
        for place, token in enumerate([*read, *written]):
            is_added = place == 0 and token == BOS
            rows.append((token, log_probability(before, token) if before else None))
            before += "" if is_added else token
        if self.is_shifted:
            texts = ["".join(read[: place + 1]) for place in range(len(read))]
            rows = [(t, log_probability(text, t)) for t, text in zip(read, texts, strict=True)]
        if self.dialect == "llama-cpp-python":
            rows = [(token, value) for token, value in rows if token != self.hides]
            rows = [("" if token in (TURN, END) else token, value) for token, value in rows]
        rows[0] = (rows[0][0], None)
        return [self._shown(token) for token, _ in rows], [
            value if place == 0 or value is not None else -1.0
            for place, (_, value) in enumerate(rows)
        ]

    def _prompt_logprobs(self, read: Sequence[str]) -> list[Json | None]:
        rows: list[Json | None] = []
        before = ""
        for place, token in enumerate(read):
            value = log_probability(before, token) if before else -1.0
            row = {_id(token): {"logprob": value, "rank": 2, "decoded_token": self._shown(token)}}
            row["0"] = {"logprob": -0.01, "rank": 1, "decoded_token": "the"}
            rows.append(row if place else None)
            before += "" if place == 0 and token == BOS else token
        return rows

    def _shown(self, token: str) -> str:
        return token.strip() if self.hides_texts else token


def _id(token: str) -> str:
    return str(1 + int.from_bytes(sha256(token.encode()).digest()[:4]))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body in one packet: two would wait for each other.
    wbufsize = -1
    scripted: Scripted

    def do_GET(self) -> None:
        scripted, path = self.scripted, self.path
        scripted.paths.append(path)
        if not self._is_allowed():
            return
        if path == "/v1/models":
            owner = {"vllm": "vllm", "llama-server": "llamacpp"}.get(scripted.dialect, "me")
            card = {"id": NAME, "object": "model", "owned_by": owner, "created": time.time_ns()}
            if scripted.dialect == "vllm":
                card |= {"max_model_len": 2048, "root": "scripted/model"}
            self._send(200, {"object": "list", "data": [card | scripted.card, {"id": "other"}]})
        elif path == "/version" and scripted.dialect == "vllm":
            self._send(200, {"version": "0.11.0"})
        elif path == "/props" and scripted.props is not None:
            self._send(200, scripted.props)
        elif path == "/moved/models":
            self.send_response(302)
            self.send_header("Location", "/v1/models")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self._send(404, {"error": {"message": "Not Found"}})

    def do_POST(self) -> None:
        scripted = self.scripted
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if not self._is_allowed():
            return
        number = scripted.begin(body)
        try:
            time.sleep(scripted.delay(number))
            self._answer(body, scripted.trouble(number))
        finally:
            scripted.end()

    def _is_allowed(self) -> bool:
        key = self.scripted.key
        if key is None or self.headers.get("Authorization") == f"Bearer {key}":
            return True
        self._send(401, {"error": {"message": self.scripted.refuses}})
        return False

    def _answer(self, body: Json, trouble: Trouble | None) -> None:
        match trouble:
            case "400":
                self._send(400, {"error": {"message": "maximum context length is 8\x1b[31m"}})
            case "429" | "500" | "503":
                self._send(int(trouble), {"error": {"message": "busy"}})
            case "hang":
                time.sleep(0.7)
                self.close_connection = True
            case "cut":
                self._cut(json.dumps(self.scripted.complete(body)).encode())
            case "garbage":
                self._send(200, {"choices": "none"})
            case "not-json":
                self._send_bytes(200, b"<html>a proxy</html>")
            case "nan":
                self._send_bytes(200, json.dumps({"choices": [math.nan]}).encode())
            case _:
                self._send_right(body, is_short=trouble == "short")

    def _send_right(self, body: Json, *, is_short: bool) -> None:
        refusal = self.scripted.refusal(body)
        if refusal is not None:
            self._send(refusal[0], {"error": {"message": refusal[1], "type": "x"}})
            return
        answer = self.scripted.complete(body)
        if is_short:
            shorten(answer["choices"][0])
        self._send(200, answer)

    def _cut(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2])
        self.close_connection = True

    def _send(self, status: int, answer: Json) -> None:
        self._send_bytes(status, json.dumps(answer).encode())

    def _send_bytes(self, status: int, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        if status == 429:
            self.send_header("Retry-After", self.scripted.retry_after)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written to the terminal."""


def shorten(choice: Json) -> None:
    """Leave tokens out of what an answer lists, or its reason to end."""
    if choice.get("prompt_logprobs"):
        del choice["prompt_logprobs"][2:4]
    elif choice.get("logprobs"):
        for key in ("tokens", "token_logprobs"):
            del choice["logprobs"][key][1:3]
    else:
        choice["finish_reason"] = None


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that is gone is part of what is tried here."""


@contextmanager
def serving(scripted: Scripted) -> Iterator[str]:
    """The address at which a scripted server answers, as `--url` takes it."""
    handler = type("Handler", (_Handler,), {"scripted": scripted})
    server = _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()
        server.server_close()
