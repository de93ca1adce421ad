"""Find out, once, how a server is to be asked, and whether what it answers holds together."""

from dataclasses import dataclass, replace
from functools import partial

from auditor.backends.chat_template import ChatForm
from auditor.backends.server.alignment import find_start, start_after, sum_from
from auditor.backends.server.client import Request, ServerClient, ServerRefused
from auditor.backends.server.completions import WAYS, Asking, Way
from auditor.backends.server.garbled import Garbled
from auditor.backends.server.readings import (
    EchoedToken,
    Listed,
    read_listed,
    read_n_prompt,
    read_next_token,
    read_text,
)

NO_TOKENS = (
    "The server gives no log-likelihoods, so only written answers could be scored: no token that "
    "it writes comes with one."
)
NOT_OF_PROMPTS = (
    "The server gives no log-likelihoods, so only written answers could be scored: it has none for "
    "what it is asked, but for what it writes."
)
LEAVES_OUT = (
    "The log-likelihoods of the server cannot be used, so only written answers could be scored: it "
    "leaves tokens out of what it lists."
)
NOT_THE_SAME = (
    "The log-likelihoods of the server cannot be used, so only written answers could be scored: "
    "its numbers for what it is asked are not those of the same tokens when it writes them."
)

_QUESTION = "Which of these words do you like more: stone, river?"
_BEGINNINGS = ("The answer is", "1, 2, 3,", "Once upon a")
"""Of replies, since some models end a reply that has no beginning."""
_SIGNS = "".join(map(chr, range(33, 127)))
"""llama-cpp-python's server takes a sign for the token that begins texts where a file names none,
and lists it nowhere."""
_TOLERANCE = 1.0
"""In nats. Between two batches the log-probability of one token differs by tenths."""
_ONE_TOKEN = "a"
"""One token in every vocabulary, so that a text of two has one that the server put before it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scoring:
    """How a server tells log-likelihoods."""

    way: Way
    n_hidden: int | None
    """Tokens of each prompt that it counts and does not list; None where it does not count."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How one server is asked."""

    asking: Asking
    begins_text: bool | None
    """Whether the server puts a token before each text; None where that cannot be told."""
    scoring: Scoring | None
    silent_because: str = ""
    """Why there is no scoring, in one sentence."""


def learn(client: ServerClient, asking: Asking, form: ChatForm, bos_token: str) -> Tongue:
    """Ask a few things whose answers are known from one another.

    Raises:
        AuditorError: The server does not complete texts at all.
    """
    request = Request(
        url=f"{client.address}/completions", body=asking.body(_ONE_TOKEN), read=read_n_prompt
    )
    counted = client.ask([request])[0]
    begins_text = None if counted is None else counted > 1
    tongue = Tongue(asking=asking, begins_text=begins_text, scoring=None)
    rendered = without_begin(form.render(_QUESTION), tongue, bos_token)
    beginnings = [rendered + form.join(beginning) for beginning in _BEGINNINGS]
    try:
        known = client.ask(
            [
                Request(
                    url=f"{client.address}/completions",
                    body=asking.next_token(text),
                    read=read_next_token,
                    is_trial=True,
                )
                for text in beginnings
            ]
        )
    except ServerRefused as refusal:
        return replace(tongue, silent_because=_in_its_words(refusal))
    pairs = zip(beginnings, known, strict=True)
    return _try_ways(client, tongue, [(text, *pair) for text, pair in pairs if pair is not None])


def without_begin(rendered: str, tongue: Tongue, bos_token: str) -> str:
    """The rendered text without the token that the server puts before it once more."""
    return rendered.removeprefix(bos_token) if tongue.begins_text else rendered


def read_counted(answer: object, scoring: Scoring, text: str) -> tuple[EchoedToken, ...]:
    """The tokens of a scored prompt, which is `text`, as many as were counted.

    Raises:
        Garbled: They are not, or not as many.
    """
    return read_listed(answer, scoring.way, text).prompt(scoring.n_hidden)


def _in_its_words(refusal: ServerRefused) -> str:
    return (
        "The server gives no log-likelihoods, so only written answers could be scored; it says: "
        f"{refusal.said}."
    )


def _try_ways(client: ServerClient, tongue: Tongue, known: list[tuple[str, str, float]]) -> Tongue:
    """The first way in which a token has the same log-probability as when it was written.

    llama-cpp-python's server gives every token the value of its neighbour where a text does not
    begin with the token that begins texts: numbers that look right and are not.
    """
    if not known:
        return replace(tongue, silent_because=NO_TOKENS)
    why = ""
    for way in WAYS:
        try:
            scoring = _try_way(client, tongue.asking, way, known)
        except ServerRefused as refusal:
            why = _in_its_words(refusal)
            continue
        if isinstance(scoring, Scoring):
            return replace(tongue, scoring=scoring)
        why = scoring or why
    return replace(tongue, silent_because=why or NOT_OF_PROMPTS)


def _try_way(
    client: ServerClient, asking: Asking, way: Way, known: list[tuple[str, str, float]]
) -> Scoring | str:
    """How it is done in this way, or why it cannot be; empty where the server passes over it."""

    def read(answer: object, text: str) -> Listed | None:
        read_text(answer)
        try:
            return read_listed(answer, way, text)
        except Garbled:
            return None

    texts = [text for text, _, _ in known] + [text + told for text, told, _ in known]
    texts.append(f"{texts[0]} {_SIGNS}")
    answers = client.ask(
        [
            Request(
                url=f"{client.address}/completions",
                body=asking.score(text, way),
                read=partial(read, text=text),
                is_trial=True,
            )
            for text in texts
        ]
    )
    found = [answer for answer in answers if answer is not None]
    if len(found) < len(answers):
        return ""
    hidden = [one.n_hidden for one in found if one.n_hidden is not None]
    # More seem hidden where a hidden one was written.
    n_hidden = min(hidden, default=None)
    try:
        tokens = [listed.prompt(n_hidden) for listed in found]
    except Garbled:
        return LEAVES_OUT
    pairs = zip(tokens[: len(known)], tokens[len(known) : 2 * len(known)], strict=True)
    n_right = sum(
        _is_right(before, whole, *one) for (before, whole), one in zip(pairs, known, strict=True)
    )
    if n_right * 2 <= len(known):
        return NOT_THE_SAME
    return Scoring(way=way, n_hidden=n_hidden)


def _is_right(
    before: tuple[EchoedToken, ...],
    whole: tuple[EchoedToken, ...],
    text: str,
    told: str,
    value: float,
) -> bool:
    start = find_start(text, [told], [whole])
    try:
        scored = sum_from(start_after(before, [whole]) if start is None else start, [whole])
    except ValueError:
        return False
    return abs(scored.values[0] - value) < _TOLERANCE
