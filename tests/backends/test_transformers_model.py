"""TransformersModel on small checkpoints made on the spot, and on the real demo model."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers

from auditor.backends.options import DType, OpenOptions
from auditor.backends.transformers_loading import choose_dtype
from auditor.backends.transformers_model import TransformersModel
from auditor.backends.trie_forward import can_share_prefixes, is_causal
from auditor.core.items import Prompt
from auditor.core.model import LanguageModel
from auditor.core.responses import LogLikelihoods
from auditor.errors import ModelNotLoaded
from tests.backends.tiny_checkpoint import WINDOW, write_tiny_checkpoint

ANSWERS = ("the other", "the other one", "another", "black - one, white - other")
FLOAT32 = OpenOptions(dtype="float32", n_threads=1)

Array = np.ndarray[Any, np.dtype[np.float64]]
CheckpointOf = Callable[[str], Path]


def prompt(text: str, *continuations: str, max_new_tokens: int = 0) -> Prompt:
    return Prompt(
        prompt_id=text,
        item_id=text,
        mode="text" if max_new_tokens else "log-likelihood",
        text=text,
        continuations=continuations,
        max_new_tokens=max_new_tokens,
    )


def questions(n: int = 24) -> list[Prompt]:
    """Enough, and of enough kinds, for several rows and several passes."""
    return [
        prompt(f"the one or the other, {'black and white ' * (i % 4)}{i}?", *ANSWERS)
        for i in range(n)
    ]


def flat(results: list[LogLikelihoods]) -> Array:
    return np.array([value for result in results for value in result.values])


def near(values: Array) -> Any:
    """Equal, but for what float32 loses of a sum over some twenty tokens."""
    return pytest.approx(values, abs=1e-5, rel=1e-6)


def score_plainly(model: TransformersModel, prompts: list[Prompt], network: Any = None) -> Array:
    """Every sequence by itself, through nothing but the network's own forward."""
    network = network or model.module
    values = []
    for each in map(model.encode, prompts):
        for ids in each.continuation_ids:
            whole = torch.tensor([each.prompt_ids + ids])
            with torch.inference_mode():
                table = network(whole, use_cache=False).logits[0].float().log_softmax(-1)
            start = len(each.prompt_ids) - 1
            values.append(
                sum(table[start + place, token].item() for place, token in enumerate(ids))
            )
    return np.array(values)


@pytest.fixture(scope="module")
def model(tiny_checkpoint: Path) -> TransformersModel:
    return TransformersModel(tiny_checkpoint, FLOAT32)


def test_it_is_a_language_model(model: TransformersModel) -> None:
    checked: LanguageModel = model
    assert checked.warnings == ()


def test_packed_scores_equal_plain_ones(model: TransformersModel) -> None:
    assert flat(model.log_likelihoods(questions())) == near(score_plainly(model, questions()))


def test_scores_depend_on_the_context(model: TransformersModel) -> None:
    values = flat(model.log_likelihoods(questions())).reshape(-1, len(ANSWERS))
    assert values.std(axis=0).min() > 0.1


@pytest.mark.parametrize(
    ("family", "shares"),
    [
        ("qwen2", True),
        ("mistral", True),
        ("gemma2", True),
        ("gemma3_text", True),
        ("gpt_neox", True),
        ("bloom", False),
        ("mamba", False),
    ],
)
def test_other_architectures_give_their_own_numbers(
    family: str, shares: bool, checkpoint_of: CheckpointOf
) -> None:
    model = TransformersModel(checkpoint_of(family), FLOAT32)
    asked = [*questions(6), prompt("one " * WINDOW, *ANSWERS)]
    assert flat(model.log_likelihoods(asked)) == near(score_plainly(model, asked))
    assert any("share no computation" in warning for warning in model.warnings) is not shares


def test_a_soft_cap_is_kept(checkpoint_of: CheckpointOf) -> None:
    folder = checkpoint_of("gemma2")
    model = TransformersModel(folder, FLOAT32)
    eager = transformers.AutoModelForCausalLM.from_pretrained(folder, attn_implementation="eager")
    assert flat(model.log_likelihoods(questions(3))) == near(
        score_plainly(model, questions(3), eager)
    )


def test_a_text_longer_than_the_window_is_not_packed(checkpoint_of: CheckpointOf) -> None:
    model = TransformersModel(checkpoint_of("mistral"), FLOAT32)
    long = [prompt("the one or the other, " * WINDOW, "one", "other")]
    assert len(model.encode(long[0]).prompt_ids) > WINDOW
    assert flat(model.log_likelihoods(long)) == near(score_plainly(model, long))


