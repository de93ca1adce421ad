"""Make text that a model wrote safe to print: visible, drawable, bounded. Pure.

Escaping for HTML is the template's work; this module makes the characters themselves harmless.
The stored evidence keeps the original.
"""

import unicodedata

from auditor.reporting.glyphs import DRAWABLE

QUOTE_LIMIT = 1200
"""Characters of one quoted text that the report prints."""
LINE_LIMIT = 200
"""Characters of one name or path that the report prints."""
MARK_LIMIT = 4
"""Combining marks kept on one letter; more of them paint over the lines above."""

_SPREADSHEET_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_INVISIBLE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_INVISIBLE_MARKS = frozenset({0x034F, 0x115F, 0x1160, 0x17B4, 0x17B5, 0x2800, 0x3164, 0xFFA0})
_VARIATION_SELECTORS = frozenset({*range(0xFE00, 0xFE10), *range(0x180B, 0x1810)})


def clean(text: str, limit: int = QUOTE_LIMIT, *, stored: str = "responses.jsonl") -> str:
    """Text of several lines with everything invisible or undrawable spelt as `⟨U+202E⟩`.

    Lone surrogates, control characters, noncharacters, private use, bidirectional and zero-width
    controls, and characters without a glyph become visible; text beyond `limit` is cut with a
    count of what was left out, which is in the file `stored`.
    """
    text = text.replace("\r\n", "\n")
    shown = _limit_marks(_reveal(text[:limit], kept="\n\t"))
    return shown + _cut_note(len(text) - limit, stored)


def clean_line(text: str, limit: int = LINE_LIMIT) -> str:
    """The same for text that has to stay on one line: line ends and tabs become visible too."""
    shown = _limit_marks(_reveal(text[:limit], kept=""))
    return shown + (" …" if len(text) > limit else "")


def clean_for_terminal(text: str, limit: int = LINE_LIMIT) -> str:
    """One line that no terminal takes for a command: no escape sequence, no control character.

    Characters outside the report's fonts stay, since a terminal brings its own.
    """
    shown = "".join(
        _name(character) if _is_invisible(character) else character for character in text[:limit]
    )
    return shown + (" …" if len(text) > limit else "")


def guard_cell(text: str) -> str:
    """A text cell that no spreadsheet takes for a formula (OWASP, CSV injection).

    Only for text: a number of ours may begin with a minus.
    """
    return f"'{text}" if text.lstrip(" ").startswith(_SPREADSHEET_STARTS) else text


def _reveal(text: str, kept: str) -> str:
    return "".join(
        character
        if character in kept
        else _name(character)
        if _is_invisible(character) or ord(character) not in DRAWABLE
        else character
        for character in text
    )


def _is_invisible(character: str) -> bool:
    point = ord(character)
    return (
        unicodedata.category(character) in _INVISIBLE_CATEGORIES
        or point in _INVISIBLE_MARKS
        or point in _VARIATION_SELECTORS
    )


def _name(character: str) -> str:
    return f"⟨U+{ord(character):04X}⟩"


def _limit_marks(text: str) -> str:
    kept: list[str] = []
    run = 0
    for character in text:
        if not unicodedata.combining(character):
            if run > MARK_LIMIT:
                kept.append(f"⟨+{run - MARK_LIMIT} marks⟩")
            run = 0
        else:
            run += 1
        if run <= MARK_LIMIT:
            kept.append(character)
    if run > MARK_LIMIT:
        kept.append(f"⟨+{run - MARK_LIMIT} marks⟩")
    return "".join(kept)


def _cut_note(n_left_out: int, stored: str) -> str:
    if n_left_out <= 0:
        return ""
    count = f"{n_left_out:,}".replace(",", " ")
    return f"\n… {count} more characters, full text in {stored}"
