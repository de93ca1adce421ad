"""Score responses that somebody else collected."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.battery.transcripts import (
    Kind,
    Label,
    LabelledTranscript,
    TranscriptNotUnderstood,
    label_transcript,
)
from auditor.errors import AuditorError, ResponsesUnreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredResponse:
    """One response of a file with its label."""

    file: str
    key: str
    prompt_id: str
    labelled: LabelledTranscript


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoredFiles:
    """Every response of the files given, in their order."""

    format: str
    files: tuple[str, ...]
    responses: tuple[ScoredResponse, ...]

    def of_kind(self, kind: Kind) -> tuple[ScoredResponse, ...]:
        """The responses to implicit or to explicit prompts."""
        return tuple(r for r in self.responses if r.labelled.kind == kind)

    def count(self, kind: Kind) -> dict[str, int]:
        """`n` and how often each label occurs, over all files; labels that never occur are 0."""
        counted = Counter(response.labelled.label for response in self.of_kind(kind))
        return {"n": counted.total(), **{label: counted[label] for label in LABELS[kind]}}


LABELS: dict[Kind, tuple[Label, ...]] = {
    "implicit": ("stereotype", "counter", "invalid"),
    "explicit": ("agree", "neutral", "disagree", "invalid"),
}


def score_files(paths: Sequence[Path], format: str = "word-association") -> ScoredFiles:
    """Read and label every response of `paths`.

    Raises `ResponsesUnreadable` with the file and what is wrong with it: a file that is only
    half understood would give a rate over the wrong answers, so none is skipped.
    """
    seen: set[Path] = set()
    responses: list[ScoredResponse] = []
    for path in paths:
        text = _read(path)
        if path.resolve() in seen:
            raise ResponsesUnreadable(f"{path} is given twice; name it once, or it counts double.")
        seen.add(path.resolve())
        responses += FORMATS[format](str(path), text)
    return ScoredFiles(
        format=format, files=tuple(str(path) for path in paths), responses=tuple(responses)
    )


def write_labels(scored: ScoredFiles, path: Path) -> None:
    """One JSON line for each response; the span is in characters of the stored transcript."""
    if path.resolve() in {Path(file).resolve() for file in scored.files}:
        raise AuditorError(f"{path} is one of the files scored; write the labels elsewhere.")
    lines = "".join(json.dumps(_label_line(r), allow_nan=False) + "\n" for r in scored.responses)
    try:
        path.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise AuditorError(
            f"The labels cannot be written to {path} ({error.strerror}); name another place."
        ) from error


def _label_line(response: ScoredResponse) -> dict[str, object]:
    labelled = response.labelled
    return {
        "file": response.file,
        "key": response.key,
        "prompt_id": response.prompt_id,
        "label": labelled.label,
        "rule": labelled.rule,
        "span": labelled.span,
        "contradicts_later": labelled.contradicts_later,
        "invalid_because": labelled.invalid_because,
    }


def _read(path: Path) -> str:
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
        raise ResponsesUnreadable(f"{path} is empty; give a file of responses.")
    return text


def _word_association(file: str, text: str) -> Iterator[ScoredResponse]:
    keys = _as_object(_decode(file, text), file, "the file")
    n_responses = 0
    for key, prompts in keys.items():
        for prompt_id, entry in _as_object(prompts, file, f"key {_quote(key)}").items():
            n_responses += 1
            transcript = _as_transcript(entry, file, f"key {_quote(key)}, {_quote(prompt_id)}")
            yield ScoredResponse(
                file=file,
                key=key,
                prompt_id=prompt_id,
                labelled=_label(file, key, prompt_id, transcript),
            )
    if not n_responses:
        raise ResponsesUnreadable(f"{file} holds no responses; give a file of responses.")


def _label(file: str, key: str, prompt_id: str, transcript: str) -> LabelledTranscript:
    try:
        return label_transcript(key, transcript)
    except TranscriptNotUnderstood as error:
        raise ResponsesUnreadable(
            f"{file}: the transcript at key {_quote(key)}, {_quote(prompt_id)} {error}; "
            "give transcripts of the word-association release."
        ) from error


def _decode(file: str, text: str) -> object:
    try:
        decoded: object = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as error:
        raise ResponsesUnreadable(
            f"{file} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}; "
            "give the file as it was released."
        ) from error
    except (RecursionError, ValueError) as error:
        raise ResponsesUnreadable(
            f"{file} is not a file of responses: {error}; give the file as it was released."
        ) from error
    return decoded


def _without_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # json keeps the last of two equal keys without a word, and with it drops responses.
    repeated = [key for key, n in Counter(key for key, _ in pairs).items() if n > 1]
    if repeated:
        raise ValueError(f"the key {_quote(repeated[0])} occurs twice")
    return dict(pairs)


def _as_object(value: object, file: str, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ResponsesUnreadable(
            f'{file}: {where} must hold an object, {{"key": {{"prompt_id": '
            f'["prompt and response", code]}}}}, and holds {_name_type(value)}.'
        )
    return value


def _as_transcript(value: object, file: str, where: str) -> str:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):
        return value[0]
    raise ResponsesUnreadable(
        f'{file}: {where} must hold ["prompt and response", code] and holds {_name_type(value)}.'
    )


def _name_type(value: object) -> str:
    if isinstance(value, list):
        return f"a list of {len(value)}" + (
            f" that begins with {_name_type(value[0])}" if value else ""
        )
    names = {dict: "an object", str: "text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _quote(key: str) -> str:
    # ascii() keeps control characters of a foreign file off the terminal.
    return ascii(key if len(key) <= 80 else f"{key[:77]}...")


FORMATS: dict[str, Callable[[str, str], Iterator[ScoredResponse]]] = {
    "word-association": _word_association,
}
"""How each format is read: from a file's name and text to its labelled responses."""
