"""How a run's report is to look: what a command asks for, over what the folder remembers."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from auditor.core.policy import Policy
from auditor.core.presentation import (
    UNBRANDED,
    About,
    Brand,
    Language,
    Paper,
    Presentation,
    Redaction,
)
from auditor.core.results import AuditResult
from auditor.core.standards import Crosswalk
from auditor.errors import ReportIncomplete
from auditor.prompt_library.about import check_mitigations, load_about
from auditor.prompt_library.brand import check_brand, load_brand
from auditor.prompt_library.standards import load_crosswalk
from auditor.reporting.fields import missing_for_final
from auditor.reporting.finding_pages import with_cards
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


def read_request(request: PresentationRequest, policy: Policy | None = None) -> Asked:
    """Read the files that a request names; with a policy, what they say of its criteria too.

    Raises:
        AuditorError: A file is missing or not what it should be.
    """
    crosswalk = load_crosswalk()
    return Asked(
        request=request,
        crosswalk=crosswalk,
        brand=load_brand(request.brand) if request.brand else None,
        about=load_about(request.about, crosswalk, _criteria(policy)) if request.about else None,
    )


def presentation_of(folder: RunFolder, asked: Asked, policy: Policy) -> Presentation:
    """What is asked for, else what the run's folder remembers.

    Raises:
        AboutInvalid: The audit file speaks of a finding that the policy has no criterion for.
    """
    request = asked.request
    stored = PresentationFile()
    if (folder.path / PRESENTATION).exists():
        stored = folder.read_json(PRESENTATION, PresentationFile)
    about = asked.about or stored.about
    if about is not None:
        check_mitigations(about, [one.id for one in policy.criteria])
    return Presentation(
        language=request.language or stored.language,
        paper=request.paper or stored.paper,
        brand=asked.brand or _checked(stored.brand, str(folder.path / PRESENTATION)),
        about=about,
        redacted=stored.redacted if request.redacted is None else request.redacted,
        is_final=request.is_final,
        crosswalk=asked.crosswalk,
    )


def note_presentation(folder: RunFolder, presentation: Presentation) -> None:
    """Have the folder remember it; nothing is left where nothing was asked for."""
    kept = PresentationFile(
        language=presentation.language,
        paper=presentation.paper,
        brand=presentation.brand,
        about=presentation.about,
        redacted=presentation.redacted,
    )
    if kept != PresentationFile():
        folder.write_json(PRESENTATION, kept)
    else:
        (folder.path / PRESENTATION).unlink(missing_ok=True)


def refuse_incomplete(result: AuditResult, presentation: Presentation) -> None:
    """A final report with an empty field would be taken for a finished one.

    Raises:
        ReportIncomplete: A field that a final report needs is empty.
    """
    if not presentation.is_final:
        return
    missing = missing_for_final(
        presentation.crosswalk, presentation.about, with_cards(result.findings)
    )
    if missing:
        raise ReportIncomplete(
            "The report cannot be final while the audit file leaves empty what it needs: "
            f"{', '.join(missing)}. Fill that in and give the file with --about, or leave --final "
            "out for a draft."
        )


def _checked(stored: Brand, where: str) -> Brand:
    """A stored brand passes the same checks as a new one: the file may have been edited."""
    return check_brand(stored, where) if stored != UNBRANDED else UNBRANDED


def _criteria(policy: Policy | None) -> list[str] | None:
    return None if policy is None else [one.id for one in policy.criteria]