def test_the_trial_finds_a_network_that_ignores_the_mask(tiny_checkpoint: Path) -> None:
    network = transformers.AutoModelForCausalLM.from_pretrained(tiny_checkpoint)
    ids = list(range(3, 40))
    assert can_share_prefixes(network, ids)
    plain = network.model.forward

    def see_all(**given: Any) -> Any:
        if layout := given.get("trie_layout"):
            given["trie_layout"] = replace(layout, mask=torch.zeros_like(layout.mask))
        return plain(**given)

    network.model.forward = see_all
    assert not can_share_prefixes(network, ids)


def test_the_trial_finds_a_network_that_ignores_positions(tiny_checkpoint: Path) -> None:
    network = transformers.AutoModelForCausalLM.from_pretrained(tiny_checkpoint)
    plain = network.model.forward
    network.model.forward = lambda **given: plain(**{**given, "position_ids": None})
    assert not can_share_prefixes(network, list(range(3, 40)))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_an_encoder_is_refused(checkpoint_of: CheckpointOf, dtype: DType) -> None:
    with pytest.raises(ModelNotLoaded, match="not a causal language model"):
        TransformersModel(checkpoint_of("bert"), replace(FLOAT32, dtype=dtype))


def test_a_causal_network_is_found_to_be_one(tiny_checkpoint: Path) -> None:
    network = transformers.AutoModelForCausalLM.from_pretrained(tiny_checkpoint)
    assert is_causal(network, list(range(3, 40)))


def test_results_follow_the_order_of_the_prompts(model: TransformersModel) -> None:
    forward, backward = questions(), questions()[::-1]
    assert model.log_likelihoods(forward) == model.log_likelihoods(backward)[::-1]


def test_the_same_batch_twice_is_equal_to_the_bit(model: TransformersModel) -> None:
    first = model.log_likelihoods(questions())
    model.generate([prompt("the one", max_new_tokens=5)])
    assert model.log_likelihoods(questions()) == first


def test_a_longer_continuation_is_never_likelier(model: TransformersModel) -> None:
    (scored,) = model.log_likelihoods([prompt("which?", "the other", "the other one")])
    assert scored.values[1] <= scored.values[0]
    assert scored.n_tokens[1] > scored.n_tokens[0]


def test_probabilities_of_all_single_tokens_sum_to_one(model: TransformersModel) -> None:
    tokenizer = model.tokenizer
    letters = [chr(code) for code in range(33, 127)]
    (scored,) = model.log_likelihoods([prompt("which letter?", *letters)])
    known = [value for value, n in zip(scored.values, scored.n_tokens, strict=True) if n == 1]
    assert len(known) == len(letters)
    assert 0 < np.exp(known).sum() < 1
    assert len(tokenizer) > len(letters)


def test_no_prompts_give_no_results(model: TransformersModel) -> None:
    assert model.log_likelihoods([]) == []
    assert model.generate([]) == []


def test_the_text_is_put_into_the_models_own_template(model: TransformersModel) -> None:
    (asked,) = questions(1)
    tokenizer = model.tokenizer
    own = tokenizer.apply_chat_template(
        [{"role": "user", "content": asked.text}], add_generation_prompt=True, return_dict=False
    )
    assert list(model.encode(asked).prompt_ids) == own


def test_a_model_without_a_template_gets_the_plain_form(tmp_path: Path) -> None:
    model = TransformersModel(write_tiny_checkpoint(tmp_path / "base", chat_template=None), FLOAT32)
    encoded = model.encode(prompt("which?", "one"))
    assert model.tokenizer.decode(encoded.prompt_ids) == "which?\nAnswer:"
    assert model.tokenizer.decode(encoded.continuation_ids[0]) == " one"
    assert model.identity.chat_template_sha256 is None
    assert any("plain form" in warning for warning in model.warnings)


def test_bfloat16_is_near_float32(tiny_checkpoint: Path, model: TransformersModel) -> None:
    half = TransformersModel(tiny_checkpoint, OpenOptions(dtype="bfloat16", n_threads=1))
    assert half.identity.dtype == "bfloat16"
    assert half.warnings == ()
    exact, rounded = (flat(m.log_likelihoods(questions())) for m in (model, half))
    assert 0 < np.abs(exact - rounded).max() < 1.5
    assert np.corrcoef(exact, rounded)[0, 1] > 0.999


def test_half_precision_logits_are_not_rounded(tiny_checkpoint: Path) -> None:
    half = TransformersModel(tiny_checkpoint, OpenOptions(dtype="bfloat16", n_threads=1))
    with torch.inference_mode():
        logits = half.module(torch.tensor([[5, 6, 7]])).logits
    likeliest = logits.max(-1).values
    assert logits.dtype == torch.float32
    assert (likeliest != likeliest.bfloat16().float()).all()


def test_auto_is_one_of_the_types_that_are_fast() -> None:
    cpu = torch.device("cpu")
    assert choose_dtype("auto", cpu) in {torch.bfloat16, torch.float32}
    assert choose_dtype("float16", cpu) == torch.float16


