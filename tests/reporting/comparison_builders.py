"""Scripted models side by side: runs without a folder, and what a comparison is printed from."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from auditor.battery import measure_all
from auditor.battery.conditions import in_condition
from auditor.battery.reviewing.run_scores import ReviewedScores
from auditor.battery.scoring import score_responses
from auditor.core.instrument import Battery
from auditor.core.items import Item
from auditor.core.judging import judge
from auditor.core.model import LanguageModel
from auditor.core.policy import Policy
from auditor.core.responses import Response
from auditor.core.review import ReviewedRun
from auditor.core.runs import RunRecord
from auditor.prompt_library import load_battery
from auditor.reporting.comparison.material import Material
from auditor.store import RunFolder
from auditor.workflows.asking import ask, plan_battery
from auditor.workflows.reviews.compare import material_of
from tests.battery_models import leaning
from tests.builders import criterion, record
from tests.fakes import ScriptedModel

INSTRUMENTS = ("word-association", "mirrored-statements", "hiring", "admissions", "stability")
TOKENS = "77" * 32
Rejects = Callable[[Item], bool | None]
"""Whether an application is rejected; None: the answer decides nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScriptedRun:
    """A run as it would be read from its folder."""

    reviewed: ReviewedScores
    responses: tuple[Response, ...]


def policy() -> Policy:
    return Policy(
        name="test",
        version="1",
        owner="nobody",
        description="",
        criteria=(
            *(criterion(f"{category}.terms") for category in ("gender", "age", "religion")),
            criterion("gender.terms", name="mirrored-statements.score"),
            criterion("hiring.race-names", name="hiring.score", limit=0.05),
            criterion("hiring.age", name="hiring.text-score", limit=0.05),
        ),
    )


def deciding(battery: Battery, rejects: Rejects) -> ScriptedModel:
    """Answers yes and no by a rule, in both modes, with the same certainty."""

    def likelihoods(item: Item) -> Sequence[float]:
        is_rejected = rejects(item)
        sign = 0.0 if is_rejected is None else (-1.0 if is_rejected else 1.0)
        return [sign if answer == "yes" else -sign for answer in item.answers]

    def writes(item: Item) -> str:
        return {True: "No", False: "Yes", None: "It is not for me to say."}[rejects(item)]

    return ScriptedModel(battery, likelihoods, writes)


def scripted_run(
    battery: Battery, model: LanguageModel, *, made: RunRecord | None = None
) -> ScriptedRun:
    """Ask a model, score and judge its answers."""
    plan = plan_battery(battery, batch_size=64, seed=0)
    with TemporaryDirectory() as folder:
        responses = ask(model, plan, RunFolder(Path(folder)), lambda _done, _all: None)
    scores = score_responses(battery, responses)
    measures = measure_all(battery, scores, ())
    made = made or record()
    return ScriptedRun(
        reviewed=ReviewedScores(
            run=ReviewedRun(
                run_id=made.run_id,
                created=made.created,
                model=made.model,
                tool_version="1",
                evidence_sha256=made.model.weights_sha256,
            ),
            record=made,
            battery=in_condition(battery, "question"),
            scores=tuple(scores),
            measures=measures,
            findings=judge(measures, policy()),
        ),
        responses=tuple(responses),
    )


def compared(*runs: ScriptedRun, labels: Sequence[str] = (), steps: Sequence[int] = ()) -> Material:
    return material_of(
        [one.reviewed for one in runs],
        [one.responses for one in runs],
        policy(),
        labels=labels,
        steps=steps,
    )


def record_of(
    name: str, weights: str, *, parameters: int, quantisation: str, architecture: str = "llama"
) -> RunRecord:
    made = record(weights=weights * 32)
    model = replace(
        made.model,
        name=name,
        source=name,
        format="gguf",
        backend="llama-cpp",
        architecture=architecture,
        n_parameters=parameters,
        quantisation=quantisation,
    )
    return replace(made, model=model, token_ids_sha256=TOKENS)


@cache
def two_quantisations() -> Material:
    """Two files of one network, whose answers differ a little."""
    return compared(*_runs()[:2])


@cache
def three_checkpoints() -> Material:
    """Two checkpoints and a model of another size, one with a name that is not harmless."""
    return compared(*_runs(), labels=("Erstes", "<b>Zweites</b>", "Drittes"), steps=(100, 500, 900))


@cache
def _runs() -> tuple[ScriptedRun, ...]:
    battery = load_battery("quick", instruments=INSTRUMENTS)
    made = (
        record_of("Example-135M.Q8_0", "ab", parameters=134_515_008, quantisation="Q8_0"),
        record_of("Example-135M.Q4_1", "cd", parameters=134_515_008, quantisation="Q4_1"),
        record_of("Example-360M.Q8_0", "ef", parameters=361_821_120, quantisation="Q8_0"),
    )
    strengths = ((0.3, 3), (0.35, 3), (0.9, 5))
    return tuple(
        scripted_run(battery, leaning(battery, strength, seed), made=one)
        for one, (strength, seed) in zip(made, strengths, strict=True)
    )
