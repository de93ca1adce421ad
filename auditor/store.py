"""The run folder: evidence appended as it comes, everything else written whole.

`run.json` first, then `responses.jsonl` a batch at a time. A crash loses at most the batch in
flight: what stands behind the last complete batch is cut off before the run goes on.
"""

import errno
import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from auditor.core.batches import Batch
from auditor.core.manifest import is_listable, manifest_text, read_manifest
from auditor.core.responses import Response
from auditor.core.runs import SCHEMA_VERSION, RunRecord
from auditor.errors import RunUnreadable

RECORD = "run.json"
RESPONSES = "responses.jsonl"
MANIFEST = "manifest.sha256"
POLICY = "policy.json"
FINISH = "finish.json"
RESULTS = "results.json"
HTML, PDF = "report.html", "report.pdf"
PDF_HASH = f"{PDF}.sha256"
WITNESS = "ledger-entry.json"
"""Where the ledger's first line about a run stands."""
HEAD = "ledger-head.json"
"""Where its last line about a folder stands; written after it, so not in the manifest."""
LOCK = ".lock"

COMPUTING_PACKAGES = ("llama-cpp-python", "torch", "transformers")
"""Packages whose version changes the numbers; a run is not resumed under other ones."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One audit on disk."""

    path: Path

    def has_record(self) -> bool:
        """Whether a run was begun here."""
        return (self.path / RECORD).is_file()

    def record(self) -> RunRecord:
        """`run.json`, checked."""
        text = self._read(RECORD)
        schema = _schema_of(text, self.path / RECORD)
        if schema != SCHEMA_VERSION:
            raise RunUnreadable(
                f"{self.path / RECORD} has schema {schema}, and this version reads schema "
                f"{SCHEMA_VERSION}: open it with the version of auditor that wrote it."
            )
        return _decode(text, RunRecord, self.path / RECORD)

    def read_json(self, name: str, kind: type[T]) -> T:
        """One of the other JSON files, checked against its type."""
        return _decode(self._read(name), kind, self.path / name)

    def content(self, name: str) -> bytes:
        """A file as it is."""
        return self._read(name)

    def write_record(self, record: RunRecord) -> None:
        """Write `run.json`."""
        self.write_json(RECORD, record)

    def write_json(self, name: str, value: object) -> None:
        """Write a value as sorted JSON, whole or not at all."""
        self.write_bytes(name, json_bytes(value))

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write a file, whole or not at all."""
        target = self.path / name
        with _explained(target):
            target.parent.mkdir(parents=True, exist_ok=True)
            draft = target.with_name(f".{target.name}.part")
            with draft.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(target)

    def responses(self) -> list[Response]:
        """Every recorded response; a torn last line is left out."""
        try:
            content = (self.path / RESPONSES).read_bytes()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise RunUnreadable(f"Cannot read {self.path / RESPONSES}: {error.strerror}.") from None
        lines = content.split(b"\n")
        return [
            self._response(number, line) for number, line in enumerate(lines[:-1], start=1) if line
        ]

    def keep_complete_batches(self, plan: Sequence[Batch]) -> list[Response]:
        """Cut off what a crash left behind the last complete batch; return what stays.

        Batches are written in the plan's order, so a complete run of batches from the first is
        all that can be trusted to be whole.
        """
        kept = self.complete_batches(plan)
        content = b"".join(_line(response) for response in kept)
        if (self.path / RESPONSES).exists() and (self.path / RESPONSES).stat().st_size != len(
            content
        ):
            self.write_bytes(RESPONSES, content)
        return kept

    def complete_batches(self, plan: Sequence[Batch]) -> list[Response]:
        """The responses of the plan's first batches that are recorded whole."""
        recorded = iter(self.responses())
        kept: list[Response] = []
        for batch in plan:
            found = [response for _, response in zip(batch.prompts, recorded, strict=False)]
            if [r.prompt_id for r in found] != [p.prompt_id for p in batch.prompts]:
                break
            kept += found
        return kept

    def append(self, responses: Sequence[Response]) -> None:
        """Add one batch of evidence and have it on disk before returning."""
        with _explained(self.path / RESPONSES), (self.path / RESPONSES).open("ab") as file:
            file.write(b"".join(_line(response) for response in responses))
            file.flush()
            os.fsync(file.fileno())

    def set_aside(self, label: str) -> None:
        """Move an earlier run's evidence into a folder beside it, for `--fresh`."""
        aside = self.path / f"replaced-{label}"
        with _explained(aside):
            aside.mkdir(exist_ok=True)
            for name in (RECORD, RESPONSES, POLICY, FINISH, WITNESS):
                if (self.path / name).exists():
                    (self.path / name).replace(aside / name)

    def check_evidence(self, names: Sequence[str]) -> None:
        """Refuse evidence that is no longer what the run wrote; a run without a manifest passes.

        Otherwise a report made again would hash altered evidence anew, and vouch for it.
        """
        if not (self.path / MANIFEST).exists():
            return
        manifest = read_manifest(self._read(MANIFEST).decode("utf-8", "replace"))
        if manifest.flaws:
            number, said = manifest.flaws[0]
            raise RunUnreadable(
                f"{self.path / MANIFEST} is damaged (line {number} {said}): restore it from a "
                "copy, or run the audit again with --fresh."
            )
        written = manifest.hashes
        for name in names:
            if name in written and self.sha256_of(name) != written[name]:
                raise RunUnreadable(
                    f"{self.path / name} is not what the run wrote ({MANIFEST} has another hash): "
                    "restore it from a copy, or run the audit again with --fresh."
                )

    def check_complete(self, plan: Sequence[Batch]) -> None:
        """Refuse a run that was not asked to its end, or whose answers are to other questions."""
        found = [response.prompt_id for response in self.responses()]
        planned = [prompt.prompt_id for batch in plan for prompt in batch.prompts]
        if found == planned[: len(found)] and len(found) < len(planned):
            raise RunUnreadable(
                f"{self.path} holds {len(found)} of {len(planned)} answers: finish the run with "
                "the command that began it."
            )
        if found != planned:
            raise RunUnreadable(
                f"{self.path / RESPONSES} does not answer the questions of its run.json: restore "
                "it from a copy, or run the audit again with --fresh."
            )

    def write_manifest(self, names: Sequence[str]) -> None:
        """Hashes of these files, in the form that `sha256sum -c` reads."""
        hashes = {name: self.sha256_of(name) for name in names}
        self.write_bytes(MANIFEST, manifest_text(hashes).encode())

    def sha256_of(self, name: str) -> str:
        """Of a file's content."""
        try:
            with (self.path / name).open("rb") as file:
                return file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise self._missing(name) from None
        except OSError as error:
            raise RunUnreadable(f"Cannot read {self.path / name}: {error.strerror}.") from None

    def files_below(self, *patterns: str) -> list[str]:
        """Every file that these name, or that lies below a folder that they name, by name.

        Drafts that a crash left are none.
        """
        found = [one for pattern in patterns for one in self.path.glob(pattern)]
        below = [path for one in found for path in (one.rglob("*") if one.is_dir() else [one])]
        names = {path.relative_to(self.path).as_posix() for path in below if path.is_file()}
        return sorted(name for name in names if is_listable(name) and "/." not in f"/{name}")

    def drop_manifest(self) -> None:
        """Take the hashes away while recorded evidence grows; the conclusion writes new ones."""
        (self.path / MANIFEST).unlink(missing_ok=True)

    def _read(self, name: str) -> bytes:
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            raise self._missing(name) from None
        except OSError as error:
            raise RunUnreadable(f"Cannot read {self.path / name}: {error.strerror}.") from None

    def _missing(self, name: str) -> RunUnreadable:
        return RunUnreadable(
            f"{self.path} is not a run folder: it has no {name}. Name a folder that "
            "`auditor run` has written."
        )

    def _response(self, number: int, line: bytes) -> Response:
        try:
            return msgspec.json.decode(line, type=Response)
        except msgspec.DecodeError as error:
            raise RunUnreadable(
                f"{self.path / RESPONSES}, line {number}, is damaged ({error}): restore the file, "
                "or run again with --fresh."
            ) from None


