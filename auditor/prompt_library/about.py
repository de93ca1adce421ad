"""The audit file: what the organisation declares about the system, the risk and itself.

Every mistake is one sentence for whoever wrote the file, so types are checked here by hand: YAML
reads `2026-01-01` as a date and `yes` as a truth value, where a text was meant.
"""

from collections.abc import Collection, Iterator, Mapping
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any

from auditor.core.presentation import About
from auditor.core.standards import Crosswalk
from auditor.errors import AboutInvalid
from auditor.prompt_library.documents import MAX_BYTES, read_document

MAX_TEXT = 2000
"""Characters of one answer: a paragraph, not a document."""
MAX_NAME = 120
"""Characters of the organisation's name."""
KEYS = ("organisation", "standards", "fields", "mitigations")


def load_about(
    path: Path, crosswalk: Crosswalk, known_criteria: Collection[str] | None = None
) -> About:
    """What an audit file declares; its sha256 is over the file's bytes.

    `known_criteria` are the ids of the policy's criteria, as in `implicit/gender.terms`; None
    leaves them unchecked. An empty answer is none.

    Raises:
        AboutInvalid: the file cannot be read, is no audit file, or names what does not exist.
    """
    data, where = _read(path), str(path)
    file = _mapping(read_document(data, object, where, AboutInvalid), where)
    for key in file:
        _refuse_unknown(where, "key", key, KEYS)
    standards = _standards(file.get("standards"), where, crosswalk)
    fields = [one.field_id for one in crosswalk.fields]
    about = About(
        organisation=_text(file.get("organisation"), f"{where}: `organisation`", MAX_NAME),
        answers=_texts(file.get("fields"), where, "fields", fields),
        mitigations=_texts(file.get("mitigations"), where, "mitigations", known_criteria),
        standards=standards,
        sha256=sha256(data).hexdigest(),
    )
    if not (about.organisation or about.answers or about.mitigations or about.standards):
        raise AboutInvalid(
            f"{where} declares nothing: fill in at least one of {_listed(KEYS)}, or leave the file "
            "out."
        )
    return about


def check_mitigations(about: About, known_criteria: Collection[str]) -> None:
    """Raises AboutInvalid where a mitigation is about no criterion of the policy."""
    for name, _ in about.mitigations:
        _refuse_unknown("The audit file", "name in `mitigations`", name, known_criteria)


def _read(path: Path) -> bytes:
    if path.is_dir():
        raise AboutInvalid(f"The audit file {path} is a folder: name the YAML file in it.")
    if not path.is_file():
        raise AboutInvalid(f"There is no audit file {path}.")
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except OSError as failure:
        raise AboutInvalid(f"The audit file {path} cannot be read: {failure.strerror}.") from None


def _mapping(value: object, place: str) -> Mapping[Any, object]:
    """The value as a mapping; none at all is an empty one."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise AboutInvalid(
            f"{place}: here stand lines of the form `name: text`, and not {_kind(value)}."
        )
    return value


def _standards(value: object, where: str, crosswalk: Crosswalk) -> tuple[str, ...]:
    known = [standard.standard_id for standard in crosswalk.standards]
    if value is None:
        return ()
    if not isinstance(value, list):
        raise AboutInvalid(
            f"{where}: `standards` is a list, one id a line behind a dash, and not {_kind(value)}; "
            f"allowed are {_listed(known)}."
        )
    for name in value:
        _refuse_unknown(where, "standard", name, known)
    return tuple(dict.fromkeys(value))


def _texts(
    value: object, where: str, part: str, known: Collection[str] | None
) -> tuple[tuple[str, str], ...]:
    """The answers that say something, in the file's order."""
    answers: list[tuple[str, str]] = []
    for name, text in _mapping(value, f"{where}: `{part}`").items():
        if known is not None:
            _refuse_unknown(where, f"name in `{part}`", name, known)
        answers.append((str(name), _text(text, f"{where}: `{part}`, `{name}`", MAX_TEXT)))
    return tuple((name, text) for name, text in answers if text)


def _text(value: object, place: str, limit: int) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise AboutInvalid(
            f"{place} is a text, and YAML reads {_kind(value)} here: put it in quotes."
        )
    if len(value) > limit:
        raise AboutInvalid(
            f"{place} has {len(value)} characters, and at most {limit} are printed: shorten it."
        )
    return value.strip()


_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "a truth value"),
    (int, "a number"),
    (float, "a number"),
    (str, "a text"),
    (list, "a list"),
    (dict, "a mapping"),
)


def _kind(value: object) -> str:
    """What YAML made of a value; dates and times are of several types."""
    if hasattr(value, "isoformat"):
        return f"the date {value}"
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "something else")


def _refuse_unknown(where: str, what: str, name: object, known: Collection[str]) -> None:
    if isinstance(name, str) and name in known:
        return
    near = get_close_matches(str(name), known, n=1, cutoff=0.5)
    hint = f"did you mean `{near[0]}`? Allowed are" if near else "allowed are"
    raise AboutInvalid(f"{where}: unknown {what} `{name}`; {hint} {_listed(known)}.")


def _listed(names: Collection[str]) -> str:
    """At most forty: a policy can have hundreds of criteria."""
    shown: Iterator[str] = (name for name, _ in zip(names, range(40), strict=False))
    return ", ".join(shown) + (" and others" if len(names) > 40 else "")
