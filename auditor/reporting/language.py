"""The language that a report is written in: messages from its catalogue, numbers by its rules.

Every sentence of the report is a whole message with named places for what varies, looked up by its
English text. Pieces of sentences are never put together: other languages order them otherwise.
A catalogue is a gettext PO file, `templates/locale/<language>.po`, read as it is, so that there is
no compiled twin to go stale.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from io import BytesIO

from auditor.core.presentation import LANGUAGES as LANGUAGES
from auditor.core.presentation import Language as Language
from auditor.resources import read_text

SPACE = "\u00a0"
"""No-break: a number stays with its unit, and a thousand with its hundreds."""
_SEPARATOR = "\u0004"
"""Between a message's context and its text, as in gettext."""
_DECIMAL_POINTS: Mapping[Language, str] = {"en": ".", "de": ",", "es": ","}
_LANGUAGE: ContextVar[Language] = ContextVar("language", default="en")


@contextmanager
def speaking(language: Language) -> Iterator[None]:
    """Everything within is written in `language`."""
    token = _LANGUAGE.set(language)
    try:
        yield
    finally:
        _LANGUAGE.reset(token)


def language() -> Language:
    """The language that is being written."""
    return _LANGUAGE.get()


def mark(message: str) -> str:
    """Marks a constant as a message of the catalogue; `tr` translates it where it is used."""
    return message


def tr(message: str, /, **values: object) -> str:
    """The message in the report's language, its `{named}` places filled with `values`.

    Without values nothing is filled, so that text of the battery may hold braces. A message that
    the catalogue lacks stays English; a test asks that none is lacking.
    """
    told = _told(message)
    return told.format(**values) if values else told


def tr_in(context: str, message: str, /, **values: object) -> str:
    """As `tr`, for a word that other languages tell apart by its use, as in `none`."""
    key = f"{context}{_SEPARATOR}{message}"
    told = _told(key)
    told = message if told == key else told
    return told.format(**values) if values else told


def tr_n(one: str, many: str, n: int, /, **values: object) -> str:
    """The form of a message that the number `n` asks for; `{n}` is filled with it.

    English, German and Spanish have the same two forms: one, and all else.
    """
    return tr(one if n == 1 else many, **{"n": whole(n), **values})


def whole(n: int) -> str:
    """As in `1 204`, in every language: a space is never taken for a decimal mark."""
    return f"{n:,}".replace(",", SPACE)


def number(text: str) -> str:
    """A formatted number, as in `0.42`, with the language's decimal mark."""
    return text.replace(".", _DECIMAL_POINTS[language()])


@cache
def _catalogue(language: Language) -> Mapping[str, str]:
    if language == "en":
        return {}
    from babel.messages.pofile import read_po

    content = read_text("templates", "locale", f"{language}.po")
    messages: dict[str, str] = {}
    for message in read_po(BytesIO(content.encode()), locale=language):
        if message.id and message.string and not message.fuzzy:
            key = f"{message.context}{_SEPARATOR}" if message.context else ""
            messages[f"{key}{message.id}"] = str(message.string)
    return messages


def _told(key: str) -> str:
    return _catalogue(_LANGUAGE.get()).get(key, key)
