"""The standards that a report is evidence for, and the fields that they leave to people."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256

from auditor.core.standards import Crosswalk, Field, Requirement, Standard
from auditor.errors import StandardsInvalid
from auditor.prompt_library.documents import did_you_mean, read_document
from auditor.resources import data_root

FOLDER = ("prompts", "standards")
FIELDS = "fields.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldsFile:
    """`fields.yaml` as it is written."""

    fields: tuple[Field, ...]


def load_crosswalk() -> Crosswalk:
    """The shipped standards, in the order of their titles; one file each.

    Raises:
        StandardsInvalid: a file cannot be read, or names a field or standard that is not there.
    """
    contents = dict(sorted(_contents()))
    fields = read_document(contents[FIELDS], FieldsFile, FIELDS, StandardsInvalid).fields
    standards = tuple(
        read_document(content, Standard, name, StandardsInvalid)
        for name, content in contents.items()
        if name != FIELDS
    )
    check(standards, fields)
    digest = sha256()
    for name, content in contents.items():
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    ordered = sorted(standards, key=lambda standard: standard.title.casefold())
    return Crosswalk(fields=fields, standards=tuple(ordered), sha256=digest.hexdigest())


def check(standards: tuple[Standard, ...], fields: tuple[Field, ...]) -> None:
    """Raises StandardsInvalid where ids do not meet, or a requirement says nothing of who."""
    known = [standard.standard_id for standard in standards]
    field_ids = [field.field_id for field in fields]
    _refuse_twice("standard", known)
    _refuse_twice("field", field_ids)
    for field in fields:
        _refuse_unknown(f"{FIELDS}: `{field.field_id}`", "standard", field.standards, known)
    for standard in standards:
        _check_standard(standard, field_ids)
    asked = {name for s in standards for r in s.requirements for name in r.field_ids}
    for field in fields:
        if field.standards and field.field_id not in asked:
            raise StandardsInvalid(f"{FIELDS}: no standard asks for `{field.field_id}`.")


def _contents() -> Iterator[tuple[str, bytes]]:
    for entry in data_root().joinpath(*FOLDER).iterdir():
        if entry.name.endswith(".yaml"):
            yield entry.name, entry.read_bytes()


def _check_standard(standard: Standard, field_ids: list[str]) -> None:
    where = f"{standard.standard_id}.yaml"
    try:
        date.fromisoformat(standard.as_of)
    except ValueError:
        raise StandardsInvalid(f"{where}: `as_of` is no date as in 2026-11-21.") from None
    if not standard.requirements:
        raise StandardsInvalid(f"{where}: it has no requirements.")
    for place, one in enumerate(standard.requirements, start=1):
        entry = f"{where}: requirements, entry {place} ({one.clause})"
        _refuse_unknown(entry, "field", one.field_ids, field_ids)
        _check_source(entry, one)


def _check_source(entry: str, one: Requirement) -> None:
    """What this report holds names a section, all else names a field; nothing is both."""
    is_here = one.by in ("measured", "report")
    if is_here != bool(one.evidence) or bool(one.evidence) == bool(one.field_ids):
        raise StandardsInvalid(
            f"{entry}: what is measured, or stands in the report, names its evidence, and all else "
            "the fields that answer it."
        )


def _refuse_unknown(entry: str, what: str, names: Iterable[str], known: list[str]) -> None:
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known)
            raise StandardsInvalid(f"{entry}: unknown {what} `{name}`{hint}")


def _refuse_twice(what: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise StandardsInvalid(f"The {what} `{name}` is given twice.")
