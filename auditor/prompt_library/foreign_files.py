"""Text files that somebody else wrote: read whole, or refused in one sentence."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from auditor.core.quoting import name_type, quote
from auditor.errors import ResponsesUnreadable


def read_each(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    """Each file with its text; one that is given twice is refused, because it would count double.

    Raises:
        ResponsesUnreadable: with the file and what is wrong with it.
    """
    seen: set[Path] = set()
    for path in paths:
        text = read_text(path)
        if path.resolve() in seen:
            raise ResponsesUnreadable(f"{path} is given twice; name it once, or it counts double.")
        seen.add(path.resolve())
        yield path, text


def read_text(path: Path) -> str:
    """The text of one file that is not empty.

    Raises:
        ResponsesUnreadable: it is a folder, empty, not UTF-8, or cannot be read.
    """
    if path.is_dir():
        raise ResponsesUnreadable(f"{path} is a folder; name the files in it.")
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ResponsesUnreadable(
            f"{path} cannot be read ({error.strerror}); check its name and permissions."
        ) from error
    except UnicodeDecodeError as error:
        raise ResponsesUnreadable(
            f"{path} is not UTF-8 (byte {error.start}); give the file as it was released."
        ) from error
    if not text.strip():
        raise ResponsesUnreadable(f"{path} is empty; give the file as it was released.")
    return text


def decode_json(text: str) -> object:
    """One JSON text without a key given twice.

    Raises:
        json.JSONDecodeError: it is not JSON.
        ValueError: a key occurs twice, or a number is too long.
        RecursionError: it is nested too deeply.
    """
    decoded: object = json.loads(text, object_pairs_hook=_without_repeats)
    return decoded


def decode_lines(path: Path, text: str) -> Iterator[tuple[int, dict[str, object]]]:
    """The object on each line of a JSON Lines file, with the line's number; blank lines are none.

    Raises:
        ResponsesUnreadable: with the file, the line and what is wrong with it.
    """
    # Not splitlines(), which also ends a line at characters that JSON allows inside a text.
    for number, line in enumerate(text.split("\n"), start=1):
        if not line.strip():
            continue
        try:
            decoded = decode_json(line)
        except json.JSONDecodeError as error:
            raise ResponsesUnreadable(
                f"{path}, line {number}, is not JSON (column {error.colno}: {error.msg}); "
                "give the file as it was released."
            ) from error
        except (RecursionError, ValueError) as error:
            raise ResponsesUnreadable(
                f"{path}, line {number}: {error}; give the file as it was released."
            ) from error
        if not isinstance(decoded, dict):
            raise ResponsesUnreadable(
                f"{path}, line {number}, must hold an object and holds {name_type(decoded)}; "
                "give one JSON object a line."
            )
        yield number, decoded


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # json keeps the last of two equal keys without a word, and with it drops responses.
    whole = dict(pairs)
    if len(whole) < len(pairs):
        counted = Counter(key for key, _ in pairs)
        repeated = next(key for key, n in counted.items() if n > 1)
        raise ValueError(f"the key {quote(repeated)} occurs twice")
    return whole