@contextmanager
def open_run_folder(path: Path) -> Iterator[RunFolder]:
    """Make the folder if need be and hold its lock, so that no other process writes into it."""
    with _explained(path):
        path.mkdir(parents=True, exist_ok=True)
        lock = (path / LOCK).open("a")
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise RunUnreadable(
                f"Another auditor process is writing to {path}: wait for it, or choose another "
                "folder with --out."
            ) from None
        try:
            yield RunFolder(path)
        finally:
            if not any(entry.name != LOCK for entry in path.iterdir()):
                # Nothing was begun, as when the model could not be opened.
                (path / LOCK).unlink(missing_ok=True)
                path.rmdir()


def is_being_written(path: Path) -> bool:
    """Whether a process holds the lock of a run folder; nothing is written."""
    try:
        with (path / LOCK).open("rb") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def json_bytes(value: object) -> bytes:
    """A value as every JSON file of a run holds it: sorted, with a newline at its end."""
    text = json.dumps(
        msgspec.to_builtins(value),
        allow_nan=False,
        ensure_ascii=False,
        indent=1,
        sort_keys=True,
    )
    return (text + "\n").encode()


def differences(old: RunRecord, new: RunRecord) -> list[str]:
    """What makes two records different runs, in words; empty where one resumes the other."""
    pairs: Mapping[str, tuple[object, object]] = {
        "model weights": (old.model.weights_sha256, new.model.weights_sha256),
        "tokenizer": (old.model.tokenizer_sha256, new.model.tokenizer_sha256),
        "chat template": (old.model.chat_template_sha256, new.model.chat_template_sha256),
        "adapter": (old.model.adapter_sha256, new.model.adapter_sha256),
        "backend": (old.model.backend, new.model.backend),
        "arithmetic": (old.model.dtype, new.model.dtype),
        "backend settings": (old.model.backend_settings, new.model.backend_settings),
        "tier": (old.settings.tier, new.settings.tier),
        "seed": (old.settings.seed, new.settings.seed),
        "instruments": (old.settings.instruments, new.settings.instruments),
        "other settings": (old.settings, new.settings),
        "battery": (old.battery, new.battery),
        "policy": (old.policy, new.policy),
        "versions of " + ", ".join(COMPUTING_PACKAGES): (_computing(old), _computing(new)),
    }
    found = [name for name, (before, now) in pairs.items() if before != now]
    return [name for name in found if name != "other settings" or len(found) == 1]


