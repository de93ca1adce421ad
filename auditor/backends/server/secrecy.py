"""Keep the key out of what a server said: its words are printed, logged and recorded."""

import json

MASK = "[key]"


def without_key(text: str, key: str | None) -> str:
    """The text with a mask in the place of the key, also as JSON would quote it.

    To be asked of cleaned text: what cleaning leaves out could part the key.
    """
    if not key:
        return text
    return text.replace(key, MASK).replace(json.dumps(key)[1:-1], MASK)