# Answers


def test_answers_are_greedy_whatever_shares_the_batch(model: TransformersModel) -> None:
    asked = [replace(each, continuations=(), max_new_tokens=12) for each in questions(5)]
    asked[2] = replace(asked[2], max_new_tokens=3)
    together = model.generate(asked)
    for each, answer in zip(asked, together, strict=True):
        ids = list(model.encode(each).prompt_ids)
        expected: list[int] = []
        for _ in range(each.max_new_tokens):
            with torch.inference_mode():
                token = int(model.module(torch.tensor([ids + expected])).logits[0, -1].argmax())
            if token in {0, 2}:
                break
            expected.append(token)
        assert answer.text == model.tokenizer.decode(expected, skip_special_tokens=True)
        assert answer.n_tokens == len(expected)
        assert answer.finish_reason == (
            "length" if len(expected) == each.max_new_tokens else "stop"
        )


def test_settings_of_the_checkpoint_do_not_leak_into_answers(
    tiny_checkpoint: Path, tmp_path: Path, model: TransformersModel
) -> None:
    folder = Path(shutil.copytree(tiny_checkpoint, tmp_path / "loud"))
    settings = {
        "do_sample": True,
        "temperature": 5.0,
        "top_k": 0,
        "repetition_penalty": 9.0,
        "no_repeat_ngram_size": 1,
        "num_beams": 3,
        "max_length": 3,
        "min_new_tokens": 4,
        "suppress_tokens": list(range(100, 200)),
        "forced_eos_token_id": 2,
    }
    (folder / "generation_config.json").write_text(json.dumps(settings), encoding="utf-8")
    asked = [prompt("the one", max_new_tokens=10), prompt("black and white", max_new_tokens=10)]
    assert TransformersModel(folder, FLOAT32).generate(asked) == model.generate(asked)


def test_an_answer_ends_at_the_models_own_end(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_checkpoint, tmp_path / "ending"))
    free = TransformersModel(folder, FLOAT32)
    asked = prompt("the one", max_new_tokens=10)
    ids = list(free.encode(asked).prompt_ids)
    written: list[int] = []
    for _ in range(4):
        with torch.inference_mode():
            written.append(int(free.module(torch.tensor([ids + written])).logits[0, -1].argmax()))
    end = next(token for token in written[1:] if token != written[0])
    settings = {"eos_token_id": [2, end]}
    (folder / "generation_config.json").write_text(json.dumps(settings), encoding="utf-8")
    (answer,) = TransformersModel(folder, FLOAT32).generate([asked])
    assert answer.finish_reason == "stop"
    assert answer.n_tokens == written.index(end)


def test_a_network_with_a_state_answers_without_padding(checkpoint_of: CheckpointOf) -> None:
    model = TransformersModel(checkpoint_of("mamba"), FLOAT32)
    asked = [prompt("the " * n, max_new_tokens=6) for n in (1, 5, 1, 9)]
    assert model.generate(asked) == [model.generate([each])[0] for each in asked]


# Identity


def test_identity_is_by_content(tiny_checkpoint: Path, tmp_path: Path) -> None:
    moved = Path(shutil.copytree(tiny_checkpoint, tmp_path / "moved"))
    other = write_tiny_checkpoint(tmp_path / "other", seed=1)
    here, there, elsewhere = (
        TransformersModel(path, FLOAT32).identity for path in (tiny_checkpoint, moved, other)
    )
    assert here.weights_sha256 == there.weights_sha256 != elsewhere.weights_sha256
    assert here.tokenizer_sha256 == there.tokenizer_sha256 == elsewhere.tokenizer_sha256
    assert (there.name, there.source) == ("moved", str(moved))
    assert here.format == "safetensors"
    assert here.quantisation == here.dtype == "float32"
    assert (here.n_layers, here.context_length, here.architecture) == (3, 512, "llama")


def test_a_changed_setting_is_another_model(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(tiny_checkpoint, tmp_path / "changed"))
    config = json.loads((folder / "config.json").read_text())
    config["rms_norm_eps"] = 0.01
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    changed, own = TransformersModel(folder, FLOAT32), TransformersModel(tiny_checkpoint, FLOAT32)
    assert changed.identity.weights_sha256 != own.identity.weights_sha256


def test_parameters_are_counted_once(tmp_path: Path) -> None:
    folder = write_tiny_checkpoint(tmp_path / "tied", tie_word_embeddings=True)
    counted = {
        dtype: TransformersModel(folder, OpenOptions(dtype=dtype, n_threads=1))
        for dtype in ("float32", "bfloat16")
    }
    assert len({model.identity.n_parameters for model in counted.values()}) == 1
