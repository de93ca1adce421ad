"""Text for Markdown files (CommonMark with GitHub's tables) that stays text. Pure.

Whatever a model's name or an organisation's answer holds, it opens no heading, link, picture or
HTML.
"""

import re
from collections.abc import Sequence

from auditor.reporting.cleaning import clean_line

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_SPECIAL = re.compile(r"[\\`*_|~$]|(?<=\])[(\[:]|(?<=www)\.|:(?=//)", re.IGNORECASE)
"""What begins or joins emphasis, code, a cell, a formula or a link."""
_BEGINS_BLOCK = re.compile(r"^(\d{0,9})([.)](?=\s|$)|[+-](?=[\s-]|$)|[=#:\[])")
"""What begins a list, a line, a heading or a box to tick."""


def escape(text: str) -> str:
    """One line of text; line ends become spaces."""
    line = " ".join(text.split()).translate(_ENTITIES)
    return _BEGINS_BLOCK.sub(r"\1\\\2", _SPECIAL.sub(r"\\\g<0>", line))


def code(text: str) -> str:
    """A name or a hash as code, whatever quotes it holds."""
    line = clean_line(text).strip()
    longest = max((len(run) for run in re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    gap = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{gap}{line or '–'}{gap}{fence}"


def quoted(text: str) -> str:
    """Several lines as a block of quotation."""
    return "\n".join(f"> {escape(line)}".rstrip() for line in text.splitlines())


def bullets(lines: Sequence[str]) -> str:
    """A list; the lines are Markdown already."""
    return "\n".join(f"- {line}" for line in lines)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of plain text cells."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(_row(line, is_rule=n == 1) for n, line in enumerate(lines))


def _row(cells: Sequence[str], *, is_rule: bool) -> str:
    return f"| {' | '.join(cells if is_rule else map(escape, cells))} |"
