"""A real server on loopback, llama-cpp-python's, against the same file opened here."""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from auditor.backends import open_model, resolve_model
from auditor.backends.options import OpenOptions, ServerOptions
from auditor.backends.server.dialect import NOT_THE_SAME
from auditor.battery import measure_all
from auditor.battery.scoring import numerical_noise, score_responses
from auditor.core.batches import plan_batches
from auditor.core.instrument import Battery
from auditor.core.measures import Measure
from auditor.core.model import LanguageModel
from auditor.prompt_library import load_battery
from auditor.store import RunFolder
from auditor.workflows.asking import ask, plan_battery
from tests.backends.tiny_gguf import write_tiny_gguf

pytestmark = [pytest.mark.slow, pytest.mark.one_thread]

NAME = "served"
SIMULTANEOUS = 2.86
"""As in `test_backend_agreement`: twelve intervals hold together 19 times in 20."""
N_STIMULI = 2
"""Of each contrast; this server answers one request at a time."""
_SERVE = """
import runpy, sys
import llama_cpp.llama as llama
# For each token it sorts the whole vocabulary, in Python, to tell the likeliest ones: seconds for
# a question, and nothing that is asked for here.
llama.sorted = lambda pairs, reverse: []
sys.argv[0] = "llama_cpp.server"
runpy.run_module("llama_cpp.server", run_name="__main__")
"""


@contextmanager
def served(path: Path, *, logs_all: bool = True) -> Iterator[str]:
    """The address of a server over a GGUF file."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}/v1"
    arguments = {
        "--model": path,
        "--model_alias": NAME,
        "--host": "127.0.0.1",
        "--port": port,
        "--logits_all": logs_all,
        "--n_ctx": 512,
        "--n_threads": 1,
        "--n_threads_batch": 1,
        "--verbose": False,
    }
    command = [str(part) for pair in arguments.items() for part in pair]
    with subprocess.Popen(
        [sys.executable, "-c", _SERVE, *command],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            _wait(process, address)
            yield address
        finally:
            process.kill()


def _wait(process: subprocess.Popen[bytes], address: str) -> None:
    for _ in range(600):
        if process.poll() is not None:
            pytest.skip("llama_cpp.server does not start; pip install 'llama-cpp-python[server]'")
        try:
            httpx.get(f"{address}/models", trust_env=False)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(address)


def open_served(address: str, template: str | None = None) -> LanguageModel:
    options = OpenOptions(server=ServerOptions(url=address, concurrency=2, chat_template=template))
    return open_model(resolve_model(NAME, "server"), backend="server", options=options)


@pytest.fixture(scope="module")
def battery() -> Battery:
    """A few stimuli of every second contrast in all orders."""
    whole = load_battery("quick", instruments=("word-association",))
    contrasts = {one.contrast_id for one in whole.contrasts[::2]}
    kept = [
        item
        for item in whole.items
        if item.stimulus and item.stimulus.rank < N_STIMULI and item.contrast_id in contrasts
    ]
    return replace(whole, items=tuple(kept))


@pytest.fixture(scope="module")
def demo() -> Path:
    path = resolve_model("demo").path
    assert path is not None
    return path


def score(
    model: LanguageModel, battery: Battery, folder: Path
) -> tuple[dict[str, float], dict[str, Measure]]:
    asked = plan_battery(battery, batch_size=32, seed=0)
    prompts = [prompt for batch in asked.first for prompt in batch.prompts]
    scored = [p for p in prompts if p.mode == "log-likelihood" and p.purpose == "audit"]
    plan = replace(asked, first=plan_batches(scored, batch_size=32, seed=0))
    responses = ask(model, plan, RunFolder(folder), lambda _done, _all: None)
    scores = score_responses(battery, responses)
    measures = measure_all(battery, scores, numerical_noise(battery, responses))
    return (
        {one.item_id: one.value for one in scores if one.value is not None},
        {m.contrast_id: m for m in measures if m.name == "word-association.score"},
    )


def test_a_served_file_and_the_file_itself_give_the_same_audit(
    battery: Battery, demo: Path, tmp_path: Path
) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "there").mkdir()
    here = open_model(resolve_model("demo"), options=OpenOptions(n_threads=1))
    template = here.identity.chat_template_sha256
    values, measures = score(here, battery, tmp_path / "here")
    here.close()
    with served(demo) as address:
        there = open_served(address, "demo")
        assert there.identity.chat_template_sha256 == template
        assert len(there.warnings) == 1
        served_values, served_measures = score(there, battery, tmp_path / "there")
        there.close()
    assert served_values.keys() == values.keys()
    pairs = [(values[key], served_values[key]) for key in values]
    r = float(np.corrcoef(np.transpose(pairs))[0, 1])
    print(f"r = {r:.4f} over {len(pairs)} items")  # noqa: T201
    assert r > 0.95
    for contrast_id, measure in measures.items():
        other = served_measures[contrast_id]
        assert measure.value is not None
        assert other.value is not None
        assert measure.numerical_error is not None
        assert abs(measure.value - other.value) <= SIMULTANEOUS * measure.numerical_error


def test_a_whole_quick_test_in_bytes_that_are_no_letters(tmp_path: Path) -> None:
    """A byte-level vocabulary, whose tokens have no text of their own beyond ASCII."""
    path = write_tiny_gguf(tmp_path / "tiny.gguf", context_length=2048)
    battery = load_battery("quick", instruments=("matched-guise-russian",))
    asked = plan_battery(battery, batch_size=16, seed=0)
    prompts = [prompt for batch in asked.first for prompt in batch.prompts]
    prompts = [p for p in prompts if max(map(len, (p.text, *p.continuations))) < 150][:24]
    here = open_model(resolve_model(str(path)), options=OpenOptions(n_threads=1))
    with served(path) as address:
        there = open_served(address, str(path))
        scored = [p for p in prompts if p.mode == "log-likelihood"]
        assert any(not p.continuations[0].isascii() for p in scored)
        for one, other in zip(
            here.log_likelihoods(scored), there.log_likelihoods(scored), strict=True
        ):
            assert one.n_tokens == other.n_tokens
            assert one.values == pytest.approx(other.values, rel=1e-3)
        there.close()
    here.close()


def test_a_server_that_keeps_no_logits_says_so(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    with served(path, logs_all=False) as address:
        model = open_served(address, str(path))
        assert "logits_all=False" in model.warnings[-1]
        model.close()


def test_a_form_that_does_not_begin_with_the_beginning_is_found_out(tmp_path: Path) -> None:
    """This server then lists for each token what belongs to its neighbour."""
    path = write_tiny_gguf(tmp_path / "tiny.gguf")
    with served(path) as address:
        model = open_served(address)
        assert model.warnings[-1] == NOT_THE_SAME
        model.close()
