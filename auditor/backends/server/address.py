"""Where a server is: an address that can be recorded as it was typed."""

import os
from urllib.parse import urlsplit

from auditor.core.quoting import quote_odd
from auditor.errors import ModelNotLoaded

_VERSION = "/v1"


def read_address(url: str) -> str:
    """The address without a slash at its end.

    Raises:
        ModelNotLoaded: It is none of http or https, or holds what must not be recorded: the
            command line is, so a password or a key in it would be in every report.
    """
    try:
        parts = urlsplit(url)
        is_whole = parts.hostname is not None and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ModelNotLoaded(_not_one()) from None
    if parts.username is not None or parts.password is not None or "?" in url or "#" in url:
        raise ModelNotLoaded(
            "The address of --url is recorded, so it may hold no name, password or query; put the "
            "key into an environment variable and name that with --api-key-env."
        )
    if parts.scheme not in ("http", "https") or not is_whole or not _is_plain(url):
        raise ModelNotLoaded(_not_one())
    return url.rstrip("/")


def root_of(address: str) -> str:
    """The address that is not versioned, where llama.cpp and vLLM tell more about themselves."""
    return address.removesuffix(_VERSION)


def read_key(variable: str | None) -> str | None:
    """The key in an environment variable; None where none is named.

    Raises:
        ModelNotLoaded: The variable is not set, or holds what no header can.
    """
    if variable is None:
        return None
    key = os.environ.get(variable, "").strip()
    if not key:
        raise ModelNotLoaded(
            f"The environment variable {quote_odd(variable)} is not set; put the server's key into "
            "it, or leave --api-key-env out."
        )
    if not _is_plain(key):
        raise ModelNotLoaded(
            f"The environment variable {quote_odd(variable)} holds no key: a key has neither "
            "spaces nor letters beyond ASCII."
        )
    return key


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and " " not in text


def _not_one() -> str:
    return (
        "--url takes the address of a completion server, as in http://localhost:8000/v1 or "
        "https://models.example.org/v1."
    )
