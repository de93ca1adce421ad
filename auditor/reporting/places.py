"""Places in the file system within commands and sentences: their names alone are left. Pure."""

import re
from collections.abc import Iterator

from auditor.core.runs import RunRecord
from auditor.reporting.language import tr

_ROOTED = re.compile(
    r"""(?:^|[^\w/\\])                # not within a word, a fraction or an address
        (?:~[\w.-]*[/\\]              # ~/models, ~jane/models
          |\.{1,2}[/\\]               # ./model, ../model
          |(?<!:)//?[^\s/\\]          # /home
          |(?<=:)/[^\s/\\]            # at:/home, but not https://
          |\\[^\s]                    # \\server
          |[A-Za-z]:[/\\]             # C:\Users
          |file:)""",
    re.VERBOSE,
)
_SEPARATORS = re.compile(r"[/\\]+")


def known_paths(record: RunRecord) -> tuple[str, ...]:
    """What was typed as a path, the longest first; these can be told from words."""
    typed = [record.model.source, *(text for each in record.command for text in _values(each))]
    paths = {text for text in typed if _SEPARATORS.search(text)}
    return tuple(sorted(paths, key=lambda text: (-len(text), text)))


def _values(argument: str) -> Iterator[str]:
    """An argument, and what follows the sign of equality in `--out=FOLDER`."""
    yield argument
    if argument.startswith("-") and "=" in argument:
        yield argument.partition("=")[2]


def argument_name(argument: str) -> str:
    """An argument of a command with the last part of its path alone."""
    option, equals, rest = argument.partition("=")
    if equals and option.startswith("-"):
        return f"{option}={last_name(rest)}"
    return last_name(argument)


def last_name(path: str) -> str:
    """The last part of a path; a text without separators stays as it is."""
    if not _SEPARATORS.search(path):
        return path
    last = _SEPARATORS.split(path.rstrip("/\\"))[-1]
    return last if last not in ("", ".", "..", "~") else tr("redacted")


def without_places(sentence: str, known: tuple[str, ...]) -> str:
    """The sentence with the names of known paths alone; left out where another place is in it."""
    for path in known:
        sentence = sentence.replace(path, last_name(path))
    if _ROOTED.search(sentence):
        # Where such a path ends, nobody can say: names of folders may hold spaces.
        return tr("A sentence that names a place in the file system was redacted.")
    return sentence
