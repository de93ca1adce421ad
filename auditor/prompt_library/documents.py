"""One YAML or TOML file to one frozen dataclass, and nothing that was not asked for.

YAML is a large language: aliases can grow a small file into gigabytes, a key given twice silently
wins over the first, and a misspelt key does nothing. All three are refused here.
"""

import tomllib
from collections.abc import Collection, Hashable
from dataclasses import is_dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

import msgspec
import yaml

from auditor.errors import AuditorError

MAX_BYTES = 256 * 1024
"""Of one file; the largest of ours has some 12 kB."""

MAX_DEPTH = 20
"""Of nesting; deeper ones exhaust the stack of the C parser."""

T = TypeVar("T")


def read_document(data: bytes, kind: type[T], where: str, error: type[AuditorError]) -> T:
    """The content of one YAML file as the dataclass `kind`; `where` names the file in messages.

    Raises:
        AuditorError: of the type `error`; one sentence that names the place and the mistake.
    """
    text = _text_of(data, where, error)
    try:
        _refuse_costly(text)
        value = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as failure:
        problem = " ".join(filter(None, (failure.context, failure.problem)))
        raise error(f"{where}{_place(failure)} is not valid YAML: {problem}.") from None
    except (yaml.YAMLError, ValueError) as failure:
        # ValueError: a date or a number that looks like one and is none.
        raise error(f"{where} is not valid YAML: {' '.join(str(failure).split())}.") from None
    if value is None:
        raise error(f"{where} is empty.")
    return _converted(value, kind, where, error)


def read_toml(data: bytes, kind: type[T], where: str, error: type[AuditorError]) -> T:
    """The same for one TOML file, where a key given twice is an error of the format itself.

    Raises:
        AuditorError: of the type `error`; one sentence that names the place and the mistake.
    """
    text = _text_of(data, where, error)
    try:
        value = tomllib.loads(text)
    except ValueError as failure:
        # Also of a number with thousands of digits, which is no mistake in TOML itself.
        raise error(f"{where} is not valid TOML: {failure}.") from None
    except RecursionError:
        raise error(f"{where} is not valid TOML: it is nested too deeply.") from None
    return _converted(value, kind, where, error)


def _text_of(data: bytes, where: str, error: type[AuditorError]) -> str:
    if len(data) > MAX_BYTES:
        raise error(f"{where} is larger than {MAX_BYTES // 1024} kB: is it the right file?")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        raise error(f"{where} is not UTF-8 text (byte {failure.start}).") from None


def _converted(value: object, kind: type[T], where: str, error: type[AuditorError]) -> T:
    _refuse_unknown_keys(value, kind, where, "", error)
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as failure:
        raise error(f"{where}: {failure}.") from None


def did_you_mean(name: str, known: Collection[str]) -> str:
    """The end of a sentence about an unknown name: the nearest known one, or all of a few."""
    near = get_close_matches(name, known, n=1, cutoff=0.5)
    if near:
        return f"; did you mean `{near[0]}`?"
    return f"; known are {', '.join(known)}." if 0 < len(known) <= 12 else "."


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """A safe loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if key.value in seen:
                raise _mistake(f"the key `{key.value}` is given twice", key)
            if isinstance(key, yaml.ScalarNode):
                seen.add(key.value)
        mapping: dict[Hashable, Any] = super().construct_mapping(node, deep=deep)
        return mapping


def _refuse_costly(text: str) -> None:
    """Go through the events, which cost nothing, before anything is built from them."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if getattr(event, "anchor", None) is not None:
            raise _mistake("anchors (&) and aliases (*) are not allowed here", event)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            raise _mistake("it is nested too deeply", event)


def _mistake(problem: str, at: yaml.Event | yaml.Node) -> yaml.MarkedYAMLError:
    # The C parser's marks are of a type of their own, with the same attributes.
    mark = cast("yaml.Mark", at.start_mark)
    return yaml.MarkedYAMLError(problem=problem, problem_mark=mark)


def _place(failure: yaml.MarkedYAMLError) -> str:
    mark = failure.problem_mark or failure.context_mark
    return f", line {mark.line + 1}," if mark else ""


@cache
def _types_of(kind: Hashable) -> dict[str, Any]:
    return get_type_hints(kind)


def _refuse_unknown_keys(
    value: object, kind: Any, where: str, inside: str, error: type[AuditorError]
) -> None:
    """Check keys by name first: the converter would ignore one that a dataclass does not have."""
    if is_dataclass(kind) and isinstance(value, dict):
        types = _types_of(cast("Hashable", kind))
        for key, inner in value.items():
            if key not in types:
                place = f" in {inside}" if inside else ""
                raise error(
                    f"{where}: unknown key `{key}`{place}{did_you_mean(str(key), list(types))}"
                )
            _refuse_unknown_keys(inner, types[key], where, str(key), error)
    elif get_origin(kind) is tuple and isinstance(value, list):
        for place_of, inner in enumerate(value, start=1):
            entry = f"{inside}, entry {place_of}"
            _refuse_unknown_keys(inner, get_args(kind)[0], where, entry, error)
    elif get_origin(kind) is dict and isinstance(value, dict):
        for key, inner in value.items():
            _refuse_unknown_keys(inner, get_args(kind)[1], where, f"{inside}, {key}", error)
