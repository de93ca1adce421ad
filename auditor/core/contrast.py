"""How well two colours can be told apart by a reader: WCAG 2.2, success criterion 1.4.3. Pure."""

import re

WHITE, BLACK = "#FFFFFF", "#000000"
READABLE = 4.5
"""Least contrast of text with what it stands on (level AA)."""

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
_STEPS = 100


def is_colour(text: str) -> bool:
    """Whether the text is a colour as in `#005A8C`, and nothing else."""
    return _COLOUR.fullmatch(text) is not None


def contrast(one: str, other: str) -> float:
    """From 1, the same brightness, to 21, black on white; whichever colour is named first."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Relative luminance in sRGB, from 0 for black to 1 for white.

    Raises:
        ValueError: it is no colour as in `#005A8C`.
    """
    red, green, blue = (_linear(channel / 255) for channel in _channels(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def readable_on(background: str, colour: str, *, ratio: float = READABLE) -> str:
    """The colour itself where it is readable; else the nearest tint or shade of it that is."""
    towards = WHITE if contrast(WHITE, background) > contrast(BLACK, background) else BLACK
    mixed = (_mix(colour, towards, step) for step in range(_STEPS + 1))
    return next((each for each in mixed if contrast(each, background) >= ratio), towards)


def _mix(colour: str, other: str, step: int) -> str:
    pairs = zip(_channels(colour), _channels(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * step / _STEPS):02X}" for a, b in pairs)


def _channels(colour: str) -> tuple[int, int, int]:
    if not is_colour(colour):
        raise ValueError(f"{colour!r} is no colour as in #005A8C")
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
