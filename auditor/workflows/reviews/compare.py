"""Several stored runs side by side: every number, then the document. No model is opened."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from auditor.battery import POLICY_MEASURES
from auditor.battery.reviewing.agreements import agreement_result, pairs_of
from auditor.battery.reviewing.changes import review
from auditor.battery.reviewing.distances import pair_distances
from auditor.battery.reviewing.models import models_result
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.battery.reviewing.steps import training_step
from auditor.core.comparison import Compared, Comparison, PairReview
from auditor.core.policy import Policy
from auditor.core.responses import Response
from auditor.core.runs import SCHEMA_VERSION
from auditor.errors import RunUnreadable
from auditor.prompt_library import askers, load_policy
from auditor.reporting.comparison.comparison_document import comparison_document
from auditor.reporting.comparison.material import Material
from auditor.reporting.language import speaking
from auditor.store import RECORD, RunFolder, open_run_folder
from auditor.workflows.folder_names import REPORTS
from auditor.workflows.reviews.review import read_models, read_run
from auditor.workflows.reviews.review_files import Look, Printed, presented, write_document
from auditor.workflows.run_files import POLICY
from auditor.workflows.stored_run import require_record

NAME = "comparison"
COMPARISON = "comparison.json"
PLAIN_LOOK = Look()
_LONGEST_NAME = 80
_DIGEST = 8
"""Hex digits in a folder's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareRequest:
    """What the user asked for."""

    runs: tuple[Path, ...]
    """Two run folders or more; the first is what pairs are read from."""
    out: Path | None = None
    labels: tuple[str, ...] = ()
    """One a run, or none: their models' names are printed then."""
    steps: tuple[int, ...] = ()
    """One a run, or none: a step is read from the model's name then."""
    policy: Path | None = None
    """The first run's own without it."""
    look: Look = PLAIN_LOOK


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRuns:
    """What came of a comparison."""

    material: Material
    folder: Path
    printed: Printed


def compare_runs(request: CompareRequest) -> ComparedRuns:
    """Lay runs side by side, each judged by the same policy; nothing is written into them.

    Raises:
        RunUnreadable: A folder holds no finished run, was altered, was asked something else than
            the first, or is to be written into.
        PolicyInvalid: The policy is not one.
        BrandInvalid: The brand is not one.
    """
    presentation = presented(request.look)
    out = request.out or _default_folder(request.runs)
    if (out / RECORD).exists():
        raise RunUnreadable(
            f"{out} is a run's own folder: choose another one for the comparison with --out."
        )
    policy = _policy(request)
    material = material_of(
        _read(request.runs, policy),
        [RunFolder(path).responses() for path in request.runs],
        policy,
        labels=request.labels,
        steps=request.steps,
    )
    with open_run_folder(out) as folder:
        # A chart of an earlier comparison would be taken for one of this.
        for path in folder.path.glob(f"charts/{NAME}-*.svg"):
            path.unlink()
        folder.write_json(COMPARISON, material.comparison)
        with speaking(presentation.language):
            printed = write_document(
                folder,
                NAME,
                comparison_document(material),
                presentation=presentation,
                files=((COMPARISON, "every number of the comparison"),),
                wants_pdf=request.look.wants_pdf,
            )
    return ComparedRuns(material=material, folder=out, printed=printed)


def material_of(
    runs: Sequence[ReviewedScores],
    responses: Sequence[Iterable[Response]],
    policy: Policy,
    *,
    labels: Sequence[str] = (),
    steps: Sequence[int] = (),
) -> Material:
    """Every number of a comparison of runs that were asked the same."""
    found = [training_step(one.record.model) for one in runs]
    return Material(
        comparison=Comparison(
            schema=SCHEMA_VERSION,
            created=max(one.record.created for one in runs),
            compared=tuple(
                Compared(
                    label=labels[place] if labels else "",
                    step=steps[place] if steps else found[place],
                )
                for place in range(len(runs))
            ),
            models=models_result(runs),
            reviews=tuple(
                PairReview(first=one, second=other, review=review(runs[one], runs[other]))
                for one, other in pairs_of(len(runs))
            ),
            agreement=agreement_result(runs),
            distances=pair_distances(runs, responses),
        ),
        records=tuple(one.record for one in runs),
        contrasts=runs[0].battery.contrasts,
        findings=runs[0].findings,
        measures=runs[0].measures,
        policy=policy,
    )


def _read(paths: tuple[Path, ...], policy: Policy) -> list[ReviewedScores]:
    first = read_run(paths[0], policy)
    return [first, *read_models(paths[1:], first.record, policy)]


def _policy(request: CompareRequest) -> Policy:
    if request.policy is None:
        first = RunFolder(request.runs[0])
        require_record(first)
        return first.read_json(POLICY, Policy)
    policy, _ = load_policy(
        request.policy, known_measures=POLICY_MEASURES, known_contrasts=askers()
    )
    return policy


def _default_folder(runs: tuple[Path, ...]) -> Path:
    """Under `reports`, named by the runs' folders, and by where these are: other runs that are
    called the same have a comparison of their own."""
    paths = [path.resolve() for path in runs]
    names = [re.sub(r"[^A-Za-z0-9._-]+", "-", path.name).strip("-.") for path in paths]
    digest = sha256("\n".join(map(str, paths)).encode(errors="surrogateescape")).hexdigest()
    told = f"compare-{'-'.join(filter(None, names))}"[:_LONGEST_NAME].rstrip("-.")
    return REPORTS / f"{told}-{digest[:_DIGEST]}"
