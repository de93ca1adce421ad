"""Put a question into the form that a model was trained to answer.

A chat template is a Jinja program that comes with the weights, so it is code of a stranger: it runs
in Jinja's sandbox, with the settings that transformers gives it, and with bounds on what it may do.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, NoReturn, cast

from jinja2 import Template, TemplateError, nodes
from jinja2.ext import Extension, loopcontrols
from jinja2.parser import Parser
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

from auditor.errors import ModelNotLoaded

PLAIN_FORM = "{text}\nAnswer:"
"""For a model without a template; continuations then begin with a space."""

MAX_STEPS = 100_000
"""Loop passes and calls of one rendering; Jinja's own bound on `range()`."""
MAX_CHARACTERS = 1_000_000
"""Of one rendering, or of any text that a template builds on the way."""

_PROBE = "Which word fits?"
_DEFECTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What a faulty template can raise while it is read or rendered."""

ContentForm = Literal["text", "parts"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatForm:
    """How a question is worded for one model."""

    sha256: str | None
    """Of the chat template; None for the plain form."""
    _write: Callable[[str], str] = field(repr=False, compare=False)

    @property
    def is_plain(self) -> bool:
        """Whether the model has no chat template."""
        return self.sha256 is None

    @property
    def adds_special_tokens(self) -> bool:
        """Whether the tokenizer adds its special tokens; a template writes them itself."""
        return self.is_plain

    def render(self, text: str, reply_prefix: str = "") -> str:
        """The whole text before the answer, with what is already written of the reply."""
        return self._write(text) + self.join(reply_prefix)

    def join(self, continuation: str, reply_prefix: str = "") -> str:
        """The continuation as it follows the rendered text.

        A template ends where the reply begins. Behind a prefix, and behind the plain form, there
        is a space, unless the prefix ends or the continuation begins with whitespace of its own.
        """
        open_end = not reply_prefix[-1].isspace() if reply_prefix else self.is_plain
        needs_space = open_end and continuation != "" and not continuation[0].isspace()
        return f" {continuation}" if needs_space else continuation


def chat_form(template: str | None, *, bos_token: str, eos_token: str, date: str) -> ChatForm:
    """Read a model's chat template; None gives the plain form.

    Args:
        template: Jinja source, from the tokenizer or the GGUF metadata.
        bos_token: What the template may write as `bos_token`; empty for none.
        eos_token: The same for `eos_token`.
        date: ISO 8601; "today" for templates that ask, so that prompts do not follow the clock.

    Raises:
        ModelNotLoaded: The template is not Jinja, fails, breaks the sandbox, does not end, or
            leaves the question out.
    """
    if template is None or not template.strip():
        return ChatForm(sha256=None, _write=lambda text: PLAIN_FORM.format(text=text))
    sandbox = _Sandbox(datetime.fromisoformat(date))
    write = _writer(sandbox, template, {"bos_token": bos_token, "eos_token": eos_token})
    return ChatForm(sha256=hashlib.sha256(template.encode()).hexdigest(), _write=write)


def _writer(sandbox: _Sandbox, template: str, tokens: dict[str, str]) -> Callable[[str], str]:
    """The template as a function; templates of multimodal models want the message in parts."""
    try:
        compiled = sandbox.from_string(template)
    except _DEFECTS as error:
        raise _refusal(error) from error

    def write(text: str, form: ContentForm) -> str:
        try:
            return sandbox.render(compiled, _message(text, form), tokens)
        except _DEFECTS as error:
            raise _refusal(error) from error

    return _first_that_asks([lambda text: write(text, "text"), lambda text: write(text, "parts")])


def _message(text: str, form: ContentForm) -> dict[str, object]:
    return {"role": "user", "content": text if form == "text" else [{"type": "text", "text": text}]}


def _first_that_asks(writers: Sequence[Callable[[str], str]]) -> Callable[[str], str]:
    """The first of several ways to fill a template in whose result holds the question."""
    failures = []
    for write in writers:
        try:
            if _PROBE in write(_PROBE):
                return write
        except ModelNotLoaded as error:
            failures.append(error)
    if failures:
        raise failures[0]
    raise ModelNotLoaded(
        "The model's chat template leaves out the user's message; "
        "correct the template, or take it out to use the plain form."
    )


def _refusal(error: BaseException) -> ModelNotLoaded:
    reason = " ".join(str(error).split())[:200] or type(error).__name__
    return ModelNotLoaded(
        f"The model's chat template cannot be used ({reason}); "
        "correct the template, or take it out to use the plain form."
    )


class _Unbounded(TemplateError):
    """A template does more than any honest one needs."""


class _Generation(Extension):
    """`{% generation %}` marks what is trained on; for asking, only its content counts."""

    tags = {"generation"}  # noqa: RUF012 (jinja2 declares it so)

    def parse(self, parser: Parser) -> list[nodes.Node]:
        next(parser.stream)
        return parser.parse_statements(("name:endgeneration",), drop_needle=True)


class _Sandbox(ImmutableSandboxedEnvironment):
    """Jinja's sandbox, which keeps a template from our objects but not from running for ever."""

    intercepted_binops = frozenset(["*", "**", "+"])

    def __init__(self, today: datetime) -> None:
        super().__init__(
            trim_blocks=True, lstrip_blocks=True, extensions=[_Generation, loopcontrols]
        )
        self.n_steps = 0
        self.filters["tojson"] = _to_json
        self.filters["counted"] = self._counted
        self.filters["measured"] = _measured
        self.globals["raise_exception"] = _raise_exception
        self.globals["strftime_now"] = today.strftime

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        return cast(nodes.Template, _Bounding().visit(template))

    def render(self, template: Template, message: dict[str, object], tokens: dict[str, str]) -> str:
        """The template filled in with one message, and an opened answer."""
        self.n_steps = 0
        pieces, n_characters = [], 0
        for piece in template.generate(
            messages=[message], tools=None, documents=None, add_generation_prompt=True, **tokens
        ):
            n_characters += len(piece)
            if n_characters > MAX_CHARACTERS:
                raise _Unbounded("it writes without end")
            pieces.append(piece)
        return "".join(pieces)

    def _counted(self, values: Iterable[object]) -> Iterator[object]:
        for value in values:
            self._step()
            yield value

    def _step(self) -> None:
        self.n_steps += 1
        if self.n_steps > MAX_STEPS:
            raise _Unbounded("it does not end")

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Count every call: macros that call each other need no loop."""
        self._step()
        return _measured(super().call(context, obj, *args, **kwargs))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse the operations that make huge values out of small ones."""
        if operator == "**" or (operator == "*" and _product_size(left, right) > MAX_CHARACTERS):
            raise _Unbounded(f"it builds a huge value with {operator}")
        return _measured(super().call_binop(context, operator, left, right))


