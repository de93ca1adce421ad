"""A whole fleet: its file checked, every model audited, what became of them summarised."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from auditor import __version__
from auditor.core.fleet import AUDITED, FleetModel, FleetResult, exit_code_of
from auditor.core.presentation import Presentation
from auditor.core.runs import SCHEMA_VERSION
from auditor.errors import AuditorError, RunUnreadable
from auditor.prompt_library.fleet import Fleet, FleetEntry
from auditor.reporting.fleet.fleet_document import fleet_document
from auditor.reporting.language import speaking
from auditor.store import MANIFEST, RunFolder, open_run_folder
from auditor.workflows.fleets.asked import FleetRequest, check_texts, presentation_of_fleet
from auditor.workflows.fleets.endings import ending_of
from auditor.workflows.fleets.jobs import Job, JobEnd, jobs_of
from auditor.workflows.fleets.places import Place, open_place
from auditor.workflows.fleets.reading import ReadAudit, contrasts_of, manifest_mark, read_audit
from auditor.workflows.fleets.scheduling import OnStart, run_jobs
from auditor.workflows.reviews.review_files import Printed, write_document

NAME = "fleet"
RESULT, FILE = f"{NAME}.json", f"{NAME}.toml"
_FILES = (
    (RESULT, "what became of every model, with every number of this summary"),
    (FILE, "the fleet file, as given"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetProgress:
    """Told what begins and what ends."""

    on_start: OnStart
    on_model: Callable[[FleetModel], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetFileOut:
    """`fleet.json`."""

    schema: int
    fleet: FleetResult


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetOutcome:
    """What came of a fleet, and where it is written."""

    result: FleetResult
    folder: RunFolder
    printed: Printed


def run_fleet(
    fleet: Fleet, request: FleetRequest, progress: FleetProgress, *, place: Place | None = None
) -> FleetOutcome:
    """Audit every model of a fleet and write the summary; one that fails stops no other.

    `place` is where the audits run; as the request says, where it is None.

    Raises:
        FleetInvalid: What the fleet is made of is wrong; nothing was begun.
        AuditorError: The same of a policy, a brand or an audit file that it names, or the folder.
    """
    presentation = presentation_of_fleet(fleet, request)
    check_texts(fleet)
    out = request.out.absolute()
    _refuse_run_folder(out)
    with open_run_folder(out) as folder, _given(place) or open_place(fleet, request, out) as where:
        for name in (MANIFEST, RESULT, f"{NAME}.html", f"{NAME}.pdf"):
            # An older summary beside newer runs would be believed; its hashes, a charge against it.
            (out / name).unlink(missing_ok=True)
        folder.write_bytes(FILE, fleet.content)
        started = _now()
        models, read = _run(fleet, request, out, where, progress)
        result = FleetResult(
            title=fleet.title,
            file_sha256=fleet.sha256,
            started=started,
            finished=_now(),
            tool_version=__version__,
            placed="processes" if request.ray is None else "ray",
            exit_code=exit_code_of([model.ending for model in models]),
            models=tuple(models),
        )
        return _summarise(folder, result, read, presentation, wants_pdf=request.wants_pdf)


def _given(place: Place | None) -> AbstractContextManager[Place] | None:
    return None if place is None else nullcontext(place)


def _refuse_run_folder(out: Path) -> None:
    if RunFolder(out).has_record():
        raise RunUnreadable(
            f"{out} is the folder of one run, whose hashes a summary would replace: choose another "
            "with --out."
        )


def _run(
    fleet: Fleet, request: FleetRequest, out: Path, place: Place, progress: FleetProgress
) -> tuple[list[FleetModel], list[ReadAudit]]:
    """Every model in the file's order, and what was read of those that were audited."""
    jobs = jobs_of(fleet, out, n_threads=place.n_threads, is_fresh=request.is_fresh)
    entries = {entry.name: entry for entry in fleet.models}
    before = {job.name: manifest_mark(out / job.name) for job in jobs}
    told: dict[str, FleetModel] = {}
    read: dict[str, ReadAudit] = {}

    def on_end(job: Job, end: JobEnd) -> None:
        path = out / job.name
        wrote = manifest_mark(path) != before[job.name]
        model, audit = _model(entries[job.name], job, end, path, wrote=wrote)
        told[job.name] = model
        if audit is not None:
            read[job.name] = audit
        progress.on_model(model)

    run_jobs(
        jobs,
        place.executor,
        n_at_a_time=place.n_at_a_time,
        on_start=progress.on_start,
        on_end=on_end,
    )
    return [told[job.name] for job in jobs], list(read.values())


def _model(
    entry: FleetEntry, job: Job, end: JobEnd, path: Path, *, wrote: bool
) -> tuple[FleetModel, ReadAudit | None]:
    ending, because = ending_of(job, end, wrote=wrote)
    read: ReadAudit | None = None
    if ending in AUDITED:
        try:
            read = read_audit(path)
        except AuditorError as error:
            # It ended as an audit does, and is none that could be vouched for.
            ending, because = "could-not-audit", str(error)
    model = FleetModel(
        name=entry.name,
        model=entry.model,
        ending=ending,
        exit_code=end.returncode,
        because=because,
        seconds=end.seconds,
        log=job.log.name,
        audit=read.audit if read else None,
    )
    return model, read


def _summarise(
    folder: RunFolder,
    result: FleetResult,
    read: list[ReadAudit],
    presentation: Presentation,
    *,
    wants_pdf: bool,
) -> FleetOutcome:
    folder.write_json(RESULT, FleetFileOut(schema=SCHEMA_VERSION, fleet=result))
    with speaking(presentation.language):
        printed = write_document(
            folder,
            NAME,
            fleet_document(result, contrasts_of(read)),
            presentation=presentation,
            files=_FILES,
            wants_pdf=wants_pdf,
        )
    return FleetOutcome(result=result, folder=folder, printed=printed)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
