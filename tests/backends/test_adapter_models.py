"""Models with a LoRA adapter: the numbers of a merged model, in both backends, from either form."""

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray

from auditor.backends import open_model, resolve_model
from auditor.backends.adapter_files import read_adapter
from auditor.backends.adapter_gguf import write_gguf_adapter
from auditor.backends.adapter_opening import find_gguf_adapter
from auditor.backends.gguf_checkpoint import dequantise
from auditor.backends.llama_cpp_model import LlamaCppModel
from auditor.backends.llama_settings import LlamaSettings
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.items import Prompt
from auditor.core.model import LanguageModel
from auditor.errors import ModelNotLoaded
from tests.backends.association_prompts import association_prompts
from tests.backends.float16_gguf import write_float16_gguf
from tests.backends.tiny_adapter import BASE_NAME, random_peft_model, save_adapter, write_adapter
from tests.backends.tiny_gguf import write_tiny_gguf

OPTIONS = OpenOptions(dtype="float32", n_threads=1)
TEXTS = ("The two words", "one or the other, beside", "things", "Name: the", "black and white")


def prompts() -> list[Prompt]:
    return [
        Prompt(
            prompt_id=text,
            item_id=text,
            mode="log-likelihood",
            text=text,
            continuations=("the one", "another thing", "b"),
        )
        for text in TEXTS
    ]


def scores(model: LanguageModel, asked: list[Prompt] | None = None) -> NDArray[np.float64]:
    results = model.log_likelihoods(prompts() if asked is None else asked)
    return np.array([value for each in results for value in each.values])


def with_adapter(path: Path, **settings: Any) -> OpenOptions:
    return replace(OPTIONS, adapter=path, **settings)


# transformers


@pytest.mark.parametrize("family", ["llama", "qwen2", "gemma2", "gpt_neox"])
def test_an_attached_adapter_gives_the_merged_models_numbers(
    family: str, checkpoint_of: Callable[[str], Path], tmp_path: Path
) -> None:
    checkpoint = checkpoint_of(family)
    target: dict[str, Any] = {}
    if family == "gpt_neox":
        target = {"target_modules": ["query_key_value", "dense_4h_to_h"]}
    peft_model = random_peft_model(checkpoint, **target)
    save_adapter(peft_model, tmp_path / "adapter")
    merged = tmp_path / "merged"
    shutil.copytree(checkpoint, merged)
    peft_model.merge_and_unload().save_pretrained(merged)

    ours = TransformersModel(checkpoint, with_adapter(tmp_path / "adapter"))
    theirs = TransformersModel(merged, OPTIONS)
    plain = TransformersModel(checkpoint, OPTIONS)
    assert np.abs(scores(ours) - scores(plain)).mean() > 0.1
    np.testing.assert_allclose(scores(ours), scores(theirs), atol=2e-4)
    assert ours._shares_prefixes == theirs._shares_prefixes
    asked = [replace(each, mode="text", max_new_tokens=6, continuations=()) for each in prompts()]
    assert ours.generate(asked) == theirs.generate(asked)
    ids = torch.tensor([[5, 60, 7, 80, 9]])
    with torch.inference_mode():
        states, expected = (
            model.module(input_ids=ids, output_hidden_states=True).hidden_states
            for model in (ours, theirs)
        )
    for layer, other in zip(states, expected, strict=True):
        torch.testing.assert_close(layer, other, atol=2e-4, rtol=1e-3)


