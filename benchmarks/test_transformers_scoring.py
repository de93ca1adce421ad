"""Word association in transformers: our token tries against lm-evaluation-harness `hf`.

The same weights, type, texts and threads, in one run. The seconds are of processor time on one
thread, so that what else runs on the machine counts little; the harness gets its best batch size.

    pip install "lm-eval[hf]" && pytest benchmarks/test_transformers_scoring.py -s
"""

import sys
import time
from collections.abc import Callable
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from auditor.backends import resolve_model
from auditor.backends.gguf_checkpoint import dequantise
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.items import Prompt
from auditor.errors import ModelNotLoaded
from tests.backends.association_prompts import association_prompts

harness = pytest.importorskip("lm_eval.models.huggingface", reason="needs lm-eval[hf]")
requests = pytest.importorskip("lm_eval.api.instance")

GOAL = 4.0
BATCH_SIZES = (8, 16, 32)
N_THREADS = 1
SAME_CHOICES = 0.95
"""The harness rounds its logits to bfloat16, which turns some near-ties."""


@pytest.fixture(scope="module")
def folder() -> Path:
    try:
        path = resolve_model("demo").path
    except ModelNotLoaded as error:
        pytest.skip(str(error))
    assert path is not None
    return dequantise(path)


def score_by_harness(model: TransformersModel, folder: Path) -> Callable[[list[Prompt], int], Any]:
    """The log-odds by lm-eval's `hf`, on a network of its own."""
    import transformers

    network = transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=model.module.dtype)

    def score(prompts: list[Prompt], batch_size: int) -> Any:
        scorer = harness.HFLM(pretrained=network, tokenizer=model.tokenizer, batch_size=batch_size)
        asked = [
            requests.Instance(
                request_type="loglikelihood",
                doc={},
                arguments=(model.render(prompt.text), continuation),
                idx=index,
            )
            for prompt in prompts
            for index, continuation in enumerate(prompt.continuations)
        ]
        values = [value for value, _ in scorer.loglikelihood(asked, disable_tqdm=True)]
        return np.subtract(values[::2], values[1::2])

    return score


def score_by_us(model: TransformersModel, prompts: list[Prompt]) -> Any:
    return np.array([each.values[0] - each.values[1] for each in model.log_likelihoods(prompts)])


def seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    start = time.process_time()
    result = run()
    return time.process_time() - start, result


def test_word_association_against_the_harness(folder: Path, is_measuring: bool) -> None:
    model = TransformersModel(folder, OpenOptions(n_threads=N_THREADS))
    prompts = association_prompts()
    score = score_by_harness(model, folder)
    score(prompts[:8], 8)
    score_by_us(model, prompts[:8])
    ours, our_values = min(
        (seconds(partial(score_by_us, model, prompts)) for _ in range(3)), key=itemgetter(0)
    )
    runs = {size: seconds(partial(score, prompts, size)) for size in BATCH_SIZES}
    size, (theirs, their_values) = min(runs.items(), key=lambda run: run[1][0])
    same = np.mean((our_values > 0) == (their_values > 0))
    sys.stdout.write(
        f"\n{len(prompts)} prompts in {model.identity.dtype}: ours {ours:.2f} s "
        f"({len(prompts) / ours:.0f}/s), lm-eval {theirs:.2f} s at batch size {size}, "
        f"{theirs / ours:.2f} times; same choice on {same:.1%}, "
        f"r {np.corrcoef(our_values, their_values)[0, 1]:.4f}\n"
    )
    assert same >= SAME_CHOICES
    assert not is_measuring or theirs / ours >= GOAL


def test_the_choices_are_the_harnesses_where_nothing_is_rounded(folder: Path) -> None:
    model = TransformersModel(folder, OpenOptions(n_threads=N_THREADS, dtype="float32"))
    prompts = association_prompts()[::4]
    theirs = score_by_harness(model, folder)(prompts, 16)
    assert score_by_us(model, prompts) == pytest.approx(theirs, abs=1e-3)
