"""The same weights in both backends: the battery's own questions, item by item and by category."""

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest

from auditor.backends import open_model, resolve_model
from auditor.backends.gguf_checkpoint import dequantise
from auditor.backends.options import OpenOptions
from auditor.battery import measure_all
from auditor.battery.scoring import numerical_noise, score_responses
from auditor.core.batches import plan_batches
from auditor.core.instrument import Battery
from auditor.core.measures import Measure
from auditor.core.model import LanguageModel
from auditor.prompt_library import load_battery
from auditor.store import RunFolder
from auditor.workflows.asking import Plan, ask, plan_battery
from tests.backends.float16_gguf import write_float16_gguf

pytestmark = pytest.mark.slow

SIMULTANEOUS = 2.86
"""Normal quantile at which twelve intervals hold together 19 times in 20 (Šidák 1967)."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What one backend makes of the battery."""

    log_odds: dict[str, float]
    measures: dict[str, Measure]


@pytest.fixture(scope="module")
def battery() -> Battery:
    return load_battery("quick", instruments=("word-association",))


@pytest.fixture(scope="module")
def plan(battery: Battery) -> Plan:
    """What is scored, without what is written: the slower backend has enough to do."""
    asked = plan_battery(battery, batch_size=32, seed=0)
    prompts = [prompt for batch in asked.first for prompt in batch.prompts]
    scored = [p for p in prompts if p.mode == "log-likelihood" and p.purpose == "audit"]
    return replace(asked, first=plan_batches(scored, batch_size=32, seed=0))


@pytest.fixture(scope="module")
def demo() -> Path:
    path = resolve_model("demo").path
    assert path is not None
    return path


@pytest.fixture(scope="module")
def dequantised(
    battery: Battery, plan: Plan, demo: Path, tmp_path_factory: pytest.TempPathFactory
) -> Scored:
    """The demo model as a Hugging Face folder, in float32."""
    folder = dequantise(demo, cache_dir=tmp_path_factory.mktemp("cache"))
    model = open_model(resolve_model(str(folder)), options=OpenOptions(dtype="float32"))
    assert model.identity.backend == "transformers"
    return score(model, battery, plan, tmp_path_factory.mktemp("float32"))


def score(model: LanguageModel, battery: Battery, plan: Plan, folder: Path) -> Scored:
    responses = ask(model, plan, RunFolder(folder), lambda _done, _all: None)
    model.close()
    scores = score_responses(battery, responses)
    measures = measure_all(battery, scores, numerical_noise(battery, responses))
    return Scored(
        log_odds={one.item_id: one.value for one in scores if one.value is not None},
        measures={m.contrast_id: m for m in measures if m.name == "word-association.score"},
    )


@pytest.mark.parametrize(("is_float16", "least"), [(False, 0.95), (True, 0.99)])
def test_both_backends_give_the_same_audit(
    is_float16: bool,
    least: float,
    battery: Battery,
    plan: Plan,
    demo: Path,
    dequantised: Scored,
    tmp_path: Path,
) -> None:
    path = write_float16_gguf(demo, tmp_path / "float16.gguf") if is_float16 else demo
    model = open_model(resolve_model(str(path)), options=OpenOptions(n_threads=2))
    assert model.identity.backend == "llama-cpp"
    gguf = score(model, battery, plan, tmp_path)
    assert gguf.log_odds.keys() == dequantised.log_odds.keys()
    pairs = [(gguf.log_odds[i], dequantised.log_odds[i]) for i in gguf.log_odds]
    assert np.corrcoef(np.transpose(pairs))[0, 1] > least
    for contrast_id, measure in gguf.measures.items():
        other = dequantised.measures[contrast_id]
        assert measure.value is not None
        assert other.value is not None
        assert measure.numerical_error is not None
        assert abs(measure.value - other.value) <= SIMULTANEOUS * measure.numerical_error, (
            contrast_id
        )