def _computing(record: RunRecord) -> list[tuple[str, str]]:
    return [pair for pair in record.versions if pair[0] in COMPUTING_PACKAGES]


def _line(response: Response) -> bytes:
    text = json.dumps(msgspec.to_builtins(response), allow_nan=False, ensure_ascii=False)
    return text.encode() + b"\n"


def _schema_of(text: bytes, path: Path) -> Any:
    try:
        return msgspec.json.decode(text).get("schema")
    except (msgspec.DecodeError, AttributeError):
        raise RunUnreadable(f"{path} is not a run record: it is damaged or not JSON.") from None


def _decode(text: bytes, kind: type[T], path: Path) -> T:
    try:
        return msgspec.json.decode(text, type=kind)
    except msgspec.DecodeError as error:
        raise RunUnreadable(f"{path} is damaged: {error}.") from None


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turn a failed write into a sentence that says what to do and what is safe."""
    try:
        yield
    except OSError as error:
        advice = {
            errno.ENOSPC: "The disk is full: free some space",
            errno.EDQUOT: "Your disk quota is used up: free some space",
            errno.EFBIG: "The file may not grow further: raise the file size limit",
            errno.EACCES: "The folder is not writable: choose another with --out",
            errno.EPERM: "The folder is not writable: choose another with --out",
            errno.EROFS: "The disk is read-only: choose another folder with --out",
            errno.ENOTDIR: "A part of the path is a file: choose another folder with --out",
            errno.EEXIST: "A file of this name stands there: choose another folder with --out",
        }.get(error.errno or 0, f"{error.strerror or error}: mend it")
        raise RunUnreadable(
            f"Cannot write {path}. {advice}, then run the same command again; what was recorded "
            "before is kept."
        ) from None
