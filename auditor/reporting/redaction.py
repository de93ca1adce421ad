"""Takes out of a result what its reader is not to see, before anything is made of it. Pure.

Hashes stay those of the originals: whoever holds the run folder can compare. What is left out says
so in its place. A text of the model is told by its length and sha256; what names a place or a
machine is told by neither, because short ones could be found by trying.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass, replace
from hashlib import sha256
from typing import Any, TypeVar

from auditor.core.fix_evidence import FixRecord
from auditor.core.fix_results import FixMissing, FixResult
from auditor.core.layer_results import LayerResult, LayersMissing, LayerSource, ReadingResult
from auditor.core.presentation import REDACTIONS, Redaction
from auditor.core.results import AuditResult, EvidenceFile, Quote
from auditor.core.runs import FileHash, ModelIdentity, RunRecord
from auditor.reporting.language import mark, tr
from auditor.reporting.places import argument_name, known_paths, last_name, without_places

T = TypeVar("T")

_HOLDS: Mapping[str, frozenset[Redaction]] = {
    "run.json": frozenset({"paths", "host"}),
    "responses.jsonl": frozenset({"outputs"}),
    "policy.json": frozenset(),
    "measures.json": frozenset(),
    "findings.json": frozenset(),
    "scores.csv": frozenset(),
    "finish.json": frozenset(),
    "ledger-entry.json": frozenset(),
    "layer-evidence.json": frozenset({"outputs", "paths"}),
    "layers.json": frozenset({"outputs", "paths"}),
    "base/run.json": frozenset({"paths", "host"}),
    "base/responses.jsonl": frozenset({"outputs"}),
    "adapter.json": frozenset(),
    "fix/fix-run.json": frozenset({"paths"}),
    "fix.json": frozenset({"outputs", "paths"}),
    "baseline.json": frozenset({"paths"}),
    "baseline-findings.json": frozenset(),
    "models.json": frozenset({"paths"}),
    # Written from a result that is redacted already.
    "results.json": frozenset(),
    "junit.xml": frozenset(),
    "results.sarif": frozenset(),
    "modelcard.md": frozenset(),
    "summary.txt": frozenset(),
    "presentation.json": frozenset(),
    "manifest.sha256": frozenset(),
}
"""What each file of a run may hold. One that is not named here may hold anything."""

_FACTS: Mapping[Redaction, str] = {
    "outputs": mark(
        "Texts written by the model stand as their length and sha256. The counts and scores are of "
        "the texts themselves."
    ),
    "paths": mark(
        "Of places in the file system only the names of files and folders are left. A sentence "
        "that names another place is left out."
    ),
    "host": mark(
        "What was recorded of the machine is left out. Settings that the numbers depend on, as the "
        "number of threads, stay."
    ),
}


def redact(result: AuditResult, what: Collection[Redaction]) -> AuditResult:
    """The same result without what was asked to be left out; every number stays.

    It goes before `view`, within `speaking`: the words that say so are the report's.
    """
    told = result
    if "outputs" in what:
        told = _rebuilt(told, _without_outputs)
    if "paths" in what:
        known = known_paths(result.record)
        told = _rebuilt(told, lambda part: _without_paths(part, known))
    if "host" in what:
        machine = [fact for _, fact in result.record.hardware]
        # Where a model ran behind a server, that is a machine too.
        machine += [fact for key, fact in result.record.model.declared if key == "url"]
        told = _rebuilt(told, lambda part: _without_host(part, machine))
    return told


def is_withheld(file_name: str, what: Collection[Redaction]) -> bool:
    """Whether a file of the run may hold what is redacted, and so may not be embedded."""
    return bool(_HOLDS.get(file_name, frozenset(REDACTIONS)) & set(what))


def file_place(file: EvidenceFile, what: Collection[Redaction]) -> str:
    """Where a reader finds a file of the run."""
    if not file.is_embedded:
        return tr("run folder")
    return tr("withheld by --redact") if is_withheld(file.name, what) else tr("embedded")


def redaction_facts(what: Collection[Redaction]) -> list[tuple[str, str, bool]]:
    """What the provenance page says: label, text, and whether it is code; empty for nothing."""
    if not what:
        return []
    return [
        *(
            (tr("Redacted: {option}", option=option), tr(_FACTS[option]), False)
            for option in REDACTIONS
            if option in what
        ),
        (
            tr("After redaction"),
            tr(
                "Hashes are of the unredacted originals, which are in the run folder. Files that "
                "may hold what was redacted are not in this PDF."
            ),
            False,
        ),
    ]


def _rebuilt(value: T, change: Callable[[Any], Any]) -> T:
    """The value with every dataclass in it put through `change`, inner ones first."""
    told: Any = value
    if isinstance(value, tuple):
        parts = tuple(_rebuilt(part, change) for part in value)
        return value if all(map(_is, parts, value)) else parts  # type: ignore[return-value]
    if is_dataclass(value) and not isinstance(value, type):
        inner = {each.name: getattr(value, each.name) for each in fields(value)}
        made = {name: _rebuilt(part, change) for name, part in inner.items()}
        changed = {name: part for name, part in made.items() if part is not inner[name]}
        told = change(replace(value, **changed) if changed else value)
    return told  # type: ignore[no-any-return]


def _is(one: object, other: object) -> bool:
    return one is other


def _without_outputs(part: Any) -> Any:
    """Every place where a result holds what a model wrote."""
    match part:
        case Quote():
            return replace(part, answer=_digest(part.answer))
        case ReadingResult():
            examples = tuple((layer, name, _digest(text)) for layer, name, text in part.examples)
            return replace(part, examples=examples)
        case FixResult():
            openings = tuple((arm, _digest(text), k, n) for arm, text, k, n in part.openings)
            return replace(part, openings=openings)
        case _:
            return part


def _digest(text: str) -> str:
    # A lone surrogate, which a model may write, has no bytes of its own in UTF-8.
    digest = sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return tr("redacted: {n} characters, sha256 {sha256}", n=len(text), sha256=digest)


def _without_paths(part: Any, known: tuple[str, ...]) -> Any:
    """Every place where a result holds a path, or a sentence that may hold one."""

    def plain(sentence: str) -> str:
        return without_places(sentence, known)

    match part:
        case ModelIdentity():
            settings = tuple((key, plain(text)) for key, text in part.backend_settings)
            return replace(
                part,
                name=last_name(part.name),
                source=last_name(part.source),
                backend_settings=settings,
                declared=tuple((key, plain(text)) for key, text in part.declared),
            )
        case FileHash():
            return replace(part, name=last_name(part.name))
        case LayerSource():
            return replace(part, model=last_name(part.model))
        case RunRecord():
            hardware = tuple((key, plain(text)) for key, text in part.hardware)
            command = tuple(map(argument_name, part.command))
            return replace(_sentences(part, plain), command=command, hardware=hardware)
        case _:
            return _sentences(part, plain)


def _without_host(part: Any, machine: list[str]) -> Any:
    def plain(sentence: str) -> str:
        for fact in machine:
            if len(fact) > 3:
                sentence = sentence.replace(fact, tr("redacted"))
        return sentence

    match part:
        case RunRecord():
            hardware = tuple((key, tr("redacted")) for key, _ in part.hardware)
            command = tuple(map(plain, part.command))
            return replace(_sentences(part, plain), hardware=hardware, command=command)
        case ModelIdentity():
            return replace(part, declared=tuple((key, plain(text)) for key, text in part.declared))
        case _:
            return _sentences(part, plain)


def _sentences(part: Any, plain: Callable[[str], str]) -> Any:
    """The part with its sentences of free text, as of errors, made plain."""
    match part:
        case RunRecord():
            return replace(part, warnings=tuple(map(plain, part.warnings)))
        case FixRecord():
            return replace(part, unavailable=tuple((arm, plain(s)) for arm, s in part.unavailable))
        case LayersMissing() | FixMissing():
            return replace(part, because=plain(part.because))
        case LayerResult(base_missing_because=str(because)):
            return replace(part, base_missing_because=plain(because))
        case _:
            return part
