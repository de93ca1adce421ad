"""The earlier run that a run is compared with: found, checked and scored beforehand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from auditor.backends.options import OpenOptions
from auditor.battery.reviewing.run_scores import (
    AskedQuestions,
    ReviewedScores,
    asked_by,
    obstacles,
    obstacles_in_questions,
)
from auditor.core.items import Tier
from auditor.core.policy import Policy
from auditor.core.review import NO_EARLIER_RUN, NOT_COMPARED, ReviewMissing
from auditor.core.runs import ModelIdentity, RunRecord
from auditor.errors import RunUnreadable
from auditor.store import RECORD, RunFolder
from auditor.workflows.questions import Questions
from auditor.workflows.reviews.review import (
    WORDS,
    Beside,
    LatestIn,
    Neighbours,
    read_models,
    read_run,
)
from auditor.workflows.run_files import Finish
from auditor.workflows.stored_run import require_record


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """The run that a baseline is looked for, as far as it is known before its model is opened."""

    asked: AskedQuestions
    source: str
    """The model, as the user named it."""
    has_adapter: bool
    folder: Path
    """Where the run is, or is to be."""
    created: str | None
    """When it was begun; None where it is yet to be."""


def read_neighbours(beside: Beside, record: RunRecord, folder: Path, policy: Policy) -> Neighbours:
    """What a finished run is compared with.

    Raises:
        RunUnreadable: One of them holds no finished run, was altered, or cannot be compared.
    """
    planned = Planned(
        asked=asked_by(record),
        source=record.model.source,
        has_adapter=record.model.adapter_sha256 is not None,
        folder=folder,
        created=record.created,
    )
    baseline = read_baseline(beside.baseline, planned, policy)
    if isinstance(baseline, ReviewedScores) and isinstance(beside.baseline, Path):
        because = obstacles(baseline.record, record, is_baseline=True)
        if because:
            raise _refused(beside.baseline, because)
    return Neighbours(baseline=baseline, models=read_models(beside.models, record, policy))


def read_baseline(
    wanted: Path | LatestIn | None, planned: Planned, policy: Policy
) -> ReviewedScores | ReviewMissing:
    """The baseline, scored; it can be compared as far as that is known yet.

    Raises:
        RunUnreadable: It is no finished run, was altered, or was asked something else.
    """
    if wanted is None:
        return NOT_COMPARED
    if isinstance(wanted, LatestIn):
        path = _latest(wanted.folder, planned)
        return NO_EARLIER_RUN if path is None else read_run(path, policy)
    require_record(RunFolder(wanted))
    because = _differing(RunFolder(wanted).record(), planned)
    if because:
        raise _refused(wanted, because)
    return read_run(wanted, policy)


def _differing(record: RunRecord, planned: Planned) -> tuple[str, ...]:
    return obstacles_in_questions(asked_by(record), planned.asked, is_baseline=True)


def to_be_asked(questions: Questions, tier: Tier) -> AskedQuestions:
    """What an audit is going to ask."""
    return AskedQuestions(
        battery_version=questions.battery.version,
        battery_sha256=questions.battery.sha256,
        tier=tier,
        instruments=questions.instruments,
        bbq_sha256=questions.bbq_sha256,
        template_date=OpenOptions().template_date,
    )


def begun(path: Path) -> str | None:
    """When the run that a folder holds was begun; None where there is none yet."""
    folder = RunFolder(path)
    return folder.record().created if folder.has_record() else None


def _refused(path: Path, because: Sequence[str]) -> RunUnreadable:
    told = ", ".join(WORDS[code] for code in because)
    return RunUnreadable(
        f"{path} cannot be the baseline: not the same are {told}. Name a run that was asked the "
        "same, or leave --baseline out."
    )


def _latest(folder: Path, planned: Planned) -> Path | None:
    """The run of the same model that was begun last before this one and can be compared."""
    if not folder.is_dir():
        raise RunUnreadable(
            f"There is no folder {folder} to look for earlier runs in: make it, or name the one "
            "that the runs are in."
        )
    found: list[tuple[str, Path]] = []
    for path, record in _finished(folder):
        is_earlier = planned.created is None or record.created < planned.created
        is_own = path.resolve() == planned.folder.resolve()
        if not is_earlier or is_own or not _is_of_model(record.model, planned):
            continue
        if not _differing(record, planned):
            found.append((record.created, path))
    return max(found)[1] if found else None


def _is_of_model(model: ModelIdentity, planned: Planned) -> bool:
    """By how the user named it: other weights under the same name are what a review is for."""
    has_adapter = model.adapter_sha256 is not None
    return model.source == planned.source and has_adapter == planned.has_adapter


def _finished(folder: Path) -> Iterator[tuple[Path, RunRecord]]:
    """Run folders directly below a folder, or one further down, in which all was asked.

    One with a record that cannot be read is no candidate: it must not end every later review.
    """
    for path in _folders(folder):
        for one in [path] if (path / RECORD).is_file() else _folders(path):
            if not (one / RECORD).is_file() or not (one / Finish.FILE).is_file():
                continue
            try:
                record = RunFolder(one).record()
            except RunUnreadable:
                continue
            yield one, record


def _folders(path: Path) -> list[Path]:
    """Those in a folder; none where it may not be looked into."""
    try:
        return sorted(one for one in path.iterdir() if one.is_dir())
    except OSError:
        return []