class _Bounding(NodeTransformer):
    """Wrap what repeats in a filter that counts, and what concatenates in one that measures."""

    def visit_For(self, node: nodes.For) -> nodes.Node:
        self.generic_visit(node)
        node.iter = nodes.Filter(node.iter, "counted", [], [], None, None, lineno=node.lineno)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:
        self.generic_visit(node)
        return nodes.Filter(node, "measured", [], [], None, None, lineno=node.lineno)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:
        self.generic_visit(node)
        return nodes.Filter(node, "measured", [], [], None, None, lineno=node.lineno)


def _product_size(left: object, right: object) -> int:
    """Length of `left * right` where one of them is a sequence, else 0."""
    for sequence, count in ((left, right), (right, left)):
        if isinstance(sequence, str | list | tuple) and isinstance(count, int):
            return len(sequence) * count
    return 0


def _measured(value: Any) -> Any:
    if isinstance(value, str | list | tuple) and len(value) > MAX_CHARACTERS:
        raise _Unbounded("it builds a text without end")
    return value


def _to_json(
    value: object,
    ensure_ascii: bool = False,
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,
) -> str:
    """As transformers does it: Jinja's own filter escapes for HTML."""
    return json.dumps(
        value,
        ensure_ascii=ensure_ascii,
        indent=indent,
        separators=separators,
        sort_keys=sort_keys,
    )


def _raise_exception(message: str) -> NoReturn:
    raise TemplateError(message)
