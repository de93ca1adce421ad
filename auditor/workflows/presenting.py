"""How a run's report is to look: what a command asks for, over what the folder remembers."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from auditor.core.presentation import (
    UNBRANDED,
    About,
    Brand,
    Language,
    Paper,
    Presentation,
    Redaction,
)
from auditor.core.standards import Crosswalk
from auditor.prompt_library.about import load_about
from auditor.prompt_library.brand import check_brand, load_brand
from auditor.prompt_library.standards import load_crosswalk
from auditor.store import RunFolder
from auditor.workflows.run_files import PRESENTATION


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentationRequest:
    """What a command says about the report; None for what it does not say."""

    language: Language | None = None
    paper: Paper | None = None
    brand: Path | None = None
    about: Path | None = None
    redacted: tuple[Redaction, ...] | None = None
    is_final: bool = False


AS_STORED = PresentationRequest()


@dataclass(frozen=True, slots=True, kw_only=True)
class PresentationFile:
    """`presentation.json`: so that a report made again is the same one."""

    FILE: ClassVar[str] = PRESENTATION

    language: Language = "en"
    paper: Paper = "A4"
    brand: Brand = UNBRANDED
    about: About | None = None
    redacted: tuple[Redaction, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request with its files read: what is wrong with them is said before anything is run."""

    request: PresentationRequest
    crosswalk: Crosswalk
    brand: Brand | None
    about: About | None


def read_request(request: PresentationRequest) -> Asked:
    """Read the files that a request names.

    Raises:
        AuditorError: A file is missing or not what it should be.
    """
    crosswalk = load_crosswalk()
    return Asked(
        request=request,
        crosswalk=crosswalk,
        brand=load_brand(request.brand) if request.brand else None,
        about=load_about(request.about, crosswalk) if request.about else None,
    )


def presentation_of(folder: RunFolder, asked: Asked) -> Presentation:
    """What is asked for, else what the run's folder remembers; and the folder remembers it."""
    request = asked.request
    stored = PresentationFile()
    if (folder.path / PRESENTATION).exists():
        stored = folder.read_json(PRESENTATION, PresentationFile)
    kept = PresentationFile(
        language=request.language or stored.language,
        paper=request.paper or stored.paper,
        brand=asked.brand or _checked(stored.brand, str(folder.path / PRESENTATION)),
        about=asked.about or stored.about,
        redacted=stored.redacted if request.redacted is None else request.redacted,
    )
    if kept != PresentationFile():
        folder.write_json(PRESENTATION, kept)
    else:
        (folder.path / PRESENTATION).unlink(missing_ok=True)
    return Presentation(
        language=kept.language,
        paper=kept.paper,
        brand=kept.brand,
        about=kept.about,
        redacted=kept.redacted,
        is_final=request.is_final,
        crosswalk=asked.crosswalk,
    )


def _checked(stored: Brand, where: str) -> Brand:
    """A stored brand passes the same checks as a new one: the file may have been edited."""
    return check_brand(stored, where) if stored != UNBRANDED else UNBRANDED
