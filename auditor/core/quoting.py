"""How a sentence about a foreign file shows what stands in it: nothing that a terminal obeys."""


def quote(value: object) -> str:
    """The value between quotation marks, at most 80 characters of it, in printable ASCII."""
    text = value if isinstance(value, str) else repr(value)
    return ascii(text if len(text) <= 80 else f"{text[:77]}...")


def quote_odd(text: str) -> str:
    """The text as it is where it is short printable ASCII, else between quotation marks."""
    plain = text.isascii() and text.isprintable() and 0 < len(text) <= 80
    return text if plain else quote(text)


def name_type(value: object) -> str:
    """What a decoded JSON value is, in words."""
    if isinstance(value, list):
        return f"a list of {len(value)}" + (
            f" that begins with {name_type(value[0])}" if value else ""
        )
    names = {dict: "an object", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")
