"""Alternative texts of charts. Pure."""

MAX_ALT = 300
"""Characters of an alternative text."""


def chart_alt(lead: str, parts: list[str]) -> str:
    """An alternative text of at most 300 characters, made of whole parts."""
    text = lead
    for part in parts:
        if len(text) + len(part) + 1 <= MAX_ALT:
            text = f"{text} {part}"
    return text
