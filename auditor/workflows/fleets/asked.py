"""What is asked of a fleet beside its file, and what is wrong with it, before anything is run."""

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from auditor.backends.server.address import read_address
from auditor.battery import POLICY_MEASURES
from auditor.core.presentation import LANGUAGES, PAPERS, Language, Paper, Presentation
from auditor.errors import FleetInvalid, ModelNotLoaded
from auditor.prompt_library import askers, load_policy
from auditor.prompt_library.documents import did_you_mean
from auditor.prompt_library.fleet import Fleet
from auditor.workflows.fleets.jobs import own_path
from auditor.workflows.presenting import PresentationRequest, read_request
from auditor.workflows.reviews.review_files import Look, presented


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetRequest:
    """What the user asked for beside the fleet file."""

    out: Path
    n_jobs: int = 1
    """Models at a time; on a Ray cluster 0 for as many as it has room for."""
    ray: str | None = None
    """Address of a Ray cluster; None for child processes."""
    is_fresh: bool = False
    language: Language | None = None
    """Of the summary; with the next two, what the top of the file says where it is None."""
    paper: Paper | None = None
    brand: Path | None = None
    wants_pdf: bool = True


def check_texts(fleet: Fleet) -> None:
    """Read what was written for the fleet: a mistake in it would fail one audit after the other.

    Models, adapters and runs to compare with are each model's own: they may come and go.

    Raises:
        FleetInvalid: An address is none, or holds what must not be recorded.
        AuditorError: A policy, a brand or an audit file is missing or not what it should be.
    """
    _refuse_secrets(fleet)
    seen: set[tuple[str | None, str | None, str | None]] = set()
    for entry in fleet.models:
        texts = (entry.policy, entry.about, entry.brand)
        if texts not in seen:
            seen.add(texts)
            path, about, brand = (own_path(fleet, text) if text else None for text in texts)
            policy, _ = load_policy(path, known_measures=POLICY_MEASURES, known_contrasts=askers())
            read_request(PresentationRequest(about=about, brand=brand), policy)


def _refuse_secrets(fleet: Fleet) -> None:
    """No password in an address: the fleet file is copied as it is, beside the reports."""
    told = [("the top", fleet.common), *((f"model {one.name}", one) for one in fleet.models)]
    for where, options in told:
        if options.url is not None:
            try:
                read_address(options.url)
            except ModelNotLoaded as error:
                raise FleetInvalid(f"The fleet file, {where}, `url`: {error}") from None


def presentation_of_fleet(fleet: Fleet, request: FleetRequest) -> Presentation:
    """How the summary looks: as the command says, else as the top of the file does.

    Raises:
        FleetInvalid: There is no such language or paper.
        BrandInvalid: The brand file is not one.
    """
    common = fleet.common
    for key, told, known in (("lang", common.lang, LANGUAGES), ("paper", common.paper, PAPERS)):
        if told is not None and told not in known:
            raise FleetInvalid(f"The fleet file: `{key}` is {told!a}{did_you_mean(told, known)}")
    brand = request.brand or (own_path(fleet, common.brand) if common.brand else None)
    return presented(
        Look(
            language=request.language or cast("Language", common.lang or "en"),
            paper=request.paper or cast("Paper", common.paper or "A4"),
            brand=brand,
        )
    )
