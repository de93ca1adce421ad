"""A GGUF in transformers: dequantised once, the same model as in llama.cpp."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import transformers

from auditor.backends import open_model, resolve_model
from auditor.backends.chat_template import chat_form
from auditor.backends.gguf_checkpoint import dequantise
from auditor.backends.llama_cpp_model import LlamaCppModel
from auditor.backends.options import OpenOptions
from auditor.backends.transformers_model import TransformersModel
from auditor.core.items import Prompt
from auditor.core.model import LanguageModel
from auditor.errors import ModelNotLoaded
from tests.backends.association_prompts import association_prompts
from tests.backends.float16_gguf import write_float16_gguf
from tests.backends.tiny_gguf import write_tiny_gguf

TEXTS = [
    "Hello, world!",
    "  leading and trailing  ",
    "naïve café — “quotes” … 12345 3.14",
    "one\n\ntwo\tthree\r\n    four",
    "don't we'll I'm THEY'VE",
    "Чёрный и белый; 黑与白; 🙂👩🏽‍🚀",
    "<|im_end|> is a mark, <notone> is not",
    "a" * 50 + " " * 17 + "b",
    "",
]


@pytest.fixture(scope="module")
def tiny_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("gguf") / "tiny.gguf")


def prompt(text: str, *continuations: str) -> Prompt:
    return Prompt(
        prompt_id=text, item_id=text, mode="log-likelihood", text=text, continuations=continuations
    )


def log_odds(model: LanguageModel, prompts: list[Prompt]) -> list[float]:
    return [scored.values[0] - scored.values[1] for scored in model.log_likelihoods(prompts)]


def test_both_backends_read_the_same_tokens_and_give_the_same_numbers(
    tiny_file: Path, tmp_path: Path
) -> None:
    options = OpenOptions(dtype="float32", n_threads=1, cache_dir=tmp_path)
    here, there = TransformersModel(tiny_file, options), LlamaCppModel(tiny_file)
    prompts = [prompt(f"{text}?", "the other", "b", "Ünder") for text in TEXTS]
    assert [here.encode(each) for each in prompts] == [there.encode(each) for each in prompts]
    for ours, theirs in zip(
        here.log_likelihoods(prompts), there.log_likelihoods(prompts), strict=True
    ):
        assert ours.n_tokens == theirs.n_tokens
        # llama.cpp keeps keys and values in float16.
        assert ours.values == pytest.approx(theirs.values, abs=0.05)
    asked = [Prompt(prompt_id="a", item_id="a", mode="text", text="the", max_new_tokens=8)]
    assert here.generate(asked) == there.generate(asked)
    there.close()


def test_the_identity_is_the_files(tiny_file: Path, tmp_path: Path) -> None:
    options = OpenOptions(dtype="float32", n_threads=1, cache_dir=tmp_path)
    here = TransformersModel(tiny_file, options, source="typed").identity
    there = LlamaCppModel(tiny_file).identity
    assert here.weights == there.weights
    for field in ("name", "format", "architecture", "quantisation", "weights_sha256"):
        assert getattr(here, field) == getattr(there, field)
    assert here.tokenizer_sha256 == there.tokenizer_sha256
    assert here.chat_template_sha256 == there.chat_template_sha256
    assert (here.backend, here.dtype, here.source) == ("transformers", "float32", "typed")


def test_the_folder_is_a_plain_checkpoint(tiny_file: Path, tmp_path: Path) -> None:
    folder = dequantise(tiny_file, cache_dir=tmp_path)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    assert "quantization_config" not in config
    network = transformers.AutoModelForCausalLM.from_pretrained(folder)
    assert getattr(network, "hf_quantizer", None) is None
    options = OpenOptions(dtype="float32", n_threads=1, cache_dir=tmp_path)
    plain, gguf = TransformersModel(folder, options), TransformersModel(tiny_file, options)
    assert log_odds(plain, [prompt("a", "b", "the")]) == log_odds(gguf, [prompt("a", "b", "the")])


def test_it_is_made_once(tiny_file: Path, tmp_path: Path) -> None:
    first = dequantise(tiny_file, cache_dir=tmp_path)
    made = (first / "model.safetensors").stat().st_mtime_ns
    copy = Path(shutil.copy(tiny_file, tmp_path / "renamed.gguf"))
    assert dequantise(copy, cache_dir=tmp_path) == first
    assert (first / "model.safetensors").stat().st_mtime_ns == made
    assert list(first.parent.iterdir()) == [first]


def test_other_weights_go_to_another_folder(tiny_file: Path, tmp_path: Path) -> None:
    other = write_tiny_gguf(tmp_path / "other.gguf", seed=1)
    assert dequantise(tiny_file, cache_dir=tmp_path) != dequantise(other, cache_dir=tmp_path)


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_folder_that_was_changed_is_made_anew(name: str, tiny_file: Path, tmp_path: Path) -> None:
    folder = dequantise(tiny_file, cache_dir=tmp_path)
    own = (folder / name).read_bytes()
    (folder / name).write_bytes(own[:-1] + b" ")
    assert (dequantise(tiny_file, cache_dir=tmp_path) / name).read_bytes() == own
    (folder / name).unlink()
    assert (dequantise(tiny_file, cache_dir=tmp_path) / name).read_bytes() == own


def test_a_cache_that_cannot_be_written_has_its_sentence(tiny_file: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ModelNotLoaded, match=r"Cannot keep the dequantised model in .*free space"):
        dequantise(tiny_file, cache_dir=tmp_path / "file")


def test_what_transformers_cannot_read_has_its_sentence(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "odd.gguf", architecture="made-up")
    with pytest.raises(ModelNotLoaded, match=r"transformers cannot read .*--backend llama-cpp"):
        dequantise(path, cache_dir=tmp_path / "cache")
    assert not list((tmp_path / "cache" / "dequantised").iterdir())


def test_a_split_model_is_refused(tmp_path: Path) -> None:
    path = write_tiny_gguf(tmp_path / "tiny-00001-of-00002.gguf", n_parts=2)
    with pytest.raises(ModelNotLoaded, match=r"merge .* into one file"):
        dequantise(path, cache_dir=tmp_path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"GGUF")
    with pytest.raises(ModelNotLoaded):
        dequantise(tmp_path / "no.gguf", cache_dir=tmp_path)


# The real demo model


@pytest.fixture(scope="module")
def demo_file() -> Path:
    try:
        path = resolve_model("demo").path
    except ModelNotLoaded as error:
        pytest.skip(str(error))
    assert path is not None
    return path


@pytest.fixture(scope="module")
def demo(demo_file: Path, tmp_path_factory: pytest.TempPathFactory) -> TransformersModel:
    options = OpenOptions(dtype="float32", cache_dir=tmp_path_factory.mktemp("cache"))
    return TransformersModel(demo_file, options, source="demo")


@pytest.mark.slow
def test_the_demo_model_reads_the_same_tokens_in_both_backends(
    demo: TransformersModel, demo_file: Path
) -> None:
    there = LlamaCppModel(demo_file)
    prompts = association_prompts() + [prompt(text, "white", "a b") for text in TEXTS]
    assert [demo.encode(each) for each in prompts] == [there.encode(each) for each in prompts]
    plain = chat_form(None, bos_token="", eos_token="", date="2025-01-01")
    for each in prompts:
        text = plain.render(each.text)
        here = demo.tokenizer.encode(text, add_special_tokens=plain.adds_special_tokens)
        assert here == there._engine.tokenize(text, adds_special=plain.adds_special_tokens)
    there.close()


@pytest.mark.slow
def test_the_demo_model_agrees_with_llama_cpp(
    demo: TransformersModel, demo_file: Path, tmp_path: Path
) -> None:
    prompts = association_prompts()
    here = log_odds(demo, prompts)
    for path, least in (
        # llama.cpp quantises what it multiplies with quantised weights, transformers does not.
        (demo_file, 0.95),
        (write_float16_gguf(demo_file, tmp_path / "float16.gguf"), 0.999),
    ):
        model = LlamaCppModel(path)
        there = log_odds(model, prompts)
        model.close()
        assert np.corrcoef(here, there)[0, 1] > least


@pytest.mark.slow
def test_the_demo_opens_through_the_front_door(demo_file: Path, tmp_path: Path) -> None:
    options = OpenOptions(n_threads=2, cache_dir=tmp_path)
    model = open_model(resolve_model("demo"), backend="transformers", options=options)
    assert model.identity.quantisation == "Q4_1"
    assert model.identity.source == "demo"
    assert model.identity.name == demo_file.stem
    (answer,) = model.generate(
        [Prompt(prompt_id="a", item_id="a", mode="text", text="Say hello.", max_new_tokens=24)]
    )
    assert "hello" in answer.text.lower()
    model.close()