def test_the_network_keeps_its_class_and_its_layers(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_adapter(tiny_checkpoint, tmp_path)
    plain = TransformersModel(tiny_checkpoint, OPTIONS)
    ours = TransformersModel(tiny_checkpoint, with_adapter(tmp_path))
    assert type(ours.module) is type(plain.module)
    assert len(ours.module.model.layers) == 3
    assert not ours.module.training
    assert ours.identity.n_parameters == plain.identity.n_parameters


def test_opening_draws_no_random_numbers(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_adapter(tiny_checkpoint, tmp_path)
    TransformersModel(tiny_checkpoint, with_adapter(tmp_path))
    before = torch.random.get_rng_state()
    TransformersModel(tiny_checkpoint, with_adapter(tmp_path))
    assert torch.equal(before, torch.random.get_rng_state())


def test_the_scale_is_a_dial(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_adapter(tiny_checkpoint, tmp_path / "one")
    write_adapter(tiny_checkpoint, tmp_path / "half", lora_alpha=4)
    plain = scores(TransformersModel(tiny_checkpoint, OPTIONS))
    half = scores(TransformersModel(tiny_checkpoint, with_adapter(tmp_path / "half")))
    model = TransformersModel(tiny_checkpoint, with_adapter(tmp_path / "one", adapter_scale=0))
    np.testing.assert_array_equal(scores(model), plain)
    model.set_adapter_scale(0.5)
    np.testing.assert_array_equal(scores(model), half)
    assert np.abs(half - plain).mean() > 0.05
    model.set_adapter_scale(1)
    whole = TransformersModel(tiny_checkpoint, with_adapter(tmp_path / "one"))
    np.testing.assert_array_equal(scores(model), scores(whole))


def test_the_identity_names_the_adapter(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_adapter(tiny_checkpoint, tmp_path / "a")
    write_adapter(tiny_checkpoint, tmp_path / "b", seed=1)
    plain = TransformersModel(tiny_checkpoint, OPTIONS)
    assert plain.identity.adapter_sha256 is None
    assert plain.adapter_scale is None
    assert "adapter_scale" not in dict(plain.identity.backend_settings)
    with pytest.raises(ValueError, match="without an adapter"):
        plain.set_adapter_scale(1)
    model = TransformersModel(tiny_checkpoint, with_adapter(tmp_path / "a", adapter_scale=0.5))
    other = TransformersModel(tiny_checkpoint, with_adapter(tmp_path / "b"))
    assert model.identity.adapter_sha256 == read_adapter(tmp_path / "a").sha256
    assert model.identity.adapter_sha256 != other.identity.adapter_sha256
    assert model.identity.weights_sha256 == plain.identity.weights_sha256
    assert dict(model.identity.backend_settings)["adapter_scale"] == "0.5"
    model.set_adapter_scale(1.5)
    assert dict(model.identity.backend_settings)["adapter_scale"] == "1.5"
    assert model.adapter_scale == 1.5


def modules_of(model: TransformersModel) -> dict[str, int]:
    return {name: id(each) for name, each in model.module.named_modules()}


def state_of(model: TransformersModel) -> tuple[object, ...]:
    module = model.module
    return (
        modules_of(model),
        [parameter.requires_grad for parameter in module.parameters()],
        [each.training for each in module.modules()],
        set(vars(module)),
    )


@pytest.mark.parametrize("family", ["llama", "qwen2", "gemma2", "gpt_neox"])
def test_an_adapter_is_worn_for_a_while(
    family: str, checkpoint_of: Callable[[str], Path], tmp_path: Path
) -> None:
    checkpoint = checkpoint_of(family)
    target = {"target_modules": ["query_key_value"]} if family == "gpt_neox" else {}
    for seed, name in enumerate("ab"):
        write_adapter(checkpoint, tmp_path / name, seed=seed, **target)
    model = TransformersModel(checkpoint, OPTIONS)
    plain, state, identity = scores(model), state_of(model), model.identity
    for name in "aba":
        opened = TransformersModel(checkpoint, with_adapter(tmp_path / name, adapter_scale=0.5))
        with model.wearing(tmp_path / name, 0.5):
            worn = scores(model)
            assert model.identity == opened.identity
            assert model.warnings == opened.warnings
        np.testing.assert_array_equal(worn, scores(opened))
        assert np.abs(worn - plain).mean() > 0.01
        np.testing.assert_array_equal(scores(model), plain)
        assert state_of(model) == state
        assert model.identity == identity
        assert model.adapter_scale is None


def test_what_is_worn_can_be_turned(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_adapter(tiny_checkpoint, tmp_path)
    model = TransformersModel(tiny_checkpoint, OPTIONS)
    plain = scores(model)
    with model.wearing(tmp_path):
        whole = scores(model)
        model.set_adapter_scale(0)
        assert model.adapter_scale == 0
        np.testing.assert_array_equal(scores(model), plain)
        model.set_adapter_scale(1)
        np.testing.assert_array_equal(scores(model), whole)
    with pytest.raises(ValueError, match="without an adapter"):
        model.set_adapter_scale(1)
    with model.wearing(tmp_path):
        np.testing.assert_array_equal(scores(model), whole)


def test_whatever_happens_an_adapter_is_taken_off(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_adapter(tiny_checkpoint, tmp_path)
    model = TransformersModel(tiny_checkpoint, OPTIONS)
    plain, state = scores(model), state_of(model)
    with pytest.raises(KeyboardInterrupt), model.wearing(tmp_path):
        raise KeyboardInterrupt
    assert state_of(model) == state
    np.testing.assert_array_equal(scores(model), plain)


def test_a_second_adapter_is_refused(tiny_checkpoint: Path, tmp_path: Path) -> None:
    write_adapter(tiny_checkpoint, tmp_path)
    model = TransformersModel(tiny_checkpoint, OPTIONS)
    with model.wearing(tmp_path):
        worn = scores(model)
        with pytest.raises(ModelNotLoaded, match="already runs with an adapter"):
            model.wearing(tmp_path).__enter__()
        np.testing.assert_array_equal(scores(model), worn)
    opened = TransformersModel(tiny_checkpoint, with_adapter(tmp_path))
    with pytest.raises(ModelNotLoaded, match="already runs with an adapter"):
        opened.wearing(tmp_path).__enter__()
    np.testing.assert_array_equal(scores(opened), worn)


def test_an_adapter_that_does_not_fit_is_not_worn(
    tiny_checkpoint: Path, checkpoint_of_size: Callable[..., Path], tmp_path: Path
) -> None:
    write_adapter(checkpoint_of_size(hidden_size=64), tmp_path / "wide")
    write_adapter(tiny_checkpoint, tmp_path / "fitting")
    model = TransformersModel(tiny_checkpoint, OPTIONS)
    plain, state = scores(model), state_of(model)
    for path, scale, words in (
        (tmp_path / "wide", 1.0, "does not fit"),
        (tmp_path / "nothing", 1.0, "There is no adapter"),
        (tmp_path / "fitting", float("inf"), "scale is inf"),
    ):
        with pytest.raises(ModelNotLoaded, match=words):
            model.wearing(path, scale).__enter__()
    assert state_of(model) == state
    np.testing.assert_array_equal(scores(model), plain)


def test_a_gguf_adapter_is_the_same_in_transformers(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder, file = write_adapter(tiny_checkpoint, tmp_path / "peft"), tmp_path / "a.gguf"
    write_gguf_adapter(folder, file, base_config=tiny_checkpoint)
    from_peft = TransformersModel(tiny_checkpoint, with_adapter(folder))
    from_gguf = TransformersModel(tiny_checkpoint, with_adapter(file))
    np.testing.assert_array_equal(scores(from_peft), scores(from_gguf))
    assert from_gguf.identity.adapter_sha256 == read_adapter(file).sha256


# Both backends


@pytest.fixture(scope="module", params=["llama", "qwen2"])
def tiny(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a tiny GGUF model, its dequantised cache, and adapters for it."""
    folder = tmp_path_factory.mktemp(request.param)
    write_tiny_gguf(folder / "model.gguf", architecture=request.param)
    checkpoint = dequantise(folder / "model.gguf", cache_dir=folder)
    write_adapter(checkpoint, folder / "peft")
    write_gguf_adapter(folder / "peft", folder / "adapter.gguf", base_config=checkpoint)
    return folder


def open_tiny(folder: Path, adapter: str, **settings: Any) -> LlamaCppModel:
    """As through the front door, but without the child process."""
    path = folder / "model.gguf"
    found = find_gguf_adapter(folder / adapter, path, source="tiny", cache_dir=folder)
    return LlamaCppModel(
        path,
        LlamaSettings(n_threads=1, adapter=str(found.path), **settings),
        adapter_sha256=found.sha256,
        warnings=found.warnings,
    )


@pytest.mark.parametrize("adapter", ["peft", "adapter.gguf"])
def test_both_backends_make_the_same_of_an_adapter(tiny: Path, adapter: str) -> None:
    options = replace(OPTIONS, cache_dir=tiny)
    path = tiny / "model.gguf"
    here = TransformersModel(path, replace(options, adapter=tiny / adapter))
    there, plain = open_tiny(tiny, adapter), LlamaCppModel(path, LlamaSettings(n_threads=1))
    without = scores(TransformersModel(path, options))
    before = scores(plain)
    # llama.cpp keeps keys and values in float16.
    np.testing.assert_allclose(without, before, atol=0.05)
    np.testing.assert_allclose(scores(here), scores(there), atol=0.1)
    assert np.corrcoef(scores(here) - without, scores(there) - before)[0, 1] > 0.999
    assert np.abs(scores(there) - before).mean() > 0.3
    assert here.identity.adapter_sha256 == there.identity.adapter_sha256
    plain.close()
    there.close()


def test_the_scale_is_a_dial_in_llama_cpp(tiny: Path) -> None:
    plain = LlamaCppModel(tiny / "model.gguf", LlamaSettings(n_threads=1))
    without = scores(plain)
    assert plain.adapter_scale is None
    with pytest.raises(ValueError, match="without an adapter"):
        plain.set_adapter_scale(1)
    plain.close()
    model = open_tiny(tiny, "peft", adapter_scale=0.0)
    np.testing.assert_array_equal(scores(model), without)
    model.set_adapter_scale(0.5)
    half = scores(model)
    model.set_adapter_scale(1)
    whole = scores(model)
    assert np.abs(half - without).mean() > 0.1
    assert np.abs(half - whole).mean() > 0.1
    settings = dict(model.identity.backend_settings)
    assert settings["adapter_scale"] == "1"
    assert "adapter" not in settings
    model.close()
    again = open_tiny(tiny, "adapter.gguf", adapter_scale=0.5)
    np.testing.assert_array_equal(scores(again), half)
    again.close()


def test_a_translated_adapter_is_kept_by_content(tiny: Path, tmp_path: Path) -> None:
    first = open_tiny(tiny, "peft")
    first.close()
    copy = shutil.copytree(tiny / "peft", tmp_path / "copy")
    path = tiny / "model.gguf"
    found = [
        find_gguf_adapter(folder, path, source="tiny", cache_dir=tiny)
        for folder in (tiny / "peft", copy)
    ]
    assert found[0] == found[1]
    assert found[0].path.parent == tiny / "adapters"
    # A cached file that was changed is not believed.
    whole = found[0].path.read_bytes()
    found[0].path.write_bytes(whole[:-1] + b"x")
    find_gguf_adapter(copy, path, source="tiny", cache_dir=tiny)
    assert found[0].path.read_bytes() == whole


# What does not belong together


def refusals(adapter: Path, checkpoint: Path, gguf_model: Path | None) -> list[str]:
    messages = []
    with pytest.raises(ModelNotLoaded) as caught:
        TransformersModel(checkpoint, with_adapter(adapter), source="MY-MODEL")
    messages.append(str(caught.value))
    if gguf_model is not None:
        with pytest.raises(ModelNotLoaded) as caught:
            find_gguf_adapter(adapter, gguf_model, source="MY-MODEL", cache_dir=adapter.parent)
        messages.append(str(caught.value))
    return messages


@pytest.fixture
def tiny_llama(tmp_path: Path) -> Path:
    """Two layers, width 32."""
    return write_tiny_gguf(tmp_path / "tiny.gguf")


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"num_hidden_layers": 4}, r"model\.layers\.[23]\..* this model does not have"),
        ({"hidden_size": 64}, r"where .* is (32 × 64|64 × 32|64 × 64); here it is"),
        ({"intermediate_size": 96}, r"where .* is (96 × 32|32 × 96); here it is"),
        ({"num_key_value_heads": 4}, r"k_proj is 32 × 32; here it is 16 × 32"),
    ],
)
def test_an_adapter_for_another_size_is_refused_by_name(
    settings: dict[str, int],
    words: str,
    checkpoint_of_size: Callable[..., Path],
    tiny_llama: Path,
    tmp_path: Path,
) -> None:
    adapter = write_adapter(checkpoint_of_size(**settings), tmp_path / "adapter")
    base = checkpoint_of_size(num_hidden_layers=2)
    for message in refusals(adapter, base, tiny_llama):
        assert "does not fit MY-MODEL (architecture llama, 2 layers, width 32)" in message
        assert f"it was made for {BASE_NAME} (the architecture llama)" in message
        assert "name the model that the adapter was made for" in message
        assert re.search(words, message)


def test_an_adapter_of_another_architecture_is_refused_by_name(
    checkpoint_of: Callable[[str], Path], tmp_path: Path
) -> None:
    """Qwen 2 and Llama have layers of the same names and, here, of the same sizes."""
    adapter = write_adapter(checkpoint_of("qwen2"), tmp_path / "peft")
    file = tmp_path / "adapter.gguf"
    write_gguf_adapter(adapter, file, base_config=checkpoint_of("qwen2"))
    model = write_tiny_gguf(tmp_path / "tiny.gguf")
    for path in (adapter, file):
        for message in refusals(path, checkpoint_of("llama"), model):
            assert f"made for {BASE_NAME} (the architecture qwen2)" in message
            assert "MY-MODEL (architecture llama" in message


def test_a_gguf_adapter_for_a_foreign_layer_is_refused(
    checkpoint_of_size: Callable[..., Path], tiny_llama: Path, tmp_path: Path
) -> None:
    larger = checkpoint_of_size(num_hidden_layers=4)
    file = tmp_path / "adapter.gguf"
    write_gguf_adapter(write_adapter(larger, tmp_path / "peft"), file, base_config=larger)
    for message in refusals(file, checkpoint_of_size(num_hidden_layers=2), tiny_llama):
        assert BASE_NAME in message
        assert "blk.2" in message


def test_a_gguf_adapter_where_none_can_be_translated(
    checkpoint_of: Callable[[str], Path], tiny_checkpoint: Path, tmp_path: Path
) -> None:
    file = tmp_path / "adapter.gguf"
    folder = write_adapter(tiny_checkpoint, tmp_path / "peft")
    write_gguf_adapter(folder, file, base_config=tiny_checkpoint)
    with pytest.raises(ModelNotLoaded, match=r"does not fit .*gpt_neox.*architecture llama"):
        TransformersModel(checkpoint_of("gpt_neox"), with_adapter(file))


def test_a_scale_that_is_no_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelNotLoaded, match="scale is nan"):
        with_adapter(tmp_path, adapter_scale=float("nan"))


# What a reader must know


def set_base_name(folder: Path, name: str | None) -> Path:
    path = folder / "adapter_config.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**content, "base_model_name_or_path": name}), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("org/Tiny-1B", "Tiny-1B-Q4_K_M.gguf", None),
        ("org/Tiny-1B", "other/Tiny-1B@main:Tiny-1B-f16.gguf", None),
        ("/home/me/tiny_1b/", "tiny-1b", None),
        ("org/Tiny-1B", "org/Tiny-1B-Instruct", "was made for org/Tiny-1B; it fits"),
        (None, "org/Tiny-1B", "does not name the model"),
    ],
)
def test_a_base_of_another_name_is_told_of(
    name: str | None, source: str, words: str | None, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    folder = set_base_name(write_adapter(tiny_checkpoint, tmp_path), name)
    warnings = TransformersModel(tiny_checkpoint, with_adapter(folder), source=source).warnings
    assert len(warnings) == (words is not None)
    assert words is None or words in warnings[0]


def test_an_adapter_without_effect_is_told_of(tiny_checkpoint: Path, tmp_path: Path) -> None:
    folder = write_adapter(tiny_checkpoint, tmp_path, spread=0)
    warnings = TransformersModel(tiny_checkpoint, with_adapter(folder)).warnings
    assert any("changes nothing" in warning for warning in warnings)


# The real demo model


@pytest.mark.slow
def test_the_demo_model_with_an_adapter_is_the_same_in_both_backends(tmp_path: Path) -> None:
    """PEFT on the dequantised folder, against GGUF on float16 weights: what the adapter changes."""
    try:
        demo = resolve_model("demo").path
    except ModelNotLoaded as error:
        pytest.skip(str(error))
    assert demo is not None
    options = replace(OPTIONS, cache_dir=tmp_path)
    checkpoint = dequantise(demo, cache_dir=tmp_path)
    adapter = write_adapter(checkpoint, tmp_path / "peft", spread=0.02, r=8, lora_alpha=16)
    float16 = write_float16_gguf(demo, tmp_path / "float16.gguf")
    asked = association_prompts()[::3][:40]

    def effect(source: Path) -> NDArray[np.float64]:
        name = resolve_model(str(source))
        model = open_model(name, options=replace(options, adapter=adapter, adapter_scale=0))
        before = scores(model, asked)
        model.set_adapter_scale(1)  # type: ignore[attr-defined]
        after = scores(model, asked)
        model.close()
        return after - before

    here, there = effect(checkpoint), effect(float16)
    r = float(np.corrcoef(here, there)[0, 1])
    assert np.abs(here).mean() > 0.5
    assert r > 0.99, f"r = {r:.5f} at a mean change of {np.abs(here).mean():.2f}"
    assert there.mean() == pytest.approx(here.mean(), rel=0.05)


@pytest.mark.slow
def test_an_adapter_passes_the_front_door(tiny: Path) -> None:
    """Through the child process that tries the model first."""
    options = replace(OPTIONS, cache_dir=tiny, adapter=tiny / "peft", adapter_scale=0.5)
    model = open_model(resolve_model(str(tiny / "model.gguf")), options=options)
    direct = open_tiny(tiny, "peft", adapter_scale=0.5)
    np.testing.assert_array_equal(scores(model), scores(direct))
    assert model.identity.adapter_sha256 == direct.identity.adapter_sha256
    assert any(BASE_NAME in warning for warning in model.warnings)
    model.close()
    direct.close()
