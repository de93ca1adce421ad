"""Score responses that somebody else collected."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.battery.association.transcripts import (
    Kind,
    Label,
    LabelledTranscript,
    TranscriptNotUnderstood,
    label_transcript,
)
from auditor.core.quoting import name_type, quote
from auditor.errors import AuditorError, ResponsesUnreadable
from auditor.prompt_library.foreign_files import decode_json, read_each
from auditor.workflows.score_bbq import ScoredBbq, score_bbq


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

    @property
    def inputs(self) -> tuple[str, ...]:
        """All files read."""
        return self.files

    def label_lines(self) -> Iterator[dict[str, object]]:
        """What each response counts for, as it is written to a file of labels."""
        for response in self.responses:
            labelled = response.labelled
            yield {
                "file": response.file,
                "key": response.key,
                "prompt_id": response.prompt_id,
                "label": labelled.label,
                "rule": labelled.rule,
                "span": labelled.span,
                "contradicts_later": labelled.contradicts_later,
                "invalid_because": labelled.invalid_because,
            }

    def count(self, kind: Kind) -> dict[str, int]:
        """`n` and how often each label occurs, over all files; labels that never occur are 0."""
        counted = Counter(response.labelled.label for response in self.of_kind(kind))
        return {"n": counted.total(), **{label: counted[label] for label in LABELS[kind]}}


LABELS: dict[Kind, tuple[Label, ...]] = {
    "implicit": ("stereotype", "counter", "invalid"),
    "explicit": ("agree", "neutral", "disagree", "invalid"),
}


Scored = ScoredFiles | ScoredBbq


def score_files(paths: Sequence[Path]) -> ScoredFiles:
    """Read and label every response of files of word-association transcripts.

    Raises `ResponsesUnreadable` with the file and what is wrong with it: a file that is only
    half understood would give a rate over the wrong answers, so none is skipped.
    """
    responses: list[ScoredResponse] = []
    for path, text in read_each(paths):
        responses += _word_association(str(path), text)
    return ScoredFiles(
        format="word-association",
        files=tuple(str(path) for path in paths),
        responses=tuple(responses),
    )


def score_as(format: str, paths: Sequence[Path], items: Sequence[Path] = ()) -> Scored:
    """Score files of one of the `FORMATS`; `items` are the items that predictions are of.

    Raises `ResponsesUnreadable` with the file and what is wrong with it.
    """
    return FORMATS[format](paths, items)


def write_labels(scored: Scored, path: Path) -> None:
    """One JSON line for each response; a span is in characters of the stored transcript."""
    if path.resolve() in {Path(file).resolve() for file in scored.inputs}:
        raise AuditorError(f"{path} is one of the files scored; write the labels elsewhere.")
    lines = "".join(json.dumps(line, allow_nan=False) + "\n" for line in scored.label_lines())
    try:
        path.write_text(lines, encoding="utf-8")
    except OSError as error:
        raise AuditorError(
            f"The labels cannot be written to {path} ({error.strerror}); name another place."
        ) from error


def _word_association(file: str, text: str) -> Iterator[ScoredResponse]:
    keys = _as_object(_decode(file, text), file, "the file")
    n_responses = 0
    for key, prompts in keys.items():
        for prompt_id, entry in _as_object(prompts, file, f"key {quote(key)}").items():
            n_responses += 1
            transcript = _as_transcript(entry, file, f"key {quote(key)}, {quote(prompt_id)}")
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
            f"{file}: the transcript at key {quote(key)}, {quote(prompt_id)} {error}; "
            "give transcripts of the word-association release."
        ) from error


def _decode(file: str, text: str) -> object:
    try:
        return decode_json(text)
    except json.JSONDecodeError as error:
        raise ResponsesUnreadable(
            f"{file} is not JSON: line {error.lineno}, column {error.colno}: {error.msg}; "
            "give the file as it was released."
        ) from error
    except (RecursionError, ValueError) as error:
        raise ResponsesUnreadable(
            f"{file} is not a file of responses: {error}; give the file as it was released."
        ) from error


def _as_object(value: object, file: str, where: str) -> dict[str, object]:
    if not isinstance(value, dict):
        raise ResponsesUnreadable(
            f'{file}: {where} must hold an object, {{"key": {{"prompt_id": '
            f'["prompt and response", code]}}}}, and holds {name_type(value)}.'
        )
    return value


def _as_transcript(value: object, file: str, where: str) -> str:
    if isinstance(value, list) and len(value) == 2 and isinstance(value[0], str):
        return value[0]
    raise ResponsesUnreadable(
        f'{file}: {where} must hold ["prompt and response", code] and holds {name_type(value)}.'
    )


def _score_transcripts(paths: Sequence[Path], items: Sequence[Path]) -> ScoredFiles:
    if items:
        raise AuditorError("Transcripts need no --items; they are for predictions of BBQ.")
    return score_files(paths)


FORMATS: dict[str, Callable[[Sequence[Path], Sequence[Path]], Scored]] = {
    "word-association": _score_transcripts,
    "bbq": score_bbq,
}
"""How each format is scored: from the files, and those of the items they are of."""
