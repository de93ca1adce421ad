"""Keeps the catalogues of the report's languages: `python -m tests.catalogues [missing|update]`.

`update` writes every message of the source, the templates and the battery into each catalogue and
drops what nothing says any more; `missing` lists what is not translated yet.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

from auditor.reporting.language import LANGUAGES
from tests.battery_messages import battery_messages
from tests.standards_messages import standards_messages

ROOT = Path(__file__).parents[1]
FOLDER = ROOT / "templates" / "locale"
OTHERS = tuple(language for language in LANGUAGES if language != "en")
_KEYWORDS = {"tr": (1,), "mark": (1,), "tr_n": (1, 2), "tr_in": ((1, "c"), 2)}
_PLAIN = re.compile(r"[A-Za-z]")


def messages() -> Iterator[tuple[str | None, str, str]]:
    """Context, text and place of every message of the report, in the source's order."""
    for pattern, method in (
        ("auditor/reporting/**/*.py", "python"),
        ("templates/**/*.jinja2", "jinja2.ext:babel_extract"),
    ):
        for path in sorted(ROOT.glob(pattern)):
            yield from of_file(path, method)
    for text, place in (*battery_messages(), *standards_messages()):
        yield None, text, place


def of_file(path: Path, method: str) -> Iterator[tuple[str | None, str, str]]:
    """Those of one file, found by Babel's `method`."""
    place = str(path.relative_to(ROOT))
    with path.open("rb") as file:
        for _, message, _, context in extract(
            method, file, keywords=_KEYWORDS, options={"silent": "false", "encoding": "utf-8"}
        ):
            for text in message if isinstance(message, tuple) else (message,):
                if text:
                    yield context, text, place


def load(language: str) -> Catalog:
    """The catalogue of a language as it is; an empty one where there is none yet."""
    path = FOLDER / f"{language}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def places(text: str) -> set[str]:
    """The named places of a message."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def update(language: str, *extra: Path) -> None:
    """Write the catalogue anew: all messages there are, with the translations that are known."""
    known = {(m.context, m.id): m.string for m in load(language) if m.id and m.string}
    for path in extra:
        with path.open("rb") as file:
            known |= {(m.context, m.id): m.string for m in read_po(file) if m.id and m.string}
    catalog = Catalog(
        locale=language, project="auditor", fuzzy=False, charset="utf-8", header_comment=""
    )
    for context, text, place in messages():
        catalog.add(text, known.get((context, text), ""), locations=[(place, 0)], context=context)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{language}.po").open("wb") as file:
        write_po(file, catalog, width=100, omit_header=True, include_lineno=False)


def missing(language: str) -> list[tuple[str | None, str, str]]:
    """The messages that the catalogue lacks."""
    known = {(m.context, m.id) for m in load(language) if m.id and m.string}
    return [
        one for one in dict.fromkeys(messages()) if one[:2] not in known and _PLAIN.search(one[1])
    ]


if __name__ == "__main__":
    command, *rest = sys.argv[1:] or ["missing"]
    for one in OTHERS:
        if command == "update":
            update(one, *(Path(path) for path in rest if path.endswith(f".{one}.po")))
        for context, text, place in missing(one):
            sys.stdout.write(f"{one}  {place}  {f'({context}) ' if context else ''}{text!r}\n")
